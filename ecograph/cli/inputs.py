"""The commands about what goes in: checking and reading it, templates, made and converted data."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.opening import find_status, open_data
from ecograph.cli.options import DATA, Choices, data_argument, setting_options, table_options
from ecograph.cli.screen import deliver, note, print_problem_kinds, print_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecograph.ecosystem import Ecosystem
    from ecograph.problems import Problem
    from ecograph.reading.databases.addresses import Address
    from ecograph.reading.suggestions import Suggestion

__all__ = ["check", "convert", "generate", "read", "schema", "template"]

_OUT = click.Path(path_type=Path)


@click.command()
@data_argument
@click.option(
    "--suggest",
    is_flag=True,
    help="Propose a table for each sheet, and a column for each header, that is not recognised; "
    "with -o ecosystem.yaml the proposals are added to that file.",
)
@click.option(
    "--annotate",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.xlsx",
    help="Write a copy of the tables in which every faulty cell is marked.",
)
@table_options
@setting_options
def check(
    data: Path,
    *,
    suggest: bool,
    annotate: Path | None,
    form: str | None,
    output: Path | None,
    choices: Choices,
) -> int:
    """List what is wrong with the data: kinds of problems, or each one with --format or -o.

    \b
    Example:
      ecograph check data/jinzhong
      ecograph check data/jinzhong --format csv -o problems.csv
      ecograph check data/jinzhong --annotate marked.xlsx
      ecograph check data/jinzhong --suggest

    Nothing in the data is changed.
    """
    if suggest:
        if annotate:
            raise click.UsageError("--suggest and --annotate answer different questions; ask one.")
        return _suggest(data, form, output, choices)
    if annotate and annotate.suffix.lower() != ".xlsx":
        raise click.UsageError(f"{annotate.name}: --annotate writes a workbook; end it in .xlsx.")
    with _annotating(data, annotate, choices):
        ecosystem = open_data(data, choices, report=False)
    return _report_check(ecosystem, form, output, choices, data=data, annotate=annotate)


@click.command()
@click.argument("file", type=DATA)
@click.option(
    "--sheet", help="The sheet of a workbook, or the table of a records file; the first by default."
)
@table_options
@setting_options
def read(
    file: Path | Address, sheet: str | None, form: str | None, output: Path | None, choices: Choices
) -> int:
    """Show one table as ecograph reads it: rows as text, and what is doubtful about it.

    \b
    Example:
      ecograph read data/jinzhong/agreements.csv --format json
    """
    from ecograph.reading.sources import read_file

    with watch_stage("read", quiet=choices.quiet):
        sheets = read_file(file, sheet=sheet)
    first = sheets[0]
    table = first.cells.set_axis(_name_columns(first.header), axis=1).reset_index(drop=True)
    table.attrs = {
        "meta": {
            "file": first.file,
            "sheet": first.sheet,
            "sheets": [s.sheet for s in sheets],
            "columns": list(first.header),
            "dialect": dict(first.dialect),
            "rows": {"rows": first.rows_in, "rejected": first.rejected, "blank": first.blank},
        }
    }
    lang = choices.settings.get("lang", "en")
    deliver(
        table,
        form=form,
        output=output,
        index=False,
        problems=first.problems,
        lang=lang,
        quiet=choices.quiet,
    )
    if form != "json":
        print_problems(first.problems, lang)
    if len(sheets) > 1:
        others = ", ".join(s.sheet for s in sheets[1:])
        note(f"Other sheets: {others} (--sheet NAME).", quiet=choices.quiet)
    return int(any(p.severity == "error" for p in first.problems))


@click.command()
@table_options
@setting_options
def schema(form: str | None, output: Path | None, choices: Choices) -> None:
    """Show tables, columns, synonyms, node and edge kinds.

    \b
    Example:
      ecograph schema --format csv -o schema.csv
    """
    import pandas as pd

    from ecograph.schema import read_schema

    known = read_schema()
    rows = [
        {
            "table": table.name,
            "table_zh": "、".join(table.zh),
            "column": column.name,
            "type": column.type,
            "required": column.required,
            "refers_to": ", ".join(column.kinds),
            "vocabulary": column.vocabulary or "",
            "edge": column.edge or "",
            "en": ", ".join(column.en),
            "zh": "、".join(column.zh),
            "example": column.example,
        }
        for table in known.tables.values()
        for column in table.columns.values()
    ]
    frame = pd.DataFrame(rows)
    frame.attrs = {"meta": _describe_kinds()}
    deliver(frame, form=form, output=output, index=False, lang=choices.settings.get("lang", "en"))


@click.command()
@click.option("-o", "--output", type=_OUT, required=True, help="The workbook to write.")
@setting_options
def template(output: Path, choices: Choices) -> None:
    """Write an empty workbook to fill in, one sheet a table, in Chinese or with --lang en.

    \b
    Example:
      ecograph template -o city.xlsx
    """
    from ecograph.files import write_bytes
    from ecograph.workbook import render_template_workbook

    write_bytes(output, render_template_workbook(choices.settings.get("lang", "zh")))


@click.command()
@click.option("--profile", default="jinzhong", show_default=True, help="Which city to resemble.")
@click.option("-o", "--output", type=_OUT, required=True, help="The data folder to write.")
@setting_options
def generate(profile: str, output: Path, choices: Choices) -> None:
    """Generate a synthetic city of realistic size.

    \b
    Example:
      ecograph generate --profile jinzhong --seed 1 -o data/example-city
    """
    from ecograph.output import save_tables
    from ecograph.synthetic import generate_city

    seed = choices.settings.get("seed", 1)
    with watch_stage("generate", quiet=choices.quiet):
        files = save_tables(generate_city(profile, seed=seed), output)
    note(f"{len(files)} files in {output}, synthetic, seed {seed}.", quiet=choices.quiet)


@click.command()
@click.argument("register", type=click.Choice(["h2020", "anr-pia", "norway-h2020"]))
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=_OUT, required=True, help="The data folder to write.")
@setting_options
def convert(register: str, source: Path, output: Path, choices: Choices) -> None:
    """Convert a public register into an ecosystem folder; its control totals are checked.

    \b
    Example:
      ecograph convert norway-h2020 registers/norway-h2020 -o data/norway
    """
    from ecograph.output import save_tables
    from ecograph.registers import convert as convert_register

    with watch_stage("convert", quiet=choices.quiet):
        tables = convert_register(register, source)
        save_tables(tables, output)
    totals = ", ".join(f"{name} {value:,.15g}" for name, value in tables.totals.items())
    note(f"Control totals: {totals}.", quiet=choices.quiet)


# what check says


def _report_check(
    ecosystem: Ecosystem,
    form: str | None,
    output: Path | None,
    choices: Choices,
    *,
    data: Path,
    annotate: Path | None,
) -> int:
    """Say what was found: the kinds of problems, or each of them where a form is asked for."""
    from ecograph.analysis.meta import attach_meta
    from ecograph.problems import tabulate_problems
    from ecograph.texts import translate

    lang, problems = ecosystem.lang, ecosystem.problems
    rows = ecosystem.accounts[["rows", "used", "rejected", "blank"]].sum()
    counts = {name: int(count) for name, count in rows.items()}
    if form or output:
        found = {"errors": len(ecosystem.errors), "rows": counts}
        table = attach_meta(tabulate_problems(problems, lang), ecosystem, "problems", method=found)
        deliver(
            table,
            form=form,
            output=output,
            index=False,
            problems=problems,
            lang=lang,
            quiet=choices.quiet,
        )
    else:
        print_problem_kinds(problems, lang)
    if annotate:
        _annotate(data, problems, annotate, lang, quiet=choices.quiet)
    errors = len(ecosystem.errors)
    said = {"errors": errors, "warnings": len(problems) - errors, **counts}
    note(translate("screen.check_line", lang, **said), quiet=choices.quiet)
    return find_status(ecosystem)


@contextlib.contextmanager
def _annotating(data: Path, annotate: Path | None, choices: Choices) -> Iterator[None]:
    """Mark the problems of data that cannot be loaded at all, before saying so."""
    from ecograph.errors import DataError

    try:
        yield
    except DataError as error:
        if annotate and error.problems:
            lang = choices.settings.get("lang", "zh")
            with contextlib.suppress(DataError):  # said below, by the error that led here
                _annotate(data, error.problems, annotate, lang, quiet=choices.quiet)
        raise


def _annotate(
    data: Path, problems: Sequence[Problem], path: Path, lang: str, *, quiet: bool
) -> None:
    from ecograph.annotation import MOST_MARKED, annotate_tables
    from ecograph.files import write_bytes
    from ecograph.texts import translate

    with watch_stage("annotate", quiet=quiet):
        content = annotate_tables(data, problems, lang=lang)
    write_bytes(path, content)
    left = max(len(problems) - MOST_MARKED, 0)
    rest = translate("screen.annotated_rest", lang, rest=left) if left else ""
    marked = len(problems) - left
    note(translate("screen.annotated", lang, path=path, marked=marked, rest=rest), quiet=quiet)


# what check proposes


def _suggest(data: Path, form: str | None, output: Path | None, choices: Choices) -> int:
    """Show what unknown sheets and headers may be; add it to ecosystem.yaml on request."""
    from ecograph.reading.sources import read_source
    from ecograph.reading.suggestions import suggest_mappings, tabulate_suggestions
    from ecograph.texts import translate

    lang = choices.settings.get("lang", "zh")
    with watch_stage("suggest", quiet=choices.quiet):
        found = suggest_mappings(read_source(data))
    to_yaml = form is None and output is not None and output.suffix.lower() in {".yaml", ".yml"}
    table = tabulate_suggestions(found, lang)
    if found or form or (output and not to_yaml):
        target = None if to_yaml else output
        deliver(table, form=form, output=target, index=False, lang=lang, quiet=choices.quiet)
    if not found:
        note(translate("screen.no_suggestions", lang), quiet=choices.quiet)
    elif to_yaml and output:
        _add_mappings(output, found, data, lang)
    else:
        note(translate("screen.suggestions", lang), quiet=choices.quiet)
    return 0


def _add_mappings(path: Path, found: Sequence[Suggestion], data: Path, lang: str) -> None:
    """Add suggestions to a file; what it says already stays, and how much that was is said."""
    from ecograph.files import write_bytes
    from ecograph.reading.corrections import add_mappings
    from ecograph.reading.sources import FACTS_FILE
    from ecograph.reading.text.encodings import decode_text
    from ecograph.texts import translate

    old = decode_text(path.read_bytes(), path.name).text if path.exists() else ""
    text, added = add_mappings(old, found)
    write_bytes(path, text.encode("utf-8"))
    said = {"path": path, "added": added, "kept": len(found) - added}
    note(translate("screen.mappings_added", lang, **said))
    if path.resolve() != (data / FACTS_FILE).resolve() or not data.is_dir():
        note(translate("screen.mappings_elsewhere", lang))


# what read and schema show


def _name_columns(header: tuple[str, ...]) -> list[str]:
    """Name columns by their headers; a blank or repeated one by its position too."""
    names: list[str] = []
    for number, label in enumerate(header, start=1):
        names.append(f"{label} ({number})".strip() if not label or label in names else label)
    return names


def _describe_kinds() -> dict[str, object]:
    from ecograph.schema import read_schema

    known = read_schema()
    return {
        "node_kinds": {k: {**v.labels, "table": v.table} for k, v in known.node_kinds.items()},
        "edge_kinds": {
            k: {**v.labels, "source": v.source, "target": v.target}
            for k, v in known.edge_kinds.items()
        },
        "vocabularies": {
            name: {term.key: [*term.zh, *term.en] for term in terms}
            for name, terms in known.vocabularies.items()
        },
    }
