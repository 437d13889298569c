"""A thousand formulas in names: none is live in any file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from builders import list_rows, write_folder
from openpyxl import load_workbook

from ecograph.render.spreadsheet import render_xlsx
from ecograph.workflow import analyse

if TYPE_CHECKING:
    from pathlib import Path

    from ecograph.workflow import Run

STARTS = (
    *("=", "+", "-", "@", "＝", "＋", "－", "＠", "==", "=+", "-@", "+-"),
    *("\t=", " =", "\u200b=", "'=", "=\u2060", "%=", "|=", ";="),
)
BODIES = ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://a.example","x")', "SUM(A1:A9)", "A1")
TURNS = 10
LIVE = re.compile(r"^\s*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def list_payloads() -> list[str]:
    """A thousand names, each a formula for some program, no two the same."""
    return [
        f"{start}{body}{turn}"
        for turn, start, body in itertools.product(range(TURNS), STARTS, BODIES)
    ]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    names = list_payloads()
    assert len(names) == len(set(names)) == 1000
    folder = tmp_path_factory.mktemp("payloads")
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    tables = {
        "ecosystem.yaml": "name: town\nas_of: 2024-12-31\nlanguage: en\n",
        "industries": list_rows("id,name", [("I1", '"=steel"'), ("I2", "glass")]),
        "enterprises": list_rows(
            "id,name,industry,region",
            [(f"E{n}", name, f"I{n % 2 + 1}", '"@here"') for n, name in enumerate(quoted)],
        ),
        "universities": list_rows("id,name", [("U1", '"+the university"')]),
        "agreements": list_rows(
            "id,name,date,amount,status,parties",
            [(f"A{n}", quoted[n], "2024-05", "12万元", "signed", f"E{n};U1") for n in range(60)],
        ),
    }
    write_folder(folder / "data", tables)
    run = analyse(folder / "data", folder / "out", cache=False)
    return folder / "out", run


def test_no_cell_of_any_csv_is_live(done: tuple[Path, Run]) -> None:
    seen = live = 0
    for path in sorted(done[0].rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                seen += len(row)
                live += sum(bool(LIVE.match(c)) and not NUMBER.fullmatch(c) for c in row)
    assert seen > 20_000
    assert live == 0


def test_no_cell_of_the_workbook_is_live_and_numbers_stay_numbers(
    done: tuple[Path, Run],
) -> None:
    data = render_xlsx(done[1].results, done[1].ecosystem)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                root = ET.fromstring(archive.read(name))  # noqa: S314 - our own file
                assert not [e for e in root.iter() if e.tag.endswith("}f")]
    book = load_workbook(io.BytesIO(data))
    cells = [c for sheet in book for row in sheet.iter_rows(min_row=2) for c in row]
    assert {c.data_type for c in cells} <= {"s", "n", "b", "d"}
    numbers = [c.value for c in cells if c.data_type == "n" and c.value is not None]
    assert numbers.count(1000) > 0  # firms that are listed
    assert len(numbers) > 5000
