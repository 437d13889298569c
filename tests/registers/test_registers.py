"""What all registers have in common: the door, the reading of files, the header rules."""

import csv
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import ecograph.registers
from ecograph.errors import RegisterError
from ecograph.registers import REGISTERS, _source, convert
from ecograph.schema import read_schema

FOLDERS = {"h2020": "h2020-2016", "anr-pia": "anr-pia", "norway-h2020": "norway-h2020"}


def test_public_names() -> None:
    assert ecograph.registers.__all__ == ["REGISTERS", "convert"]
    assert REGISTERS == ("h2020", "anr-pia", "norway-h2020")


def test_unknown_register_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"'fp7'.*h2020, anr-pia, norway-h2020"):
        convert("fp7", tmp_path)


def test_source_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="is not a folder"):
        convert("h2020", tmp_path / "nowhere")


@pytest.mark.parametrize("register", REGISTERS)
def test_missing_file_is_named(register: str, tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"\.csv cannot be read from"):
        convert(register, tmp_path)


def test_a_table_is_read_as_it_stands(tmp_path: Path) -> None:
    text = '\ufeffid,name,country\r\n01,"A ""B""",NA\r\n\r\n02,NULL,\r\n'
    (tmp_path / "t.csv").write_text(text, encoding="utf-8", newline="")
    table = _source.read_table(tmp_path, "t.csv", ["country", "name", "id"])
    assert table.to_numpy().tolist() == [["NA", 'A "B"', "01"], ["", "NULL", "02"]]
    assert table.index.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "t.csv is empty"),
        ("id,name\n1\n", "t.csv, row 2: 1 fields under a header of 2"),
        ("id,name\n1,a\n2,b,c\n", "t.csv, row 3: 3 fields under a header of 2"),
        ("id\n1\n", "t.csv has no column name"),
        ('id,name\n1,"open\n', "t.csv is not a UTF-8 table"),
        ("id,name\n1,\udce9\n", "t.csv is not a UTF-8 table"),
    ],
)
def test_a_broken_table_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(RegisterError, match=sentence):
        _source.read_table(tmp_path, "t.csv", ["id", "name"])


@pytest.mark.parametrize("amount", ["1.234.567,89", "-5,00", "ca. 100", "1e6"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    values = pd.Series(["1,00", amount], index=[2, 3], name="cost")
    with pytest.raises(RegisterError, match=r"p\.csv, row 3, column cost"):
        _source.clean_amounts(values, "p.csv")


@pytest.mark.parametrize("day", ["2015-02-29", "2015", "1/2/2015", "31.04.2015 00:00"])
def test_what_is_no_day_is_refused(day: str) -> None:
    values = pd.Series(["2015-01-01", day], index=[2, 3], name="start")
    with pytest.raises(RegisterError, match=r"p\.csv, row 3, column start"):
        _source.clean_dates(values, "p.csv")


def test_amounts_add_up_to_the_last_digit() -> None:
    values = pd.Series(["99999999999999999999.00000000001", "0.00000000002", ""])
    assert _source.add_amounts(values) == Decimal("99999999999999999999.00000000003")


def test_an_organisation_without_a_table_is_an_error() -> None:
    organisations = pd.DataFrame({"id": ["1", "2"], "kind": ["enterprises", "guilds"]})
    with pytest.raises(RegisterError, match="2 organisations read, 1 written"):
        _source.split_by_kind(organisations, {"enterprises": ["id"]})


def test_no_date_no_as_of() -> None:
    assert "as_of" not in _source.make_facts("R", pd.Series(["", ""]), "CC0")


@pytest.mark.real_data
@pytest.mark.parametrize("register", REGISTERS)
def test_every_column_means_itself_or_nothing(register: str, real_data: Path) -> None:
    """An extra column must not be taken for a column of the schema by a synonym."""
    schema = read_schema()
    for name, table in convert(register, real_data / FOLDERS[register]).tables.items():
        meanings = {column: schema.find_column(name, column) for column in table}
        assert all(meaning in {None, column} for column, meaning in meanings.items())


@pytest.mark.real_data
@pytest.mark.parametrize("register", REGISTERS)
def test_every_cell_is_text_and_every_party_exists(register: str, real_data: Path) -> None:
    tables = convert(register, real_data / FOLDERS[register]).tables
    cells = (cell for table in tables.values() for cell in table.to_numpy().flat)
    assert all(isinstance(cell, str) for cell in cells)
    kinds = [tables[kind] for kind in ("universities", "enterprises", "institutions", "platforms")]
    keys = {key for table in kinds for key in table["id" if "id" in table else "name"]}
    assert set(tables["parties"]["organisation"]) <= keys
    assert set(tables["parties"]["agreement"]) <= set(tables["agreements"]["id"])


def test_a_field_of_any_length_is_read_and_the_limit_of_others_is_kept(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    (tmp_path / "t.csv").write_text(f"id,name\n1,{'x' * 200_000}\n", encoding="utf-8")
    table = _source.read_table(tmp_path, "t.csv", ["name"])
    assert table["name"].str.len().tolist() == [200_000]
    assert csv.field_size_limit() == before


def test_a_field_beyond_every_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_source, "_LONGEST_FIELD", 10)
    (tmp_path / "t.csv").write_text("id,name\n1,elevensigns\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=r"field larger than field limit \(10\)"):
        _source.read_table(tmp_path, "t.csv", ["name"])
