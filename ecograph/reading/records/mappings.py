"""Parse YAML of the plain kind: no aliases, tags, merge keys or repeated keys, few levels.

The events come from libyaml where it is there, some twenty times as fast as Python; they are put
together here, without recursion, so that no nesting can exhaust the stack.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from ecograph.errors import DataError
from ecograph.problems import Problem
from ecograph.reading.text.encodings import decode_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["parse_yaml", "read_yaml_mapping"]

MOST_BYTES = 1 << 25
"""Bytes of a YAML file; whatever stands in them is read within ten seconds."""

DEEPEST = 50
"""Levels of lists and mappings."""

_FAST = hasattr(yaml, "CSafeLoader")
_LOADER: Any = yaml.CSafeLoader if _FAST else yaml.SafeLoader
MOST_EVENTS = 2_000_000 if _FAST else 200_000
"""Values, and beginnings and ends of lists and mappings, that are read within ten seconds."""

_PLAIN_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")} | {"!"}
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]"
)
_MISSING = object()


class _YamlError(Exception):
    """What is wrong, and its line and column, from 0."""

    def __init__(self, reason: str, mark: Any) -> None:  # noqa: ANN401 - libyaml has marks of its own
        super().__init__(reason)
        self.line = mark.line if mark else 0
        self.column = mark.column if mark else 0


def parse_yaml(text: str, file: str, *, typed: bool = False) -> Any:  # noqa: ANN401 - whatever the file holds
    """Parse YAML into lists, mappings and texts.

    Parameters
    ----------
    text
        One document.
    file
        Its name, for the problems.
    typed
        Whether plain scalars become numbers, dates, booleans and nothing, as settings want them;
        otherwise every scalar stays its text, so that 010 and NO stay what they are.

    Raises
    ------
    DataError
        If the text is no YAML, is too large or nested too deep, or holds an alias, a tag, a merge
        key, the same key twice or a second document; the line and the column are said.

    Examples
    --------
    >>> parse_yaml("- {id: 010, on: NO}", "t.yaml")
    [{'id': '010', 'on': 'NO'}]
    >>> parse_yaml("limit: 10", "s.yaml", typed=True)
    {'limit': 10}
    """
    if len(text) > MOST_BYTES:
        raise _report_size(file)
    try:
        _refuse_unprintable(text)
        return _compose(text, typed=typed)
    except _YamlError as error:
        raise _report(file, str(error), error.line, error.column) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = ", ".join(filter(None, (error.context, error.problem)))
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise _report(file, reason, line, column) from None
    except yaml.YAMLError as error:
        raise _report(file, str(error), 0, 0) from None


def read_yaml_mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds settings or facts: a mapping with text keys.

    Raises
    ------
    DataError
        If the file cannot be parsed or is no mapping.
    """
    try:
        text = decode_text(path.read_bytes(), path.name).text
    except OSError as error:
        raise _report(path.name, str(error.strerror), 0, 0) from None
    content = parse_yaml(text, path.name, typed=True)
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _report(path.name, "it is not a mapping of names to values", 0, 0)
    return {str(key): value for key, value in content.items()}


def _refuse_unprintable(text: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return
    start = found.start()
    mark = yaml.Mark(
        "", start, text.count("\n", 0, start), start - text.rfind("\n", 0, start) - 1, None, 0
    )
    raise _YamlError(f"the character U+{ord(found.group()):04X} is not allowed", mark)


class _Level:
    """A list or mapping that is being filled."""

    def __init__(self, content: list[Any] | dict[Any, Any]) -> None:
        self.content = content
        self.key: Any = _MISSING
        self.names: set[str] = set()

    def add(self, value: object) -> None:
        if isinstance(self.content, list):
            self.content.append(value)
        else:
            self.content[self.key] = value
            self.key = _MISSING

    def awaits_key(self) -> bool:
        return isinstance(self.content, dict) and self.key is _MISSING

    def take_key(self, event: yaml.ScalarEvent, key: object) -> None:
        """Keep a key until its value comes."""
        name = str(key)
        if name in self.names:
            raise _YamlError(f'the key "{name[:200]}" stands twice', event.start_mark)
        if event.value == "<<" and event.implicit[0]:
            raise _YamlError(
                "the merge key << is not allowed; write the values out", event.start_mark
            )
        self.names.add(name)
        self.key = key


def _compose(text: str, *, typed: bool) -> Any:  # noqa: ANN401 - whatever the file holds
    """Put the events of one document together."""
    reader = _ScalarReader() if typed else None
    root = _Level([])
    levels = [root]
    documents = 0
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if number > MOST_EVENTS:
            raise _YamlError("there are too many values; save the table as CSV", event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            _take_scalar(levels[-1], event, reader)
        elif isinstance(event, yaml.CollectionStartEvent):
            _open_level(levels, event)
        elif isinstance(event, yaml.CollectionEndEvent):
            levels.pop()
        elif isinstance(event, yaml.AliasEvent):
            reason = f"the alias *{event.anchor} is not allowed; write the value out"
            raise _YamlError(reason, event.start_mark)
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _YamlError(
                    "a second document begins; put it in a file of its own", event.start_mark
                )
    content = root.content
    return content[0] if content else None


def _take_scalar(level: _Level, event: yaml.ScalarEvent, reader: _ScalarReader | None) -> None:
    _refuse_tag(event)
    value = reader.read(event) if reader else event.value
    if level.awaits_key():
        level.take_key(event, value)
    else:
        level.add(value)


def _open_level(levels: list[_Level], event: yaml.CollectionStartEvent) -> None:
    _refuse_tag(event)
    if len(levels) > DEEPEST:
        raise _YamlError(f"it is nested deeper than {DEEPEST} levels", event.start_mark)
    if levels[-1].awaits_key():
        raise _YamlError("a key must be a word, not a list or mapping", event.start_mark)
    opened = _Level([] if isinstance(event, yaml.SequenceStartEvent) else {})
    levels[-1].add(opened.content)
    levels.append(opened)


def _refuse_tag(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.tag is not None and event.tag not in _PLAIN_TAGS:
        short = event.tag.replace("tag:yaml.org,2002:", "!!")[:200]
        raise _YamlError(f"the tag {short} is not allowed; write the value alone", event.start_mark)


class _ScalarReader:
    """Reads plain scalars as YAML 1.1 means them."""

    def __init__(self) -> None:
        self._loader = yaml.SafeLoader("")

    def read(self, event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 - whatever it means
        """Read a scalar; one in quotes stays text."""
        if not event.implicit[0]:
            return event.value
        tag = self._loader.resolve(yaml.ScalarNode, event.value, (True, False))  # type: ignore[no-untyped-call] # so in PyYAML's stubs
        node = yaml.ScalarNode(tag, event.value)
        try:
            return self._loader.construct_object(node)
        except ValueError as error:  # 2024-02-30, a number of 5,000 digits
            self._refuse(event, error)

    @staticmethod
    def _refuse(event: yaml.ScalarEvent, error: ValueError) -> NoReturn:
        raise _YamlError(
            f'"{event.value[:200]}" means nothing: {error}', event.start_mark
        ) from None


def _report(file: str, reason: str, line: int, column: int) -> DataError:
    place = f"{reason} (line {line + 1}, column {column + 1})"
    problem = Problem("unreadable_records", file=file, row=line + 1, details={"reason": place})
    return DataError(f"{file} cannot be read: {place}", [problem])


def _report_size(file: str) -> DataError:
    limit = f"{MOST_BYTES >> 20} MiB"
    problem = Problem("records_too_large", file=file, details={"limit": limit})
    return DataError(f"{file} is larger than {limit} and is not read as YAML.", [problem])
