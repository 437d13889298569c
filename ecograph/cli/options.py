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

    from ecograph.masking import Mask
    from ecograph.reading.databases.addresses import Address

__all__ = [
    "MOST_SEED",
    "Choices",
    "data_argument",
    "exact_option",
    "mask_options",
    "setting_options",
    "table_options",
]

MOST_SEED = 2**32 - 1  # as in ecograph.settings, which takes long to import
LEAST = 3  # as in ecograph.masking, which takes long to import too
T = TypeVar("T", bound="Callable[..., Any] | click.Command")
FILE = click.Path(dir_okay=False, path_type=Path)


class _Data(click.ParamType[Any]):
    """A folder or file that exists, or the URL of a database."""

    name = "path"

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | Address:
        """Read the text as `ecograph.reading.databases.addresses` reads addresses."""
        if ":" in str(value):
            from ecograph.errors import DataError
            from ecograph.reading.databases.addresses import parse_address

            try:
                address = parse_address(value)
            except DataError as error:
                self.fail(str(error), param, ctx)
            if address:
                return address
        path: Path = click.Path(exists=True, path_type=Path).convert(value, param, ctx)
        return path


DATA = _Data()


class _Day(click.ParamType[Any]):
    """A day, or a month or year that stands for its last day."""

    name = "date"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        """Read the text as ecograph reads dates."""
        from ecograph.reading.values.periods import parse_period

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
    """Add the argument DATA: a folder of tables, one workbook, or the URL of a database."""
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


def mask_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --mask, --mask-key-file and --least; pass them on as ``mask``, None without --mask."""

    @click.option(
        "--mask",
        "masked",
        is_flag=True,
        help="Make a copy to share: codes for the names of firms, small counts withheld.",
    )
    @click.option(
        "--mask-key-file",
        "key_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Text file with the secret that codes are made with; the same one, the same codes. "
        "Without it whoever has the ids can decode.",
    )
    @click.option(
        "--least",
        type=click.IntRange(2),
        help=f"The least count of firms or agreements that a copy shows.  [default: {LEAST}]",
    )
    @functools.wraps(command)
    def wrapped(
        *,
        masked: bool,
        key_file: Path | None,
        least: int | None,
        output: Path,
        **arguments: Any,  # noqa: ANN401 - the command's own
    ) -> Any:  # noqa: ANN401 - what the command returns
        given = {"--mask-key-file": key_file, "--least": least}
        alone = [name for name, value in given.items() if value is not None]
        if alone and not masked:
            raise click.UsageError(f"{alone[0]} is for a masked copy; add --mask.")
        mask = _choose_mask(key_file, least or LEAST, output) if masked else None
        return command(mask=mask, output=output, **arguments)

    return wrapped


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
    from ecograph.reading.records.reader import read_yaml_mapping

    return read_yaml_mapping(path)


def _choose_mask(key_file: Path | None, least: int, output: Path) -> Mask:
    from ecograph.masking import Mask

    return Mask(key=None if key_file is None else _read_key(key_file, output), least=least)


def _read_key(path: Path, output: Path) -> str:
    """Read a secret; refuse one that cannot be read, or would be given away with the results."""
    from ecograph.errors import SettingsError

    if output.resolve() in path.resolve().parents:
        raise click.UsageError(f"{path} is in the folder to share; keep the key elsewhere.")
    try:
        key = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is no text in UTF-8; write the key as plain text.") from error
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read: {error.strerror}. Name another key file."
        ) from error
    if not key.strip():
        raise SettingsError(f"{path} is empty; write a long secret into it.")
    return key
