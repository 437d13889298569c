"""Options that several commands share."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

__all__ = [
    "MOST_SEED",
    "Choices",
    "data_argument",
    "exact_option",
    "setting_options",
    "table_options",
]

MOST_SEED = 2**32 - 1  # as in ecograph.settings, which takes long to import
T = TypeVar("T", bound="Callable[..., Any] | click.Command")
DATA = click.Path(exists=True, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class _Day(click.ParamType[Any]):
    """A day, or a month or year that stands for its last day."""

    name = "date"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        """Read the text as ecograph reads dates."""
        from ecograph.reading.values import parse_period

        period = parse_period(value)
        if period is None:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD.", param, ctx)
        return period.end


@dataclass(frozen=True)
class Choices:
    """What a person chose on the command line.

    Parameters
    ----------
    settings
        Setting names and values, those of ``--settings`` under those of single options.
    quiet
        Whether progress and notes are left out.
    """

    settings: dict[str, Any]
    quiet: bool


def data_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument DATA: a folder of tables, or one workbook."""
    return click.argument("data", type=DATA)(command)


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --as-of, --lang, --settings, --seed and --quiet; pass them on as ``choices``.

    The choice of `exact_option` goes there too.
    """

    @click.option("--as-of", type=_Day(), help="The day to look at; of a month or year the last.")
    @click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of texts.")
    @click.option(
        "--settings",
        "settings_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="YAML file of settings.",
    )
    @click.option("--seed", type=click.IntRange(0, MOST_SEED), help="Seed of everything random.")
    @click.option("-q", "--quiet", is_flag=True, help="No progress, no notes.")
    @functools.wraps(command)
    def wrapped(
        *,
        as_of: dt.date | None,
        lang: str | None,
        settings_file: Path | None,
        seed: int | None,
        quiet: bool,
        exact: bool = False,
        **arguments: Any,  # noqa: ANN401 - the command's own
    ) -> Any:  # noqa: ANN401 - what the command returns
        settings = _read_settings(settings_file)
        chosen = {"as_of": as_of, "lang": lang, "seed": seed, "exact": exact or None}
        settings |= {name: value for name, value in chosen.items() if value is not None}
        return command(choices=Choices(settings, quiet), **arguments)

    return wrapped


def exact_option(command: T) -> T:
    """Add --exact."""
    return click.option(
        "--exact",
        is_flag=True,
        help="Compute every measure exactly, however long a large network takes.",
    )(command)


def table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --format and -o."""
    command = click.option(
        "--format",
        "form",
        type=click.Choice(["table", "csv", "json", "parquet"]),
        help="How to write the table; by the ending of -o, else as a table to read.",
    )(command)
    return click.option("-o", "--output", type=FILE, help="Write to a file.")(command)


def _read_settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    from ecograph.reading.records import read_yaml_mapping

    return read_yaml_mapping(path)
