"""The command that finds who is one organisation, and writes the list that people decide on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.opening import deliver_result, open_data
from ecograph.cli.options import Choices, data_argument, setting_options, table_options
from ecograph.cli.screen import note, print_problems

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

__all__ = ["resolve_commands"]


@click.command()
@data_argument
@click.option("--pairs", is_flag=True, help="List pairs of names instead of organisations.")
@click.option("--all", "everyone", is_flag=True, help="List those that resemble nobody too.")
@click.option(
    "--review",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the list for people to decide, as .xlsx or .csv; what is decided is kept.",
)
@table_options
@setting_options
def resolve(
    data: Path,
    form: str | None,
    output: Path | None,
    choices: Choices,
    review: Path | None,
    *,
    pairs: bool,
    everyone: bool,
) -> int:
    """Find which names of DATA mean one organisation, and why.

    Each name has a verdict: merged, review (a person has to decide) or apart (alike, but another).
    Fill in the list that --review writes and lay it into DATA as its table "resolutions": every
    command obeys it. With "resolve: merged" in the settings, they also follow the model where it
    is sure.

    \b
    Example:
      ecograph resolve data/example-city
      ecograph resolve data/example-city --review review.xlsx
    """
    from ecograph.analysis.duplicates import list_matches
    from ecograph.analysis.duplicates import resolve as find_clusters

    ecosystem = _open_unmerged(data, choices)
    with watch_stage("resolve", quiet=choices.quiet):
        table = list_matches(ecosystem) if pairs else find_clusters(ecosystem)
    if not (pairs or everyone):
        table = table[table["verdict"].notna()]
    if review is not None:
        _write_review(ecosystem, review, quiet=choices.quiet)
    return deliver_result(table, ecosystem, form, output, index=not pairs, quiet=choices.quiet)


def _open_unmerged(data: Path, choices: Choices) -> Ecosystem:
    """Open data with nobody merged, and report what is wrong with the decisions too."""
    from ecograph.analysis.duplicates import check_resolutions

    settings = {**choices.settings, "resolve": "none"}
    ecosystem = open_data(data, replace(choices, settings=settings))
    found = check_resolutions(ecosystem)
    print_problems(found, ecosystem.lang)
    return replace(ecosystem, problems=(*ecosystem.problems, *found))


def _write_review(ecosystem: Ecosystem, path: Path, *, quiet: bool) -> None:
    from ecograph.analysis.duplicates import review_names
    from ecograph.texts import translate
    from ecograph.worklist import write_review

    listed = review_names(ecosystem)
    write_review(listed, path, lang=ecosystem.lang)
    undecided = int(((listed["decision"] == "") & (listed["verdict"] == "review")).sum())
    note(
        translate("review.written", ecosystem.lang, path=path, count=undecided),
        quiet=quiet,
    )


resolve_commands = (resolve,)
"""The commands that resolve names, in the order of the help."""
