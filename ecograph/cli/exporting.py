"""The commands that hand an ecosystem to other programs, and take it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.opening import find_status, open_data
from ecograph.cli.options import Choices, data_argument, setting_options
from ecograph.cli.screen import note

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem
    from ecograph.tables import TableSet

__all__ = ["export_commands"]

_OUT = click.Path(path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FORMS = {
    ".graphml": "graphml",
    ".gexf": "gexf",
    ".cyjs": "cytoscape",
    ".json": "vosviewer",
    ".sqlite": "sqlite",
    ".db": "sqlite",
    ".duckdb": "duckdb",
    "": "parquet",
}
_DATABASES = ("sqlite", "duckdb", "parquet")
_PARTS = (
    "all",
    "organisation",
    "university",
    "platform",
    "enterprise",
    "institution",
    "discipline",
    "industry",
)


@click.command()
@data_argument
@click.option("-o", "--output", type=_OUT, required=True, help="The file or folder to write.")
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(set(_FORMS.values()))),
    help="What to write; by the ending of -o: .graphml, .gexf, .cyjs (Cytoscape), "
    ".json (VOSviewer), .sqlite, .duckdb, or a folder (Parquet).",
)
@click.option(
    "--part",
    type=click.Choice(_PARTS),
    help="Of a network file: whose ties, or all nodes and edges; organisation by default.",
)
@setting_options
def export(data: Path, output: Path, form: str | None, part: str | None, choices: Choices) -> int:
    """Export the network, or all tables, for Gephi, Cytoscape, VOSviewer, R, SQL or pandas.

    \b
    Example:
      ecograph export data/example-city -o town.gexf
      ecograph export data/example-city -o town.graphml --part all
      ecograph export data/example-city -o town.sqlite
    """
    chosen = form or _find_form(output)
    if part is not None and chosen in _DATABASES:
        raise click.UsageError(f"--part is for network files; {chosen} has all tables.")
    ecosystem = open_data(data, choices)
    with watch_stage("write", quiet=choices.quiet):
        files = _export(ecosystem, output, chosen, part or "organisation")
    note(f"{len(files)} file(s): {output}", quiet=choices.quiet)
    return find_status(ecosystem)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("-o", "--output", type=_OUT, required=True, help="The data folder to write.")
@setting_options
def import_file(file: Path, output: Path, choices: Choices) -> None:
    """Import a network (GraphML, GEXF) or a SQLite database into an ecosystem folder.

    \b
    Example:
      ecograph import town.graphml -o data/town
      ecograph import town.sqlite -o data/town
    """
    from ecograph.output import save_tables

    with watch_stage("convert", quiet=choices.quiet):
        tables = _read(file)
        save_tables(tables, output)
    totals = ", ".join(f"{name} {value:,.15g}" for name, value in tables.totals.items())
    note(f"Read: {totals}.", quiet=choices.quiet)


def _find_form(output: Path) -> str:
    suffix = output.suffix.lower()
    if suffix not in _FORMS:
        known = ", ".join(ending for ending in _FORMS if ending)
        raise click.UsageError(
            f"{output.name}: end the file in {known}, name a folder, or say --format."
        )
    return _FORMS[suffix]


def _export(ecosystem: Ecosystem, output: Path, form: str, part: str) -> list[Path]:
    from ecograph.files import write_bytes
    from ecograph.render import exports

    if form in _DATABASES:
        return exports.export_tables(ecosystem, output, form=cast("Any", form))
    write_bytes(output, exports.export_network(ecosystem, cast("Any", form), part=part))
    return [output]


def _read(file: Path) -> TableSet:
    """Read a file by its ending; whatever is no network is a database, or refused as none."""
    from ecograph.registers.databases import read_database
    from ecograph.registers.networks import read_network

    networks = {".graphml", ".gexf", ".xml"}
    return read_network(file) if file.suffix.lower() in networks else read_database(file)


export_commands = (export, import_file)
"""The commands that export and import, in the order of the help."""
