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
