"""What a person sees: tables on standard output; problems, notes and progress on standard error."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.layouts import MAIN_COLUMNS, TERMS, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from ecograph.problems import Problem

__all__ = ["deliver", "note", "print_problem_kinds", "print_problems", "print_said"]

_ENDINGS = {"csv": "csv", "json": "json", "parquet": "parquet", "txt": "table"}
_SHOWN = 20  # problems on the screen before the rest is only counted
_MOST_ROWS = 40
_JOINER, _SPLITTER = "；", re.compile("; |；")
_PLACE = ("code", "severity", "file", "sheet", "row", "column")
_LARGE = 1e5  # from here on a number is shown without decimals


def deliver(
    table: pd.DataFrame,
    *,
    form: str | None,
    output: Path | None,
    index: bool = True,
    problems: Sequence[Problem] | None = None,
    lang: str = "en",
    quiet: bool = False,
) -> None:
    """Write a table in the chosen form, to a file or to standard output.

    Parameters
    ----------
    table
        The result.
    form
        table, csv, json or parquet; by default by the ending of ``output``, else a table.
    output
        A file, or None for standard output.
    index
        Whether the index is part of the table.
    problems
        What was found while reading (JSON has it beside the rows).
    lang
        Language of column names on the screen and of problems.
    quiet
        Whether progress is left out.
    """
    from ecograph.analysis.meta import list_cautions
    from ecograph.files import write_bytes

    chosen = form or _form_of(output)
    with watch_stage("write", quiet=quiet):
        data = _render(table, chosen, problems, lang, whole=output is not None, index=index)
    if output is not None:
        write_bytes(output, data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    for caution in list_cautions(table.attrs.get("meta", {}), lang):
        note(caution, quiet=quiet)


def print_problem_kinds(problems: Sequence[Problem], lang: str = "en") -> None:
    """Say on standard output which kinds of problems there are: how many, the first, the remedy."""
    from ecograph.texts import translate

    kinds: dict[tuple[str, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda p: (p.file, p.sheet, p.row or 0, p.column)):
        kinds.setdefault((problem.severity, problem.code), []).append(problem)
    ordered = sorted(kinds.items(), key=lambda kind: (kind[0][0], -len(kind[1]), kind[0][1]))
    for (severity, code), held in ordered:
        message, remedy = held[0].explain(lang)
        said = translate(f"screen.{severity}", lang)
        head = translate("screen.check_kind", lang, severity=said, code=code, count=len(held))
        form = "screen.check_first" if len(held) > 1 else "screen.check_only"
        place = _place(vars(held[0]), lang)
        lines = (head, translate(form, lang, place=place, message=message), remedy)
        click.echo("\n  ".join(map(_on_one_line, lines)))
    if kinds:
        click.echo(translate("screen.check_more", lang, values=len(kinds)))


def _on_one_line(text: str) -> str:
    """Write a text from a file so that it takes one line and moves no cursor."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _place(problem: Mapping[str, Any], lang: str) -> str:
    """Say where a problem is."""
    from ecograph.texts import translate

    row = translate("screen.row", lang, row=problem["row"]) if problem["row"] else ""
    parts = (problem["file"], problem["sheet"], row, problem["column"])
    return ", ".join(part for part in parts if part)


def print_problems(problems: Sequence[Problem], lang: str = "en") -> None:
    """List problems on standard error: each at its place with what to do about it."""
    ordered = sorted(problems, key=lambda p: (p.severity, p.file, p.sheet, p.row or 0))
    shown = []
    for problem in ordered[:_SHOWN]:
        message, remedy = problem.explain(lang)
        place = {name: getattr(problem, name) for name in _PLACE}
        shown.append({**place, "message": message, "remedy": remedy})
    print_said(shown, len(ordered), lang)


def print_said(said: Sequence[Mapping[str, Any]], count: int, lang: str = "en") -> None:
    """List the first of a number of problems that are set out already, the gravest first."""
    from ecograph.texts import translate

    for problem in said[:_SHOWN]:
        place = _place(problem, lang)
        severity = translate(f"screen.{problem['severity']}", lang)
        what = f"{problem['message']} {problem['remedy']}"
        click.echo(f"{severity} [{problem['code']}] {place}: {what}", err=True)
    if count > _SHOWN:
        click.echo(
            f"... and {count - _SHOWN} more; `ecograph check DATA --format csv` lists all.",
            err=True,
        )


def note(sentence: str, *, quiet: bool = False) -> None:
    """Say a sentence on standard error."""
    if not quiet:
        click.echo(sentence, err=True)


def _render(
    table: pd.DataFrame,
    form: str,
    problems: Sequence[Problem] | None,
    lang: str,
    *,
    whole: bool,
    index: bool,
) -> bytes:
    from ecograph import output as files
    from ecograph.problems import tabulate_problems

    if form == "csv":
        return files.render_csv(table, index=index)
    if form == "json":
        found = None if problems is None else tabulate_problems(problems, lang)
        return files.render_json(table, index=index, problems=found)
    if form == "parquet":
        return files.render_parquet(table, index=index)
    return _draw_table(table, lang, whole=whole, index=index).encode("utf-8")


def _form_of(output: Path | None) -> str:
    if output is None:
        return "table"
    suffix = output.suffix.lower().lstrip(".")
    if suffix not in _ENDINGS:
        known = ", ".join(f".{ending}" for ending in _ENDINGS)
        raise click.UsageError(f"{output.name}: end the file in {known}, or say --format.")
    return _ENDINGS[suffix]


def _draw_table(table: pd.DataFrame, lang: str, *, whole: bool, index: bool) -> str:
    """Draw a table for reading; on the screen only its main columns and first rows."""
    from rich.console import Console
    from rich.table import Table

    from ecograph.texts import label_of

    result = table.attrs.get("meta", {}).get("result", "")
    shown = (
        table
        if whole
        else table[[c for c in MAIN_COLUMNS.get(result, table.columns) if c in table]]
    )
    rows = shown if whole else shown.head(_MOST_ROWS)
    flat = rows.reset_index() if index else rows
    drawn = Table(box=None, pad_edge=False)
    for name in flat.columns:
        number = flat[name].dtype.kind in "iuf"
        drawn.add_column(label_of("column", str(name), lang), justify="right" if number else "left")
    for row in flat.itertuples(index=False):
        cells = zip(flat.columns, row, strict=True)
        drawn.add_row(*(_write_value(str(name), value, lang) for name, value in cells))
    width = None if sys.stdout.isatty() else 10_000
    console = Console(width=width, no_color=True, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        console.print(drawn)
    lines = "\n".join(line.rstrip() for line in capture.get().splitlines())
    rest = len(shown) - len(rows)
    return f"{lines}\n" + (f"... {rest} more rows; --format csv has all.\n" if rest else "")


def _write_value(column: str, value: Any, lang: str) -> str:  # noqa: ANN401 - any cell
    import pandas as pd

    from ecograph.schema import read_schema
    from ecograph.texts import label_of

    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "—"
    if isinstance(value, float):
        whole = value.is_integer() or abs(value) >= _LARGE
        return f"{value:,.0f}" if whole else f"{value:.4g}"
    kinds = read_schema().node_kinds
    if column == "kind" and value in kinds:
        return kinds[value].labels[lang]
    if column in TERMS:
        return read_schema().label_term(TERMS[column], str(value), lang)
    if column in WORDS:
        words = (label_of(WORDS[column], word, lang) for word in _SPLITTER.split(str(value)))
        return _JOINER.join(words)
    return str(value)
