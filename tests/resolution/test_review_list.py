from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from builders import write_folder

import ecograph as eg
from ecograph.errors import EcographError
from ecograph.reading.headers import find_column
from ecograph.resolution import review
from ecograph.resolution.decisions import Decision, read_decisions
from ecograph.resolution.evidence import Evidence
from ecograph.resolution.review import REVIEW_COLUMNS, list_review
from ecograph.schema import read_schema
from ecograph.texts import LANGUAGES
from ecograph.worklist import render_review_csv, render_review_workbook, write_review

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "007": "普丽环境",
    "E1": '山西"格盟"普丽,环境公司',
    "E2": "=HYPERLINK(1)",
    "-5x": "+银圣",
    "U1": "山西大学",
    "U2": "山西大同大学",
}
MENTIONS = pd.DataFrame(
    {
        "id": list(NAMES),
        "name": list(NAMES.values()),
        "amount": [100.0, 50.0, None, 20.0, 0.0, 7.5],
        "links": [3, 1, 2, 2, 9, 4],
        "file": ["企业.xlsx", "b.csv", "b.csv", "b.csv", "", ""],
        "sheet": ["台账", "", "", "", "", ""],
        "row": [2, 3, 4, 5, None, None],
    }
)
SAME, PLACE = Evidence("same_name"), Evidence("place_conflict", (("first", "a"), ("second", "b")))
PAIRS = [
    ("U1", "U2", 0.4, "apart", (PLACE,)),
    ("E2", "-5x", 0.6, "review", SAME),
    ("007", "E2", 0.5, "review", (SAME, PLACE)),
    ("007", "E1", 0.7, "review", (SAME,)),
    ("E1", "E2", 0.99, "merged", (SAME,)),
]


def resolve(pairs: list[tuple[Any, ...]] = PAIRS) -> Any:
    columns = ["first", "second", "probability", "verdict", "evidence"]
    return SimpleNamespace(pairs=pd.DataFrame(pairs, columns=columns))


def list_names(*decisions: Decision, lang: str = "zh", **given: Any) -> pd.DataFrame:
    given = {"resolution": resolve(), "mentions": MENTIONS, **given}
    return list_review(**given, decisions=decisions, lang=lang)


def list_pairs(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(table["decision"], table["name"], table["target"], strict=True))


def fill_in(table: pd.DataFrame, *words: str) -> pd.DataFrame:
    """Write decisions into the first rows, as a person would."""
    rest = table["decision"].tolist()[len(words) :]
    return table.assign(decision=[*words, *rest])


def load_decisions(folder: Path, file: str, data: bytes) -> list[tuple[str, str, str]]:
    firms = "id,name\n" + "".join(
        f'{k},"{v.replace(chr(34), chr(34) * 2)}"\n' for k, v in NAMES.items()
    )
    ecosystem = eg.load(
        write_folder(folder, {"enterprises": firms, file: data}), settings={"resolve": "none"}
    )
    assert [p.code for p in ecosystem.problems] == []
    found = read_decisions(ecosystem.table("resolutions"))
    return [(d.action, d.name, d.target) for d in found]


# what is listed


def test_what_changes_most_comes_first_and_what_needs_nobody_below() -> None:
    table = list_names()
    assert tuple(table.columns) == REVIEW_COLUMNS
    pairs = list(zip(table["name"], table["target"], table["verdict"], strict=True))
    assert pairs == [
        ("007", "E1", "review"),  # 150
        ("007", "E2", "review"),  # 100
        ("E2", "-5x", "review"),  # 20
        ("E1", "E2", "merged"),
        ("U1", "U2", "apart"),
    ]
    assert table["amount"].tolist() == [150, 100, 20, 50, 7.5]
    assert table["links"].tolist() == [4, 5, 4, 3, 13]
    assert table.loc[0, ["first", "second"]].tolist() == [NAMES["007"], NAMES["E1"]]
    assert table.loc[0, ["first_place", "second_place"]].tolist() == [
        "企业.xlsx / 台账, 2",
        "b.csv, 3",
    ]
    assert set(table["decision"]) == {""}


def test_links_and_then_probability_order_pairs_of_one_amount() -> None:
    mentions = MENTIONS.drop(columns=["amount", "links"]).assign(partners=[("x", "y"), *[()] * 5])
    table = list_names(mentions=mentions)
    asked = table[table["verdict"] == "review"]
    assert list(zip(asked["target"], asked["links"], strict=True)) == [
        ("E1", 2),
        ("E2", 2),
        ("-5x", 0),
    ]


@pytest.mark.parametrize(
    ("lang", "why"),
    [
        ("zh", "规范化后名称相同；名称中的地名不同：a 与 b"),
        ("en", "the names are the same after folding; the names say different places: a and b"),
    ],
)
def test_reasons_are_given_in_words(lang: str, why: str) -> None:
    assert list_names(lang=lang)["why"][1] == why


def test_decisions_stand_in_the_list_with_or_without_their_pair() -> None:
    made = [
        Decision("split", "E1", "007", reason="两家", by="张", date="2025-06"),
        Decision("alias", "普丽", "E1"),
        Decision("part_of", "nobody", "U9", reason="=1"),
        Decision("merge", "山西大学", "U2"),
        Decision("merge", "U2", "U1"),
    ]
    table = list_names(*made)
    assert list_pairs(table)[:3] == [("", "007", "E2"), ("", "E2", "-5x"), ("", "E1", "E2")]
    decided = table.iloc[3:].set_index(["decision", "name"])
    assert len(decided) == len(made)
    split = decided.loc[("split", "E1")]
    assert split[["target", "first", "verdict", "reason", "by", "date", "amount"]].tolist() == [
        *("007", NAMES["E1"], "review", "两家", "张", "2025-06", 150),
    ]
    assert decided.at[("merge", "山西大学"), "verdict"] == "apart"
    assert pd.isna(decided.at[("alias", "普丽"), "probability"])
    assert decided.at[("part_of", "nobody"), "reason"] == "=1"


def test_all_that_a_person_has_to_decide_is_listed_but_not_all_that_is_settled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(review, "MOST_SETTLED", 1)
    assert list_names()["verdict"].tolist() == ["review"] * 3 + ["merged"]
    kept = list_names(Decision("merge", "U1", "U2"))
    assert kept["verdict"].tolist() == ["review"] * 3 + ["merged", "apart"]


def test_the_order_of_pairs_changes_nothing_and_none_is_an_empty_list() -> None:
    backwards = resolve(PAIRS[::-1])
    pd.testing.assert_frame_equal(list_names(resolution=backwards), list_names())
    empty = list_names(resolution=resolve([]))
    assert (len(empty), tuple(empty.columns)) == (0, REVIEW_COLUMNS)


# what is written and read back


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_what_is_filled_in_is_a_column_of_the_table(lang: str) -> None:
    headers = pd.read_csv(io.BytesIO(render_review_csv(list_names(), lang))).columns
    found = [find_column("resolutions", header)[0] for header in headers]
    own = set(read_schema().tables["resolutions"].columns)
    assert found == [name if name in own else None for name in REVIEW_COLUMNS]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("file", ["resolutions.csv", "审核结果.xlsx"])
def test_a_list_that_is_filled_in_gives_its_decisions(lang: str, file: str, tmp_path: Path) -> None:
    table = fill_in(list_names(lang=lang), "merge", "alias", "split", "part_of")
    write_review(table, tmp_path / file, lang=lang)
    data = (tmp_path / file).read_bytes()
    assert load_decisions(tmp_path / "city", file, data) == [
        ("merge", "007", "E1"),
        ("alias", "007", "E2"),
        ("split", "E2", "-5x"),
        ("part_of", "E1", "E2"),
    ]


@pytest.mark.parametrize("file", ["resolutions.csv", "resolutions.xlsx"])
def test_decisions_by_names_that_look_like_formulas_come_back(file: str, tmp_path: Path) -> None:
    made = [
        Decision(
            "merge", NAMES["E2"], NAMES["E1"], reason='说 "是", 已核', by="+张", date="2025-06-19"
        ),
        Decision("split", "@x", "-y", reason="第一行\n第二行"),
    ]
    write_review(list_names(*made), tmp_path / "city" / file)
    firms = "id,name\nE1,a\n"
    ecosystem = eg.load(
        write_folder(tmp_path / "city", {"enterprises": firms}), settings={"resolve": "none"}
    )
    found = read_decisions(ecosystem.table("resolutions"))
    parts = [(d.action, d.name, d.target, d.reason, d.by, d.date) for d in found]
    assert parts == [(d.action, d.name, d.target, d.reason, d.by, d.date) for d in made]
    again = list_names(*found)
    pd.testing.assert_frame_equal(again, list_names(*made))


def test_a_workbook_offers_the_decisions_and_holds_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_review_workbook(list_names(), "zh")))
    page, guide = book.worksheets
    assert (page.title, guide.title, page.freeze_panes) == ("归并决定", "说明", "B2")
    assert page.auto_filter.ref == "A1:O6"
    (rule,) = page.data_validations.dataValidation
    assert rule.formula1 == '"合并,拆分,别名,隶属"'
    assert "A2" in rule.sqref
    cells = [cell for row in page.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    live = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-5x"))]
    assert len(live) == 5
    assert all(cell.quotePrefix for cell in live)
    for row in page.iter_rows(min_row=2):
        shaded = "".join(c.column_letter for c in row if c.fill.fgColor.rgb == "00FFF2CC")
        assert shaded == "AMNO"
        assert "".join(c.column_letter for c in row if c.number_format != "@") == "GIJ"
    sentences = [row[0].value for row in guide.iter_rows(min_row=4)]
    assert [text[:2] for text in sentences] == ["1.", "2.", "3."]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_same_list_is_the_same_bytes(lang: str) -> None:
    table = list_names(lang=lang)
    assert render_review_workbook(table, lang) == render_review_workbook(table, lang)


@pytest.mark.parametrize("file", ["list.csv", "list.xlsx"])
def test_decisions_that_the_data_do_not_hold_yet_are_not_written_over(
    file: str, tmp_path: Path
) -> None:
    path = tmp_path / file
    write_review(list_names(), path)
    write_review(list_names(), path)  # nobody has decided anything
    filled_in = fill_in(list_names(), "merge")
    write_review(filled_in, path)
    before = path.read_bytes()
    with pytest.raises(EcographError, match="007 / E1"):
        write_review(list_names(), path)
    assert path.read_bytes() == before
    write_review(list_names(Decision("merge", "007", "E1")), path)
    assert path.read_bytes() != before


def test_a_list_is_written_as_a_workbook_or_csv_only(tmp_path: Path) -> None:
    with pytest.raises(EcographError, match=r"list\.txt"):
        write_review(list_names(), tmp_path / "list.txt")
    assert list(tmp_path.iterdir()) == []
