"""The commands that look at the ecosystem over time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.opening import deliver_result, find_status, open_data
from ecograph.cli.options import DATA, Choices, data_argument, setting_options, table_options
from ecograph.cli.screen import deliver, note

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.analysis.windows import Active
    from ecograph.ecosystem import Ecosystem

__all__ = ["history_commands"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PARTS = ("organisation", "university", "platform", "enterprise", "institution")


class _Years(click.ParamType[tuple[int, int]]):
    """A year, or the first and last of some years."""

    name = "years"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read 2024, or 2021-2023."""
        found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", value)
        if found is None:
            self.fail(f"{value!r} is no year; write 2024, or 2021-2023.", param, ctx)
        return int(found[1]), int(found[2] or found[1])


_active = click.option(
    "--active",
    type=click.Choice(["running", "signed"]),
    default="running",
    show_default=True,
    help="What puts an agreement in a year: that it runs in it, or that it was signed in it.",
)


@click.command()
@data_argument
@click.argument("other", required=False, type=DATA)
@click.option("--from", "before", type=_Years(), help="The earlier year, or years (2021-2023).")
@click.option("--to", "after", type=_Years(), help="The later year, or years.")
@_active
@click.option("--part", type=click.Choice(_PARTS), default="organisation", show_default=True)
@click.option("--organisations", is_flag=True, help="A row an organisation instead of a tie.")
@click.option("--all", "everything", is_flag=True, help="Also what stayed the same.")
@click.option("--prices", type=_FILE, help="A table of years and price indices (year, index).")
@click.option("--base", type=int, help="With --prices: the year in whose prices amounts come out.")
@table_options
@setting_options
def diff(  # noqa: PLR0913, PLR0917 - one for each option
    data: Path,
    other: Path | None,
    before: tuple[int, int] | None,
    after: tuple[int, int] | None,
    prices: Path | None,
    base: int | None,
    form: str | None,
    output: Path | None,
    choices: Choices,
    *,
    active: Active,
    part: str,
    organisations: bool,
    everything: bool,
) -> int:
    """Find the ties that are new, lost, deepened or thinned between two years, or two folders.

    \b
    Example:
      ecograph diff data/example-city --from 2023 --to 2024
      ecograph diff data/example-city --from 2021-2022 --to 2023-2024 --organisations
    """
    import ecograph

    if other is None and (before is None or after is None):
        raise click.UsageError("Give --from and --to, or a second folder.")
    if (prices is None) != (base is None):
        raise click.UsageError("--prices and --base go together.")
    folders = [data] if other is None else [data, other]
    ecosystems = [open_data(folder, choices) for folder in folders]
    with watch_stage("diff", quiet=choices.quiet):
        looks = [_restate(ecosystem, prices, base) for ecosystem in ecosystems]
        pair = zip((looks[0], looks[-1]), (before, after), strict=True)
        windows = [
            ecograph.take_window(look, *years, active=active) if years else look
            for look, years in pair
        ]
        find = ecograph.find_organisation_changes if organisations else ecograph.find_tie_changes
        table = find(*windows, part=part)
    told = _tell_changes(table)
    if not everything and not organisations:
        table = _keep_changes(table)
    problems = [problem for ecosystem in ecosystems for problem in ecosystem.problems]
    deliver(
        table,
        form=form,
        output=output,
        index=organisations,
        problems=problems,
        lang=ecosystems[0].lang,
        quiet=choices.quiet,
    )
    note(told, quiet=choices.quiet)
    return max(map(find_status, ecosystems))


@click.command()
@data_argument
@click.option(
    "--span",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How many years a window has.",
)
@_active
@table_options
@setting_options
def trace(
    data: Path,
    form: str | None,
    output: Path | None,
    choices: Choices,
    *,
    span: int,
    active: Active,
) -> int:
    """Follow the headline figures of the ecosystem from year to year.

    \b
    Example:
      ecograph trace data/example-city
    """
    import ecograph

    ecosystem = open_data(data, choices)
    with watch_stage("trace", quiet=choices.quiet):
        table = ecograph.trace_windows(ecosystem, span=span, active=active)
    return deliver_result(table, ecosystem, form, output, index=False, quiet=choices.quiet)


def _restate(ecosystem: Ecosystem, prices: Path | None, base: int | None) -> Ecosystem:
    """Restate amounts in the prices of a year, if that is asked for."""
    if prices is None or base is None:
        return ecosystem
    import pandas as pd

    import ecograph
    from ecograph.reading.sources import read_file

    sheet = read_file(prices)[0]
    table = sheet.cells.set_axis([str(label).strip().lower() for label in sheet.header], axis=1)
    numbers = table.apply(pd.to_numeric, errors="coerce")
    return ecograph.deflate_amounts(ecosystem, numbers, base=base)


def _keep_changes(table: pd.DataFrame) -> pd.DataFrame:
    kept = table[table["change"] != "same"].reset_index(drop=True)
    kept.attrs = table.attrs
    return kept


def _tell_changes(table: pd.DataFrame) -> str:
    """Say how many of each change there are, and what is in no year."""
    from ecograph.texts import label_of

    meta = table.attrs["meta"]
    lang = meta["settings"]["lang"]
    groups = {"tie_changes": ("change", "change"), "organisation_changes": ("status", "standing")}
    column, group = groups[meta["result"]]
    counts = table[column].value_counts(sort=False)
    said = [f"{label_of(group, str(word), lang)} {n}" for word, n in counts.items()]
    return ("；" if lang == "zh" else "; ").join(said)


history_commands = (diff, trace)
"""The commands over time, in the order of the help."""
