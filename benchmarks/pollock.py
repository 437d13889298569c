"""Read the polluted files of Pollock: how many are right, told to be wrong, or wrong in silence.

    python benchmarks/pollock.py              # the files under ECOGRAPH_REAL_DATA/pollock
    python benchmarks/pollock.py --make       # all 2,290, made anew from one clean table
    python benchmarks/pollock.py --beside     # besides: csv, pandas, duckdb where installed

Pollock (Vitagliano and others, VLDB 2023; repository HPI-Information-Systems/Pollock) pollutes one
table of 84 rows and 9 columns in 2,290 ways. Its score of a file is the sum of ten measures from 0
to 1: loaded at all; precision, recall and F1 of header cells, records and cells as multisets; the
weighted one takes files by how often such files were found in the wild. Cells are compared as they
are, without the normalisation of the original.

The score praises who loads most cells. What counts here is another figure: **wrong in silence**, a
table that differs from the truth without a word about it.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Table = list[list[str]]

__all__ = ["SOURCE", "Case", "Result", "judge", "list_cases", "make_cases", "score"]

SOURCE = "file_record_delimiter_0xD.csv"
"""The file with all rows unpolluted, but for its line ends."""

_WEIGHTS = {
    "source.csv": 1.0,
    "file_no_payload.csv": 15.0,
    "file_no_trailing_newline.csv": 184.0,
    "file_double_trailing_newline.csv": 5.0,
    "file_no_header.csv": 470.0,
    "file_header_multirow_2.csv": 47.0,
    "file_header_multirow_3.csv": 47.0,
    "file_preamble.csv": 282.0,
    "file_multitable_same.csv": 188 / 3,
    "file_multitable_more.csv": 188 / 3,
    "file_multitable_less.csv": 188 / 3,
    "file_header_only.csv": 3.0,
    "file_one_data_row.csv": 4.0,
    "file_record_delimiter_0xD.csv": 7.0,
    "file_record_delimiter_0xA.csv": 1691.0,
    "file_field_delimiter_0x9.csv": 4.0,
    "file_field_delimiter_0x3B.csv": 834.0,
    "file_field_delimiter_0x20.csv": 4.0,
    "file_field_delimiter_0x2C_0x20.csv": 101.0,
    "file_quotation_char_0x27.csv": 11.0,
    "file_escape_char_0x5C.csv": 1.0,
    "file_escape_char_0x00.csv": 7.0,
}
_ROW_WEIGHTS = {"row_less_sep": 0.36775106082036774, "row_extra_quote": 1 / 108}
_OTHER_WEIGHT = 0.36775106082036774  # where the published list was not at hand


class Case(NamedTuple):
    """A polluted file and the table that a perfect reader gives, header first."""

    name: str
    data: bytes
    truth: Table


class Result(NamedTuple):
    """What a reader made of a file: a table, or None where it refused; whether it said a word."""

    table: Table | None
    told: bool


def main() -> None:
    """Print what becomes of the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--make", action="store_true", help="make all classes anew")
    parser.add_argument("--beside", action="store_true", help="run other readers too")
    chosen = parser.parse_args()
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    if not folder:
        sys.exit("ECOGRAPH_REAL_DATA is not set: the files of Pollock are not here.")
    source = Path(folder) / "pollock"
    cases = list(make_cases(source)) if chosen.make else list(list_cases(source))
    readers = {"ecograph": read_by_ecograph, **(_list_others() if chosen.beside else {})}
    for name, read in readers.items():
        _print_reader(name, cases, read)
    print(f"\nfalse flags on the clean tables: {count_false_flags(cases)}")


def list_cases(folder: Path) -> Iterator[Case]:
    """List the stored files of Pollock with their truth."""
    for path in sorted((folder / "csv").iterdir()):
        truth = _parse((folder / "clean" / path.name).read_text(encoding="utf-8"))
        yield Case(path.name, path.read_bytes(), truth)


def make_cases(folder: Path) -> Iterator[Case]:
    """Make all files of Pollock anew from its source table."""
    text = (folder / "csv" / SOURCE).read_bytes().decode("ascii")
    truth = _parse((folder / "clean" / SOURCE).read_text(encoding="utf-8"))
    rows = [_split_raw(line) for line in text.split("\r") if line]
    for name, polluted, clean in (*_pollute_file(rows, truth), *_pollute_rows(rows, truth)):
        yield Case(name, polluted.encode("ascii"), clean)


def judge(case: Case, result: Result) -> str:
    """Say what a reader made of a file: right, told (wrong, with a word) or silent (without)."""
    table = result.table or []
    same = table[:1] == case.truth[:1] and _count(table[1:]) == _count(case.truth[1:])
    if same and result.table is not None:
        return "right"
    return "told" if result.told else "silent"


def score(case: Case, table: Table | None) -> float:
    """Score a loaded table by the ten measures of Pollock.

    >>> truth = [["a", "b"], ["1", "2"], ["3", "4"]]
    >>> score(Case("x", b"", truth), truth), score(Case("x", b"", truth), None)
    (10.0, 0.0)
    >>> round(score(Case("x", b"", truth), truth[:2]), 3)  # 4 + (.5 + 1 + 2/3) + (4/6 + 1 + .8)
    8.633
    """
    if table is None:
        return 0.0
    if not case.truth:
        return 10.0
    header, records = case.truth[0], [tuple(row) for row in case.truth[1:]]
    loaded = [tuple(row) for row in table[1:]]
    parts = (
        _compare(header, table[0] if table else []),
        _compare(records, loaded),
        _compare([c for row in case.truth for c in row], [c for row in table for c in row]),
    )
    return 1.0 + sum(map(sum, parts))


def count_false_flags(cases: Iterable[Case]) -> int:
    """Count clean tables that ecograph finds fault with, of those that are one with a header."""
    odd = ("file_no_header", "file_multitable")
    clean = {_write(c.truth) for c in cases if c.truth and not c.name.startswith(odd)}
    return sum(read_by_ecograph(Case("", text.encode(), [])).told for text in sorted(clean))


def read_by_ecograph(case: Case) -> Result:
    """Read a file with ecograph; what it says about it counts as told."""
    from ecograph.errors import DataError  # noqa: PLC0415 - others are run without
    from ecograph.reading.sources import read_file  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(case.data)
        try:
            (sheet,) = read_file(path)
        except DataError as error:
            empty = [problem.code for problem in error.problems] == ["empty_file"]
            return Result([] if empty else None, told=True)
    header = [list(sheet.header)] if any(sheet.header) else []
    return Result([*header, *sheet.cells.to_numpy().tolist()], told=bool(sheet.problems))


def read_by_csv(case: Case) -> Result:
    """Read a file with the csv module, the dialect by its Sniffer."""
    text = case.data.decode()
    try:
        dialect = csv.Sniffer().sniff(text[:4096]) if text else csv.excel
        return Result(list(csv.reader(text.splitlines(keepends=True), dialect)), told=False)
    except csv.Error:
        return Result(None, told=True)


def read_by_pandas(case: Case) -> Result:
    """Read a file with pandas, every cell as text."""
    import io  # noqa: PLC0415

    import pandas as pd  # noqa: PLC0415

    try:
        frame = pd.read_csv(io.BytesIO(case.data), dtype=str, keep_default_na=False, header=None)
    except (ValueError, pd.errors.ParserError):
        return Result(None, told=True)
    return Result(frame.to_numpy().tolist(), told=False)


def read_by_duckdb(case: Case) -> Result:
    """Read a file with duckdb, the dialect by its sniffer."""
    import duckdb  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(case.data)
        try:
            found = duckdb.connect().execute(
                "from read_csv(?, all_varchar=true, header=true)", [str(path)]
            )
            rows = [[cell or "" for cell in row] for row in found.fetchall()]
        except duckdb.Error:
            return Result(None, told=True)
    return Result([[column[0] for column in found.description], *rows], told=False)


def _list_others() -> dict[str, Callable[[Case], Result]]:
    others = {"csv": read_by_csv, "pandas": read_by_pandas, "duckdb": read_by_duckdb}
    return {name: read for name, read in others.items() if _is_installed(name)}


def _is_installed(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def _print_reader(name: str, cases: Sequence[Case], read: Callable[[Case], Result]) -> None:
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    scores: dict[str, float] = {}
    for case in cases:
        result = read(case)
        verdict = judge(case, result)
        verdicts[_name_class(case.name)][verdict] += 1
        scores[case.name] = score(case, result.table)
    weights = {name: _weigh(name) for name in scores}
    simple = sum(scores.values()) / len(scores)
    weighted = sum(scores[n] * weights[n] for n in scores) / sum(weights.values())
    print(f"\n{name}: {len(cases)} files, simple {simple:.3f}, weighted {weighted:.3f}\n")
    print("| class | right | wrong, told | wrong in silence |\n|---|---|---|---|")
    total = sum(verdicts.values(), Counter())
    for label, found in (*sorted(verdicts.items()), ("all", total)):
        print(f"| {label} | {found['right']} | {found['told']} | {found['silent']} |")


def _weigh(name: str) -> float:
    kind = next((weight for start, weight in _ROW_WEIGHTS.items() if name.startswith(start)), None)
    return _WEIGHTS.get(name, _OTHER_WEIGHT if kind is None else kind)


def _name_class(name: str) -> str:
    """Name the class of a file: rows and columns left out.

    >>> _name_class("row_less_sep_row12_col3.csv"), _name_class("file_preamble.csv")
    ('row_less_sep', 'file_preamble')
    """
    stem = name.removesuffix(".csv")
    return re.sub(r"(_?row\d+_col\d+|\d+_col\d+|_\d+_0x20)$", "", stem)


def _compare(truth: Iterable[object], loaded: Iterable[object]) -> tuple[float, float, float]:
    """Compare multisets by Pollock's measures: shares of the truth, of the loaded, and F1."""
    true, read = Counter(truth), Counter(loaded)
    both = sum((true & read).values())
    if not true:
        return 1.0, 1.0, 1.0
    if not both:
        return 0.0, 0.0, 0.0
    precision, recall = both / sum(true.values()), both / sum(read.values())
    return precision, recall, 2 * precision * recall / (precision + recall)


def _count(rows: Iterable[Sequence[str]]) -> Mapping[tuple[str, ...], int]:
    return Counter(map(tuple, rows))


def _parse(text: str) -> Table:
    return list(csv.reader(text.splitlines(keepends=True)))


def _write(rows: Table) -> str:
    return "".join(_join(['"' + cell.replace('"', '""') + '"' for cell in row]) for row in rows)


def _split_raw(line: str) -> list[str]:
    """Split a clean line into its cells as written, with their quotation marks."""
    return re.findall(r'(?:^|(?<=,))("(?:[^"]|"")*"|[^",]*)(?=,|$)', line)


def _join(cells: Sequence[str], delimiter: str = ",", end: str = "\r\n") -> str:
    return delimiter.join(cells) + end


def _join_all(rows: Table, delimiter: str = ",", end: str = "\r\n") -> str:
    return "".join(_join(row, delimiter, end) for row in rows)


def _pollute_file(rows: Table, truth: Table) -> Iterator[tuple[str, str, Table]]:
    """Pollute the whole file in the 22 ways."""
    whole, width = _join_all(rows), len(rows[0])
    yield "source.csv", whole, truth
    yield "file_no_payload.csv", "", []
    yield "file_no_trailing_newline.csv", whole.removesuffix("\r\n"), truth
    yield "file_double_trailing_newline.csv", whole + "\r\n", truth
    yield "file_no_header.csv", _join_all(rows[1:]), truth[1:]
    for times in (2, 3):
        stacked = [[" ".join([name] * times) for name in truth[0]], *truth[1:]]
        text = _join(rows[0]) * (times - 1) + whole
        yield f"file_header_multirow_{times}.csv", text, stacked
    blanks = [""] * (width - 1)
    yield "file_preamble.csv", _join(["PREAMBLE", *blanks]) + _join(["", *blanks]) + whole, truth
    yield from _add_tables(rows, truth)
    yield "file_header_only.csv", _join(rows[0]), truth[:1]
    yield "file_one_data_row.csv", _join_all(rows[:2]), truth[:2]
    for name, end in (("0xD", "\r"), ("0xA", "\n")):
        yield f"file_record_delimiter_{name}.csv", _join_all(rows, end=end), truth
    for name, sign in (("0x3B", ";"), ("0x9", "\t"), ("0x2C_0x20", ", "), ("0x20", " ")):
        yield f"file_field_delimiter_{name}.csv", _join_all(rows, sign), truth
    single = [[re.sub(r'^"(.*)"$', r"'\1'", cell, flags=re.DOTALL) for cell in row] for row in rows]
    yield "file_quotation_char_0x27.csv", _join_all(single), truth
    for name, sign in (("0x5C", "\\"), ("0x00", "")):
        changed = [[_escape(cell, sign) for cell in row] for row in rows]
        yield f"file_escape_char_{name}.csv", _join_all(changed), truth


def _add_tables(rows: Table, truth: Table) -> Iterator[tuple[str, str, Table]]:
    """Add a second table; the truth is taken to be all rows of both."""
    width = len(rows[0])
    for name, wide in (("less", width - 1), ("same", width), ("more", width + 1)):
        fill = range(wide - width)
        second = [
            [*row[:wide], *("col1" if n == 0 else "" for _ in fill)] for n, row in enumerate(rows)
        ]
        clean = [
            [*row[:wide], *("col1" if n == 0 else "" for _ in fill)] for n, row in enumerate(truth)
        ]
        text = _join_all(rows) + _join_all(second)
        yield f"file_multitable_{name}.csv", text, [*truth, *clean]


def _escape(cell: str, sign: str) -> str:
    if not cell.startswith('"'):
        return cell
    return '"' + cell[1:-1].replace('""', f'{sign}"') + '"'


def _pollute_rows(rows: Table, truth: Table) -> Iterator[tuple[str, str, Table]]:
    """Pollute one row at one column: a separator more or less, a quotation mark, other ones."""
    for n, row in enumerate(rows):
        before, behind = _join_all(rows[:n]), _join_all(rows[n + 1 :])
        for c in range(len(row)):
            more = _join([*row[:c], "", *row[c:]])
            yield f"row_more_sep_row{n}_col{c}.csv", before + more + behind, truth
            if c:
                less = _join([*row[: c - 1], row[c - 1] + row[c], *row[c + 1 :]])
                yield f"row_less_sep_row{n}_col{c}.csv", before + less + behind, truth
            quoted = _join([*row[:c], _add_quote(row[c]), *row[c + 1 :]])
            clean = [*truth[n][:c], '"' + truth[n][c], *truth[n][c + 1 :]]
            name = f"row_extra_quote{n}_col{c}.csv"
            yield name, before + quoted + behind, [*truth[:n], clean, *truth[n + 1 :]]
        blank = _join(row, " ")
        yield f"row_field_delimiter_{n}_0x20.csv", before + blank + behind, truth


def _add_quote(cell: str) -> str:
    return '"' + cell


if __name__ == "__main__":
    main()
