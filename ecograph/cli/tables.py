"""The commands that compute one table: open, call one function of the library, deliver."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecograph.cli.bar import watch_stage
from ecograph.cli.opening import deliver_result, find_status, open_data
from ecograph.cli.options import (
    DATA,
    Choices,
    data_argument,
    exact_option,
    setting_options,
    table_options,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ecograph.analysis.breakdown import Breakdown

__all__ = ["table_commands"]

_CLASSES = ("region", "industry", "discipline", "university", "enterprise", "platform_type")
_COUNTED = ("firms", "links", "platforms", "demands", "achievements", "teams", "offers")
_PRESENCE = ("specialised", "sure", "any")
_PROXIMITY = ("probability", "association", "cosine", "jaccard")
_GROUPS = ("industry", "tier", "region", "year")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

_reference = click.option(
    "--reference",
    type=_FILE,
    help="A table of a wider area: places in the first column and a column for each activity, or "
    "three columns place, activity, value.",
)


@dataclass(frozen=True)
class _Table:
    """A command that computes one table.

    Parameters
    ----------
    name
        Of the command.
    function
        Of the library.
    help
        What it does, in a sentence.
    index
        Whether the table's index belongs to it.
    approximate
        Whether it can be asked to be exact however long that takes.
    options
        Decorators of options that the function takes under the same names.
    example
        What stands after the name in the example.
    """

    name: str
    function: str
    help: str
    index: bool = True
    approximate: bool = False
    options: tuple[Callable[..., Any], ...] = ()
    example: str = "data/jinzhong"


def _choose(name: str, choices: Iterable[str], default: str | None, told: str) -> Any:  # noqa: ANN401 - a decorator
    return click.option(
        f"--{name}",
        type=click.Choice(list(choices)),
        default=default,
        show_default=default is not None,
        help=told,
    )


def _cross(rows: str, columns: str) -> tuple[Any, ...]:
    """Make the options of a table by two classifications."""
    return (
        _choose("rows", _CLASSES, rows, "What stands in the rows."),
        _choose("columns", _CLASSES, columns, "What stands in the columns."),
        _choose("counted", _COUNTED, None, "What is counted; by default the usual for the two."),
        _choose("presence", _PRESENCE, "specialised", "When a row has a column."),
    )


_near = _choose("proximity", _PROXIMITY, "probability", "How closeness is measured.")

_TABLES = (
    _Table("summary", "summarise", "Count what the data hold, by kind and status.", index=False),
    _Table(
        "centrality", "rank", "Rank organisations by their place in the network.", approximate=True
    ),
    _Table(
        "leaders",
        "find_leaders",
        "Rank organisations with intervals: how sure are the first ten?",
    ),
    _Table("communities", "find_communities", "Find groups that work together most."),
    _Table("gaps", "find_gaps", "Find industries that are weakly linked to science."),
    _Table(
        "pairs",
        "cross_disciplines",
        "Test which pairs of industry and discipline are missing.",
        index=False,
        options=(
            click.option(
                "--draws",
                type=click.IntRange(0),
                default=0,
                help="Check by so many random tables with exactly the same sums.",
            ),
        ),
    ),
    _Table(
        "opportunities",
        "find_opportunities",
        "Find which missing pairs of industry and discipline would make sense.",
        index=False,
        options=(_reference,),
    ),
    _Table(
        "stability",
        "check_stability",
        "Ask for the gaps in other ways, and say how often each verdict stands.",
    ),
    _Table(
        "pair-stability",
        "check_pair_stability",
        "Ask for the missing pairs in other ways, and say how often each verdict stands.",
        index=False,
    ),
    _Table(
        "brokers",
        "find_brokers",
        "Find through whom each industry's unlinked firms could reach science.",
        index=False,
    ),
    _Table(
        "partners",
        "suggest_partners",
        "Find which universities and teams fit an industry, and why.",
        index=False,
    ),
    _Table(
        "unlinked", "list_unlinked_firms", "List the firms without a link to science.", index=False
    ),
    _Table("structure", "measure_structure", "Measure how far each industry keeps to itself."),
    _Table("roles", "count_roles", "Count between which groups universities and platforms stand."),
    _Table(
        "specialisation",
        "measure_specialisation",
        "Measure what each industry (or region ...) does more than the others, and what is near.",
        index=False,
        options=(*_cross("industry", "discipline"), _near, _reference),
        example="data/jinzhong --rows region --columns industry",
    ),
    _Table(
        "complexity",
        "measure_complexity",
        "Measure diversity, complexity and nestedness of a table of two classifications.",
        options=(*_cross("industry", "discipline"), _reference),
        example="data/jinzhong --rows region --columns industry",
    ),
    _Table(
        "relatedness",
        "measure_relatedness",
        "Measure which disciplines (or industries ...) are close to each other.",
        index=False,
        options=(
            *_cross("enterprise", "discipline"),
            _choose("to", _CLASSES, None, "Another classification to relate the columns to."),
            _near,
            _reference,
        ),
        example="data/jinzhong --rows region --columns industry",
    ),
    _Table(
        "pyramid",
        "count_pyramid",
        "Count firms by tier, industry and county.",
        index=False,
    ),
    _Table(
        "moves",
        "count_moves",
        "Count how firms move between the tiers from year to year.",
        index=False,
    ),
    _Table(
        "steps",
        "count_steps",
        "Count the steps 微成长, 小升高, 高壮大 and 大变强 from year to year.",
        index=False,
    ),
    _Table(
        "promotions",
        "summarise_promotions",
        "Measure how long firms wait for the next tier.",
        index=False,
    ),
    _Table(
        "renewals",
        "list_expiring",
        "List the certificates that expire within months, and what their rule says.",
        index=False,
        options=(
            click.option(
                "--months",
                type=click.IntRange(1),
                default=12,
                show_default=True,
                help="How far to look ahead.",
            ),
        ),
    ),
    _Table(
        "near-misses",
        "list_near_misses",
        "List firms that miss one clause of the next tier.",
        index=False,
    ),
    _Table(
        "tier-links",
        "relate_tiers",
        "Ask whether higher tiers have more links with science.",
        index=False,
    ),
    _Table(
        "sizes",
        "classify_sizes",
        "Class firms as large, medium, small or micro by the official limits.",
        index=True,
    ),
    _Table(
        "targets",
        "compare_targets",
        "Set targets beside what has been reached.",
        index=True,
    ),
    _Table(
        "thermometer",
        "read_thermometer",
        "Read the headline indicators, their growth and their rank.",
        index=True,
    ),
    _Table(
        "funnel",
        "measure_funnel",
        "Measure what events lead to: achievements, intents, agreements.",
        index=False,
    ),
    _Table(
        "platforms",
        "review_platforms",
        "Set what platforms returned beside what went into them.",
        index=False,
    ),
    _Table(
        "review-classes",
        "count_review_classes",
        "Count the classes that reviews of platforms gave, beside their cap.",
        index=False,
    ),
    _Table(
        "pipeline",
        "list_pipeline",
        "List the platforms that are planned or applied for.",
        index=True,
    ),
    _Table(
        "incubation",
        "measure_incubation",
        "Count what incubators hold, by stage.",
        index=False,
    ),
    _Table(
        "finance",
        "measure_finance",
        "Sum up loans and other finance for firms of science.",
        index=False,
    ),
    _Table(
        "counties",
        "cover_counties",
        "See which counties science commissioners cover.",
        index=True,
    ),
    _Table(
        "trainings",
        "count_trainings",
        "Sum up trainings and attendances.",
        index=False,
    ),
    _Table(
        "broker-levels",
        "count_brokers",
        "Count technology brokers by level.",
        index=True,
    ),
)


def _make(table: _Table) -> click.Command:
    """Make a command that loads DATA, computes one table and delivers it."""

    def command(
        data: Path,
        form: str | None,
        output: Path | None,
        choices: Choices,
        **options: Any,  # noqa: ANN401 - those of the function
    ) -> int:
        import ecograph

        ecosystem = open_data(data, choices)
        with watch_stage(table.name, quiet=choices.quiet):
            found = getattr(ecograph, table.function)(ecosystem, **_read_options(options))
        return deliver_result(
            found, ecosystem, form, output, index=table.index, quiet=choices.quiet
        )

    for option in reversed(table.options):
        command = option(command)
    told = f"{table.help}\n\n\b\nExample:\n  ecograph {table.name} {table.example}"
    dressed = data_argument(table_options(setting_options(command)))
    made: click.Command = click.command(table.name, help=told)(dressed)
    return exact_option(made) if table.approximate else made


def _read_options(options: dict[str, Any]) -> dict[str, Any]:
    """Read the file of a reference."""
    if options.get("reference") is None:
        return options
    from ecograph.analysis.crosstables import tabulate_reference
    from ecograph.errors import DataError
    from ecograph.reading.sources import read_file

    path = options["reference"]
    sheet = read_file(path)[0]
    try:
        table = tabulate_reference(sheet.cells.set_axis(list(sheet.header), axis=1))
    except DataError as error:
        raise DataError(f"{path}: {error}", error.problems) from None
    return {**options, "reference": table}


@click.command()
@data_argument
@click.option(
    "--by", type=click.Choice(_GROUPS), help="The same indicators for each of these groups."
)
@click.option(
    "--composite",
    is_flag=True,
    help="With --by: scores of the groups and the intervals of their ranks instead.",
)
@table_options
@setting_options
def dimensions(
    data: Path,
    by: Breakdown | None,
    form: str | None,
    output: Path | None,
    choices: Choices,
    *,
    composite: bool,
) -> int:
    """Measure breadth, depth, precision and density of cooperation.

    \b
    Example:
      ecograph dimensions data/jinzhong
      ecograph dimensions data/jinzhong --by year
    """
    import ecograph

    if composite and not by:
        raise click.UsageError("--composite compares groups; say which with --by.")
    ecosystem = open_data(data, choices)
    with watch_stage("dimensions", quiet=choices.quiet):
        if by is None:
            table = ecograph.measure_dimensions(ecosystem)
        else:
            table = ecograph.break_down_dimensions(ecosystem, by)
        if composite:
            table = ecograph.compose_dimensions(table)
    index = by is None or composite
    return deliver_result(table, ecosystem, form, output, index=index, quiet=choices.quiet)


@click.command()
@data_argument
@click.argument("others", nargs=-1, required=True, type=DATA)
@table_options
@setting_options
def compare(
    data: Path,
    others: tuple[Path, ...],
    form: str | None,
    output: Path | None,
    choices: Choices,
) -> int:
    """Compare the cooperation of two ecosystems or more, and say what cannot be compared.

    \b
    Example:
      ecograph compare data/jinzhong data/weifang
    """
    import ecograph

    ecosystems = [open_data(folder, choices) for folder in (data, *others)]
    with watch_stage("compare", quiet=choices.quiet):
        table = ecograph.compare_ecosystems(ecosystems)
    status = deliver_result(table, ecosystems[0], form, output, index=False, quiet=choices.quiet)
    return max(status, *(find_status(ecosystem) for ecosystem in ecosystems))


@click.command()
@data_argument
@click.option(
    "--rules", help="An edition, year or day of the rules: who gains and who loses by it."
)
@click.option("--against", help="With --rules: the edition to compare with; by default 2022.")
@click.option("--explain", metavar="FIRM", help="Every clause of every programme for one firm.")
@table_options
@setting_options
def tiers(
    data: Path,
    rules: str | None,
    against: str | None,
    explain: str | None,
    form: str | None,
    output: Path | None,
    choices: Choices,
) -> int:
    """Place firms as seedling, shrub or tree, with reasons.

    \b
    Example:
      ecograph tiers data/jinzhong
      ecograph tiers data/example-city --rules 2026 --against 2022
      ecograph tiers data/example-city --explain E001
    """
    import ecograph

    if against and not rules:
        raise click.UsageError("--against compares with the edition of --rules; give both.")
    if rules and explain:
        raise click.UsageError("--explain is of the rules in force; leave --rules out.")
    ecosystem = open_data(data, choices)
    with watch_stage("tiers", quiet=choices.quiet):
        if rules:
            table = ecograph.simulate_rules(ecosystem, rules=rules, against=against or "2022")
        elif explain:
            table = ecograph.explain_tiers(ecosystem, explain)
        else:
            table = ecograph.assign_tiers(ecosystem)
    index = table.index.name is not None
    return deliver_result(table, ecosystem, form, output, index=index, quiet=choices.quiet)


_made = [_make(table) for table in _TABLES]
_place = next(n for n, table in enumerate(_TABLES) if table.name == "pyramid")

table_commands = (*_made[:_place], dimensions, compare, tiers, *_made[_place:])
"""The commands of tables, in the order of the help."""
