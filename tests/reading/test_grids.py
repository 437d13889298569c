from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest
from handmade import HEAD, SPACE, list_parts, write_package, write_sheet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecograph.errors import DataError
from ecograph.reading.workbooks import grids
from ecograph.reading.workbooks.reader import read_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.reading.sheets.raw import RawSheet


def read(path: Path, rows: str, **parts: str) -> RawSheet:
    (sheet,) = read_workbook(write_sheet(path / "a.xlsx", rows, **parts))
    return sheet


def refuse(path: Path, rows: str, **parts: str) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        read(path, rows, **parts)
    (problem,) = caught.value.problems
    return problem.code, str(problem.details["reason"])


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


TOP = f'<row r="1">{text("A1", "id")}{text("B1", "n")}</row>'


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ('<c r="B2"><f>1+1</f><v>2</v></c>', "2", ""),
        ('<c r="B2"><v>2.50</v></c>', "2.5", ""),
        ('<c r="B2"><v>007</v></c>', "7", ""),
        ('<c r="B2"><v>1E3</v></c>', "1000", ""),
        ('<c r="B2"><v>１２</v></c>', "１２", ""),
        ('<c r="B2"><v>1_0</v></c>', "1_0", ""),
        ('<c r="B2"><v>no number</v></c>', "no number", ""),
        ('<c r="B2" t="n"><v>5</v></c>', "5", ""),
        ('<c r="B2" s="77"><v>5</v></c>', "5", ""),
        ('<c r="B2" t="b"><v>1</v></c>', "TRUE", ""),
        ('<c r="B2" t="b"><v>0</v></c>', "FALSE", ""),
        ('<c r="B2" t="d"><v>2024-05-25T00:00:00</v></c>', "2024-05-25", ""),
        ('<c r="B2" t="str"><v>a&amp;b</v></c>', "a&b", ""),
        ('<c r="B2" t="str"><v>ab</v></c>', "ab", ""),
        ('<c r="B2" t="s"><v>0</v></c>', "甲", ""),
        ('<c r="B2" t="s"><v> 0 </v></c>', "甲", ""),
        ('<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t> b</t></r></is></c>', "a b", ""),
        ('<c r="B2" t="inlineStr"><is><t>晋</t><rPh><t>jin</t></rPh></is></c>', "晋", ""),
        ('<c r="B2" t="inlineStr"><is><t xml:space="preserve"> a</t></is></c>', " a", ""),
        ('<c r="B2" t="inlineStr"><is><t>t="e" &lt;f></t></is></c>', 't="e" <f>', ""),
        ("<c r='B2'/>", "", ""),
        ('<c r="B2"><v></v></c>', "", ""),
        ('<c r="B2" t="str"><f>""</f><v></v></c>', "", ""),
        ('<c r="B2" t="str"><f>""</f></c>', "", "uncached_formula"),
        ('<c r="B2"><f>1+1</f></c>', "", "uncached_formula"),
        ('<c r="B2"><f t="shared" si="0"/><v/></c>', "", "uncached_formula"),
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "", "error_cell"),
        ("<c r='B2' t='e'><v>#REF!</v></c>", "", "error_cell"),
        ('<c r="B2"><v>911100006000373410</v></c>', "", "damaged_code"),
        ('<c r="B2"><v>123456789012345</v></c>', "123456789012345", ""),
    ],
)
def test_a_cell_is_read_as_what_it_means(tmp_path: Path, cell: str, value: str, code: str) -> None:
    rows = f'{TOP}<row r="2">{text("A2", "E1")}{cell}</row>'
    sheet = read(tmp_path, rows, strings="<si><t>甲</t></si>")
    assert sheet.cells.loc[2].tolist() == ["E1", value]
    assert [(p.code, p.row, p.column) for p in sheet.problems] == ([(code, 2, "n")] if code else [])


def test_shared_texts_are_joined_and_unescaped(tmp_path: Path) -> None:
    strings = (
        "<si><r><t>a</t></r><r><t> b</t></r><rPh><t>x</t></rPh></si>"
        "<si><t>c_x000D_\nd_x005F_x0041_</t></si>"
    )
    rows = TOP + '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
    assert read(tmp_path, rows, strings=strings).cells.loc[2].tolist() == ["a b", "c\nd_x0041_"]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_rows_and_cells_without_an_address_are_counted(tmp_path: Path, prefix: str) -> None:
    rows = "".join(
        f"<{prefix}row>"
        + "".join(f"<{prefix}c><{prefix}v>{n}</{prefix}v></{prefix}c>" for n in row)
        + f"</{prefix}row>"
        for row in ([1, 2], [], [3, 4])
    )
    declared = f'xmlns:x="{SPACE}"' if prefix else f'xmlns="{SPACE}"'
    table = f"<{prefix}sheetData>{rows}</{prefix}sheetData>"
    data = f"<{prefix}worksheet {declared}>{table}</{prefix}worksheet>"
    (sheet,) = read_workbook(write_package(tmp_path / "a.xlsx", list_parts(data)))
    assert sheet.cells.to_numpy().tolist()[-1] == ["3", "4"]
    assert sheet.cells.index[-1] == 3


def test_a_row_without_a_number_stands_where_its_cells_say(tmp_path: Path) -> None:
    rows = f"{TOP}<row>{text('A4', 'E1')}{text('B4', 'a')}</row>"
    assert read(tmp_path, rows).cells.index.tolist() == [4]


@pytest.mark.parametrize("extra", ["", "<!-- -->"])
@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('<row r="1">{}</row><row r="1">{}</row>', "row 1 stands after row 1"),
        ('<row r="1048577">{}</row>', "row 1048577 stands after row 0"),
        ('<row r="2"><c r="A1"><v>1</v></c>{}</row>', "stands in row 2"),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c>{}</row>', ""),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>1</v></c>{}</row>', ""),
        ('<row r="1"><c r="ZZZ1"><v>1</v></c>{}</row>', "out of order"),
        ('<row r="1"><c r="1A"><v>1</v></c>{}</row>', "no cell 1A"),
        ('<row r="1"><c r="A1" t="s"><v>9</v></c>{}</row>', "the shared text 9 is missing"),
    ],
)
def test_cells_that_contradict_themselves_are_refused(
    tmp_path: Path, rows: str, reason: str, extra: str
) -> None:
    code, said = refuse(tmp_path, rows.replace("{}", extra))
    assert code == "unreadable_workbook"
    assert reason in said


def test_the_size_that_a_sheet_declares_is_not_believed(tmp_path: Path) -> None:
    rows = f'{TOP}<row r="2">{text("A2", "E1")}{text("B2", "a")}</row>'
    sheet = read(tmp_path, rows, front='<dimension ref="A1:A1"/>')
    assert sheet.cells.loc[2].tolist() == ["E1", "a"]
    book = openpyxl.load_workbook(tmp_path / "a.xlsx", read_only=True)
    assert [list(row) for row in book.active.values] == [["id"]]  # what trust would give
    book.close()


def test_comments_hide_no_rows_and_make_none(tmp_path: Path) -> None:
    hidden = f'<row r="2">{text("A2", "E1")}{text("B2", "a")}</row>'
    after = f'<row r="3">{text("A3", "E2")}{text("B3", "b")}</row>'
    sheet = read(tmp_path, f"{TOP}<!-- {hidden} -->{after}")
    assert sheet.cells.index.tolist() == [3]


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    front = '<cols><col min="2" max="2" hidden="1"/><col min="1" max="1" width="9"/></cols>'
    rows = TOP + "".join(
        f'<row r="{n}"{hidden}>{text(f"A{n}", f"E{n}")}{text(f"B{n}", tail)}</row>'
        for n, hidden, tail in [(2, "", "a"), (3, ' hidden="1"', "b"), (4, ' hidden="1"', "&#65;")]
    )
    rows += '<row r="5" hidden="1"></row>'
    sheet = read(tmp_path, rows, front=front)
    assert sheet.cells[1].tolist() == ["a", "b", "A"]
    assert [(p.code, p.row, p.column, p.details) for p in sheet.problems] == [
        ("hidden_rows", 3, "", {"count": 2}),
        ("hidden_columns", None, "n", {"count": 1}),
    ]


STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="00000"/>'
    '<numFmt numFmtId="165" formatCode="0.00&quot;万元&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="31"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="bad"/></cellXfs>'
    '<dxfs><dxf><numFmt numFmtId="164" formatCode="yyyy"/></dxf></dxfs>'
)


def test_numbers_are_read_in_the_light_of_their_format(tmp_path: Path) -> None:
    rows = TOP + "".join(
        f'<row r="{n}">{text(f"A{n}", f"E{n}")}<c r="B{n}" s="{style}"><v>{value}</v></c></row>'
        for n, style, value in [(2, 1, 45437), (3, 2, 7), (4, 2, 8), (5, 3, 4847.4), (6, 4, 9)]
    )
    sheet = read(tmp_path, rows, styles=STYLES)
    assert sheet.cells[1].tolist() == ["2024-05-25", "00007", "00008", "4847.4万元", "9"]
    assert [(p.code, p.row, p.value, p.details["count"]) for p in sheet.problems] == [
        ("shown_unit", 5, "4847.4万元", 1),
        ("shown_zeros", 3, "00007", 2),
    ]


@pytest.mark.parametrize(
    ("name", "limit"),
    [("_FREE_TEXT", -(10**6)), ("_FREE_CELLS", -1000), ("_MOST_MERGES", 1)],
)
def test_limits_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    monkeypatch.setattr(grids, name, limit)
    tail = '<mergeCells><mergeCell ref="A1:A1"/><mergeCell ref="B1:B1"/></mergeCells>'
    assert refuse(tmp_path, TOP, tail=tail)[0] == "workbook_too_large"


def test_two_cells_at_the_ends_of_a_sheet_are_read_as_two_cells(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="66000"><c r="XFD66000"><v>2</v></c></row>'
    )
    sheet = read(tmp_path, rows)
    assert len(sheet.cells) + sheet.rejected <= 1
    assert sheet.rows_in == sheet.blank + sheet.rejected + len(sheet.cells)
    assert "extra_cells" in {p.code for p in sheet.problems}


def test_merged_cells_that_are_none_are_passed_over(tmp_path: Path) -> None:
    tail = '<mergeCells><mergeCell ref="nonsense"/><mergeCell/></mergeCells>'
    assert read(tmp_path, TOP, tail=tail).header == ("id", "n")


def test_wide_characters_go_through_the_parser(tmp_path: Path) -> None:
    rows = f'{TOP}<row r="2">{text("A2", "E1")}{text("B2", "晋")}</row>'
    tail = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    declared = "<?xml version='1.0' encoding='utf-16'?>"
    sheet = f"{declared}{HEAD}<sheetData>{rows}</sheetData>{tail}</worksheet>"
    parts: dict[str, str | bytes] = {**list_parts("x")}
    parts["xl/worksheets/sheet1.xml"] = sheet.encode("utf-16")
    (read_,) = read_workbook(write_package(tmp_path / "a.xlsx", parts))
    assert read_.cells.loc[2].tolist() == ["E1", "晋"]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    parts: dict[str, str | bytes] = {**list_parts("x")}
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xb1\xe0</t></is></c></row>'
    parts["xl/worksheets/sheet1.xml"] = (
        b"<worksheet><sheetData>" + row + b"</sheetData></worksheet>"
    )
    with pytest.raises(DataError, match="broken XML"):
        read_workbook(write_package(tmp_path / "a.xlsx", parts))


def test_long_rows_do_not_wait_for_their_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecograph.reading.workbooks.clean_rows._LONGEST_ROW", 10)
    monkeypatch.setattr("ecograph.reading.workbooks.packages._CHUNK", 64)
    rows = TOP + "".join(f'<row r="{n}">{text(f"A{n}", f"E{n}")}</row>' for n in range(2, 9))
    assert read(tmp_path, rows).cells[0].tolist() == [f"E{n}" for n in range(2, 9)]


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9),
    st.booleans(),
    st.dates().map(lambda day: day.replace(year=max(day.year, 1901))),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(
        lambda value: not value.startswith("=") and "_x" not in value and value.strip()
    ),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6))
def test_workbooks_are_read_as_openpyxl_reads_them(
    tmp_path: Path, rows: list[tuple[object, ...]]
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["c1", "c2", "c3"])
    for number, row in enumerate(rows):
        book.active.append([f"E{number}", *row[:2]])
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    (sheet,) = read_workbook(tmp_path / "a.xlsx")
    oracle = openpyxl.load_workbook(io.BytesIO(stream.getvalue())).active
    for (number, position), _ in zip(
        ((n, p) for n in sheet.cells.index for p in range(3)), range(100), strict=False
    ):
        value = oracle.cell(number, position + 1).value
        assert same(sheet.cells.at[number, position], value)


def same(read_: str, value: object) -> bool:
    if value is None:
        return read_ == ""
    if isinstance(value, bool):
        return read_ == str(value).upper()
    if isinstance(value, int | float):
        return float(read_) == value
    return read_ == str(value).removesuffix(" 00:00:00")


def test_parts_may_be_stored_with_windows_paths(tmp_path: Path) -> None:
    parts = list_parts(f"{HEAD}<sheetData>{TOP}</sheetData></worksheet>")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        for name, data in parts.items():
            package.writestr(name.replace("/", "\\").upper(), data)
    (sheet,) = read_workbook(tmp_path / "a.xlsx")
    assert sheet.header == ("id", "n")
