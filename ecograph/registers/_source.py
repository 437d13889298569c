"""What the registers share: files of text, their dirt, and the checks they must pass."""

from __future__ import annotations

import contextlib
import csv
import re
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

import pandas as pd

from ecograph.errors import RegisterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "add_amounts",
    "add_amounts_by",
    "check_constant",
    "check_counts",
    "check_known",
    "check_total",
    "check_unique",
    "clean_amounts",
    "clean_dates",
    "make_facts",
    "read_table",
    "split_by_kind",
    "translate",
]

_AMOUNT = re.compile(r"\d+(\.\d+)?")
_DAY_FIRST = re.compile(r"^(\d{2})\.(\d{2})\.(\d{4}) \d{2}:\d{2}$")
_LONGEST_FIELD = 1 << 26
"""Characters of a field; in what is longer a quotation mark was left open."""
_DIGITS = 60  # enough for an exact sum of any register


def read_table(
    source: Path, file: str, columns: Sequence[str], *, separator: str = ","
) -> pd.DataFrame:
    """Read the columns of one file as text, exactly as written.

    Parameters
    ----------
    source
        The folder of the register.
    file
        The file's own name; UTF-8, with or without BOM, fields quoted as in CSV.
    columns
        The columns that the register must have.
    separator
        What stands between two fields.

    Returns
    -------
    pandas.DataFrame
        The columns as text; the index is the row number that a spreadsheet shows.

    Raises
    ------
    RegisterError
        If the file cannot be read, a row is broken or a column is missing.
    """
    header, *records = _read_records(source / file, separator)
    rows = {number: record for number, record in enumerate(records, start=2) if record}
    for number, record in rows.items():
        if len(record) != len(header):
            raise RegisterError(
                f"{file}, row {number}: {len(record)} fields under a header of {len(header)}; "
                "repair the row or download the file again."
            )
    missing = [column for column in columns if column not in header]
    if missing:
        raise RegisterError(
            f"{file} has no column {', '.join(missing)}; use the layout in docs/registers.md."
        )
    table = pd.DataFrame(list(rows.values()), index=list(rows), columns=header, dtype=str)
    return table[list(columns)]


def clean_amounts(values: pd.Series[str], file: str) -> pd.Series[str]:
    """Write amounts as plain decimal numbers with a point, digit for digit.

    Parameters
    ----------
    values
        Amounts as the register writes them: a decimal comma or point, padding, or nothing.
    file
        The file that they stand in.

    Returns
    -------
    pandas.Series
        The amounts as text, an empty string where there is none.

    Raises
    ------
    RegisterError
        If a value is not a number, or is negative.

    Examples
    --------
    >>> clean_amounts(pd.Series([" 262132,65", "1500000.0", ""]), "projects.csv").tolist()
    ['262132.65', '1500000.0', '']
    """
    cleaned = values.str.strip().str.replace(",", ".", regex=False)
    wrong = cleaned.ne("") & ~cleaned.str.fullmatch(_AMOUNT)
    _refuse(values[wrong], file, "is not an amount; write digits with one comma or point")
    return cleaned


def clean_dates(values: pd.Series[str], file: str) -> pd.Series[str]:
    """Write days in ISO form.

    Parameters
    ----------
    values
        Days as 2014-01-31 or as 31.01.2014 00:00, or nothing.
    file
        The file that they stand in.

    Returns
    -------
    pandas.Series
        The days as text, an empty string where there is none.

    Raises
    ------
    RegisterError
        If a value is not a day of the calendar.

    Examples
    --------
    >>> clean_dates(pd.Series(["31.01.2014 00:00", "2014-01-31", ""]), "grants.csv").tolist()
    ['2014-01-31', '2014-01-31', '']
    """
    cleaned = values.str.strip().str.replace(_DAY_FIRST, r"\3-\2-\1", regex=True)
    unknown = pd.to_datetime(cleaned, format="%Y-%m-%d", errors="coerce").isna()
    _refuse(values[cleaned.ne("") & unknown], file, "is not a day; write it as 2014-01-31")
    return cleaned


def translate(values: pd.Series[str], words: Mapping[str, str], file: str) -> pd.Series[str]:
    """Put ecograph's words in the place of the register's.

    Parameters
    ----------
    values
        Words of the register.
    words
        What each of them means.
    file
        The file that they stand in.

    Returns
    -------
    pandas.Series
        The words of ecograph.

    Raises
    ------
    RegisterError
        If the register uses a word that is not among `words`.

    Examples
    --------
    >>> translate(pd.Series(["CLOSED"]), {"CLOSED": "ended"}, "grants.csv").tolist()
    ['ended']
    """
    known = ", ".join(repr(word) for word in words)
    _refuse(values[~values.isin(list(words))], file, f"is not one of {known}")
    return values.map(dict(words))


def add_amounts(values: pd.Series[str]) -> Decimal:
    """Add amounts exactly.

    Parameters
    ----------
    values
        Amounts as text; an empty string adds nothing.

    Returns
    -------
    decimal.Decimal
        The exact sum.

    Examples
    --------
    >>> add_amounts(pd.Series(["0.1", "0.2", ""]))
    Decimal('0.3')
    """
    with localcontext(prec=_DIGITS):
        return sum((Decimal(value) for value in values if value), Decimal(0))


def add_amounts_by(values: pd.Series[str], keys: Sequence[pd.Series[str]]) -> pd.Series[str]:
    """Add amounts exactly within each group, and give every row the sum of its group.

    Parameters
    ----------
    values
        Amounts as text.
    keys
        What makes a group; the same index as `values`.

    Returns
    -------
    pandas.Series
        Sums as text on the index of `values`; an empty string where a group has no amount.

    Examples
    --------
    >>> project = pd.Series(["a", "a", "b"])
    >>> add_amounts_by(pd.Series(["1.10", "2", ""]), [project]).tolist()
    ['3.10', '3.10', '']
    """

    def total(group: pd.Series[str]) -> str:
        return format(add_amounts(group), "f") if group.ne("").any() else ""

    return values.groupby(list(keys), sort=False).transform(total)


def check_unique(table: pd.DataFrame, columns: Sequence[str], file: str) -> None:
    """Refuse a table in which a key stands twice.

    Parameters
    ----------
    table
        Rows of the file.
    columns
        The columns that together are the key.
    file
        The file's name.

    Raises
    ------
    RegisterError
        If two rows have the same key; the second is named.
    """
    names = list(columns)
    for row in table.index[table.duplicated(names)][:1]:
        key = ", ".join(table.loc[row, names])
        raise RegisterError(
            f"{file}, row {row}, column {', '.join(names)}: {key} stands in an earlier row too; "
            "keep one of them."
        )


def check_known(values: pd.Series[str], known: pd.Series[str], *, file: str, other: str) -> None:
    """Refuse a reference that does not close.

    Parameters
    ----------
    values
        References in `file`.
    known
        The keys that exist in `other`.
    file, other
        The two files' names.

    Raises
    ------
    RegisterError
        If a reference points to nothing.
    """
    _refuse(values[~values.isin(known)], file, f"does not exist in {other}; take both of one date")


def check_counts(stated: pd.Series[str], counted: pd.Series[int], *, file: str, other: str) -> None:
    """Refuse a row whose own count differs from the recount.

    Parameters
    ----------
    stated
        Counts as the register writes them, possibly padded.
    counted
        The recount, on the same index.
    file, other
        The file that states, and the file that was counted.

    Raises
    ------
    RegisterError
        If a row states another number; the first is named.
    """
    for row in stated.index[stated.str.strip() != counted.astype(str)][:1]:
        raise RegisterError(
            f"{file}, row {row}, column {stated.name}: the register says {stated[row].strip()}, "
            f"{other} has {counted[row]}; take both files of one date."
        )


def check_constant(table: pd.DataFrame, key: str, columns: Sequence[str], *, file: str) -> None:
    """Refuse a key whose rows contradict each other.

    Parameters
    ----------
    table
        Rows of the file.
    key
        The column that identifies; rows without a key are left alone.
    columns
        The columns that must be the same on all rows of a key.
    file
        The file's name.

    Raises
    ------
    RegisterError
        If a row differs from the first row of its key.
    """
    rows = table[table[key] != ""]
    for column in columns:
        first = rows.groupby(key)[column].transform("first")
        for row in rows.index[rows[column] != first][:1]:
            raise RegisterError(
                f"{file}, row {row}, column {column}: {rows.loc[row, column]!r}, but {key} "
                f"{rows.loc[row, key]} has {first[row]!r} in an earlier row; correct one of them."
            )


def check_total(meaning: str, *, read: Decimal | int, written: Decimal | int, file: str) -> None:
    """Refuse a conversion that lost or gained something.

    Parameters
    ----------
    meaning
        What was counted or added.
    read, written
        The total of the file, and of the tables made from it.
    file
        The file's name.

    Raises
    ------
    RegisterError
        If the two totals differ.

    Examples
    --------
    >>> check_total("projects", read=3, written=2, file="projects.csv")
    Traceback (most recent call last):
    ...
    ecograph.errors.RegisterError: projects.csv: 3 projects read, 2 written; report this as a bug.
    """
    if read != written:
        raise RegisterError(
            f"{file}: {read} {meaning} read, {written} written; report this as a bug."
        )


def split_by_kind(
    organisations: pd.DataFrame, columns: Mapping[str, Sequence[str]]
) -> dict[str, pd.DataFrame]:
    """Split organisations into one table for each kind.

    Parameters
    ----------
    organisations
        One row an organisation; `kind` is the name of its table.
    columns
        The columns of each table, by the table's name.

    Returns
    -------
    dict of str to pandas.DataFrame
        The tables, in the order of `columns`.

    Raises
    ------
    RegisterError
        If an organisation found no table.
    """
    tables = {
        kind: organisations.loc[organisations["kind"] == kind, list(names)].reset_index(drop=True)
        for kind, names in columns.items()
    }
    written = sum(len(table) for table in tables.values())
    check_total("organisations", read=len(organisations), written=written, file="the register")
    return tables


def make_facts(name: str, dates: pd.Series[str], source: str) -> dict[str, object]:
    """State what ecosystem.yaml says about a register.

    Parameters
    ----------
    name
        The register's name.
    dates
        Start dates in ISO form; the latest is the day as of which everything counts.
    source
        Where the register comes from, and its licence.

    Returns
    -------
    dict of str to object
        The facts; no `as_of` where no date is known.

    Examples
    --------
    >>> make_facts("Register", pd.Series(["2014-01-31", ""]), "CC0")["as_of"]
    '2014-01-31'
    """
    latest = max(dates, default="")
    as_of = {"as_of": latest} if latest else {}
    return {"name": name, **as_of, "language": "en", "currency": "EUR", "source": source}


def _read_records(path: Path, separator: str) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines, _allow_fields(_LONGEST_FIELD):
            records = list(csv.reader(lines, delimiter=separator, strict=True))
    except OSError as error:
        raise RegisterError(
            f"{path.name} cannot be read from {path.parent} ({error.strerror}); "
            "put the register's files into one folder, under their own names."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise RegisterError(
            f"{path.name} is not a UTF-8 table ({error}); download the file again."
        ) from error
    if not records:
        raise RegisterError(f"{path.name} is empty; download the file again.")
    return records


@contextlib.contextmanager
def _allow_fields(longest: int) -> Iterator[None]:
    """Let csv read long fields for a while: its limit is one for all of the program."""
    before = csv.field_size_limit(longest)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _refuse(wrong: pd.Series[str], file: str, reason: str) -> None:
    for row, value in wrong.head(1).items():
        raise RegisterError(f"{file}, row {row}, column {wrong.name}: {value!r} {reason}.")
