"""Walk through XML as it streams by: no document types, no depth, text or token without end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Start = Callable[[Mapping[str, str]], None]
    End = Callable[[str], None]

__all__ = ["LONGEST_TEXT", "Walk", "WorkbookError", "walk_markup"]

LONGEST_TEXT = 1 << 20
"""Characters of one text; a spreadsheet keeps 32,767 in a cell."""

_DEEPEST = 200
_LONGEST_TOKEN = 1 << 21  # bytes of one tag with its attributes
_MOST_NAMES = 10_000
_ENCODINGS = {"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "latin1", "gb2312", "gbk"}


class WorkbookError(ValueError):
    """A workbook that cannot be read, with the code of the problem that says why."""

    def __init__(self, reason: str, code: str = "unreadable_workbook") -> None:
        super().__init__(reason)
        self.code = code


class Walk:
    """A walk through one XML document, fed piece by piece; names are without their prefixes.

    Parameters
    ----------
    starts
        What to do with the attributes at the start of an element, by its name.
    ends
        What to do with the text of an element at its end, by its name; only elements that stand
        here have their text collected, an inner one takes over from the outer one.

    Raises
    ------
    WorkbookError
        If the XML is broken, declares a document type, or holds depth or text without end.

    Examples
    --------
    >>> found = []
    >>> walk = Walk({}, {"t": found.append})
    >>> walk.feed(b"<x:si><x:t>a&amp;b</x:t></x:si>")
    >>> walk.close()
    >>> found
    ['a&b']
    """

    def __init__(self, starts: Mapping[str, Start], ends: Mapping[str, End]) -> None:
        self._handlers: dict[str, tuple[Start | None, End | None]] = {}
        self._starts, self._ends = starts, ends
        self._texts: list[str] | None = None
        self._length = 0
        self._depth = 0
        self.fed = 0
        self.plain = True  # the bytes are ASCII or UTF-8
        self.parser = _make_parser(self)

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Walk on through some more bytes."""
        self.fed += len(data)
        try:
            self.parser.Parse(data, last)
        except (expat.ExpatError, LookupError) as error:
            raise WorkbookError(f"broken XML: {error}") from None
        except WorkbookError:
            raise
        except ValueError as error:  # an encoding of many bytes
            raise WorkbookError(f"broken XML: {error}") from None
        if not last and self.fed - self.parser.CurrentByteIndex > _LONGEST_TOKEN:
            raise WorkbookError(f"XML tag: > {_LONGEST_TOKEN} bytes", "workbook_too_large")
        if len(self.parser.intern) > _MOST_NAMES:  # the parser forgets no name
            raise WorkbookError(f"XML names: > {_MOST_NAMES}", "workbook_too_large")

    def close(self) -> None:
        """Say that there is no more."""
        self.feed(b"", last=True)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Enter an element."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise WorkbookError(f"XML depth: > {_DEEPEST}", "workbook_too_large")
        start, end = self._handlers.get(tag) or self._find_handlers(tag)
        if end is not None:
            self._texts, self._length = [], 0
        if start is not None:
            start(attributes)

    def end(self, tag: str) -> None:
        """Leave an element."""
        self._depth -= 1
        end = self._handlers[tag][1] if tag in self._handlers else self._find_handlers(tag)[1]
        if end is not None:
            text, self._texts = "".join(self._texts or ()), None
            end(text)

    def take(self, text: str) -> None:
        """Take text of an element whose text is wanted."""
        if self._texts is not None:
            self._length += len(text)
            if self._length > LONGEST_TEXT:
                raise WorkbookError(f"text: > {LONGEST_TEXT} characters", "workbook_too_large")
            self._texts.append(text)

    def _find_handlers(self, tag: str) -> tuple[Start | None, End | None]:
        name = tag.rpartition(":")[2]
        found = (self._starts.get(name), self._ends.get(name))
        self._handlers[tag] = found
        return found

    def declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """Take the declaration at the head of the document."""
        name = (encoding or "utf-8").lower()
        if name not in _ENCODINGS:
            raise WorkbookError(f"XML encoding: {name[:40]}")
        self.plain = name in {"utf-8", "us-ascii", "ascii"}


def _make_parser(walk: Walk) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.XmlDeclHandler = walk.declare
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.take
    return parser


def _refuse_doctype(*_: object) -> None:
    raise WorkbookError("it declares a document type")


def walk_markup(
    chunks: Iterable[bytes], starts: Mapping[str, Start], ends: Mapping[str, End] | None = None
) -> None:
    """Walk through a whole document.

    Parameters
    ----------
    chunks
        Its bytes, in pieces.
    starts, ends
        As in `Walk`.
    """
    walk = Walk(starts, ends or {})
    for chunk in chunks:
        walk.feed(chunk)
    walk.close()
