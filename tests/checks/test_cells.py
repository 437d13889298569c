from __future__ import annotations

import pandas as pd
from builders import make_ecosystem

NAMES = "id,name\nU1,a\nU2,b\nU3,c\n"


def agreements(header: str, *rows: str) -> pd.DataFrame:
    text = "\n".join([f"id,parties,{header}", *(f"A{n},U1;U2,{row}" for n, row in enumerate(rows))])
    return make_ecosystem({"universities": NAMES, "agreements": text}).tables["agreements"]


def test_dates_keep_their_precision_and_have_a_first_and_last_day() -> None:
    table = agreements("date", "2024-05", "2023-2025", "never", "")
    assert table["date"].tolist()[:2] == ["2024-05", "2023-01-01/2025-12-31"]
    assert table["date"].isna().tolist() == [False, False, True, True]
    assert table["date_start"].dt.strftime("%F").tolist()[:2] == ["2024-05-01", "2023-01-01"]
    assert table["date_end"].dt.strftime("%F").tolist()[:2] == ["2024-05-31", "2025-12-31"]


def test_amounts_are_in_whole_yuan_with_the_unit_of_the_header() -> None:
    table = agreements("金额（万元）", "120", "1.28亿元", "5万元", "5元", "€7", "-1", "")
    assert table["amount"].tolist()[:3] == [1_200_000, 128_000_000, 50_000]
    assert table["amount"].isna().tolist() == [False] * 3 + [True] * 4


def test_words_of_a_vocabulary_become_its_keys() -> None:
    assert agreements("status", "已签约", "IN TALKS", "在建")["status"].tolist() == [
        "signed",
        "contact",
        "active",
    ]


def test_open_vocabularies_keep_unknown_words() -> None:
    tables = {"platforms": "id,name,type\nP1,a,重点实验室\nP2,b,观测站\n"}
    ecosystem = make_ecosystem(tables)
    assert ecosystem.nodes["type"].tolist() == ["laboratory", "观测站"]
    assert ecosystem.problems == ()


def test_attributes_hide_no_column_that_ecograph_makes() -> None:
    table = agreements("date,date_start,_key,_row,colour", "2024-05-25,then,k,r,red")
    row = table.iloc[0]
    assert row["date_start"] == pd.Timestamp("2024-05-25")
    assert (row["_key"], row["_row"]) == ("A0", 2)
    assert (row["date_start_"], row["_key_"], row["_row_"], row["colour"]) == (
        "then",
        "k",
        "r",
        "red",
    )


def test_columns_of_one_meaning_are_read_together() -> None:
    text = "id,合作高校,合作企业\nA1,U1；U2,\nA2,,E1\nA3,U1,E1\n"
    tables = {"universities": NAMES, "enterprises": "id,name\nE1,e\n", "agreements": text}
    parties = make_ecosystem(tables).tables["agreements"]["parties"]
    assert parties.tolist() == [("U1", "U2"), ("E1",), ("U1", "E1")]


def test_numbers_years_and_answers_have_types() -> None:
    tables = {
        "enterprises": "id,name\nE1,e\n",
        "financials": '企业,年度,员工数,营业收入（亿元）\nE1,2024年,"1,460",1.5\n',
        "industries": "id,name,重点,企业数\nI1,i,是,60\nI2,j,,\n",
        "events": "id,name,people\nV1,v,265.0\nV2,w,2.5\n",
    }
    ecosystem = make_ecosystem(tables)
    (row,) = ecosystem.tables["financials"].to_dict("records")
    assert (row["year"], row["staff"], row["revenue"]) == (2024, 1460.0, 150_000_000.0)
    industries = ecosystem.tables["industries"]
    assert industries["key"].tolist() == [True, pd.NA]
    assert industries["enterprises"].tolist()[0] == 60.0
    assert ecosystem.tables["events"]["people"].tolist() == [265, pd.NA]
    assert [p.code for p in ecosystem.problems] == ["unreadable_number"]


def test_attributes_of_one_name_are_all_kept() -> None:
    row = agreements("date,date_start,date_start_,_key,_key_", "2024-05-25,a,b,c,d").iloc[0]
    assert (row["date_start__"], row["date_start_"], row["_key__"], row["_key_"]) == tuple("abcd")


def test_a_currency_of_any_code_may_be_the_ecosystems_own() -> None:
    tables = {
        "universities": NAMES,
        "agreements": "id,parties,amount\nA1,U1;U2,SEK 100\nA2,U1;U2,5 eur\n",
        "ecosystem.yaml": "currency: ' sek '\n",
    }
    ecosystem = make_ecosystem(tables)
    assert ecosystem.currency == "SEK"
    assert ecosystem.tables["agreements"]["amount"].tolist()[0] == 100
    assert [(p.code, p.row) for p in ecosystem.errors] == [("foreign_currency", 3)]


def test_what_is_left_open_of_an_amount_stands_beside_it_and_is_not_the_amount() -> None:
    cells = ("120", "约500", "300-500", "不超过800", "800万元以上", "120元", "约EUR 5", "")
    table = agreements("金额（万元）", *cells)
    assert table["amount"].dropna().tolist() == [1_200_000]
    low, high = table["amount_low"].tolist(), table["amount_high"].tolist()
    assert low[1:3] + low[4:5] == [5_000_000, 3_000_000, 8_000_000]
    assert high[1:4] == [5_000_000, 5_000_000, 8_000_000]
    assert table["amount_low"].isna().tolist() == [True, False, False, True, False] + [True] * 3
    assert table["amount_high"].isna().tolist() == [True] + [False] * 3 + [True] * 4


def test_exact_amounts_have_no_columns_beside_them() -> None:
    assert not {"amount_low", "amount_high"} & set(agreements("amount", "120", "5万元"))


def test_problems_of_amounts_tell_what_is_wrong_where() -> None:
    cells = ("120元", "约500", "面议", "EUR 5", "12")
    text = "\n".join(["id,parties,金额（万元）", *(f"A{n},U1;U2,{c}" for n, c in enumerate(cells))])
    problems = make_ecosystem({"universities": NAMES, "agreements": text}).problems
    assert {(p.code, p.severity, p.row, p.column, p.value) for p in problems if p.row} == {
        ("unit_conflict", "error", 2, "金额（万元）", "120元"),
        ("inexact_amount", "warning", 3, "金额（万元）", "约500"),
        ("unreadable_amount", "error", 4, "金额（万元）", "面议"),
        ("unit_conflict", "error", 5, "金额（万元）", "EUR 5"),
    }


def test_a_column_in_ten_thousands_is_exact_to_the_nearest_float() -> None:
    table = agreements("金额（万元）", "1.1", "4847.4", "0.003", "123456789.123")
    assert table["amount"].tolist() == [11_000.0, 48_474_000.0, 30.0, 1_234_567_891_230.0]


def test_a_column_in_another_currency_is_reported_and_not_converted() -> None:
    assert agreements("金额（万美元）", "7", "8")["amount"].isna().all()


def test_the_day_of_a_serial_number_is_told_and_not_used() -> None:
    text = "id,parties,date\nA1,U1;U2,45437\nA2,U1;U2,45438\n"
    ecosystem = make_ecosystem({"universities": NAMES, "agreements": text})
    days = [str(p.details["day"]) for p in ecosystem.errors]
    assert days == ["2024-05-25", "2024-05-26"]
    assert ecosystem.tables["agreements"]["date"].isna().all()


def test_a_credit_code_is_mended_only_where_one_code_fits() -> None:
    codes = ("91100000100003962T", "9110-0000-1OOOO3962t", "91100000100003962X", "9.11E+17", "")
    text = "\n".join(["id,name,uscc", *(f"I{n},n{n},{code}" for n, code in enumerate(codes))])
    ecosystem = make_ecosystem({"enterprises": text})
    assert ecosystem.nodes["uscc"].tolist()[:4] == [
        "91100000100003962T",
        "91100000100003962T",
        "91100000100003962X",
        "9.11E+17",
    ]
    found = sorted(ecosystem.problems, key=lambda problem: problem.row or 0)
    assert [(p.code, p.row, p.value) for p in found] == [
        ("repaired_code", 3, "9110-0000-1OOOO3962t"),
        ("invalid_code", 4, "91100000100003962X"),
        ("rounded_code", 5, "9.11E+17"),
    ]
