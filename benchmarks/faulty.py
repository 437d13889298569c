"""Pollock-CN: registers of an office with planted faults and known truth, and how they are read.

Benchmarks of readers reward the cells that were loaded. What hurts an office is another thing: a
table that is wrong and nobody was told. So each file here knows the table that a careful person
would make of it, and every fault knows its place; a reader is *silently wrong* where its table
differs from the truth and no problem is reported at the differing place. The idea of a corpus of
polluted files is that of Pollock (VLDB 2023, doi:10.14778/3594512.3594518), which has no Chinese
text, no workbooks and no values.

    python benchmarks/faulty.py --files 3000 --jobs 2 [--keep FOLDER] [--misses FILE] [--beside]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import multiprocessing
import random
import re
import shutil
import tempfile
import unicodedata
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faults import CLASSES, CLEAN, Draft, Fault, Kind, Line, draw_draft
from formats import Grid, write_html, write_text, write_xls, write_xlsx
from office import ENTERPRISES, UNIVERSITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ecograph.problems import Problem
    from ecograph.reading.sheets.raw import RawSheet

__all__ = [
    "Case",
    "Difference",
    "Outcome",
    "build_case",
    "count_outcomes",
    "finish_case",
    "is_same",
    "is_told",
    "judge_faults",
    "list_lines",
    "list_misses",
    "list_others",
    "run_numbers",
    "score_case",
    "write_case",
]

CLEAN_OF_100 = 15
SHARE_SEVERAL = 0.3
_ALONE = {"big5", "mojibake", "cut_end", "no_header", "html_as_xls", "wrong_suffix"}
_PHASES = ("unit", "top", "bottom", "subtotal", "page", "foot", "merged", "hidden")
_TYPED = {
    "agreements": ("id", "name", "date", "amount", "status", "parties"),
    "enterprises": ("id", "name", "uscc", "founded"),
    "universities": ("id", "name", "uscc", "city", "province"),
    "platforms": ("id", "name", "since", "rd_input", "level", "hosts"),
}
_EDGES = {"agreements": ("parties", "party"), "platforms": ("hosts", "hosts")}
_WHOLE_TABLE = {"missing_column", "unknown_table", "no_header", "header_missing"}


@dataclass(frozen=True)
class Planted:
    """A fault as the scorer sees it: rows and headers at one of which it is to be told."""

    name: str
    codes: tuple[str, ...]
    rows: tuple[int, ...]
    columns: tuple[str, ...]
    sheet: str
    required: bool
    whole: bool


@dataclass(frozen=True)
class Case:
    """A file, the table that a careful person makes of it, and what is wrong with it.

    Parameters
    ----------
    name, classes
        Its number and main class; all classes.
    file, data
        Name and bytes.
    table, sheet
        Table of the schema; the sheet of a workbook, or empty.
    header
        The spellings of each header that are right.
    rows
        Texts of every row that is to be used (None: any text), or None where nobody can know
        them.
    values
        What typed columns are worth, by row; rows that are to be rejected are not there.
    aside
        Rows that are no data.
    faults
        What was planted; nothing for a clean file.
    loose
        Whether header and values cannot be compared.
    """

    name: str
    classes: tuple[str, ...]
    clean: bool
    form: str
    file: str
    data: bytes = field(repr=False)
    table: str
    sheet: str
    columns: tuple[str, ...]
    header: tuple[tuple[str, ...], ...]
    head_rows: tuple[int, ...]
    rows: Mapping[int, list[str | None] | None] = field(repr=False)
    values: Mapping[int, dict[str, str | None]] = field(repr=False)
    aside: tuple[int, ...]
    blank: tuple[int, ...]
    faults: tuple[Planted, ...]
    loose: bool


# Build


def build_case(number: int, seed: int = 1) -> Case:
    """Build the case of a number: every class in its turn, some with further faults.

    >>> build_case(7) == build_case(7)
    True
    """
    rng = random.Random(f"{seed}:{number}")  # noqa: S311 - a drawn corpus
    turn = number * CLEAN_OF_100 // 100
    clean = (number + 1) * CLEAN_OF_100 // 100 > turn
    kinds = CLEAN if clean else CLASSES
    turn = turn if clean else number - turn
    main = list(kinds.values())[turn % len(kinds)]
    form, table = rng.choice(sorted(main.forms)), rng.choice(main.tables)
    chosen = [main]
    if not clean and main.name not in _ALONE and rng.random() < SHARE_SEVERAL:
        chosen = _add_kinds(rng, main, form, table)
    draft = draw_draft(rng, form, table)
    for kind in sorted(chosen, key=_rank):
        kind.plant(draft)
    return finish_case(draft, f"{number:05d}_{main.name}", chosen, clean=clean)


def _add_kinds(rng: random.Random, main: Kind, form: str, table: str) -> list[Kind]:
    chosen, groups = [main], {main.group}
    count = rng.randrange(1, 4)
    for kind in rng.sample(list(CLASSES.values()), len(CLASSES)):
        fits = form in kind.forms and table in kind.tables and kind.name not in _ALONE
        if fits and kind.group not in groups and len(chosen) <= count:
            chosen.append(kind)
            groups.add(kind.group)
    return chosen


def _rank(kind: Kind) -> tuple[int, int]:
    """Plant layout first, then cells, encodings, and broken lines last: each builds on those."""
    names = list(CLASSES) if kind.name in CLASSES else list(CLEAN)
    if kind.group in _PHASES:
        return _PHASES.index(kind.group), 0
    if kind.group == "encoding":
        return len(_PHASES) + 1, 0
    return len(_PHASES) + (2 if kind.name in _STRUCTURE else 0), names.index(kind.name)


_STRUCTURE = frozenset(
    {
        *("unclosed_quote", "extra_quotes", "lost_separator", "surplus_separator"),
        *("bare_separator", "other_separator", "short_row", "conflict_markers"),
    }
)


def finish_case(draft: Draft, name: str, kinds: Sequence[Kind], *, clean: bool) -> Case:
    """Write the file of a draft, and note its truth by the numbers of its rows."""
    lines = [*draft.above, *draft.header, *draft.body]
    numbers = {id(line): n for n, line in enumerate(lines, start=1)}
    book = draft.form in {"xlsx", "xls"}
    label = draft.rng.choice(draft.register.names)
    stem = "2024年台账" if book and draft.rng.random() < 0.5 else label  # noqa: PLR2004 - half
    sheet = (label if stem != label else draft.rng.choice((label, "Sheet1"))) if book else ""
    suffix = {"csv": ".csv", "tsv": ".tsv", "semicolon": ".csv"}.get(draft.form, f".{draft.form}")
    if draft.suffix and not book:
        stem = label
    data = _write(draft, lines, sheet)
    header = tuple(draft.choices.get(n, (text,)) for n, text in enumerate(draft.headers.values()))
    headers = dict(zip(draft.columns, header, strict=True))
    typed = [c for c in _TYPED[draft.register.table] if c in draft.headers]
    return Case(
        name=name,
        classes=tuple(kind.name for kind in kinds),
        clean=clean,
        form=draft.form,
        file=f"{stem}{draft.suffix or suffix}",
        data=data,
        table=draft.register.table,
        sheet=sheet,
        columns=tuple(draft.columns),
        header=header,
        head_rows=tuple(numbers[id(line)] for line in (*draft.above, *draft.header)) or (1,),
        rows={
            numbers[id(line)]: None if line.free else [cell.truth for cell in line.cells]
            for line in draft.data
        },
        values={
            numbers[id(line)]: {c: line.record.cells[c].worth for c in typed}
            for line in draft.data
            if not line.free and line.record is not None and line.record.kind == "data"
        },
        aside=tuple(numbers[id(line)] for line in draft.body if line.kind == "aside"),
        blank=tuple(numbers[id(line)] for line in draft.body if line.kind == "blank"),
        faults=tuple(_place(fault, numbers, headers, sheet) for fault in draft.faults),
        loose=draft.loose,
    )


def _place(
    fault: Fault, numbers: Mapping[int, int], headers: Mapping[str, tuple[str, ...]], sheet: str
) -> Planted:
    other = fault.column.removeprefix("sheet:") if fault.column.startswith("sheet:") else ""
    columns = () if other or not fault.column else headers.get(fault.column, (fault.column,))
    rows = tuple(numbers[id(line)] for line in fault.lines)
    return Planted(
        fault.name, fault.codes, rows, columns, other or sheet, fault.required, fault.whole
    )


def _write(draft: Draft, lines: Sequence[Line], sheet: str) -> bytes:
    if draft.form == "html":
        return write_html([line.cells for line in lines])
    if draft.form in {"xlsx", "xls"}:
        places = {id(line): n for n, line in enumerate(lines)}
        merged = [(places[id(a)], places[id(b)], c, d) for a, b, c, d in draft.merged]
        hidden = {n for n, line in enumerate(lines) if line.hidden}
        grid = Grid(sheet, [line.cells for line in lines], merged, hidden)
        return (write_xlsx if draft.form == "xlsx" else write_xls)([grid, *draft.others])
    bare = draft.rng.random() < 0.5  # noqa: PLR2004 - half of them end short rows early
    rows = [line.text if line.text is not None else _trim(line, bare=bare) for line in lines]
    text = write_text(rows, delimiter=draft.delimiter, end=draft.end, last=draft.last)
    mark = "\ufeff" if draft.encoding.startswith("utf-16") else ""
    try:
        data = (mark + text).encode(draft.encoding)
    except UnicodeEncodeError:  # what GBK cannot hold, its successor does
        data = text.encode("gb18030")
    return draft.convert(data) if draft.convert else data


def _trim(line: Line, *, bare: bool) -> list[Any]:
    """Write what is no data without its blank cells, as from an editor, or with them."""
    cells = list(line.cells)
    single = line.kind == "blank" or all(not cell.text for cell in cells[1:])
    while bare and single and line.kind != "data" and cells and not cells[-1].text:
        cells.pop()
    return cells


# Score


@dataclass
class Outcome:
    """What became of a case.

    Parameters
    ----------
    verdict
        right; told (differs, and said so at the place); refused (nothing loaded, and said so);
        silent (differs at a place of which nothing was said); crashed.
    places
        Rows and columns of silent differences, with what was wanted and found.
    missed
        Planted faults that were not located.
    located, required
        How many of the planted faults were.
    off
        Problems that point to nothing planted.
    problems
        How many problems there were.
    """

    name: str
    classes: tuple[str, ...]
    clean: bool
    verdict: str = "right"
    places: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    located: int = 0
    required: int = 0
    off: list[str] = field(default_factory=list)
    problems: int = 0
    beside: dict[str, str] = field(default_factory=dict)


def write_case(case: Case, folder: Path) -> Path:
    """Write a case into a folder of its own, with the organisations that it names."""
    place = folder / case.name
    shutil.rmtree(place, ignore_errors=True)  # what an earlier run has left
    place.mkdir(parents=True)
    if case.table in _EDGES:
        for name, header, known in (
            ("universities", "高校编号,高校名称", UNIVERSITIES),
            ("enterprises", "企业编号,企业名称", ENTERPRISES),
        ):
            lines = [header, *(f"{key},{text}" for key, text in known.items())]
            (place / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = place / case.file
    path.write_bytes(case.data)
    return path


def score_case(case: Case, path: Path) -> Outcome:
    """Read a case with ecograph, table and values, and judge what it made of it."""
    outcome = Outcome(case.name, case.classes, case.clean)
    try:
        sheet, told, refused = _read_table(case, path)
        values, more, unloaded = _load_values(case, path)
    except Exception as error:  # noqa: BLE001 - a reader may do no such thing, and is counted
        outcome.verdict = "crashed"
        outcome.places = [f"{type(error).__name__}: {error}"[:200]]
        return outcome
    found = _unite(told, more, case.file)
    judge_faults(case, found, outcome)
    excused = any(f.whole and _is_located(f, found) for f in case.faults)
    wrong = [] if refused else _compare_table(case, sheet)
    if values is not None and not case.loose:
        wrong += _compare_values(case, values)
    silent = [w for w in wrong if not excused and not is_told(case, w, found)]
    if refused or (unloaded and not values):
        outcome.verdict = "refused" if found else "silent"
    elif wrong:
        outcome.verdict = "silent" if silent else "told"
    if silent:
        outcome.verdict = "silent"
        outcome.places = [str(place) for place in silent[:5]]
    return outcome


@dataclass(frozen=True)
class Difference:
    """Where a table differs from the truth."""

    row: int | None
    columns: tuple[str, ...]
    wanted: str
    found: str

    def __str__(self) -> str:
        """Write it in a line."""
        where = f"row {self.row}, {'/'.join(self.columns) or 'whole row'}"
        return f"{where}: wanted {self.wanted!r}, found {self.found!r}"


def _read_table(case: Case, path: Path) -> tuple[RawSheet | None, list[Problem], bool]:
    from ecograph.errors import DataError  # noqa: PLC0415
    from ecograph.reading.sources import read_file  # noqa: PLC0415

    try:
        sheets = read_file(path)
    except DataError as error:
        return None, list(error.problems), True
    told = [problem for sheet in sheets for problem in sheet.problems]
    named = [s for s in sheets if s.sheet == case.sheet] or sheets
    return named[0], told, False


def _load_values(
    case: Case, path: Path
) -> tuple[dict[int, dict[str, str | None]] | None, list[Problem], bool]:
    """Load the folder -> values by row, problems, and whether the table is not there."""
    import ecograph as eg  # noqa: PLC0415
    from ecograph.errors import DataError  # noqa: PLC0415

    try:
        eco = eg.load(path.parent)
    except DataError as error:
        return None, list(error.problems), True
    if case.table not in eco.tables:
        return None, list(eco.problems), True
    frame = eco.tables[case.table]
    frame = frame[frame["_file"] == case.file]
    column, kind = _EDGES.get(case.table, ("", ""))
    joined: dict[str, set[str]] = defaultdict(set)
    if column:
        edges = eco.edges[eco.edges["kind"] == kind]
        inward = case.table == "platforms"
        for source, target in zip(edges["source"], edges["target"], strict=True):
            joined[target if inward else source].add(source if inward else target)
    values: dict[int, dict[str, str | None]] = {}
    for row in frame.to_dict("records"):
        read = {c: _spell(row.get(c)) for c in _TYPED[case.table] if c != column}
        if column:
            read[column] = " ".join(sorted(joined[str(row.get("_key", row["id"]))])) or None
        values[int(row["_row"])] = read
    return values, list(eco.problems), False


def _spell(value: object) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return None
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)


def _unite(told: Iterable[Problem], more: Iterable[Problem], file: str) -> list[Problem]:
    seen: dict[tuple[object, ...], Problem] = {}
    for p in (*told, *more):
        if p.file == file:
            seen.setdefault((p.code, p.sheet, p.row, p.column, p.value), p)
    return list(seen.values())


def judge_faults(case: Case, found: Sequence[Problem], outcome: Outcome) -> None:
    """Note which planted faults were located, and which problems point to none."""
    outcome.problems = len(found)
    for fault in case.faults:
        if fault.required:
            outcome.required += 1
            if _is_located(fault, found):
                outcome.located += 1
            else:
                near = [p.code for p in found if p.row in fault.rows]
                at = f"row {fault.rows}, {'/'.join(fault.columns)}"
                outcome.missed.append(
                    f"{fault.name}: wanted {'|'.join(fault.codes)} at {at}; there: {near}"
                )
    whole = any(fault.whole for fault in case.faults)
    outcome.off = [
        f"{p.code} (row {p.row}, {p.column}, {p.value[:40]!r})"
        for p in found
        if not whole
        and not any(_points_to(p, fault) for fault in case.faults)
        and not _follows(p, case)
    ]


def _follows(problem: Problem, case: Case) -> bool:
    """Say whether a problem is an honest consequence of a fault: a party or a status is gone."""
    at_fault = any(problem.row in fault.rows for fault in case.faults)
    lost = problem.code == "status_assumed" and bool(case.faults)
    return lost or (at_fault and problem.code in {"no_parties", "missing_value"})


def _is_located(fault: Planted, found: Iterable[Problem]) -> bool:
    return any(p.code in fault.codes and _is_at(p, fault, strict=True) for p in found)


def _points_to(problem: Problem, fault: Planted) -> bool:
    if not fault.rows:
        return problem.code in fault.codes
    return _is_at(problem, fault, strict=False)


def _is_at(problem: Problem, fault: Planted, *, strict: bool) -> bool:
    if fault.sheet and problem.sheet and problem.sheet != fault.sheet:
        return False
    if fault.rows and problem.row not in fault.rows:
        return False
    if fault.columns and (problem.column or (strict and fault.rows)):
        return _bare(problem.column) in {_bare(text) for text in fault.columns}
    return True


def is_told(case: Case, wrong: Difference, found: Iterable[Problem]) -> bool:
    """Say whether a problem stands at a difference; one of the whole table tells of its rows."""
    names = {_bare(text) for text in wrong.columns}
    for p in found:
        if wrong.row is not None and p.row == wrong.row:
            if not p.column or not names or _bare(p.column) in names:
                return True
        elif (p.row is None and p.code in _WHOLE_TABLE and not wrong.columns) or (
            wrong.row in case.head_rows
            and (p.row in case.head_rows or _bare(p.column) in names or p.code == "blank_header")
        ):
            return True
    return False


def _compare_table(case: Case, sheet: RawSheet | None) -> list[Difference]:
    if sheet is None:
        return []
    wrong = [] if case.loose else _compare_header(case, sheet)
    found = {
        int(row): list(cells)
        for row, cells in zip(sheet.cells.index, sheet.cells.to_numpy(), strict=True)
    }
    for row, wanted in case.rows.items():
        if wanted is None:
            wrong.append(Difference(row, (), "(broken)", "(broken)"))
        elif row not in found:
            wrong.append(Difference(row, (), "a row", "nothing"))
        else:
            wrong += _compare_row(case, row, wanted, found[row])
    extra = sorted(set(found) - set(case.rows))
    wrong += [Difference(row, (), "nothing", " | ".join(found[row])[:80]) for row in extra]
    if sheet.rows_in != len(sheet.cells) + sheet.rejected + sheet.blank:
        wrong.append(Difference(-1, (), "rows = used + rejected + blank", str(sheet.rows_in)))
    return wrong


def _compare_header(case: Case, sheet: RawSheet) -> list[Difference]:
    wrong = []
    header = list(sheet.header)
    while len(header) < len(case.header):
        header.append("")
    for n, text in enumerate(header):
        wanted = case.header[n] if n < len(case.header) else ("",)
        if _bare(text) not in {_bare(t) for t in wanted}:
            wrong.append(Difference(case.head_rows[-1], (text, *wanted), wanted[-1], text))
    return wrong


def _compare_row(
    case: Case, row: int, wanted: Sequence[str | None], found: Sequence[str]
) -> list[Difference]:
    wrong = []
    for n, text in enumerate(wanted):
        read = found[n] if n < len(found) else ""
        if text is not None and not is_same(text, read):
            wrong.append(Difference(row, case.header[n], text, read))
    surplus = [text for text in found[len(wanted) :] if text.strip()]
    return wrong + [Difference(row, (), "", text) for text in surplus]


def _compare_values(case: Case, values: Mapping[int, Mapping[str, str | None]]) -> list[Difference]:
    wrong = []
    headers = dict(zip(case.columns, case.header, strict=True))
    for row, wanted in case.values.items():
        if row not in values:
            wrong.append(Difference(row, (), "a row of values", "nothing"))
            continue
        for column, text in wanted.items():
            read = values[row].get(column)
            several = column in {"parties", "hosts"} and text
            meant = " ".join(sorted(str(text).split())) if several else text
            if not is_same(meant or "", read or ""):
                wrong.append(Difference(row, headers[column], str(meant), str(read)))
    more = sorted(set(values) - set(case.values))
    extra = [row for row in more if row not in case.rows or case.rows[row] is not None]
    return [*wrong, *(Difference(row, (), "no row of values", "a row") for row in extra)]


def is_same(wanted: str, found: str) -> bool:
    """Compare texts as a person would: without signs of no width, a whole number as a number."""
    first, second = _fold(wanted), _fold(found)
    if first == second or first == second.removesuffix(" 00:00:00").removesuffix("T00:00:00"):
        return True
    with contextlib.suppress(InvalidOperation, ValueError):
        plain = re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", first)
        if plain and len(first) <= 15:  # noqa: PLR2004 - digits that a workbook keeps
            return Decimal(first) == Decimal(second)
    return False


def _fold(text: str) -> str:
    kept = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return "".join(kept).replace("\r\n", "\n").strip()


def _bare(text: str) -> str:
    return re.sub(r"[\s*：:/]|（必填）", "", unicodedata.normalize("NFKC", text)).replace(
        "(必填)", ""
    )


# Other readers, as a person would use them


def _list_others() -> dict[str, Callable[[Path, str], list[list[str]]]]:
    others = {"pandas": _read_pandas, "duckdb": _read_duckdb, "polars": _read_polars}
    return {name: read for name, read in others.items() if importlib.util.find_spec(name)}


def _read_pandas(path: Path, sheet: str) -> list[list[str]]:
    import pandas as pd  # noqa: PLC0415

    if path.suffix in {".xlsx", ".xls"}:
        frame = pd.read_excel(path, sheet_name=sheet or 0, dtype=str, engine="calamine")
    else:
        frame = pd.read_csv(path, dtype=str, sep="\t" if path.suffix == ".tsv" else ",")
    return [list(map(str, frame.columns)), *frame.fillna("").to_numpy().tolist()]


def _read_duckdb(path: Path, sheet: str) -> list[list[str]]:
    import duckdb  # noqa: PLC0415

    if path.suffix in {".xlsx", ".xls"}:
        raise NotImplementedError(sheet)  # needs an extension from the net
    found = duckdb.read_csv(str(path), all_varchar=True)
    return [found.columns, *([("" if v is None else v) for v in row] for row in found.fetchall())]


def _read_polars(path: Path, sheet: str) -> list[list[str]]:
    import polars as pl  # noqa: PLC0415

    if path.suffix in {".xlsx", ".xls"}:
        frame = pl.read_excel(path, sheet_name=sheet or None, infer_schema_length=0)
    else:
        separator = "\t" if path.suffix == ".tsv" else ","
        frame = pl.read_csv(path, separator=separator, infer_schema=False)
    return [frame.columns, *([("" if v is None else str(v)) for v in row] for row in frame.rows())]


def _judge_other(case: Case, path: Path, read: Callable[[Path, str], list[list[str]]]) -> str:
    """Judge another reader: it has said something if it raised, and nothing else."""
    try:
        rows = read(path, case.sheet)
    except NotImplementedError:
        return "not read"
    except BaseException as error:  # noqa: BLE001 - polars panics are no Exception
        return "not read" if isinstance(error, KeyboardInterrupt) else "refused"
    wanted = [case.rows[n] for n in sorted(case.rows)]
    read_rows = [row for row in rows[1:] if any(str(cell).strip() for cell in row)]
    if len(read_rows) != len(wanted) or (any(row is None for row in wanted)):
        return "silent"
    header = all(
        n < len(rows[0]) and (not any(spellings) or _bare(str(rows[0][n])) in map(_bare, spellings))
        for n, spellings in enumerate(case.header)
    )
    same = all(
        text is None or (n < len(found) and is_same(text, str(found[n])))
        for row, found in zip(wanted, read_rows, strict=True)
        for n, text in enumerate(row or ())
    )
    return "right" if same and (header or case.loose) else "silent"


# Report


def count_outcomes(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Count outcomes over all: files by verdict, faults located, precision, false flags."""
    verdicts = Counter(outcome.verdict for outcome in outcomes)
    required = sum(o.required for o in outcomes)
    problems = sum(o.problems for o in outcomes)
    clean = [o for o in outcomes if o.clean]
    return {
        "files": len(outcomes),
        **{name: verdicts[name] for name in ("right", "told", "refused", "silent", "crashed")},
        "faults": required,
        "located": sum(o.located for o in outcomes) / required if required else 1.0,
        "problems": problems,
        "precision": 1 - sum(len(o.off) for o in outcomes) / problems if problems else 1.0,
        "clean": len(clean),
        "flagged": sum(bool(o.problems) for o in clean),
    }


def list_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write the outcomes as Markdown, a class a row."""
    yield (
        "| class | files | right | told | refused | silent-wrong | crashed | faults | located "
        "| problems | precision | clean | false flags |"
    )
    yield "|---" * 13 + "|"
    by_class: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_class[("clean: " if outcome.clean else "") + outcome.classes[0]].append(outcome)
    for name in sorted(by_class):
        yield _format(name, count_outcomes(by_class[name]))
    yield _format("**all**", count_outcomes(outcomes))


def _format(name: str, counts: Mapping[str, float]) -> str:
    shares = {"located", "precision"}
    cells = (f"{v:.2%}" if k in shares else f"{v:.0f}" for k, v in counts.items())
    return f"| {name} | " + " | ".join(cells) + " |"


def list_others(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write what other readers made of the same files."""
    yield "| reader | right | refused (said so) | silent-wrong | not read |"
    yield "|---" * 5 + "|"
    ours = Counter(o.verdict for o in outcomes)
    told = ours["told"] + ours["refused"]
    yield f"| ecograph | {ours['right']} | {told} (with its place) | {ours['silent']} | 0 |"
    for name in _list_others():
        counts = Counter(o.beside.get(name, "not read") for o in outcomes)
        cells = (counts[k] for k in ("right", "refused", "silent", "not read"))
        yield f"| {name} | " + " | ".join(map(str, cells)) + " |"
    for name in sorted({"pandas", "duckdb", "polars"} - set(_list_others())):
        yield f"| {name} | skipped: not installed | | | |"


def list_misses(outcomes: Sequence[Outcome], folder: Path) -> Iterator[str]:
    """List by class what went wrong, with one file each."""
    for title, pick in (
        ("Crashed", lambda o: o.places if o.verdict == "crashed" else []),
        ("Silently wrong", lambda o: o.places if o.verdict == "silent" else []),
        ("False flags on clean files", lambda o: o.off if o.clean else []),
        ("Faults not located", lambda o: o.missed),
        ("Problems that point to nothing", lambda o: [] if o.clean else o.off),
    ):
        yield f"\n## {title}\n"
        by_class: dict[str, list[tuple[Outcome, list[str]]]] = defaultdict(list)
        for outcome in outcomes:
            entries = pick(outcome)
            if title.startswith("Faults"):
                for entry in entries:
                    by_class[entry.split(":")[0]].append((outcome, [entry]))
            elif title.startswith("Problems"):
                for entry in entries:
                    by_class[entry.split(" ")[0]].append((outcome, [entry]))
            elif entries:
                by_class[outcome.classes[0]].append((outcome, entries))
        for name, found in sorted(by_class.items(), key=lambda item: (-len(item[1]), item[0])):
            outcome, entries = min(found, key=lambda pair: len(pair[0].classes))
            classes = "+".join(outcome.classes)
            yield f"- **{name}** x {len(found)}: {folder / outcome.name} ({classes}): {entries[0]}"


def run_numbers(
    numbers: Iterable[int], *, seed: int, folder: Path, beside: bool = False
) -> list[Outcome]:
    """Build, write, read and judge the cases of some numbers."""
    outcomes = []
    for number in numbers:
        case = build_case(number, seed)
        path = write_case(case, folder)
        outcome = score_case(case, path)
        if beside:
            for name, read in _list_others().items():
                outcome.beside[name] = _judge_other(case, path, read)
        outcomes.append(outcome)
    return outcomes


def _run_part(task: tuple[int, int, int, int, str, bool]) -> list[Outcome]:
    first, files, step, seed, folder, beside = task
    numbers = range(first, files, step)
    return run_numbers(numbers, seed=seed, folder=Path(folder), beside=beside)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="Folder for the files, else a temporary one.")
    parser.add_argument("--misses", type=Path, help="File for the list of misses.")
    parser.add_argument("--beside", action="store_true", help="Run other readers as well.")
    parser.add_argument("--truth", type=Path, help="File for the truth records, JSON lines.")
    chosen = parser.parse_args()
    folder = chosen.keep or Path(tempfile.mkdtemp())
    step = 8 * chosen.jobs
    tasks = [(n, chosen.files, step, chosen.seed, str(folder), chosen.beside) for n in range(step)]
    with multiprocessing.Pool(chosen.jobs) as pool:
        parts = pool.map(_run_part, tasks, chunksize=1)
    outcomes = sorted((o for part in parts for o in part), key=lambda o: o.name)
    if chosen.truth:
        _write_truth(chosen.truth, chosen.files, chosen.seed)
    lines = [*list_lines(outcomes), ""]
    if chosen.beside:
        lines += [*list_others(outcomes), ""]
    print("\n".join(lines))
    if chosen.misses:
        text = "\n".join([*lines, *list_misses(outcomes, folder)])
        chosen.misses.write_text(text + "\n", encoding="utf-8")
    if not chosen.keep:
        shutil.rmtree(folder)


def _write_truth(path: Path, files: int, seed: int) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for number in range(files):
            truth = asdict(build_case(number, seed))
            del truth["data"]
            stream.write(json.dumps(truth, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
