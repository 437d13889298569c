"""Plant faults in the registers of an office, each with its place and the codes that name it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from formats import Grid, quote_cell
from office import (
    AMOUNT_STYLES,
    DATE_STYLES,
    ENTERPRISES,
    REGISTERS,
    UNIVERSITIES,
    Cell,
    Record,
    draw_records,
    make_code,
    write_amount,
    write_date,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from office import Register

__all__ = ["CLASSES", "CLEAN", "Draft", "Fault", "Kind", "Line", "draw_draft"]

AMOUNTS = {"agreements": "amount", "platforms": "rd_input"}
DATES = {"agreements": "date", "enterprises": "founded", "platforms": "since"}
CODED = ("enterprises", "universities")
TEXT, BOOK = frozenset({"csv", "tsv", "semicolon"}), frozenset({"xlsx", "xls"})
ANY = TEXT | BOOK
_DATE_CODES = (
    *("unreadable_date", "impossible_date", "ambiguous_date", "far_date"),
    *("open_date", "serial_date"),
)
_SUM_CODES = ("unreadable_amount", "inexact_amount")
_QUOTE_CODES = ("broken_quotes",)
_DAMAGE = ("damaged_text", "cut_text", "doubtful_encoding", "nul_character")


@dataclass
class Line:
    """A row of a sheet, of whatever kind.

    Parameters
    ----------
    kind
        data (used); aside (to be set aside); blank; head (before or in the header).
    cells
        What stands there.
    record
        The record that data are.
    text
        The line of a CSV file as it stands, where its structure is broken.
    free
        Whether its cells cannot be known, so that only being told matters.
    """

    kind: str
    cells: list[Cell]
    record: Record | None = None
    text: str | None = None
    free: bool = False
    hidden: bool = False
    touched: bool = False


@dataclass
class Fault:
    """Something planted: where it stands and which codes name it.

    Parameters
    ----------
    name
        The class.
    codes
        Codes of problems any of which is an honest answer.
    lines
        The lines at one of which it is to be told; none where it concerns the whole file.
    column
        Column of the schema, or a header; empty where it concerns the row.
    required
        Whether it has to be told; else it may be.
    whole
        Whether everything in the file may be wrong once it was told.
    """

    name: str
    codes: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    column: str = ""
    required: bool = True
    whole: bool = False


@dataclass
class Draft:
    """A file under construction."""

    rng: random.Random
    register: Register
    form: str
    headers: dict[str, str]
    body: list[Line]
    above: list[Line] = field(default_factory=list)
    header: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    encoding: str = "utf-8"
    end: str = "\r\n"
    last: bool = True
    suffix: str = ""
    convert: Callable[[bytes], bytes] | None = None
    merged: list[tuple[Line, Line, int, int]] = field(default_factory=list)
    others: list[Grid] = field(default_factory=list)
    choices: dict[int, tuple[str, ...]] = field(default_factory=dict)
    unit: int = 0
    loose: bool = False

    @property
    def delimiter(self) -> str:
        """The delimiter of text."""
        return {"tsv": "\t", "semicolon": ";"}.get(self.form, ",")

    @property
    def columns(self) -> list[str]:
        """The columns in their order."""
        return list(self.headers)

    @property
    def data(self) -> list[Line]:
        """The rows of data."""
        return [line for line in self.body if line.kind == "data"]

    def take(self) -> Line:
        """Take a row that nothing was done to yet, not the first one or two."""
        free = [line for line in self.data[2:] if not line.touched]
        line = self.rng.choice(free)
        line.touched = True
        return line

    def put(self, line: Line, column: str, cell: Cell) -> None:
        """Put a cell into a row of data."""
        line.cells[self.columns.index(column)] = cell
        if line.record is not None:
            line.record.cells[column] = cell

    def plant(
        self, name: str, codes: Iterable[str], lines: list[Line], column: str = "", **more: bool
    ) -> None:
        """Note a fault."""
        self.faults.append(Fault(name, tuple(codes), lines, column, **more))

    def spoil(self, name: str, codes: Iterable[str], column: str, cell: Cell, **more: bool) -> Line:
        """Put a bad cell into some row and note it."""
        line = self.take()
        self.put(line, column, cell)
        self.plant(name, codes, [line], column, **more)
        return line

    def aside(self, texts: dict[int, str] | list[str], place: int | None = None) -> Line:
        """Insert a row that is to be set aside, at the end by default."""
        if isinstance(texts, dict):
            texts = [texts.get(n, "") for n in range(len(self.columns))]
        line = Line("aside", [Cell(text) for text in texts], touched=True)
        self.body.insert(len(self.body) if place is None else place, line)
        return line

    def raw(self, line: Line) -> list[str]:
        """Write the cells of a row as they stand in a CSV file, not joined yet."""
        return [quote_cell(cell, self.delimiter) for cell in line.cells]


@dataclass(frozen=True)
class Kind:
    """A class of faults: how it is planted, where it can be, what it cannot go with."""

    name: str
    plant: Callable[[Draft], None]
    forms: frozenset[str] = ANY
    tables: tuple[str, ...] = tuple(REGISTERS)
    group: str = ""


CLASSES: dict[str, Kind] = {}
CLEAN: dict[str, Kind] = {}


def _fault(
    forms: frozenset[str] = ANY, tables: Iterable[str] = tuple(REGISTERS), group: str = ""
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    def enter(plant: Callable[[Draft], None]) -> Callable[[Draft], None]:
        name = plant.__name__.lstrip("_")
        CLASSES[name] = Kind(name, plant, forms, tuple(tables), group or name)
        return plant

    return enter


def _clean(
    forms: frozenset[str] = ANY, tables: Iterable[str] = tuple(REGISTERS)
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    def enter(plant: Callable[[Draft], None]) -> Callable[[Draft], None]:
        name = plant.__name__.lstrip("_")
        CLEAN[name] = Kind(name, plant, forms, tuple(tables))
        return plant

    return enter


def draw_draft(rng: random.Random, form: str, table: str, *, rows: int = 0) -> Draft:
    """Draw a register without a fault, to be written in a form."""
    register = REGISTERS[table]
    headers = {name: rng.choice(texts) for name, texts in register.headers.items()}
    records = draw_records(rng, register, rows or rng.randrange(12, 40))
    body = [Line("data", [r.cells[name] for name in headers], r) for r in records]
    head = Line("head", [Cell(text) for text in headers.values()])
    return Draft(rng, register, form, headers, body, header=[head])


# Clean styles: none of these may be flagged


@_clean()
def _plain(_: Draft) -> None:
    pass


@_clean(TEXT)
def _gbk(draft: Draft) -> None:
    _drop_rare(draft)
    draft.encoding = "gbk"


@_clean(TEXT)
def _gb18030(draft: Draft) -> None:
    draft.encoding = "gb18030"
    line = draft.take()
    note = line.record.cells["note"]
    draft.put(line, "note", Cell(f"{note.text}（䶮先生、𠮷氏）"))


@_clean(TEXT)
def _utf8_bom(draft: Draft) -> None:
    draft.encoding = "utf-8-sig"


@_clean(TEXT)
def _utf16_le(draft: Draft) -> None:
    draft.encoding = "utf-16-le"


@_clean(TEXT)
def _utf16_be(draft: Draft) -> None:
    draft.encoding = "utf-16-be"


@_clean(TEXT)
def _line_ends(draft: Draft) -> None:
    draft.end = draft.rng.choice(("\n", "\r"))
    draft.last = False


@_clean(TEXT)
def _trailing_commas(draft: Draft) -> None:
    for line in (*draft.header, *draft.body):
        line.text = draft.delimiter.join([*draft.raw(line), "", ""])


@_clean(tables=AMOUNTS)
def _amount_styles(draft: Draft) -> None:
    column = AMOUNTS[draft.register.table]
    for line in draft.data:
        draft.put(line, column, write_amount(draft.rng, draft.rng.choice(sorted(AMOUNT_STYLES))))


@_clean(tables=AMOUNTS)
def _header_units(draft: Draft) -> None:
    _set_unit(draft)


@_clean(tables=DATES)
def _date_styles(draft: Draft) -> None:
    column = DATES[draft.register.table]
    for line in draft.data:
        draft.put(line, column, write_date(draft.rng, draft.rng.choice(sorted(DATE_STYLES))))


@_clean()
def _blank_rows(draft: Draft) -> None:
    for place in sorted(draft.rng.sample(range(2, len(draft.body)), 2), reverse=True):
        draft.body.insert(place, Line("blank", [Cell("") for _ in draft.columns], touched=True))


@_clean()
def _line_breaks(draft: Draft) -> None:
    for line in draft.data[2:5]:
        draft.put(line, "note", Cell("第一行：已盖章\n第二行：待归档"))


@_clean()
def _quoted(draft: Draft) -> None:
    for line in draft.data[1:6]:
        draft.put(line, "note", Cell('所谓"揭榜挂帅", 即公开招标'))


@_clean()
def _empty_cells(draft: Draft) -> None:
    for line in draft.data[::2]:
        draft.put(line, "note", Cell(""))


@_clean(BOOK)
def _empty_sheets(draft: Draft) -> None:
    draft.others += [Grid("Sheet2", []), Grid("Sheet3", [])]


@_clean(BOOK, AMOUNTS)
def _formulas(draft: Draft) -> None:
    _set_unit(draft)
    place = draft.columns.index(AMOUNTS[draft.register.table])
    for line in draft.data[::3]:
        line.cells[place].kind = "formula"


@_clean()
def _header_marks(draft: Draft) -> None:
    for name in ("id", "name", "note"):
        mark = draft.rng.choice(("*{}", "{}*", "{}：", " {} ", "{}（必填）"))
        draft.headers[name] = mark.format(draft.headers[name])
    draft.header[0].cells = [Cell(text) for text in draft.headers.values()]


@_clean()
def _row_numbers(draft: Draft) -> None:
    _insert_column(draft, 0, "serial", "序号", [str(n + 1) for n in range(len(draft.body))])


@_clean()
def _like_totals(draft: Draft) -> None:
    """Names that only look like totals and notes."""
    texts = ("合计科技有限公司", "总计划管理中心", "注册工程师协会", "小计量器具厂", "说明书印刷厂")
    for line, text in zip(draft.data[2:], texts, strict=False):
        draft.put(line, "name", Cell(text, worth=text))


@_clean(tables=("agreements", "platforms"))
def _brackets(draft: Draft) -> None:
    """Half-width brackets in a reference mean the same firm."""
    column = {"agreements": "parties", "platforms": "hosts"}[draft.register.table]
    for line in draft.data:
        old = line.record.cells[column]
        text = old.text.replace("（", "(").replace("）", ")")
        draft.put(line, column, Cell(text, worth=old.worth))


# Faults of one cell


@_fault(tables=AMOUNTS)
def _inexact_sum(draft: Draft) -> None:
    text = draft.rng.choice(
        (
            "约500万元",
            "500-800万元",
            "500万元左右",
            "不超过500万元",
            "500余万元",
            "500万元至800万元",
            "近1亿元",
        )
    )
    column = AMOUNTS[draft.register.table]
    draft.spoil("inexact_sum", _SUM_CODES, column, Cell(text))


@_fault(tables=AMOUNTS)
def _no_sum(draft: Draft) -> None:
    text = draft.rng.choice(
        (
            "面议",
            "万元",
            "待定",
            "1,23万元",
            "500万元+200万元",
            "总投资5亿元，其中自筹2亿元",
            "12.5.3万元",
            "百百万元",
            "27%",
        )
    )
    draft.spoil("no_sum", _SUM_CODES, AMOUNTS[draft.register.table], Cell(text))


@_fault(tables=("agreements",))
def _negative_sum(draft: Draft) -> None:
    text = draft.rng.choice(("-5万元", "－12万元", "-120000", "（5万元）"))
    draft.spoil("negative_sum", ("negative_amount", *_SUM_CODES), "amount", Cell(text))


@_fault(tables=AMOUNTS)
def _foreign_sum(draft: Draft) -> None:
    text = draft.rng.choice(("100万美元", "EUR 120000", "€120,000", "500万日元", "USD 3 million"))
    codes = ("foreign_currency", "unit_conflict", *_SUM_CODES)
    draft.spoil("foreign_sum", codes, AMOUNTS[draft.register.table], Cell(text))


@_fault(tables=AMOUNTS, group="unit")
def _unit_conflict(draft: Draft) -> None:
    _set_unit(draft)
    text = draft.rng.choice(("1200000元", "￥350,000", "350000.00元"))
    codes = ("unit_conflict", "unreadable_amount")
    draft.spoil("unit_conflict", codes, AMOUNTS[draft.register.table], Cell(text))


@_fault(tables=DATES)
def _impossible_date(draft: Draft) -> None:
    text = draft.rng.choice(("2024-02-30", "2024年13月1日", "2023/2/29", "20240431", "2024.00.10"))
    draft.spoil("impossible_date", _DATE_CODES, DATES[draft.register.table], Cell(text))


@_fault(tables=DATES)
def _ambiguous_date(draft: Draft) -> None:
    text = draft.rng.choice(("5/6/2024", "'24年5月", "24.5.6", "45321", "03-04-2023", "5月6日"))
    draft.spoil("ambiguous_date", _DATE_CODES, DATES[draft.register.table], Cell(text))


@_fault(BOOK, DATES)
def _serial_date(draft: Draft) -> None:
    cell = Cell(str(draft.rng.randrange(44000, 46000)), kind="number")
    draft.spoil("serial_date", _DATE_CODES, DATES[draft.register.table], cell)


@_fault(tables=DATES)
def _open_date(draft: Draft) -> None:
    text = draft.rng.choice(
        ("至今", "长期", "2023年至今", "今年5月", "待定", "民国三十年", "去年底")
    )
    draft.spoil("open_date", _DATE_CODES, DATES[draft.register.table], Cell(text))


@_fault(tables=CODED)
def _wrong_check(draft: Draft) -> None:
    code = make_code(draft.rng)
    wrong = draft.rng.choice([sign for sign in "23456789ABCDEFGH" if sign != code[-1]])
    codes = ("invalid_code", "repaired_code")
    draft.spoil("wrong_check", codes, "uscc", Cell(code[:-1] + wrong, worth=code))


@_fault(tables=CODED)
def _slipped_code(draft: Draft) -> None:
    code = make_code(draft.rng)
    place = draft.rng.choice([n for n, sign in enumerate(code[2:], start=2) if sign in "01"])
    slip = code[:place] + {"0": "O", "1": "I"}[code[place]] + code[place + 1 :]
    codes = ("repaired_code", "invalid_code")
    draft.spoil("slipped_code", codes, "uscc", Cell(slip, worth=code))


@_fault(tables=CODED)
def _folded_code(draft: Draft) -> None:
    """Lower case, blanks or hyphens: the code is meant, and may be told."""
    code = make_code(draft.rng)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    text = draft.rng.choice(
        (code.lower(), f"{code[:6]} {code[6:]}", f"{code[:8]}-{code[8:]}", wide)
    )
    codes = ("repaired_code", "invalid_code")
    draft.spoil("folded_code", codes, "uscc", Cell(text, worth=code), required=False)


@_fault(tables=CODED)
def _cut_code(draft: Draft) -> None:
    code = make_code(draft.rng)
    text = draft.rng.choice((code[:-1], code + "0", code[:9]))
    draft.spoil("cut_code", ("invalid_code", "repaired_code"), "uscc", Cell(text, worth=code))


@_fault(tables=CODED)
def _damaged_code(draft: Draft) -> None:
    """Damage a code: it went through a number, which lost its last digits."""
    digits = "91" + "".join(draft.rng.choice("123456789") for _ in range(16))
    codes = ("damaged_code", "rounded_code", "invalid_code")
    if draft.form in BOOK:
        cell = Cell(digits, None, digits, "number", lost=True)
    else:
        shown = f"{digits[0]}.{digits[1:6]}E+17"
        cell = Cell(draft.rng.choice((shown, digits[:15] + "000")), worth=digits)
    draft.spoil("damaged_code", codes, "uscc", cell)


@_fault(BOOK)
def _error_cell(draft: Draft) -> None:
    column = draft.rng.choice([name for name in draft.columns if name not in {"id", "serial"}])
    text = draft.rng.choice(("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"))
    draft.spoil("error_cell", ("error_cell",), column, Cell(text, None, None, "error", lost=True))


@_fault(TEXT)
def _error_text(draft: Draft) -> None:
    column = draft.rng.choice([name for name in draft.columns if name not in {"id", "serial"}])
    text = draft.rng.choice(("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"))
    codes = ("error_cell", *_SUM_CODES, *_DATE_CODES, "invalid_code", "unknown_reference")
    cell = Cell(text, None, None, lost=True)
    draft.spoil("error_text", (*codes, "unknown_status", "unknown_mode"), column, cell)


@_fault(frozenset({"xlsx"}))
def _uncached_formula(draft: Draft) -> None:
    column = draft.rng.choice([name for name in draft.columns if name not in {"id", "serial"}])
    cell = Cell("=VLOOKUP(A3,Sheet9!A:C,2,0)", None, None, "lost", lost=True)
    draft.spoil("uncached_formula", ("uncached_formula",), column, cell)


@_fault()
def _missing_value(draft: Draft) -> None:
    column = "id" if draft.register.table == "agreements" else "name"
    draft.spoil("missing_value", ("missing_value",), column, Cell(""))


@_fault()
def _duplicate_id(draft: Draft) -> None:
    first = draft.data[0].record.cells["id"]
    line = draft.spoil("duplicate_id", ("duplicate_id",), "id", Cell(first.text, worth=first.worth))
    line.record.kind = "double"


@_fault(tables=("agreements", "platforms"))
def _unknown_reference(draft: Draft) -> None:
    column = {"agreements": "parties", "platforms": "hosts"}[draft.register.table]
    known, name = draft.rng.choice(sorted(UNIVERSITIES.items()))
    cell = Cell(f"{name}；外埠某某科技有限公司", worth=known)
    draft.spoil("unknown_reference", ("unknown_reference",), column, cell)


@_fault(tables=("agreements",))
def _unknown_status(draft: Draft) -> None:
    cell = Cell(draft.rng.choice(("基本谈妥", "？", "同意", "A")))
    draft.spoil("unknown_status", ("unknown_status",), "status", cell)


@_fault(tables=("agreements",))
def _unknown_mode(draft: Draft) -> None:
    cell = Cell(draft.rng.choice(("其它", "口头约定", "捐赠")))
    draft.spoil("unknown_mode", ("unknown_mode",), "mode", cell)


@_fault()
def _invisible(draft: Draft) -> None:
    """Signs without width: the value is the one without them, and this may be told."""
    columns = [c for c in ("id", "amount", "date", "parties", "uscc") if c in draft.columns]
    column = draft.rng.choice(columns)
    line = draft.take()
    old = line.record.cells[column]
    sign = draft.rng.choice(("\u200b", "\ufeff", "\u200e", "\u00ad"))
    place = draft.rng.randrange(1, len(old.text))
    text = old.text[:place] + sign + old.text[place:]
    draft.put(line, column, Cell(text, truth=old.text, worth=old.worth))
    codes = ("invisible_sign", "damaged_text", "repaired_code", "unknown_reference")
    draft.plant("invisible", codes, [line], column, required=False)


@_fault()
def _replaced_sign(draft: Draft) -> None:
    line = draft.take()
    text = line.record.cells["name"].text
    bad = draft.rng.choice(("\ufffd", "锟斤拷", "\x96", "烫烫烫"))
    column = draft.rng.choice(("name", "note"))
    draft.put(line, column, Cell(text[:2] + bad + text[3:], lost=True))
    draft.plant("replaced_sign", _DAMAGE, [line])


# Faults of the structure of text


@_fault(TEXT)
def _unclosed_quote(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    place = draft.rng.randrange(len(parts))
    parts[place] = '"' + parts[place].strip('"')
    _break(draft, line, parts, "unclosed_quote", _QUOTE_CODES)


@_fault(TEXT)
def _extra_quotes(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    place = draft.columns.index("name")
    name = parts[place]
    parts[place] = draft.rng.choice((f'""{name}', f'"{name}"联合', f'"{name[:3]}"{name[3:]}"'))
    _break(draft, line, parts, "extra_quotes", _QUOTE_CODES)


@_fault(TEXT)
def _inner_quotes(draft: Draft) -> None:
    """Quotation marks within a cell without any around it: plain to a person; may be told."""
    line = draft.take()
    name = line.record.cells["name"].text
    text = f'{name[:2]}"{name[2:4]}"{name[4:]}'
    draft.put(line, "name", Cell(text, worth=text, raw=text))
    draft.plant("inner_quotes", _QUOTE_CODES, [line], required=False)


@_fault(TEXT)
def _lost_separator(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    place = draft.rng.randrange(len(parts) - 1)
    parts[place : place + 2] = [parts[place] + parts[place + 1]]
    _break(draft, line, parts, "lost_separator", ("missing_cells", "shifted_row", *_QUOTE_CODES))


@_fault(TEXT)
def _surplus_separator(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    parts.insert(draft.rng.randrange(len(parts) + 1), "")
    if draft.rng.random() < 0.5:  # noqa: PLR2004 - half of them: a blank last cell hides the shift
        parts[-1] = ""
    _break(draft, line, parts, "surplus_separator", ("extra_cells", "shifted_row"))


@_fault(frozenset({"csv", "semicolon"}))
def _bare_separator(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    parts[draft.columns.index("note")] = f"见附件{draft.delimiter}另附说明"
    _break(draft, line, parts, "bare_separator", ("extra_cells", "shifted_row"))


@_fault(TEXT)
def _other_separator(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    sign = draft.rng.choice([s for s in (";", "\t", "|", "，") if s != draft.delimiter])
    line.text = sign.join(parts)
    line.free = True
    draft.plant("other_separator", ("mixed_delimiter", "missing_cells", *_QUOTE_CODES), [line])


@_fault(TEXT)
def _short_row(draft: Draft) -> None:
    line = draft.take()
    parts = draft.raw(line)
    _break(
        draft,
        line,
        parts[: draft.rng.randrange(1, len(parts))],
        "short_row",
        ("missing_cells", "lone_cell"),
    )


@_fault(TEXT)
def _conflict_markers(draft: Draft) -> None:
    line = draft.take()
    place = draft.body.index(line)
    other = Line("data", list(line.cells), Record(dict(line.record.cells), "double"), touched=True)
    draft.put(other, "note", Cell("另一版本"))
    draft.plant("conflict_markers", ("duplicate_id",), [other], "id")
    texts = {"top": "<<<<<<< HEAD", "middle": "=======", "end": ">>>>>>> office/2024"}
    marks = {k: Line("aside", [], text=text, touched=True) for k, text in texts.items()}
    draft.body[place : place + 1] = [marks["top"], line, marks["middle"], other, marks["end"]]
    for mark in marks.values():
        draft.plant("conflict_markers", ("conflict_marker",), [mark])


@_fault(TEXT)
def _nul(draft: Draft) -> None:
    line = draft.take()
    text = line.record.cells["name"].text
    worth = Cell(text[:2] + "\0" + text[2:], truth=text, worth=text)
    draft.put(line, "name", worth)
    draft.plant("nul", ("nul_character", "damaged_text"), [line])


# Encodings


@_fault(TEXT, group="encoding")
def _big5(draft: Draft) -> None:
    draft.encoding = "big5"
    draft.loose = True
    texts = (
        "臺灣產業發展協會",
        "聯合開發計畫",
        "資訊電機學院",
        "國際會議廳",
        "經濟發展處",
        "環境與資源",
    )
    for line in (*draft.header, *draft.body):
        for n, cell in enumerate(line.cells):
            try:
                cell.text.encode("big5")
            except UnicodeEncodeError:
                line.cells[n] = Cell(draft.rng.choice(texts))
    codes = ("doubtful_encoding", "unreadable_encoding", "damaged_text")
    draft.plant("big5", codes, [], whole=True)


@_fault(TEXT, group="encoding")
def _cut_sign(draft: Draft) -> None:
    """One byte of a character is gone, in a UTF-8 or a GBK file."""
    draft.encoding = draft.rng.choice(("utf-8", "gbk"))
    if draft.encoding == "gbk":
        _drop_rare(draft)
    line = draft.take()
    line.free = True
    name = line.record.cells["name"].text
    mark = f"{name[:3]}标记"
    draft.put(line, "name", Cell(mark + name[3:]))
    whole = mark.encode(draft.encoding)
    draft.convert = lambda data: data.replace(whole, whole[:-1], 1)
    draft.plant("cut_sign", (*_DAMAGE, "unreadable_encoding"), [line])


@_fault(TEXT, group="encoding")
def _cut_end(draft: Draft) -> None:
    """End the file in the middle of a character."""
    draft.last = False
    line = draft.data[-1]
    line.touched = line.free = True
    draft.put(line, "note", Cell("按进度拨付"))
    draft.convert = lambda data: data[:-1]
    draft.plant("cut_end", _DAMAGE, [line])


@_fault(TEXT, group="encoding")
def _mixed_encoding(draft: Draft) -> None:
    """Rows of another office were appended in another encoding."""
    _drop_rare(draft)
    line = draft.take()
    line.free = True
    draft.put(line, "name", Cell("标记" + line.record.cells["name"].text))
    text = draft.delimiter.join(draft.raw(line))
    draft.convert = lambda data: data.replace(text.encode(), text.encode("gbk"), 1)
    draft.plant("mixed_encoding", _DAMAGE, [line])


@_fault(TEXT, group="encoding")
def _mojibake(draft: Draft) -> None:
    """Send the whole file through a wrong encoding, and save it."""
    first, second = draft.rng.choice((("utf-8", "latin-1"), ("gbk", "latin-1"), ("utf-8", "gbk")))
    if first == "gbk":
        _drop_rare(draft)
    draft.loose = True
    draft.convert = lambda data: (
        data.decode().encode(first).decode(second, errors="replace").encode()
    )
    codes = ("doubtful_encoding", "damaged_text", "unreadable_encoding")
    draft.plant("mojibake", codes, [], whole=True)


# Layout


@_fault(group="top")
def _preamble(draft: Draft) -> None:
    title = f"2024年晋中市{draft.register.names[0]}"
    lines = [
        title,
        *draft.rng.sample(("填报单位：晋中市科技局", "截至2024年12月底", "（内部资料）"), 1),
    ]
    _put_above(draft, lines, blank=draft.rng.random() < 0.5)  # noqa: PLR2004 - half of them
    draft.plant("preamble", ("preamble",), list(draft.above))
    if draft.form in BOOK:
        draft.merged.append((draft.above[0], draft.above[0], 0, len(draft.columns) - 1))
        draft.plant("preamble", ("merged_cells",), list(draft.above), required=False)


@_fault(tables=AMOUNTS, group="unit")
def _table_unit(draft: Draft) -> None:
    """单位：万元 above the table is the unit of its sums."""
    _set_unit(draft, header=False)
    _put_above(draft, ["合作情况统计表", "单位：万元"], blank=False)
    draft.plant("table_unit", ("preamble", "unit_row", "table_unit"), [*draft.above, *draft.header])
    codes = ("unit_row", "table_unit", "preamble")
    column = AMOUNTS[draft.register.table]
    draft.plant("table_unit", codes, draft.header, column, required=False)


@_fault(tables=AMOUNTS, group="unit")
def _unit_row(draft: Draft) -> None:
    _set_unit(draft, header=False)
    place = draft.columns.index(AMOUNTS[draft.register.table])
    mark = draft.rng.choice(("万元", "（万元）", "(万元)"))
    line = Line("head", [Cell(mark if n == place else "") for n in range(len(draft.columns))])
    draft.header.append(line)
    draft.plant("unit_row", ("unit_row",), draft.header)


@_fault(group="top")
def _stacked_years(draft: Draft) -> None:
    """Two header rows over figures of years that the schema does not know."""
    group = draft.rng.choice(("完成投资", "新增就业", "发表论文"))
    for n, year in enumerate((2023, 2024)):
        numbers = [str(draft.rng.randrange(3, 90)) for _ in draft.body]
        _insert_column(draft, len(draft.columns), f"y{year}", group, numbers, kind="number")
        draft.choices[len(draft.columns) - 1] = (f"{group}{year}", f"{group}{year}年", f"{year}年")
        if n:
            draft.header[0].cells[-1] = Cell("")
    lower = [Cell("") for _ in draft.columns[:-2]] + [Cell("2023年"), Cell("2024年")]
    draft.header.append(Line("head", lower))
    draft.plant("stacked_years", ("stacked_header",), draft.header)
    if draft.form in BOOK:
        top, width = draft.header[0], len(draft.columns)
        draft.merged.append((top, top, width - 2, width - 1))
        draft.plant("stacked_years", ("merged_cells",), draft.header, required=False)


@_fault(group="top")
def _stacked_groups(draft: Draft) -> None:
    """Two header rows, groups above the headers that the schema knows."""
    width = len(draft.columns)
    cut = draft.rng.randrange(2, width - 2)
    upper = ["基本情况", *[""] * (cut - 1), "详细情况", *[""] * (width - cut - 1)]
    for n, header in enumerate(draft.headers.values()):
        group = "基本情况" if n < cut else "详细情况"
        draft.choices[n] = (header, group + header)
    draft.header.insert(0, Line("head", [Cell(text) for text in upper]))
    draft.plant("stacked_groups", ("stacked_header", "preamble"), draft.header)
    if draft.form in BOOK:
        top = draft.header[0]
        draft.merged += [(top, top, 0, cut - 1), (top, top, cut, width - 1)]
        draft.plant("stacked_groups", ("merged_cells",), draft.header, required=False)


@_fault(tables=AMOUNTS, group="bottom")
def _total_row(draft: Draft) -> None:
    _set_unit(draft)
    column = AMOUNTS[draft.register.table]
    place = draft.columns.index(column)
    worths = (line.record.cells[column].worth for line in draft.data if line.record)
    total = sum((Decimal(worth) for worth in worths if worth), Decimal(0)) / draft.unit
    word = draft.rng.choice(("合计", "总计", "合  计", "共计", "Total"))
    first = draft.rng.choice((0, 1))
    line = draft.aside({first: word, place: format(total, "f")})
    if draft.form in BOOK:
        line.cells[place].kind = "number"
    draft.plant("total_row", ("total_row",), [line])
    draft.plant("total_row", ("total_differs",), [line], required=False)


@_fault(tables=AMOUNTS, group="subtotal")
def _subtotal_rows(draft: Draft) -> None:
    _set_unit(draft)
    place = draft.columns.index(AMOUNTS[draft.register.table])
    half = len(draft.body) // 2
    for at in (len(draft.body), half):
        line = draft.aside({0: "小计", place: str(draft.rng.randrange(100, 900))}, at)
        draft.plant("subtotal_rows", ("total_row",), [line])
        draft.plant("subtotal_rows", ("total_differs",), [line], required=False)


@_fault(group="foot")
def _footnotes(draft: Draft) -> None:
    draft.body.append(Line("blank", [Cell("") for _ in draft.columns], touched=True))
    notes = (
        "注：本表数据截至2024年底。",
        "说明：意向协议不计入",
        "填表人：张三　审核：李四",
        "制表日期：2024年12月31日",
        "* 含续签",
    )
    for text in draft.rng.sample(notes, 2):
        line = draft.aside({0: text})
        draft.plant("footnotes", ("footnote", "lone_cell"), [line])


@_fault(group="foot")
def _second_table(draft: Draft) -> None:
    draft.body.append(Line("blank", [Cell("") for _ in draft.columns], touched=True))
    head = draft.aside(["县区", "企业数", "研发人员", "专利数"][: len(draft.columns)])
    draft.plant("second_table", ("second_table",), [head])
    for place in ("青川县", "临岳区", "平湾县"):
        numbers = [str(draft.rng.randrange(3, 400)) for _ in range(3)]
        line = draft.aside([place, *numbers])
        codes = ("second_table", "missing_cells", "extra_cells")
        draft.plant("second_table", codes, [line], required=False)
    for line in draft.body[-4:]:
        line.cells += [Cell("") for _ in range(len(draft.columns) - len(line.cells))]


@_fault(group="page")
def _repeated_header_row(draft: Draft) -> None:
    at = draft.rng.randrange(4, len(draft.body) - 1)
    line = draft.aside([cell.text for cell in draft.header[0].cells], at)
    draft.plant("repeated_header_row", ("repeated_header_row",), [line])


@_fault(group="page")
def _section_rows(draft: Draft) -> None:
    half = len(draft.body) // 2
    for at, text in ((half, "二、县域合作"), (0, "一、市级合作")):
        line = draft.aside({0: text}, at)
        draft.plant("section_rows", ("section_row", "footnote", "lone_cell"), [line])


@_fault(group="top")
def _no_header(draft: Draft) -> None:
    draft.plant(
        "no_header", ("header_missing", "missing_column", "doubtful_delimiter"), [], whole=False
    )
    first = draft.data[0]
    codes = ("header_missing", "missing_column", "blank_header")
    draft.plant("no_header", codes, [first], required=False)
    draft.header = []
    draft.loose = True


@_fault(group="top")
def _doubled_header(draft: Draft) -> None:
    texts = ["补充"] * len(draft.body)
    _insert_column(draft, len(draft.columns), "again", draft.headers["note"], texts)
    codes = ("repeated_header", "repeated_column")
    draft.plant("doubled_header", codes, [], "note")


@_fault(group="top")
def _blank_header(draft: Draft) -> None:
    _insert_column(draft, len(draft.columns), "blank", "", ["续"] * len(draft.body), inside=True)
    draft.plant("blank_header", ("blank_header",), [])


@_fault(BOOK, group="merged")
def _merged_rows(draft: Draft) -> None:
    column = {"agreements": "parties", "platforms": "hosts"}.get(draft.register.table, "note")
    at = draft.rng.randrange(2, len(draft.body) - 4)
    lines = draft.body[at : at + draft.rng.randrange(2, 4)]
    if any(line.touched or line.kind != "data" for line in lines):
        lines = draft.data[:2]
    first = lines[0].record.cells[column]
    place = draft.columns.index(column)
    for n, line in enumerate(lines):
        line.touched = True
        draft.put(line, column, Cell(first.text if not n else "", first.text, first.worth))
    draft.merged.append((lines[0], lines[-1], place, place))
    draft.plant("merged_rows", ("merged_cells",), lines)


@_fault(BOOK, group="hidden")
def _hidden_rows(draft: Draft) -> None:
    lines = [draft.take() for _ in range(2)]
    for line in lines:
        line.hidden = True
    draft.plant("hidden_rows", ("hidden_rows",), lines)


@_fault(BOOK, group="hidden")
def _hidden_sheet(draft: Draft) -> None:
    rows = [[Cell("旧编号"), Cell("旧名称")], [Cell("1"), Cell("作废")]]
    state = draft.rng.choice(("hidden", "veryHidden"))
    draft.others.append(Grid("旧版", rows, state=state))
    fault = Fault("hidden_sheet", ("hidden_sheet",), [], "sheet:旧版")
    draft.faults.append(fault)
    draft.faults.append(
        Fault("hidden_sheet", ("unknown_table", "missing_column"), [], "sheet:旧版", required=False)
    )


@_fault(frozenset({"csv", "xlsx", "xls"}), group="format")
def _wrong_suffix(draft: Draft) -> None:
    suffixes = {"csv": (".xls", ".xlsx"), "xlsx": (".xls", ".csv"), "xls": (".xlsx", ".csv")}
    draft.suffix = draft.rng.choice(suffixes[draft.form])
    codes = ("wrong_format", "unreadable_workbook", "unreadable_encoding")
    draft.plant("wrong_suffix", codes, [], whole=False)


@_fault(frozenset({"csv"}), group="format")
def _html_as_xls(draft: Draft) -> None:
    draft.form, draft.suffix = "html", ".xls"
    draft.plant("html_as_xls", ("wrong_format", "unreadable_workbook"), [], whole=False)


# What several of them share


def _break(draft: Draft, line: Line, parts: list[str], name: str, codes: Iterable[str]) -> None:
    line.text = draft.delimiter.join(parts)
    line.free = True
    draft.plant(name, codes, [line])


def _drop_rare(draft: Draft) -> None:
    """Replace what GBK cannot hold."""
    for line in (*draft.header, *draft.body):
        for cell in line.cells:
            if "𠮷" in cell.text:
                cell.text = cell.text.replace("𠮷", "吉")
                cell.truth = cell.truth and cell.truth.replace("𠮷", "吉")
                cell.worth = cell.worth and cell.worth.replace("𠮷", "吉")
    _draw_common(draft)


def _draw_common(draft: Draft) -> None:
    """Name only organisations whose names GBK holds."""
    column = {"agreements": "parties", "platforms": "hosts"}.get(draft.register.table)
    rare = {key for key, name in ENTERPRISES.items() if "𠮷" in name}
    common = sorted(set(ENTERPRISES) - rare)
    for line in draft.data if column else []:
        cell = line.record.cells[column]
        if rare & set((cell.worth or "").split()):
            school = min(UNIVERSITIES)
            firm = draft.rng.choice(common)
            text = f"{UNIVERSITIES[school]}；{ENTERPRISES[firm]}"
            draft.put(line, column, Cell(text, worth=f"{firm} {school}"))


def _set_unit(draft: Draft, *, header: bool = True) -> None:
    """State 万元 in the header, or leave it to another place; the cells are plain numbers."""
    column = AMOUNTS[draft.register.table]
    place = draft.columns.index(column)
    if draft.unit:
        return
    draft.unit = 10**4
    for line in draft.data:
        old = line.cells[place]
        if line.touched and not (old.worth and old.text.endswith("万元")):
            continue
        text = format((Decimal(old.worth) / 10**4).normalize(), "f")
        draft.put(line, column, Cell(text, worth=old.worth, kind="number"))
    if header:
        mark = draft.rng.choice(("{}（万元）", "{}(万元)", "{}（单位：万元）"))
        plain = draft.headers[column]
        draft.headers[column] = mark.format(plain)
        draft.header[-1].cells[place] = Cell(draft.headers[column])
        spelled = draft.choices.get(place, ())
        if spelled:
            draft.choices[place] = tuple(t.replace(plain, draft.headers[column]) for t in spelled)


def _put_above(draft: Draft, texts: list[str], *, blank: bool) -> None:
    width = len(draft.columns)
    for text in texts:
        draft.above.append(Line("head", [Cell(text), *(Cell("") for _ in range(width - 1))]))
    if blank:
        draft.above.append(Line("head", [Cell("") for _ in range(width)]))


def _insert_column(
    draft: Draft,
    place: int,
    name: str,
    header: str,
    texts: list[str],
    *,
    kind: str = "text",
    inside: bool = False,
) -> None:
    """Insert a column that the schema does not know."""
    if inside:
        place = len(draft.columns) - 1
    columns = draft.columns
    columns.insert(place, name)
    values = {**draft.headers, name: header}
    draft.headers = {column: values[column] for column in columns}
    for line in (*draft.above, *draft.header):
        line.cells.insert(place, Cell(header if line is draft.header[0] else ""))
    for line, text in zip(draft.body, texts, strict=True):
        cell = Cell(text if line.kind == "data" else "", kind=kind)
        line.cells.insert(place, cell)
        if line.record is not None:
            line.record.cells[name] = cell
