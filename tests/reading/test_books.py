from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from handmade import HEAD, LINKS, list_parts, write_package

from ecograph.errors import DataError
from ecograph.reading.workbooks import books
from ecograph.reading.workbooks.reader import read_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHEET = (
    f'{HEAD}<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>日期</t></is></c></row>'
    '<row r="2"><c r="A2" s="1"><v>45437</v></c></row></sheetData></worksheet>'
)
STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'


def write(path: Path, **changes: str | None) -> Path:
    names = {
        "book": "xl/workbook.xml",
        "links": "xl/_rels/workbook.xml.rels",
        "root": "_rels/.rels",
    }
    parts: dict[str, str] = list_parts(SHEET, SHEET, styles=STYLES)
    for key, text in changes.items():
        if text is None:
            del parts[names[key]]
        else:
            parts[names[key]] = text
    return write_package(path / "a.xlsx", parts)


def list_days(path: Path) -> list[str]:
    return [sheet.cells.at[2, 0] for sheet in read_workbook(path)]


def list_links(*targets: tuple[str, str, str]) -> str:
    return (
        "<R>"
        + "".join(
            f'<Relationship Id="{key}" Type="{LINKS}/{kind}" Target="{target}"/>'
            for key, kind, target in targets
        )
        + "</R>"
    )


def list_sheets(*entries: str, front: str = "") -> str:
    return f'<workbook xmlns:r="{LINKS}">{front}<sheets>{"".join(entries)}</sheets></workbook>'


@pytest.mark.parametrize(
    "root",
    [
        None,
        "<R/>",
        list_links(("r1", "officeDocument", "/xl/workbook.xml")),
        list_links(("r1", "officeDocument", "elsewhere.xml")),
    ],
)
def test_the_workbook_is_found_where_the_package_says_or_where_it_always_is(
    tmp_path: Path, root: str | None
) -> None:
    assert list_days(write(tmp_path, root=root)) == ["2024-05-25", "2024-05-25"]


def test_days_may_be_counted_from_1904(tmp_path: Path) -> None:
    sheet = '<sheet name="s" r:id="r1"/>'
    book = list_sheets(sheet, front='<workbookPr date1904="1"/>')
    assert list_days(write(tmp_path, book=book)) == ["2028-05-26"]


def test_charts_are_passed_over_and_hidden_sheets_told(tmp_path: Path) -> None:
    links = list_links(
        ("a", "chartsheet", "worksheets/sheet1.xml"),
        ("b", "worksheet", "worksheets\\sheet2.xml"),
        ("c", "styles", "styles.xml"),
    )
    book = list_sheets(
        '<sheet name="图" r:id="a"/>', '<sheet name="隐" state="veryHidden" r:id="b"/>'
    )
    (sheet,) = read_workbook(write(tmp_path, book=book, links=links))
    assert sheet.sheet == "隐"
    assert "hidden_sheet" in {problem.code for problem in sheet.problems}


EXTERNAL = (
    f'<R><Relationship Id="r1" Type="{LINKS}/worksheet" Target="file:///etc/passwd" '
    'TargetMode="External"/></R>'
)


@pytest.mark.parametrize(
    "changes",
    [
        {"book": None},
        {"book": list_sheets('<sheet name="s" r:id="none"/>')},
        {"book": list_sheets('<sheet name="s"/>')},
        {"links": EXTERNAL},
        {"links": list_links(("r1", "worksheet", "gone.xml"), ("r2", "worksheet", "gone.xml"))},
    ],
)
def test_a_sheet_without_a_part_is_refused(
    tmp_path: Path, changes: Mapping[str, str | None]
) -> None:
    with pytest.raises(DataError, match="cannot be read as a workbook") as caught:
        read_workbook(write(tmp_path, **changes))
    assert [problem.code for problem in caught.value.problems] == ["unreadable_workbook"]


def test_the_number_of_sheets_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "MOST_SHEETS", 1)
    with pytest.raises(DataError) as caught:
        read_workbook(write(tmp_path))
    assert [problem.code for problem in caught.value.problems] == ["workbook_too_large"]
