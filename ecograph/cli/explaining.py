"""The command that leads from a figure, or a name, to the rows and the rule behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.opening import deliver_result, open_data
from ecograph.cli.options import Choices, data_argument, setting_options, table_options

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["explain_commands"]


@click.command()
@data_argument
@click.argument("what")
@click.option(
    "--no-measures",
    is_flag=True,
    help="Leave out the centrality of an organisation, which takes long in a large network.",
)
@table_options
@setting_options
def explain(
    data: Path,
    what: str,
    form: str | None,
    output: Path | None,
    choices: Choices,
    *,
    no_measures: bool,
) -> int:
    """Explain WHAT: the rows (file, sheet, row) and the rule or method behind it.

    WHAT is the name or id of anything in the data; the path of a figure, as
    gaps/INDUSTRY/observed, pairs/INDUSTRY/DISCIPLINE/observed, dimensions/INDICATOR, tiers/TIER,
    summary/WHAT/ITEM or coverage/INDICATOR/counted; or a number, to see which figures it is.

    \b
    Example:
      ecograph explain data/example-city E001
      ecograph explain data/example-city gaps/生物医药/observed
      ecograph explain data/example-city 352
    """
    from ecograph.analysis.provenance import explain as find_evidence

    ecosystem = open_data(data, choices)
    with watch_stage("explain", quiet=choices.quiet):
        table = find_evidence(ecosystem, what, measures=not no_measures)
    return deliver_result(table, ecosystem, form, output, index=False, quiet=choices.quiet)


explain_commands = (explain,)
"""The commands that explain, in the order of the help."""
