"""Fill the reference pages when the site is built, from what they are about.

A page of ``docs/reference`` says where with a line ``<!-- generated: what -->``. Nothing generated
is kept among the sources, so nothing can be out of date.
"""

from __future__ import annotations

import functools
import inspect
import re
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

import ecograph
from ecograph.definitions import define_figure, list_defined
from ecograph.schema import read_schema
from ecograph.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinx.application import Sphinx

    from ecograph.schema import Column, Table

__all__ = ["THEMES", "fill_page", "find_theme", "setup"]

THEMES = {
    "data": (
        *("", "loader", "ecosystem", "errors", "problems", "schema", "settings", "output"),
        "analysis.duplicates",
    ),
    "network": (
        *("projection", "analysis.centrality", "analysis.leaders", "analysis.communities"),
        "analysis.backbone",
    ),
    "gaps": ("analysis.gaps", "analysis.pairs", "analysis.stability", "analysis.opportunities"),
    "help": ("analysis.brokers", "analysis.partners", "analysis.unlinked", "analysis.structure"),
    "tiers": (
        *("analysis.tiers", "analysis.movement", "analysis.near_misses", "analysis.promotions"),
        *("analysis.explanations", "analysis.renewals", "analysis.simulation", "analysis.sizes"),
        "analysis.tier_links",
    ),
    "cooperation": ("analysis.dimensions", "analysis.breakdown", "analysis.composites"),
    "regions": ("analysis.regional", "analysis.crosstables", "statistics"),
    "time": ("analysis.changes", "analysis.windows", "analysis.deflation", "analysis.comparison"),
    "events": ("analysis.funnels", "analysis.carriers", "analysis.services", "analysis.targets"),
    "results": ("analysis", "workflow", "masking"),
    "pages": ("render",),
    "exchange": ("registers", "synthetic", "render.exports", "render.crate"),
}
"""The pages of the Python reference, with the modules whose public names each explains."""

_ROOT = Path(__file__).parent.parent
_PLACE = re.compile(r"^<!-- generated: ([a-z_]+) ?([^ ]*) -->$", re.MULTILINE)
_LOCAL_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")
_DATA = resources.files("ecograph")
_PLACES = Path(__file__).parent / "problems.yaml"
_PARTS = ("message", "remedy")  # of the text of a problem
_GAPS = {"en": " ", "zh": ""}  # between sentences


def setup(app: Sphinx) -> dict[str, bool]:
    """Have Sphinx fill the pages as it reads them, in every build."""
    app.connect(
        "env-get-outdated", lambda *_: [n for n in app.project.docnames if "reference" in n]
    )
    app.connect("source-read", _fill_source)
    app.connect("sphinx-click-process-description", _set_examples)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def fill_page(text: str) -> str:
    """Put what is generated in its places on a page."""
    return _PLACE.sub(lambda place: _WRITERS[place[1]](*filter(None, [place[2]])), text)


def find_theme(name: str) -> str:
    """Find the page that explains a public name: that of its module, or of the next one above."""
    module = _find_home(name)
    while True:
        for theme, modules in THEMES.items():
            if module in modules:
                return theme
        module = module.rpartition(".")[0]


def _fill_source(app: Sphinx, name: str, source: list[str]) -> None:
    """Fill a page, and keep links to what stands beside the folder of pages within the site."""
    del app
    source[0] = fill_page(source[0])
    if name.count("/") == 0:
        source[0] = source[0].replace("](../benchmarks/README.md", "](benchmarks.md")


def _set_examples(app: Sphinx, context: object, lines: list[str]) -> None:
    """Set the examples of a command's help as code; they come as lines of a verse."""
    del app, context
    for number, line in enumerate(lines):
        if line.startswith("| ") and line.endswith(":"):
            lines[number] = f"{line[2:]}:\n"
        elif line.startswith("| "):
            lines[number] = f"    {line[2:].strip()}"
    lines[:] = "\n".join(lines).split("\n")


def _find_home(name: str) -> str:
    """Find the module, within the package, that a public name comes from."""
    value = getattr(ecograph, name)
    module = getattr(value, "__module__", "ecograph")
    return str(module).partition(".")[2]


def _write_file(name: str) -> str:
    """Take over a file that stands beside the folder of pages; its links lead nowhere here."""
    return _LOCAL_LINK.sub(r"\1", (_ROOT / name).read_text(encoding="utf-8"))


def _write_index() -> str:
    """List every public name with what it does and where it is explained."""
    rows = [(f"{{py:obj}}`{name} <ecograph.{name}>`", _say_first(name)) for name in _list_names()]
    return _write_table(("name", "what it does"), rows)


def _write_names(theme: str) -> str:
    """Have autodoc explain the public names of a theme."""
    blocks = [
        f".. {_find_directive(name)}:: ecograph.{name}\n"
        + ("   :members:\n" if inspect.isclass(getattr(ecograph, name)) else "")
        for name in _list_names()
        if find_theme(name) == theme
    ]
    return "```{eval-rst}\n" + "\n".join(blocks) + "```\n"


def _list_names() -> list[str]:
    return [name for name in ecograph.__all__ if not name.startswith("_")]


def _find_directive(name: str) -> str:
    value = getattr(ecograph, name)
    if inspect.isclass(value):
        return "autoexception" if issubclass(value, Exception) else "autoclass"
    return "autofunction" if callable(value) else "autodata"


def _say_first(name: str) -> str:
    text = inspect.getdoc(getattr(ecograph, name)) or ""
    return text.partition("\n")[0]


def _write_tables() -> str:
    """Describe the tables of the schema: what a row is, and its columns with their headers."""
    return "\n".join(map(_describe_table, read_schema().tables.values()))


def _describe_table(table: Table) -> str:
    headers = ("column", "type", "", "English headers", "Chinese headers", "example")
    rows = [
        (
            f"`{column.name}`",
            _describe_type(column),
            "required" if column.required else "",
            ", ".join(column.en),
            "、".join(column.zh),
            str(column.example),
        )
        for column in table.columns.values()
    ]
    names = ", ".join((*table.en[1:], *table.zh[1:]))
    what = f"One row is {table.row['en']} ({table.row['zh']})."
    what += f" Also named: {names}." if names else ""
    return f"### {table.name} {table.zh[0]}\n\n{what}\n\n{_write_table(headers, rows)}"


def _describe_type(column: Column) -> str:
    parts = [column.type]
    if column.kinds:
        parts.append("of " + ", ".join(column.kinds))
    if column.vocabulary:
        parts.append(f"of the vocabulary {column.vocabulary}")
    return " ".join(parts)


def _write_kinds() -> str:
    """List the kinds of nodes and edges."""
    schema = read_schema()
    nodes = [
        (f"`{kind.name}`", kind.labels["en"], kind.labels["zh"], kind.table)
        for kind in schema.node_kinds.values()
    ]
    edges = [
        (
            f"`{kind.name}`",
            kind.labels["en"],
            kind.labels["zh"],
            ", ".join(kind.source),
            ", ".join(kind.target),
        )
        for kind in schema.edge_kinds.values()
    ]
    return "\n".join(
        [
            _write_table(("node", "English", "Chinese", "table"), nodes),
            _write_table(("edge", "English", "Chinese", "from", "to"), edges),
        ]
    )


def _write_vocabularies() -> str:
    """List the words of every vocabulary with their spellings."""
    parts = []
    for name, terms in read_schema().vocabularies.items():
        rows = [(f"`{term.key}`", ", ".join(term.en), "、".join(term.zh)) for term in terms]
        parts.append(f"### {name}\n\n{_write_table(('word', 'English', 'Chinese'), rows)}")
    return "\n".join(parts)


def _write_figures() -> str:
    """Define the figures of the main results."""
    parts = []
    for result in _read_yaml("definitions.yaml"):
        rows = [
            (f"`{figure}`", *(define_figure(result, figure, lang).text for lang in ("en", "zh")))
            for figure in list_defined(result)
        ]
        _, source, function = define_figure(result, "", "en")
        page = source.removeprefix("docs/")
        told = f"By `{function}`; the method is in [{page}](../{page})."
        table = _write_table(("figure", "English", "Chinese"), rows) if rows else ""
        parts.append(f"### {result}\n\n{told}\n\n{table}")
    return "\n".join(parts)


def _write_indicators() -> str:
    """Define the indicators of the four dimensions."""
    rows = [
        (f"`{key}`", *(f"{text['name'][lang]}: {text['counts'][lang]}" for lang in ("en", "zh")))
        for key, text in _read_texts()["indicator"].items()
    ]
    return _write_table(("indicator", "English", "Chinese"), rows)


def _write_columns() -> str:
    """List the columns of results by the names that people see."""
    rows = [(f"`{key}`", text["en"], text["zh"]) for key, text in _read_texts()["column"].items()]
    return _write_table(("column", "English", "Chinese"), rows)


def _write_problems() -> str:
    """List what can be wrong in data, how severe it is, and what to do about it."""
    texts = _read_texts()["problem"]
    said = [(group["heading"], group["codes"]) for group in _read_places()]
    placed = {code for _, codes in said for code in codes}
    others = {code: "" for code in texts if code not in placed}
    groups = [*said, *([("Others", others)] if others else [])]
    return "\n".join(_describe_problems(heading, codes, texts) for heading, codes in groups)


def _describe_problems(heading: str, codes: dict[str, str], texts: dict[str, Any]) -> str:
    """Describe the problems of a group: severity, meaning and remedy in both languages."""
    rows = [
        (
            f"`{code}`",
            severity,
            *(gap.join(texts[code][part][lang] for part in _PARTS) for lang, gap in _GAPS.items()),
        )
        for code, severity in codes.items()
        if code in texts
    ]
    return f"### {heading}\n\n{_write_table(('code', 'severity', 'English', 'Chinese'), rows)}"


def _read_places() -> list[dict[str, Any]]:
    """Read where each problem stands, and how severe it is."""
    groups: list[dict[str, Any]] = yaml.safe_load(_PLACES.read_text(encoding="utf-8"))
    return groups


def _write_settings() -> str:
    """List the settings with their defaults."""
    rows = [(f"`{field.name}`", f"`{_say_default(field.default)}`") for field in fields(Settings)]
    return _write_table(("setting", "default"), rows)


def _say_default(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(str, value)) + "]"
    return "none" if value is None else str(value).lower()


def _write_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table whose cells may hold anything."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "".join(f"| {' | '.join(map(_write_cell, line))} |\n" for line in lines)


def _write_cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


@functools.cache
def _read_texts() -> dict[str, Any]:
    return _read_yaml("texts.yaml")


def _read_yaml(name: str) -> dict[str, Any]:
    """Read a file of the package as the package itself does."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = _DATA.joinpath(name).read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader, our own file
    return read


_WRITERS = {
    "file": _write_file,
    "index": _write_index,
    "names": _write_names,
    "tables": _write_tables,
    "kinds": _write_kinds,
    "vocabularies": _write_vocabularies,
    "figures": _write_figures,
    "indicators": _write_indicators,
    "columns": _write_columns,
    "problems": _write_problems,
    "settings": _write_settings,
}
