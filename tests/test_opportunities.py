"""Which missing pairs would make sense, each factor worked out by hand."""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem

from ecograph.analysis.gaps import find_gaps
from ecograph.analysis.opportunities import (
    OPPORTUNITY_COLUMNS,
    QUADRANTS,
    find_opportunities,
)
from ecograph.analysis.pairs import cross_disciplines
from ecograph.analysis.partners import suggest_partners
from ecograph.analysis.unlinked import list_unlinked_firms
from ecograph.errors import SettingsError
from ecograph.loader import load

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

DATA = Path(__file__).parent.parent / "data"
DAY = "2024-12-31"
PAIR = ["industry", "discipline"]

TOWN = {
    "universities": "id,name\nU1,alpha\nU2,beta\n",
    "disciplines": "id,name\nD1,chemistry\nD2,physics\nD3,law\nD4,art\nD5,music\n",
    "industries": "id,name,relevant\nI1,Steel,\nI2,Glass,\nI3,Tea,\nI4,Faith,no\n",
    "enterprises": """id,name,industry
E1,a,Steel
E2,b,Steel
E3,c,Glass
E4,d,Glass
E5,e,Faith
""",
    "offers": "university,discipline,level\nU1,D1,key\nU2,D1,key\nU1,D2,\nU2,D3,national\n",
    "teams": "id,name,university,disciplines\nT1,chemists,U1,D1\nT2,jurists,U2,D3\nT3,x,,D4\n",
    "achievements": """id,name,owners,disciplines,date
R1,r,U1;U2,D1,2023
R2,s,T2,D3,2023
R3,t,U1,D2,2026
R4,u,E1,D5,2023
""",
    "demands": """id,name,enterprise,disciplines,industry,date
Q1,q,E1,D1,,2023
Q2,q,E3,D3,Steel,2023
Q3,q,E3,,,2023
Q4,q,E1,D1,,2026
Q5,q,E5,D1,,2023
""",
    "agreements": """id,status,parties,industry,disciplines
A1,signed,E1;U1,,D1;D2
A2,signed,E2;U1,,D1
A3,signed,E3;U2,,D2;D3
A4,signed,U1,Tea,D4
A5,planned,E4;U1,,D4;D5
""",
}


@functools.cache
def make_town() -> Ecosystem:
    return make_ecosystem(TOWN, as_of=DAY)


def find(ecosystem: Ecosystem, reference: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find opportunities, by the ids of pairs."""
    return find_opportunities(ecosystem, reference=reference).set_index(PAIR)


def find_of(tables: dict[str, str]) -> pd.DataFrame:
    return find(make_ecosystem(tables, as_of=DAY))


@functools.cache
def find_town() -> pd.DataFrame:
    return find(make_town())


def describe(reference: pd.DataFrame | None = None) -> dict[str, object]:
    return find_opportunities(make_town(), reference=reference).attrs["meta"]["method"]


def drop(*names: str) -> dict[str, str]:
    return {name: table for name, table in TOWN.items() if name not in names}


def test_demand_is_what_the_firms_and_others_ask_for_the_industry() -> None:
    """Q2 of a glass firm names steel; Q3 names no discipline; Q4 comes later; tea asks nothing."""
    table = find_town()
    assert table["demand"].groupby("industry").agg(set).to_dict() == {
        "I1": {2},
        "I2": {1},
        "I3": {0},
    }
    stated = table["demand_stated"]
    assert stated[stated > 0].to_dict() == {("I1", "D1"): 1, ("I1", "D3"): 1}
    unlinked = table["unlinked_firms"].groupby("industry").first()
    assert unlinked.fillna(-1).to_dict() == {"I1": 0, "I2": 1, "I3": -1}


def test_supply_counts_what_is_on_record_of_universities() -> None:
    """R1 is of two universities and counts once; R2 is of a team; T3 and R4 are of none."""
    names = ["universities", "teams", "achievements", "offers", "supply", "levels"]
    assert find_town().loc["I1", names].sort_index().T.to_dict("list") == {
        "D1": [2, 1, 1, 2, 4, "key×2"],
        "D2": [1, 0, 0, 1, 1, ""],
        "D3": [1, 1, 1, 1, 3, "national×1"],
        "D4": [0, 0, 0, 0, 0, ""],
        "D5": [0, 0, 0, 0, 0, ""],
    }


def test_density_and_opportunity_of_a_town_by_hand() -> None:
    """E1 has chemistry and physics, E2 chemistry, E3 physics and law.

    So chemistry and physics share one of two firms: 1/2, and so do physics and law. Steel uses
    chemistry and physics: all that is close to law and to chemistry, half of what is close to
    physics; glass uses physics and law. Demand is 2 and 1 of 3, supply 4, 1 and 3 of 8.
    """
    known = find_town().dropna(subset="opportunity")
    rows = known[["relatedness_density", "related_rows", "paired_rows", "opportunity_rank"]]
    assert rows.T.to_dict("list") == {
        ("I1", "D1"): [1, 1, 1, 1],
        ("I1", "D3"): [1, 1, 1, 2],
        ("I2", "D1"): [1, 1, 1, 3],
        ("I2", "D3"): [1, 1, 1, 4],
        ("I1", "D2"): [0.5, 1, 2, 5],
        ("I2", "D2"): [0.5, 1, 2, 6],
    }
    expected = [1 / 3, 1 / 4, 1 / 6, 1 / 8, 1 / 24, 1 / 48]
    assert known["opportunity"].tolist() == pytest.approx(expected)
    assert describe()["median"] == pytest.approx((1 / 6 + 1 / 8) / 2)


def test_what_is_unknown_is_missing_and_says_why() -> None:
    """No firm has art or music; tea uses only art; who asks nothing has a demand of 0."""
    table = find_town()
    lacking = table["lacking"].to_dict()
    assert {key: why for key, why in lacking.items() if why} == {
        ("I1", "D4"): "proximity",
        ("I1", "D5"): "proximity",
        ("I2", "D4"): "proximity",
        ("I2", "D5"): "proximity",
        ("I3", "D1"): "other_in_use",
        ("I3", "D2"): "other_in_use",
        ("I3", "D3"): "other_in_use",
        ("I3", "D4"): "other_in_use",
    }
    unknown = table[table["lacking"] != ""]
    assert unknown[["opportunity", "opportunity_rank", "relatedness_density"]].isna().all(axis=None)


def test_rows_are_pairs_of_relevant_industries_of_which_anything_is_known() -> None:
    """Nothing is known of tea and music: tea lists no firm, and nobody has links about music."""
    table = find_town()
    assert table.columns.tolist() == [c for c in OPPORTUNITY_COLUMNS if c not in PAIR]
    names = {f"D{n}" for n in range(1, 6)}
    pairs = table.reset_index().groupby("industry")["discipline"].agg(set).to_dict()
    assert pairs == {"I1": names, "I2": names, "I3": names - {"D5"}}
    assert table.loc[("I2", "D3"), ["industry_name", "discipline_name"]].tolist() == [
        "Glass",
        "law",
    ]


def test_an_irrelevant_industry_takes_no_share_of_demand() -> None:
    without = {**TOWN, "industries": TOWN["industries"].replace("I4,Faith,no\n", "")}
    without["enterprises"] = without["enterprises"].replace("E5,e,Faith", "E5,e,")
    assert find_of(without)["opportunity"].dropna().to_dict() == pytest.approx(
        find_town()["opportunity"].dropna().to_dict()
    )


def test_words_say_what_is_known_of_deficit_and_opportunity() -> None:
    """Promising are those above 7/48; that nobody has art in spite of a demand is not."""
    demands = TOWN["demands"] + "Q6,q,E3,D4,,2023\n"
    table = find_of({**TOWN, "demands": demands})
    assert table.loc[("I2", "D4"), ["demand_stated", "supply"]].tolist() == [1, 0]
    assert table.loc[("I2", "D4"), "quadrant"] == "undetermined_unknown"
    words = find_town()["quadrant"].str.removeprefix("undetermined_")
    assert words.groupby(words).agg(lambda group: sorted(group.index)).to_dict() == {
        "promising": [("I1", "D1"), ("I1", "D3"), ("I2", "D1")],
        "unpromising": [("I1", "D2"), ("I2", "D2"), ("I2", "D3")],
        "unknown": sorted(key for key, why in find_town()["lacking"].items() if why),
    }


def test_a_demand_by_name_is_promising_where_there_is_a_supply() -> None:
    """Glass asks for physics, of which it has little opportunity otherwise."""
    table = find_of({**TOWN, "demands": TOWN["demands"].replace("Q3,q,E3,,", "Q3,q,E3,D2,")})
    assert table.loc[("I2", "D2"), "opportunity_rank"] == 6
    assert table.loc[("I2", "D2"), "quadrant"] == "undetermined_promising"


def test_without_demands_the_exposure_stands_for_them() -> None:
    """Steel and glass have two firms each; tea lists none."""
    whole = find_opportunities(make_ecosystem(drop("demands"), as_of=DAY))
    table, method = whole.set_index(PAIR), whole.attrs["meta"]["method"]
    assert table["demand_stated"].isna().all()
    demand = table["demand"].groupby("industry").first()
    assert demand.fillna(-1).to_dict() == {"I1": 2, "I2": 2, "I3": -1}
    assert table.loc[("I1", "D1"), "opportunity"] == pytest.approx(1 / 2 * 4 / 8)
    assert table.loc[("I3", "D1"), "lacking"] == "demand；other_in_use"
    assert (method["demand"], method["exposure_from"]) == ("exposure (enterprises)", ["listed"])
    assert describe()["demand"] == "demands stated"


def test_without_any_register_supply_is_unknown_and_not_none() -> None:
    table = find_of(drop("offers", "teams", "achievements"))
    names = ["supply", "universities", "teams", "achievements", "offers", "opportunity"]
    assert table[names].isna().all(axis=None)
    assert table["relatedness_density"].notna().any()
    assert table["lacking"].str.contains("supply").all()


def test_a_register_that_is_not_there_is_left_out_of_supply() -> None:
    table = find_of(drop("offers")).loc["I1"]
    assert table["offers"].isna().all()
    assert table["supply"].sort_index().tolist() == [2, 0, 2, 0, 0]


REFERENCE = pd.DataFrame({"D1": [1, 1, 0, 0], "D2": [1, 1, 1, 0], "D4": [0, 1, 1, 1]})


def test_a_reference_of_marks_is_taken_as_it_is() -> None:
    """Chemistry 2 places, physics 3, art 3; shared: 2 with physics, 1 with art, physics and art 2.

    So the proximities are 2/3, 1/3 and 2/3. Steel has chemistry and physics: of art's all, of
    physics' the half that is chemistry's, of chemistry's 2/3. Glass has only physics that the
    places know, tea only art.
    """
    table = find(make_town(), REFERENCE)
    density = table["relatedness_density"].dropna().to_dict()
    assert density == pytest.approx(
        {
            ("I1", "D1"): 2 / 3,
            ("I1", "D2"): 1 / 2,
            ("I1", "D4"): 1,
            ("I2", "D1"): 2 / 3,
            ("I2", "D4"): 2 / 3,
            ("I3", "D1"): 1 / 3,
            ("I3", "D2"): 1 / 2,
        }
    )
    assert table.loc[("I2", "D2"), "lacking"] == "other_in_use"  # but physics itself
    assert table.loc[("I1", "D3"), "lacking"] == "proximity"
    rows = table[["related_rows", "paired_rows"]]
    assert rows.loc[("I1", "D4")].tolist() == [2, 2]  # the fourth place has art alone
    assert rows.loc[("I3", "D2")].tolist() == [2, 3]
    assert table.loc[("I1", "D1"), "opportunity"] == pytest.approx(2 / 3 * 4 / 8 * 2 / 3)
    assert table.loc[("I1", "D4"), "opportunity"] == 0  # nobody supplies it


def test_a_reference_of_counts_marks_what_a_place_has_more_of_than_others() -> None:
    """The great place has all; its share of physics is below that of all places together."""
    counts = pd.DataFrame({"D1": [50, 1, 0], "D2": [10, 5, 5], "D4": [40, 0, 5]})
    marks = pd.DataFrame({"D1": [1, 0, 0], "D2": [0, 1, 1], "D4": [1, 0, 1]})
    table = find(make_town(), counts)
    pd.testing.assert_frame_equal(table, find(make_town(), marks))
    method = describe(counts)
    assert method["presence"] == "location quotient of at least 1"
    assert (method["rows"], method["rows_of_several"]) == (3, 2)
    assert method["disciplines"] == ["D1", "D2", "D4"]


def test_a_reference_is_matched_by_id_and_by_name() -> None:
    named = pd.DataFrame(
        {
            "place": ["a", "b", "c", "d"],
            " Chemistry": REFERENCE["D1"].astype(bool),
            "physics": REFERENCE["D2"].astype("Int64").replace(0, pd.NA),
            "D4": REFERENCE["D4"].astype(float),
            "alchemy": 7,
        }
    )
    pd.testing.assert_frame_equal(find(make_town(), named), find(make_town(), REFERENCE))
    method = describe(named)
    assert method["columns_left_out"] == ["place", "alchemy"]
    assert (method["rows_from"], method["rows"]) == ("reference", 4)


def test_columns_of_the_same_discipline_are_taken_together() -> None:
    split = REFERENCE.assign(chemistry=[0, 1, 0, 0], D1=[1, 0, 0, 0])
    pd.testing.assert_frame_equal(find(make_town(), split), find(make_town(), REFERENCE))


def test_a_name_of_two_disciplines_matches_neither() -> None:
    tables = {**TOWN, "disciplines": TOWN["disciplines"].replace("D4,art", "D4,Physics")}
    table = find_opportunities(
        make_ecosystem(tables, as_of=DAY), reference=REFERENCE.assign(physics=1)
    )
    assert table.attrs["meta"]["method"]["columns_left_out"] == ["physics"]


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        (pd.DataFrame({"alchemy": [1]}), "No column"),
        (pd.DataFrame(), "No column"),
        (pd.DataFrame({"D1": ["many"]}), "numbers"),
        (pd.DataFrame({"D1": [-1]}), "counts"),
        (pd.DataFrame({"D1": [np.inf]}), "counts"),
    ],
)
def test_a_reference_that_cannot_be_read_is_refused(reference, sentence) -> None:
    with pytest.raises(SettingsError, match=sentence):
        find(make_town(), reference)


def test_the_order_of_rows_does_not_matter() -> None:
    def turn(text: str) -> str:
        header, *rows = text.splitlines()
        return "\n".join([header, *reversed(rows), ""])

    turned = make_ecosystem({name: turn(text) for name, text in TOWN.items()}, as_of=DAY)
    pd.testing.assert_frame_equal(find(turned), find_town())
    other = REFERENCE.loc[::-1, ::-1]
    pd.testing.assert_frame_equal(find(turned, other), find(make_town(), REFERENCE))


def test_the_arguments_stay_as_they_are() -> None:
    reference = REFERENCE.astype(float).mask(REFERENCE == 0)
    kept = reference.copy()
    find(make_town(), reference)
    pd.testing.assert_frame_equal(reference, kept)


def draw_town(**more: str) -> dict[str, str]:
    """Draw two industries of 60 firms: A's work on x or y, two of them on both, B's on y only."""
    firms = [(f"{k}{n}", f"{k}{n}", k) for k in "AB" for n in range(60)]
    about = {"A0": "x;y", "A1": "x;y"} | {f"A{n}": "x" for n in range(2, 31)}
    signed = ((f"G{firm}", f"{firm};U", about.get(firm, "y")) for firm, *_ in firms)
    return {
        "universities": "id,name\nU,u\n",
        "disciplines": "id,name\nx,x\ny,y\n",
        "enterprises": list_rows("id,name,industry", firms),
        "agreements": list_rows("id,parties,disciplines", signed),
        "offers": "university,discipline\nU,x\nU,y\n",
        **more,
    }


def ask(*firms: str, discipline: str = "") -> str:
    rows = ((f"Q{n}", "q", firm, discipline) for n, firm in enumerate(firms))
    return list_rows("id,name,enterprise,disciplines", rows)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"demands": ask("B0", "B1", "A0")}, "gap_promising"),  # 2/3 1/2; the others 1/3 1/2
        ({"demands": ask("B0", "A0", "A1")}, "gap_unpromising"),  # 1/3 1/2; the others 2/3 1/2
        ({}, "gap_unpromising"),  # all are equal, none is above the median
        ({"demands": ask("B0", "A0", discipline="x")}, "gap_promising"),  # asked for by name
        ({"offers": "university,discipline\n"}, "gap_unknown"),
    ],
)
def test_a_gap_is_promising_by_its_opportunity_alone(more: dict[str, str], word: str) -> None:
    """B could have x, for two firms of A have it with y. B has no other discipline than y."""
    table = find_opportunities(make_ecosystem(draw_town(**more))).set_index(
        ["industry_name", "discipline"]
    )
    row = table.loc[("B", "x")]
    assert (row["pair_verdict"], row["firms_linked"], row["quadrant"]) == ("gap", 0, word)
    assert (row["relatedness_density"], row["related_rows"]) == (1, 2)
    assert np.isnan(table.loc[("B", "y"), "relatedness_density"])


def test_an_industry_that_is_a_gap_makes_gaps_of_its_pairs() -> None:
    """All linked firms work on x and y alike, but of C's only four of 60 are linked."""
    firms = [(f"{k}{n}", f"{k}{n}", k) for k in "ABC" for n in range(60)]
    linked = [firm for firm, *_ in firms[:124]]
    tables = draw_town(
        enterprises=list_rows("id,name,industry", firms),
        agreements=list_rows(
            "id,parties,disciplines", ((f"G{firm}", f"{firm};U", "x;y") for firm in linked)
        ),
    )
    table = find_opportunities(make_ecosystem(tables)).set_index(["industry_name", "discipline"])
    assert table.loc["C", "industry_verdict"].tolist() == ["gap"] * 2
    assert table.loc["C", "pair_verdict"].tolist() == ["not_enough_data"] * 2
    assert table.loc["C", "quadrant"].str.startswith("gap").all()
    assert not table.loc[["A", "B"], "quadrant"].str.startswith("gap").any()
    assert table.loc["C", "unlinked_firms"].tolist() == [56, 56]


@pytest.mark.parametrize(
    "tables",
    [
        {"universities": "id,name\nU1,a\n"},
        {k: TOWN[k] for k in ("universities", "disciplines", "offers")},
        {k: TOWN[k] for k in ("universities", "industries", "enterprises")},
        {k: TOWN[k] for k in ("universities", "disciplines", "industries", "enterprises")},
    ],
)
def test_where_nothing_is_known_there_are_no_rows(tables: dict[str, str]) -> None:
    table = find_opportunities(make_ecosystem(tables))
    assert (len(table), tuple(table.columns)) == (0, OPPORTUNITY_COLUMNS)
    assert table.attrs["meta"]["method"]["median"] is None


def test_the_table_says_how_it_was_made() -> None:
    meta = find_opportunities(make_town()).attrs["meta"]
    assert meta["result"] == "opportunities"
    assert {"opportunity", "supply", "relatedness_density", "quadrant", "order"} < set(
        meta["method"]
    )
    assert (meta["method"]["rows"], meta["method"]["rows_of_several"]) == (3, 2)
    assert meta["method"]["disciplines"] == ["D1", "D2", "D3"]
    assert json.loads(json.dumps(meta, allow_nan=False)) == meta


def test_weifang_lacks_demands_and_firms_and_says_so() -> None:
    """Its agreements name industries and disciplines but no firm, and no figure is stated."""
    table = find_opportunities(load(DATA / "weifang"))
    assert len(table)
    assert set(table["lacking"]) == {"demand；rows"}
    assert set(table["quadrant"]) == {"undetermined_unknown"}
    assert table[["opportunity", "relatedness_density", "demand"]].isna().all(axis=None)


def test_jinzhong_names_no_discipline_and_so_no_opportunity() -> None:
    assert len(find_opportunities(load(DATA / "jinzhong"))) == 0


class TestExampleCity:
    @pytest.fixture(scope="class")
    def city(self) -> Ecosystem:
        return load(DATA / "example-city")

    @pytest.fixture(scope="class")
    def table(self, city: Ecosystem) -> pd.DataFrame:
        return find_opportunities(city).set_index(PAIR, drop=False).rename_axis([None, None])

    def test_density_is_that_of_its_edges(self, city: Ecosystem, table: pd.DataFrame) -> None:
        """Computed again edge by edge, pair by pair."""
        topics, used = list_topics(city)
        holders: dict[str, set[str]] = defaultdict(set)
        for firm, disciplines in topics.items():
            for discipline in disciplines:
                holders[discipline].add(firm)
        near = {one: measure_proximity(holders, one) for one in set(table["discipline"])}
        for industry, discipline in table.index:
            close = near[discipline]
            others = (used[industry] & set(holders)) - {discipline}
            around = sum(close.values())
            density = table.loc[(industry, discipline), "relatedness_density"]
            if not around or not others:
                assert np.isnan(density)
                continue
            assert density == pytest.approx(sum(close[other] for other in others) / around)
            related = {f for f in holders[discipline] if topics[f] & others}
            assert table.loc[(industry, discipline), "related_rows"] == len(related)

    def test_opportunity_is_the_product_of_its_parts(self, table: pd.DataFrame) -> None:
        demand = table.groupby("industry")["demand"].first().sum()
        supply = table.groupby("discipline")["supply"].first().sum()
        product = table["demand"] / demand * (table["supply"].astype(float) / supply)
        np.testing.assert_allclose(
            table["opportunity"], product * table["relatedness_density"], rtol=1e-12
        )
        parts = table["teams"] + table["achievements"] + table["offers"]
        assert table["supply"].tolist() == parts.tolist()
        known = table.dropna(subset="opportunity")
        better = (known["opportunity"].to_numpy() > known["opportunity"].to_numpy()[:, None]).sum(1)
        assert known["opportunity_rank"].tolist() == (better + 1).tolist()

    def test_deficits_are_those_of_the_other_tables(
        self, city: Ecosystem, table: pd.DataFrame
    ) -> None:
        gaps = find_gaps(city).loc[table["industry"]]
        assert table["industry_verdict"].tolist() == gaps["verdict"].tolist()
        np.testing.assert_array_equal(table["industry_ratio"], gaps["shrunk"])
        pairs = cross_disciplines(city).set_index(PAIR).loc[table.index]
        assert table["pair_verdict"].tolist() == pairs["verdict"].tolist()
        for name in ("firms_linked", "firms_expected", "needed"):
            np.testing.assert_array_equal(table[name], pairs[name])
        unlinked = list_unlinked_firms(city).groupby("industry").size()
        assert table["unlinked_firms"].tolist() == unlinked[table["industry"]].tolist()

    def test_pair_ratios_are_drawn_to_their_mean(self, table: pd.DataFrame) -> None:
        """Marshall 1991, section 2, pair by pair."""
        pairs = table[table["firms_expected"] > 0]
        seen, expected = pairs["firms_linked"].tolist(), pairs["firms_expected"].tolist()
        mean = sum(seen) / sum(expected)
        between = sum(e * (o / e - mean) ** 2 for o, e in zip(seen, expected, strict=True))
        between = max(0.0, between / sum(expected) - mean / (sum(expected) / len(expected)))
        shrunk = [
            mean + between / (between + mean / e) * (o / e - mean)
            for o, e in zip(seen, expected, strict=True)
        ]
        assert pairs["pair_ratio"].tolist() == pytest.approx(shrunk)
        assert table.loc[~(table["firms_expected"] > 0), "pair_ratio"].isna().all()

    def test_reasons_are_those_of_the_partners(self, city: Ecosystem, table: pd.DataFrame) -> None:
        partners = suggest_partners(city).drop_duplicates(PAIR).set_index(PAIR)
        mine = table.loc[partners.index]
        assert mine["demand_stated"].tolist() == partners["demanded"].tolist()
        known = mine["relatedness_density"].notna()
        np.testing.assert_array_equal(
            mine.loc[known, "relatedness_density"], partners.loc[known, "related"]
        )
        universities = partners["universities"]
        assert mine["universities"].tolist() == universities.tolist()

    def test_words_and_order_follow_from_the_columns(self, table: pd.DataFrame) -> None:
        median = table["opportunity"].median()
        for row in table.itertuples():
            deficit = "undetermined"
            if row.pair_verdict in ("over_linked", "as_expected"):
                deficit = "linked"
            if row.pair_verdict == "gap" or (
                row.industry_verdict == "gap" and row.pair_verdict != "over_linked"
            ):
                deficit = "gap"
            promise = "unknown" if np.isnan(row.opportunity) else "unpromising"
            if row.opportunity > median or (row.demand_stated and row.supply):
                promise = "promising"
            assert row.quadrant == f"{deficit}_{promise}"
        keys = [
            (QUADRANTS.index(row.quadrant), -row.opportunity if row.opportunity >= 0 else 1)
            for row in table.itertuples()
        ]
        assert keys == sorted(keys)
        assert set(table["quadrant"]) > {"gap_promising", "undetermined_promising"}


def list_topics(city: Ecosystem) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """List the disciplines of the links of each firm, and of each industry, edge by edge."""
    kinds = city.nodes["kind"].to_dict()
    edges: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in city.edges.itertuples():
        edges[row.kind][row.source].add(row.target)
    firms: dict[str, set[str]] = defaultdict(set)
    industries: dict[str, set[str]] = defaultdict(set)
    for agreement in city.counted:
        members = edges["party"][agreement]
        if not {kinds[member] for member in members} & {"university", "platform"}:
            continue
        about = edges["about"][agreement]
        named = edges["concerns"][agreement] | {m for m in members if kinds[m] == "industry"}
        homes = set().union(*(edges["works_in"][m] for m in members))
        for industry in named or homes:
            industries[industry] |= about
        for member in members:
            if kinds[member] == "enterprise" and about:
                firms[member] |= about
    return firms, industries


def measure_proximity(holders: dict[str, set[str]], one: str) -> dict[str, float]:
    """Measure how close other disciplines are to one by the firms that have both."""
    held = holders.get(one, set())
    return {
        other: len(held & firms) / max(len(held), len(firms))
        for other, firms in holders.items()
        if other != one and held
    }
