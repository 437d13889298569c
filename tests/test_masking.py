"""A masked copy holds no masked name in any byte, and says the same as what it was made of."""

from __future__ import annotations

import base64
import contextlib
import gzip
import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem, write_folder

from ecograph.analysis.centrality import rank
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.links import list_links
from ecograph.analysis.movement import count_moves, count_pyramid
from ecograph.analysis.tiers import assign_tiers
from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.masking import (
    LEAK_COLUMNS,
    SMALL_COUNTS,
    blur_places,
    find_leaks,
    find_threshold,
    list_masked_kinds,
    list_names,
    list_public_names,
    mark_withheld,
    mask,
    suppress,
)
from ecograph.masking.names import Finder
from ecograph.problems import tabulate_problems
from ecograph.projection import project_ties
from ecograph.results import RESULTS, render_files

EXAMPLE = Path(__file__).parents[1] / "data" / "example-city"
LONG = "Quondam" * 42
TOWN = {
    "universities": "id,name,city,aliases\nU1,太原理工大学,太原市,太工\nU2,Glass College,,\n",
    "industries": "id,name\nI1,新材料\nI2,Glass\n",
    "regions": "id,name\nR1,太谷区\nR2,祁县\n",
    "enterprises": (
        "id,name,uscc,industry,region,city,province,founded,latitude,longitude,aliases,source,"
        "contact\n"
        "E1001,山西银圣科技有限公司,91140700MA0K000000,I1,R1,晋中市,山西省,2015-03-04,37.1,112.2,"
        "银圣；Silver Sage,S1,王经理 13900000000\n"
        "E1002,Glass,,I2,R1,,,2001,,,,,\n"
        "E1003,太原重工股份有限公司,,I1,R2,太原市,山西省,1998-12-31,,,太原,,\n"
        'E1004,"<b>Bad</b> & ""Zorn"" GmbH",,I1,R1,,,2010,,,,,\n'
        "E1005,=cmd|'/c calc'!Z9,,I1,R1,,,2011,,,,,\n"
        f"E1006,{LONG},,I2,R2,,,2012,,,,,\n"
        "银圣分厂,银圣科技太谷分公司,,I1,R1,,,2013,,,,,\n"
    ),
    "platforms": (
        "id,name,hosts,serves,uscc\n"
        "P1,银圣脱硝中心,E1001;U1,E1003,9114000000000P1\n"
        "P2,山西银圣科技有限公司孵化器,U1,E1001,\n"
        "银圣科技实验室,环境实验室,U1,,\n"
    ),
    "institutions": "id,name,type\nN1,太原重工工会,银圣科技 的上级\n",
    "agreements": (
        "id,name,date,amount,status,disciplines,parties,register,result\n"
        "A1,银圣科技脱硝催化剂联合实验室,2024-05-25,120万元,已签,催化,U1;E1001,银圣科技台账,王博士\n"
        "A2,ＧＬＡＳＳ works,2024-06-01,,已签,催化,U2;E1002,,\n"
        "A3,太原合作,2024-06-02,,已签,催化,U1;E1003,,\n"
        "A4,x,2024-06-03,,已签,机械,U1;E1004;P1,,\n"
        "A5,y,2024-06-03,,已签,机械,U2;E1005,,\n"
        "A6,z,2024-07-03,,意向,机械,U2;E1006;查无此企业银圣,,\n"
    ),
    "events": (
        "id,name,date,participants,note\n"
        "V1,ＳＩＬＶＥＲ　ＳＡＧＥ 专场,2024-03-03,E1001;U1,call 银圣\n"
        "V2,太原理工大学与太原重工对接,2024-03-04,U1,\n"
    ),
    "demands": "id,name,enterprise,disciplines\nQ1,高温脱硝材料寿命,E1001,催化\n",
    "achievements": (
        "id,name,owners,disciplines\nX1,银圣催化剂,E1001,催化\n"
        "X2,银\u200b圣 科技 用耐火砖,U1,催化\n"
    ),
    "certificates": (
        "enterprise,certificate,valid_from,valid_to,authority\n"
        "E1001,高新技术企业,2023-11-01,2026-10-31,为银圣科技发\n"
        "E1003,银圣特别奖,2023-11-01,2026-10-31,\n"
    ),
    "sources": "id,title,publisher\nS1,silver-sage / Silver  Sage annual report,银圣 科技 集团\n",
    "indicators": "id,name,value,counts,note\nK1,企业,6,enterprise,含银圣\n",
    "银圣科技": "a,b\n银圣科技,1\n",
    "ecosystem.yaml": "name: 银圣科技所在的小城\nas_of: 2024-12-31\nlanguage: zh\n",
}  # fmt: skip
TELLING = [
    "山西银圣科技有限公司", "银圣", "Silver Sage", "91140700MA0K000000", "E1001", "太原重工",
    "Zorn", "calc'!Z9", "Quondam", "王经理", "13900000000", "王博士", "脱硝催化剂", "2015-03-04",
]  # fmt: skip


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN)


@pytest.fixture(scope="module")
def masked(town):
    return mask(town, key="secret")


@pytest.fixture(scope="module")
def masked_results(masked):
    return {name: compute(masked) for name, compute in RESULTS.items()}


@pytest.fixture(scope="module")
def dumps(town, masked):
    return _dump(town), _dump(masked)


def _write_all(ecosystem, computed):
    """Write every file of a shared copy, as the command line does."""
    results = suppress(computed)
    shown = {name: mark_withheld(table) for name, table in results.items()}
    files = render_files(blur_places(ecosystem), results, lambda _: contextlib.nullcontext())
    files |= {f"{name}.csv": table.to_csv().encode() for name, table in shown.items()}
    meta = {name: table.attrs["meta"] for name, table in results.items()}
    return files | {"meta.json": json.dumps(meta, default=str).encode()}


def _compute(ecosystem, names):
    return {name: RESULTS[name](ecosystem) for name in names}


def _dump(ecosystem):
    """Write everything that an ecosystem holds, not only what results show."""
    frames = [*ecosystem.parts.values(), ecosystem.nodes, ecosystem.edges, ecosystem.accounts]
    frames += [ecosystem.tables[name] for name in ecosystem.tables]
    frames += [tabulate_problems(ecosystem.problems, lang) for lang in ("en", "zh")]
    texts = [frame.to_csv() for frame in frames]
    texts += [repr(ecosystem), repr(ecosystem.problems), repr(ecosystem.hashes)]
    texts += [repr(ecosystem.facts), repr(ecosystem.sheets), repr(ecosystem.edge_columns)]
    return "\n".join(texts)


# what the copy holds


@pytest.mark.parametrize("text", TELLING)
def test_nothing_that_tells_of_a_firm_is_held_by_the_copy(dumps, text):
    before, after = dumps
    assert text in before
    assert text not in after


def test_the_search_finds_nothing_in_what_the_copy_holds(town, dumps):
    files = {"dump.txt": dumps[1].encode()}
    leaks = find_leaks(files, list_names(town), public=list_public_names(town))
    assert leaks[leaks["certain"]].empty, leaks


def test_a_code_has_the_letter_of_its_kind_and_is_the_name_as_well(masked):
    firms = masked.select("enterprise")
    assert firms.index.str.fullmatch(r"E-[2-9B-DF-HJ-NP-TV-Z]{8}").all()
    assert (firms["name"] == firms.index).all()
    agreements = masked.select("agreement")
    assert agreements.index.str.fullmatch(r"A-[2-9B-DF-HJ-NP-TV-Z]{8}").all()
    assert (agreements["name"] == agreements.index).all()


def test_ids_are_sorted_and_each_kind_has_as_many_nodes_as_before(town, masked):
    assert masked.keys.is_monotonic_increasing
    assert masked.keys.is_unique
    assert masked.count_kinds().equals(town.count_kinds())


def test_what_a_masked_firm_has_of_its_own_gets_a_code(masked):
    platforms = masked.select("platform")
    coded = platforms.index.str.startswith("P-")
    assert coded.sum() == 2  # the one that it hosts, and the one whose id names it
    demands, achievements = masked.select("demand"), masked.select("achievement")
    assert list(demands.index.str[:2]) == ["Q-"]
    assert sorted(achievements.index.str[:2]) == ["R-", "X2"]


def test_a_public_name_stays_though_a_firm_is_called_like_a_part_of_it(masked):
    assert list(masked.select("university")["name"]) == ["太原理工大学", "Glass College"]
    assert masked.select("event")["name"]["V2"].startswith("太原理工大学与E-")
    assert list(masked.select("industry")["name"]) == ["新材料", "Glass"]
    assert masked.select("university").loc["U1", "city"] == "太原市"


def test_edges_join_the_same_nodes_as_before(town, masked):
    codes = _match_by_figures(town, masked)
    old = {(codes.get(a, a), codes.get(b, b), k) for a, b, k in _list_edges(town)}
    assert old == set(_list_edges(masked))


def _list_edges(ecosystem):
    edges = ecosystem.edges
    return list(zip(edges["source"], edges["target"], edges["kind"], strict=True))


def _match_by_figures(town, masked):
    """Find the code of each node by the order of rows in the tables, which stays."""
    tables = ("enterprises", "platforms", "agreements", "demands", "achievements")
    return {
        old: new
        for name in tables
        for old, new in zip(town.tables[name]["id"], masked.tables[name]["id"], strict=True)
    }


def test_references_in_tables_are_the_codes_of_the_same_firms(town, masked):
    codes = _match_by_figures(town, masked)
    holders = masked.tables["certificates"]["enterprise"].tolist()
    assert holders == [codes["E1001"], codes["E1003"]]
    rows, nodes = masked.named["certificates", "enterprise"]
    assert rows.tolist() == [0, 1]
    assert masked.keys[nodes].tolist() == holders
    assert masked.tables["platforms"]["hosts"][0] == (codes["E1001"], "U1")


def test_of_the_founding_day_the_year_stays(town, masked):
    codes = _match_by_figures(town, masked)
    firm = masked.select("enterprise").loc[codes["E1003"]]
    assert firm["founded"] == "1998"
    assert firm["founded_start"] == pd.Timestamp("1998-01-01")
    assert firm["founded_end"] == pd.Timestamp("1998-12-31")


def test_columns_that_the_schema_does_not_know_are_gone(masked):
    assert "contact" not in masked.nodes
    assert "contact" not in masked.tables["enterprises"]


def test_problems_stay_as_many_but_say_neither_where_nor_what(town, masked):
    assert [p.code for p in masked.problems] == [p.code for p in town.problems]
    assert {(p.file, p.sheet, p.row) for p in masked.problems} == {("", "", None)}
    assert len(town.problems) > 1


def test_the_account_of_rows_keeps_its_numbers(town, masked):
    numbers = ["rows", "used", "rejected", "blank"]
    assert masked.accounts[numbers].equals(town.accounts[numbers])
    assert masked.hashes == {}


def test_the_argument_is_not_changed(town):
    before = _dump(town)
    mask(town)
    assert _dump(town) == before


# codes


def test_the_same_key_gives_the_same_code_in_another_edition(masked):
    later = {**TOWN, "enterprises": TOWN["enterprises"] + "E0001,Newcomer Ltd,,,,,,,,,,,\n"}
    again = mask(make_ecosystem(later), key="secret")
    assert set(masked.select("enterprise").index) < set(again.select("enterprise").index)


def test_another_key_gives_other_codes(town, masked):
    other = mask(town, key="another").select("enterprise").index
    assert not set(other) & set(masked.select("enterprise").index)


def test_without_a_key_the_codes_depend_on_the_ids_alone(town):
    assert mask(town).keys.equals(mask(town).keys)


def test_codes_do_not_follow_the_order_of_ids():
    rows = "".join(f"F{n:04},firm {n:04} x\n" for n in range(200))
    eco = make_ecosystem({"enterprises": "id,name\n" + rows})
    codes = mask(eco, key="k").tables["enterprises"]["id"]
    order = np.argsort(codes.to_numpy())
    assert abs(np.corrcoef(order, np.arange(200))[0, 1]) < 0.2


@pytest.mark.parametrize("kinds", [(), ("industry",), ("agreement",), "enterprise"])
def test_only_organisations_can_be_masked(town, kinds):
    with pytest.raises(SettingsError, match="cannot be masked"):
        mask(town, kinds=kinds)


def test_an_empty_key_is_refused(town):
    with pytest.raises(SettingsError, match="empty"):
        mask(town, key=" \n")


def test_universities_can_be_masked_too(town):
    both = mask(town, kinds=("enterprise", "university"))
    assert "太原理工" not in _dump(both)


def test_an_ecosystem_without_firms_is_masked_as_well():
    eco = make_ecosystem({"universities": "id,name\nU1,One\n"})
    assert list(mask(eco).keys) == ["U1"]


# names


def test_names_are_listed_without_legal_form_and_place(town):
    names = list_names(town)
    assert {"山西银圣科技有限公司", "山西银圣科技", "银圣科技", "银圣", "silver sage"} <= set(names)
    assert {"太原重工", "e1001", "91140700ma0k000000"} <= set(names)


def test_a_spelling_that_is_an_ordinary_word_here_is_not_a_name():
    eco = make_ecosystem(
        {
            "industries": "id,name\nI1,新材料\n",
            "enterprises": "id,name,province\nE1,山西新材料有限公司,山西省\n",
        }
    )
    assert "新材料" not in list_names(eco)
    assert "山西新材料" in list_names(eco)


def test_a_name_that_two_firms_share_points_to_neither():
    tables = {
        "enterprises": "id,name,aliases\nE1,One Ltd,Twin\nE2,Two Ltd,Twin\n",
        "events": "id,name\nV1,visit to Twin\n",
    }
    assert mask(make_ecosystem(tables)).select("event")["name"]["V1"] == "visit to E-*"


def test_a_word_that_only_begins_like_a_name_stays():
    tables = {
        "enterprises": "id,name\nE1,Glass\n",
        "events": "id,name\nV1,Glassworks and fibreglass; GLASS\n",
    }
    name = mask(make_ecosystem(tables)).select("event")["name"]["V1"]
    assert name.startswith("Glassworks and fibreglass; E-")


def test_a_column_with_gaps_keeps_them():
    tables = {
        "enterprises": "id,name\nE1,Glass\n",
        "indicators": "id,name,value,register\nK1,a,1,\nK2,b,2,of Glass\n",
    }
    register = mask(make_ecosystem(tables)).tables["indicators"]["register"]
    assert register.isna().tolist() == [True, False]
    assert register[1].startswith("of E-")


# small counts


def _pyramid(*firms):
    """Make the firms of tiers a, b, c in one county, and their sum."""
    rows = [("cell", "I1", "R1", tier, n) for tier, n in zip("abc", firms, strict=True)]
    frame = pd.DataFrame(rows, columns=["level", "industry", "region", "tier", "firms"])
    return frame.assign(share=frame["firms"] / frame["firms"].sum())


def test_a_small_count_and_its_share_are_withheld_and_a_second_one_of_the_line():
    table = _pyramid(2, 7, 5)
    kept = suppress({"pyramid": table}, least=3)["pyramid"]
    assert kept["firms"].isna().tolist() == [True, False, True]
    assert kept["share"].isna().tolist() == [True, False, True]
    assert kept["firms"][1] == 7
    withheld = kept.attrs["meta"]["withheld"]
    assert withheld == {"least": 3, "small": 1, "further": 3, "mark": "<3"}
    assert table["firms"].tolist() == [2, 7, 5]


def test_two_small_counts_of_a_line_hide_each_other():
    kept = suppress({"pyramid": _pyramid(1, 2, 9)})["pyramid"]
    assert kept["firms"].isna().tolist() == [True, True, False]


def test_what_changed_in_a_year_is_withheld_where_it_is_small():
    rows = [("all", "firms", 9, 12), ("industry", "firms", 7, 2), ("industry", "firms", 2, 10)]
    table = pd.DataFrame(rows, columns=["scope", "figure", "before", "after"])
    table = table.assign(names="E-1", ratio=table["after"] / table["before"])
    kept = suppress({"year_changes": table})["year_changes"]
    assert kept["after"].isna().tolist() == [False, True, True]
    assert kept["names"].isna().tolist() == [False, True, True]
    amounts = table.assign(figure="amount")
    assert suppress({"year_changes": amounts})["year_changes"]["after"].tolist() == [12, 2, 10]


def test_the_threshold_of_results_is_found_and_none_where_nothing_was_suppressed():
    assert find_threshold(suppress({"pyramid": _pyramid(2, 7, 5)}, least=4)) == 4
    assert find_threshold({"pyramid": _pyramid(2, 7, 5)}) is None


def test_a_copy_knows_the_kinds_that_have_codes(town, masked):
    assert list_masked_kinds(blur_places(masked)) == list_masked_kinds(masked) == ("enterprise",)
    assert list_masked_kinds(blur_places(town)) == ()


def test_none_and_the_threshold_itself_are_shown():
    kept = suppress({"pyramid": _pyramid(0, 3, 9)})["pyramid"]
    assert kept["firms"].tolist() == [0, 3, 9]
    assert kept.attrs["meta"]["withheld"]["small"] == 0


def test_withheld_cells_are_marked_in_text():
    kept = suppress({"pyramid": _pyramid(2, 7, 5)})["pyramid"]
    assert mark_withheld(kept)["firms"].tolist() == ["<3", 7.0, "c"]
    assert mark_withheld(kept)["share"].tolist() == ["c", 7 / 14, "c"]


def test_a_part_of_a_sum_is_withheld_beside_a_single_small_one():
    table = pd.DataFrame(
        {"tier": ["none", "tree"], "firms": [9, 8], "promoted": [2, 4], "waiting": [7, 4]}
    )
    kept = suppress({"promotion_summary": table})["promotion_summary"]
    assert kept["promoted"].isna().tolist() == [True, False]
    assert kept["waiting"].isna().tolist() == [True, False]
    assert kept["firms"].tolist() == [9, 8]


def test_the_amount_of_a_small_number_of_agreements_is_withheld():
    rows = [("a", "signed", 2.0), ("a", "amount", 39e4), ("b", "signed", 4.0), ("b", "amount", 8e4)]
    table = pd.DataFrame(rows, columns=["channel", "stage", "part"])
    table = table.assign(basis="stated", scope="type")
    kept = suppress({"funnel": table})["funnel"]
    assert kept["part"].isna().tolist() == [True, True, False, False]


def test_no_withheld_count_follows_from_the_sums_of_a_square():
    """Every line with something withheld has two cells withheld at least: hand checked rule."""
    rng = np.random.default_rng(7)
    cells = [(f"I{a}", f"D{b}") for a in range(8) for b in range(9)]
    table = pd.DataFrame(cells, columns=["industry", "discipline"])
    table["observed"] = rng.poisson(3, len(table)) + 1
    kept = suppress({"pairs": table})["pairs"]
    hidden = kept["observed"].isna()
    assert hidden[table["observed"] < 3].all()
    for line in ("industry", "discipline"):
        assert (hidden.groupby(table[line]).sum() != 1).all()


def test_the_county_of_a_firm_with_few_others_there_is_withheld():
    rows = [("x", "I1", "R1")] * 3 + [("x", "I1", "R2")] * 2
    tiers = pd.DataFrame(rows, columns=["name", "industry", "region"], index=list("abcde"))
    near = pd.DataFrame({"enterprise": ["a", "d"], "region": ["R1", "R2"]})
    kept = suppress({"tiers": tiers.rename_axis("enterprise"), "near_misses": near})
    assert kept["tiers"]["region"].isna().tolist() == [False, False, False, True, True]
    assert kept["near_misses"]["region"].isna().tolist() == [False, True]


def test_the_county_is_left_out_of_edges_and_tables_too():
    rows = "".join(f"E{n},firm {n},I1,{'R1' if n < 3 else 'R2'}\n" for n in range(5))
    eco = make_ecosystem(
        {
            "enterprises": "id,name,industry,region\n" + rows,
            "regions": "id,name\nR1,One\nR2,Two\n",
            "industries": "id,name\nI1,Steel\n",
        }
    )
    blurred = blur_places(eco, least=3)
    assert blurred.link("lies_in")["source"].tolist() == ["E0", "E1", "E2"]
    assert blurred.tables["enterprises"]["region"].tolist() == ["R1", "R1", "R1", "", ""]
    assert len(eco.link("lies_in")) == 5


def test_every_table_and_column_of_the_list_is_one_of_a_result(masked_results):
    for name, cells in SMALL_COUNTS.items():
        columns = set(masked_results[name].columns)
        wanted = {*cells.counts, *cells.told, *(c for line in cells.lines for c in line)}
        assert wanted <= columns, (name, wanted - columns)


@pytest.mark.parametrize("least", [1, 0, 2.5, True])
def test_a_threshold_that_hides_nothing_is_refused(least):
    with pytest.raises(SettingsError, match="from 2"):
        suppress({}, least=least)


# the search


def _zip(name, data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def _parquet(text):
    buffer = io.BytesIO()
    pd.DataFrame({"a": [text] * 3}).to_parquet(buffer)
    return buffer.getvalue()


PACKED = gzip.compress(b"\x05\x00\x00\x00" + '{"names":["银圣"]}'.encode() + bytes(range(256)) * 9)
HIDDEN = {
    "as it is": "x银圣y".encode(),
    "in JSON": b'"\\u94f6\\u5723"',
    "as HTML entities": b"&#38134;&#x5723;",
    "twice escaped": b"&amp;#38134;&amp;#22307;",
    "in an address": b"href='?q=%E9%93%B6%E5%9C%A3'",
    "between tags": "<b>银</b>圣".encode(),
    "with an unseen letter": "银\u200b圣".encode(),
    "with a blank": "银 圣".encode(),
    "in gzip in base64": b"<script>" + base64.b64encode(PACKED) + b"</script>",
    "in a workbook": _zip("xl/sharedStrings.xml", "<t>银圣</t>".encode()),
    "in the name of a member": _zip("银圣.xml", b""),
    "in a workbook in a zip": _zip("a.xlsx", _zip("b.xml", "银圣".encode())),
    "in Parquet": _parquet("银圣"),
    "in UTF-16": "银圣".encode("utf-16"),
    "among other bytes": b"\xff\xfb\x00" + "银圣".encode() + b"\x00\x80",
}


@pytest.mark.parametrize("place", HIDDEN)
def test_a_name_is_found_wherever_it_hides(place):
    leaks = find_leaks({"f": HIDDEN[place]}, ["银圣"])
    assert leaks["certain"].any(), place
    assert set(leaks["name"]) == {"银圣"}


def test_a_name_of_letters_is_found_in_any_case_but_as_a_word():
    files = {"a": b"SILVER  SAGE!", "b": b"silver sages", "c": "ｓｉｌｖｅｒ ｓａｇｅ".encode()}
    assert list(find_leaks(files, ["Silver Sage"])["file"]) == ["a", "c"]


def test_the_name_of_a_file_is_searched():
    leaks = find_leaks({"tables/银圣.csv": b""}, ["银圣"])
    assert leaks.to_numpy().tolist() == [["tables/银圣.csv", "name", "银圣", 1, True]]


def test_a_name_within_a_public_one_or_of_an_ordinary_word_is_not_certain():
    files = {"a": "太原理工大学".encode(), "b": "太原".encode(), "c": b"community"}
    leaks = find_leaks(files, ["太原", "Community"], public=["太原理工大学"])
    assert leaks.set_index("file")["certain"].to_dict() == {"a": False, "b": True, "c": False}


def test_where_a_name_overlaps_a_public_one_it_is_certain():
    leaks = find_leaks({"a": "新材料之星".encode()}, ["材料之星"], public=["新材料"])
    assert leaks["certain"].tolist() == [True]


def test_a_broken_archive_is_searched_as_it_is():
    leaks = find_leaks({"a": b"PK\x03\x04" + "银圣银圣".encode()}, ["银圣"])
    assert leaks["count"].tolist() == [2]


@pytest.mark.parametrize("written", ["Côte d'Opale", "C\\u00f4te d&#x27;Opale", "Côte\\nd'Opale"])
def test_a_public_name_is_known_however_it_is_written(written):
    text = f'"{written}"'.encode()
    public = find_leaks({"a": text}, ["Opale"], public=["Côte d'Opale"])
    assert public["certain"].tolist() == [False]
    both = find_leaks({"a": text + b" Opale"}, ["Opale"], public=["Côte d'Opale"])
    assert both["certain"].tolist() == [True]


def test_a_name_that_a_label_breaks_into_lines_is_found():
    leaks = find_leaks({"a": b'"label":"Silver\\nSage"'}, ["silver sage"])
    assert leaks["certain"].tolist() == [True]


def test_where_a_cell_of_a_workbook_is_tells_nothing_but_what_is_in_it_does():
    cell = '<dimension ref="A1:E1001"/><row r="1001"><c r="E1001"><v>{}</v></c></row>'
    for value, found in (("7", 0), ("E1001", 1)):
        data = _zip("xl/worksheets/sheet1.xml", cell.format(value).encode())
        assert len(find_leaks({"a.xlsx": data}, ["E1001"])) == found


def test_a_short_name_among_bytes_that_are_no_text_is_chance_and_in_a_header_it_is_not():
    """As a map packs them: the length of the header, the header, columns of numbers."""
    header = b'{"names":["ECD"]}'
    numbers = b"\xff[[[ECD[[[\xfe Quondam Glass Works \xff"
    data = len(header).to_bytes(4, "little") + header + numbers
    leaks = find_leaks({"a": data}, ["ecd", "quondam glass works", "glass"]).set_index("name")
    assert leaks[leaks["certain"]]["part"].to_dict() == {
        "ecd": "text",
        "quondam glass works": "text > columns",
    }
    only = find_leaks({"a": numbers}, ["ecd", "quondam glass works"])
    assert only.set_index("name")["certain"].to_dict() == {
        "ecd": False,
        "quondam glass works": True,
    }


def test_a_number_of_few_digits_is_not_certain_but_one_of_many_is():
    leaks = find_leaks({"a": b"120000,911407000"}, ["120000", "911407000"])
    assert leaks.set_index("name")["certain"].to_dict() == {"120000": False, "911407000": True}


@pytest.mark.parametrize("block", [7, 1000, 2_000_000])
def test_names_are_found_at_every_place_of_a_long_text(monkeypatch, block):
    """A long text is searched in blocks, by numbers; a short one letter by letter."""
    monkeypatch.setattr("ecograph.masking.names._BLOCK", block)
    rng = np.random.default_rng(5)
    letters = np.array(list("abc 银圣\U00020000"))
    names = ["ab", "银圣", "a银b", "abca", "c 圣", "bb银圣a", "\U00020000a"]
    for _ in range(2):
        text = "".join(rng.choice(letters, size=3_000))
        found = [(h.start, h.end) for h in Finder(names, overlapping=True).find(text)]
        slow = []
        for start in range(len(text)):
            part, before = text[start : start + 40], text[start - 1 : start] if start else ""
            hits = Finder(names, overlapping=True).find(before + part)
            slow += [(start, start + h.end - h.start) for h in hits if h.start == len(before)]
        assert found == slow


def test_nothing_is_found_in_nothing():
    assert list(find_leaks({}, ["银圣"]).columns) == list(LEAK_COLUMNS)
    assert find_leaks({"a": b""}, []).empty


# the whole output


def test_no_masked_name_is_in_any_byte_of_all_files_of_the_hostile_town(
    town, masked, masked_results
):
    files = _write_all(masked, masked_results)
    leaks = find_leaks(files, list_names(town), public=list_public_names(town))
    assert leaks[leaks["certain"]].empty, leaks.to_string()
    assert "银圣".encode() not in b"".join(files.values())
    assert len(files) > len(RESULTS)


def test_the_same_search_finds_the_names_in_the_files_of_what_was_not_masked(town):
    names = ("summary", "centrality", "communities", "gaps", "tiers")
    files = _write_all(town, _compute(town, names))
    leaks = find_leaks(files, list_names(town), public=list_public_names(town))
    found = leaks[leaks["certain"]]
    assert {"map.html", "index.html", "tables/nodes.csv", "problems.csv"} <= set(found["file"])
    assert "text > base64 > gzip" in set(found["part"])


def test_workbooks_named_after_a_firm_do_not_tell():
    with TemporaryDirectory() as folder:
        path = write_folder(Path(folder) / "银圣科技", {"enterprises": "id,name\nE1,银圣科技\n"})
        eco = load(path)
    assert "银圣" not in _dump(mask(eco))


@pytest.fixture(scope="module")
def city():
    return load(EXAMPLE)


@pytest.fixture(scope="module")
def masked_city(city):
    list_links(city)  # the firm that stands for a link of several stays the same
    return mask(city, key="k")


def test_the_city_says_the_same_before_and_after(city, masked_city):
    old, new = (find_gaps(eco).sort_index() for eco in (city, masked_city))
    pd.testing.assert_frame_equal(old, new, rtol=1e-12)
    drawn = ["field_lift", "field_alignment"]  # compared with draws
    old, new = (measure_dimensions(eco)[["value", "n", "coverage"]] for eco in (city, masked_city))
    pd.testing.assert_frame_equal(old.drop(drawn), new.drop(drawn), rtol=1e-12)
    pd.testing.assert_frame_equal(old.loc[drawn], new.loc[drawn], rtol=0.02)
    assert count_pyramid(city).equals(count_pyramid(masked_city))
    assert count_moves(city).equals(count_moves(masked_city))
    old, new = (assign_tiers(eco).drop(columns="name") for eco in (city, masked_city))
    assert sorted(old.astype(str).agg("|".join, axis=1)) == sorted(
        new.astype(str).agg("|".join, axis=1)
    )


def test_the_network_of_the_city_is_the_same_but_for_its_labels(city, masked_city):
    for column in ("degree", "strength", "core"):
        old, new = (sorted(rank(eco)[column]) for eco in (city, masked_city))
        assert old == new, column
    old, new = (rank(eco) for eco in (city, masked_city))
    for column in ("pagerank", "betweenness", "harmonic_closeness", "eigenvector"):
        np.testing.assert_allclose(np.sort(old[column]), np.sort(new[column]), atol=1e-9)
    old, new = (project_ties(eco).ties["weight"] for eco in (city, masked_city))
    assert sorted(old) == sorted(new)
    old, new = (rank(eco)["component"].value_counts() for eco in (city, masked_city))
    assert sorted(old) == sorted(new)


def test_no_masked_name_is_in_any_byte_of_the_pages_of_the_city(city, masked_city):
    tables = ("centrality", "communities", "gaps", "tiers", "near_misses", "expiring", "unlinked")
    files = _write_all(masked_city, _compute(masked_city, tables))
    names = list_names(city)
    assert len(names) > 3 * len(city.find_positions("enterprise"))
    assert find_leaks(files, names, public=list_public_names(city)).empty
