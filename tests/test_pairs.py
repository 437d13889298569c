from __future__ import annotations

import json

import numpy as np
import pytest
from builders import list_rows, make_ecosystem
from scipy import stats

from ecograph.analysis import pairs
from ecograph.analysis.gaps import VERDICTS
from ecograph.analysis.pairs import DRAWN_COLUMNS, PAIR_COLUMNS
from ecograph.errors import SettingsError


def cross_disciplines(ecosystem, **arguments):
    """Cross them, in the order of ids."""
    table = pairs.cross_disciplines(ecosystem, **arguments)
    meta = table.attrs
    table = table.sort_values(["industry", "discipline"], ignore_index=True)
    table.attrs = meta
    return table


TOWN = {
    "universities": "id,name\nU1,a\n",
    "platforms": "id,name\nP1,p\n",
    "institutions": "id,name\nB1,bank\n",
    "enterprises": "id,name,industry\nE1,e,Steel\nE2,f,Glass\nE3,g,Glass;Steel\n",
    "industries": """id,name,企业数,研发人员,产值,是否适用
I1,Steel,100,,50亿元,
I2,Glass,,,10亿元,是
I3,Wine,,,,
I4,Faith,10,,,否
""",
    "financials": "enterprise,year,rd_staff\nE2,2023,9\nE2,2024,5\nE2,2025,\nE3,2024,7\n",
    "disciplines": "id,name\nD1,chemistry\nD2,physics\n",
    "agreements": """id,status,parties,industry,disciplines
A1,signed,U1;E1,,D1
A2,signed,P1;E3,Steel,D1;D2
A3,signed,U1;E3,,
A4,signed,B1;E1,Steel,D2
A5,planned,U1;E2,Glass,D1
A6,signed,U1;Wine,,D2
A7,signed,E1;E2,,D1
A8,signed,U1;P1,Faith,D1
""",
}


def test_industries_and_disciplines_cross_by_hand() -> None:
    """Steel: A1 and A2 in chemistry, A2 in physics; wine: A6; faith: A8; glass: A3 is in none."""
    table = cross_disciplines(make_ecosystem(TOWN))
    assert tuple(table.columns) == PAIR_COLUMNS
    observed = table.pivot_table(index="industry", columns="discipline", values="observed")
    assert observed.to_numpy().tolist() == [[2, 1], [0, 0], [0, 1], [1, 0]]
    expected = table.set_index(["industry", "discipline"])["expected"]
    # rows 3, 0, 1, 1; columns 3, 2; 5 in all
    assert expected.tolist() == pytest.approx([9 / 5, 6 / 5, 0, 0, 3 / 5, 2 / 5, 3 / 5, 2 / 5])
    ratio = table["ratio"].tolist()
    assert ratio[:2] == pytest.approx([10 / 9, 5 / 6])
    assert np.isnan(ratio[2:4]).all()
    assert table["industry_name"].tolist()[:3] == ["Steel", "Steel", "Glass"]
    assert table["discipline_name"].tolist()[:2] == ["chemistry", "physics"]
    assert table["enough_data"].tolist() == [False] * 8
    assert table.attrs["meta"]["method"]["links"] == 5


def test_a_pair_has_enough_data_where_none_would_be_significant() -> None:
    tables = {
        "universities": "id,name\nU,u\n",
        "agreements": list_rows(
            "id,parties,industry,disciplines",
            (
                (f"A{n}", "U", "steel" if n < 40 else "wine", "x" if n < 10 else "y")
                for n in range(44)
            ),
        ),
    }
    table = cross_disciplines(make_ecosystem(tables)).set_index(["industry", "discipline"])
    assert table["expected"].tolist() == pytest.approx([400 / 44, 1360 / 44, 40 / 44, 136 / 44])
    assert table["enough_data"].tolist() == [True, True, False, True]
    assert table["observed"].sum() == pytest.approx(table["expected"].sum()) == 44


def test_an_ecosystem_without_industries_has_no_pairs() -> None:
    assert len(cross_disciplines(make_ecosystem({"universities": "id,name\nU1,a\n"}))) == 0


def test_the_chance_of_links_is_that_of_drawing_without_replacement() -> None:
    """Of 5 links 3 are of steel and 3 about chemistry: 2 or fewer of its 3 in chemistry."""
    table = cross_disciplines(make_ecosystem(TOWN))
    ways = 10  # the 3 of chemistry among the 5 links
    assert table["p_links"][0] == pytest.approx(1 - 1 / ways)  # not all three
    assert table["p_links_over"][0] == pytest.approx((1 + 3 * 2) / ways)  # two or three


def test_firms_count_once_for_a_discipline_however_many_contracts_they_have() -> None:
    """A2's firm and A1's firm are two of chemistry; wine's and faith's agreements name no firm."""
    table = cross_disciplines(make_ecosystem(TOWN)).set_index(["industry_name", "discipline_name"])
    assert table["firms_linked"].to_dict() == {
        ("Steel", "chemistry"): 2,
        ("Steel", "physics"): 1,
        ("Glass", "chemistry"): 0,
        ("Glass", "physics"): 0,
        ("Wine", "chemistry"): 0,
        ("Wine", "physics"): 1,
        ("Faith", "chemistry"): 1,
        ("Faith", "physics"): 0,
    }
    # Without faith, E3 is tied to both, E1 and the agreement of wine to one of two with 2 each.
    expected = table["firms_expected"]
    assert expected["Steel"].tolist() == pytest.approx([1.5, 1.5])
    assert expected["Wine"].tolist() == pytest.approx([0.5, 0.5])
    assert np.isnan(expected["Faith"]).all()
    assert table["verdict"]["Faith"].tolist() == ["not_relevant"] * 2


def draw_town(*, repeats: int = 1) -> dict[str, str]:
    """Draw two industries of 60 firms: A's work on x and y alike, B's on y only."""
    firms = [(f"{k}{n}", f"{k}{n}", k) for k in "AB" for n in range(60)]
    signed = []
    for firm, _, industry in firms:
        number = int(firm[1:])
        topic = ("x" if number % 2 else "y") if industry == "A" else "y"
        signed += [(f"{firm}-{again}", f"U;{firm}", topic) for again in range(repeats)]
    return {
        "universities": "id,name\nU,u\n",
        "enterprises": list_rows("id,name,industry", firms),
        "disciplines": "id,name\nx,x\ny,y\nz,z\n",
        "agreements": list_rows("id,parties,disciplines", signed),
    }


def test_a_planted_pair_is_found_with_exact_chances() -> None:
    """All firms are tied to one discipline, so each is tied to x with the chance 30/120."""
    table = cross_disciplines(make_ecosystem(draw_town())).set_index(["industry", "discipline"])
    missing = table.loc["B", "x"]
    assert (missing["firms_linked"], missing["verdict"]) == (0, "gap")
    assert missing["firms_expected"] == pytest.approx(15)
    assert missing["p"] == pytest.approx(0.75**60)
    assert missing["critical"] == stats.binom.ppf(0.05, 60, 0.25) - 1 == 9
    assert missing["power"] == pytest.approx(stats.binom.cdf(9, 60, 0.125))
    assert table.loc[("A", "x"), "verdict"] == "over_linked"
    assert table.loc[("A", "x"), "p_over"] == pytest.approx(stats.binom.sf(29, 60, 0.25))
    assert table.loc[("A", "z"), "verdict"] == "not_enough_data"
    assert np.isnan(table.loc[("A", "z"), "p"])


def test_repeated_contracts_make_no_pair_surer() -> None:
    once, often = (
        cross_disciplines(make_ecosystem(draw_town(repeats=repeats))) for repeats in (1, 4)
    )
    assert often["observed"].tolist() == (4 * once["observed"]).tolist()
    for column in ("firms_linked", "firms_expected", "p", "q", "verdict"):
        assert often[column].tolist() == pytest.approx(once[column].tolist(), nan_ok=True)
    assert often["p_links"][3] < once["p_links"][3]  # that of links is


def test_pairs_that_cannot_be_are_structural_zeros() -> None:
    ecosystem = make_ecosystem(draw_town())
    table = cross_disciplines(ecosystem, irrelevant=[("B", "x")])
    table = table.set_index(["industry", "discipline"])
    assert table.loc[("B", "x"), "verdict"] == "not_relevant"
    assert np.isnan(table.loc[("B", "x"), "firms_expected"])
    # What is left of B can only be y, so A's firms share out x among themselves.
    assert table.loc["A", "firms_expected"].tolist()[:2] == pytest.approx([30, 30])
    assert table["p_links"].isna().all()


def test_gaps_come_first_and_pairs_without_any_expectation_last() -> None:
    table = pairs.cross_disciplines(make_ecosystem(draw_town()))
    pairs_in_order = (table["industry"] + table["discipline"]).tolist()
    assert pairs_in_order == ["Ay", "Bx", "Ax", "By", "Az", "Bz"]
    assert table["verdict"].tolist() == ["gap"] * 2 + ["over_linked"] * 2 + ["not_enough_data"] * 2


def test_a_pair_is_ruled_out_by_ids_or_names_in_the_argument_or_the_settings() -> None:
    argument = cross_disciplines(make_ecosystem(TOWN), irrelevant=[("I1", "D2")])
    by_name = cross_disciplines(make_ecosystem(TOWN), irrelevant=[("Steel", "physics")])
    setting = cross_disciplines(make_ecosystem(TOWN, irrelevant=[["Steel", "D2"]]))
    for table in (argument, by_name, setting):
        ruled = table[table["verdict"] == "not_relevant"]
        listed = list(zip(ruled["industry"], ruled["discipline"], strict=True))
        assert listed == [("I1", "D2"), ("I4", "D1"), ("I4", "D2")]
        assert table.attrs["meta"]["method"]["ruled_out"] == 1
        assert np.isnan(table["p_contracts"][1])
        assert table["firms_expected"].tolist() == pytest.approx(
            argument["firms_expected"].tolist(), nan_ok=True
        )
    both = cross_disciplines(
        make_ecosystem(TOWN, irrelevant=[["I1", "D2"]]),
        irrelevant=[("Steel", "physics"), ("I3", "D1")],
    )
    assert both.attrs["meta"]["method"]["ruled_out"] == 2
    assert both.attrs["meta"]["settings"]["irrelevant"] == [["I1", "D2"]]


def test_ids_go_before_names_and_a_name_may_stand_for_several() -> None:
    tables = {
        "universities": "id,name\nU,u\n",
        "industries": "id,name\nI1,Steel\nI2,Steel\nSteel,other\n",
        "disciplines": "id,name\nD1,x\nD2,x\n",
        "agreements": "id,parties,industry,disciplines\nA,U,I1,D1\n",
    }
    ecosystem = make_ecosystem(tables)
    assert cross_disciplines(ecosystem, irrelevant=[("Steel", "D1")])["verdict"].tolist()[4:] == [
        "not_relevant",
        "not_enough_data",
    ]
    verdicts = cross_disciplines(ecosystem, irrelevant=[("I2", "x")])["verdict"]
    assert (verdicts == "not_relevant").tolist() == [False, False, True, True, False, False]


def test_unknown_pairs_are_refused_all_at_once() -> None:
    wrong = r'industry "Brass", discipline "nowhere"; give ids'
    ecosystem = make_ecosystem(TOWN, irrelevant=[["Brass", "D1"]])
    with pytest.raises(SettingsError, match=wrong):
        cross_disciplines(ecosystem, irrelevant=[("I1", "nowhere"), ("Brass", "nowhere")])


class TestContracts:
    def test_the_town_by_hand(self) -> None:
        """Without faith: E1 and wine's agreement have one contract each, E3 one in either.

        The columns have two each, so each unit's contracts are shared out in halves: means 1 for
        E3 and 1/2 for the others. Steel has E1 and E3: chances 2/3 and 1/2 of none.
        """
        table = cross_disciplines(make_ecosystem(TOWN)).set_index(["industry_name"])
        steel = table.loc["Steel"]
        assert steel["contracts"].tolist() == steel["observed"].tolist() == [2, 1]
        assert steel["contracts_expected"].tolist() == pytest.approx([1.5, 1.5])
        none, one = 1 / 3, 2 / 3 * 1 / 4 + 2 / 9 * 1 / 2
        two = 2 / 3 * 1 / 8 + 2 / 9 * 1 / 4 + 2 / 27 * 1 / 2
        assert steel["p_contracts"].tolist() == pytest.approx([none + one + two, none + one])
        assert steel["p_contracts_over"].tolist() == pytest.approx([1 - none - one, 1 - none])
        assert table.loc["Wine", "p_contracts_over"].tolist() == pytest.approx([1, 1 / 3])
        assert table.loc["Faith", "contracts"].tolist() == [1, 0]
        for side in ("Faith", "Glass"):
            assert table.loc[side, ["contracts_expected", "p_contracts"]].isna().all(axis=None)

    def test_where_firms_are_alike_the_law_is_negative_binomial(self) -> None:
        """Each of 60 firms of B has the mean 4 x 30/120 of contracts about x."""
        table = cross_disciplines(make_ecosystem(draw_town(repeats=4)))
        missing = table.set_index(["industry", "discipline"]).loc[("B", "x")]
        assert missing["contracts_expected"] == pytest.approx(60)
        assert missing["p_contracts"] == pytest.approx(0.5**60)
        over = table.set_index(["industry", "discipline"]).loc[("A", "x")]
        assert over["contracts"] == 120
        assert over["p_contracts_over"] == pytest.approx(stats.nbinom.sf(119, 60, 0.5), rel=1e-9)

    def test_their_sums_are_those_expected_also_with_structural_zeros(self) -> None:
        for irrelevant in ([], [("B", "x")]):
            table = cross_disciplines(make_ecosystem(draw_town(repeats=3)), irrelevant=irrelevant)
            assert table["contracts_expected"].sum() == pytest.approx(360)
            of_x = table[table["discipline"] == "x"]
            assert of_x["contracts_expected"].sum() == pytest.approx(90)
            assert table.attrs["meta"]["method"]["error_contracts"] < 1e-8

    def test_they_are_as_cautious_as_repeats_make_them(self) -> None:
        """With one contract each firms and contracts differ little, with many links are surer."""
        table = cross_disciplines(make_ecosystem(draw_town(repeats=4)))
        table = table.set_index(["industry", "discipline"])
        assert table.loc[("B", "x"), "p_links"] < 1e-3 * table.loc[("B", "x"), "p_contracts"]


class TestDraws:
    def test_no_column_is_added_without_draws(self) -> None:
        table = cross_disciplines(make_ecosystem(TOWN))
        assert not set(DRAWN_COLUMNS) & set(table.columns)
        assert "draws" not in table.attrs["meta"]["method"]

    def test_they_are_the_tables_with_the_same_sums(self) -> None:
        """One discipline a firm: the firms of B with x are drawn without replacement."""
        draws = 300
        table = cross_disciplines(make_ecosystem(draw_town()), draws=draws)
        assert tuple(table.columns) == PAIR_COLUMNS + DRAWN_COLUMNS
        assert table.attrs["meta"]["method"]["draws"] == draws
        rows = table.set_index(["industry", "discipline"])
        law = stats.hypergeom(120, 30, 60)
        missing = rows.loc[("B", "x")]
        assert missing["curveball_mean"] == pytest.approx(15, abs=0.7)
        assert missing["curveball_deviation"] == pytest.approx(law.std(), rel=0.2)
        assert missing["p_curveball"] == pytest.approx(1 / (draws + 1))
        assert missing["p_curveball_over"] == 1
        assert rows.loc[("A", "z"), list(DRAWN_COLUMNS)].isna().all()

    def test_they_heed_structural_zeros_and_the_seed(self) -> None:
        ruled = {"irrelevant": [("B", "x")], "draws": 20}
        first, again = (cross_disciplines(make_ecosystem(draw_town()), **ruled) for _ in range(2))
        assert first["p_curveball"].equals(again["p_curveball"])
        rows = first.set_index(["industry", "discipline"])
        assert np.isnan(rows.loc[("B", "x"), "curveball_mean"])
        assert rows.loc["A", "curveball_mean"].tolist()[:2] == [30, 30]


def test_the_order_of_rows_does_not_matter() -> None:
    """The same town with its firms and agreements listed backwards."""
    town = draw_town(repeats=2)
    turned = dict(town)
    for name in ("enterprises", "agreements", "disciplines"):
        header, *lines = town[name].splitlines()
        turned[name] = "\n".join([header, *reversed(lines), ""])
    keys = ["industry", "discipline"]
    first, other = (
        cross_disciplines(make_ecosystem(tables)).set_index(keys).sort_index()
        for tables in (town, turned)
    )
    for column in ("firms_expected", "p", "contracts_expected", "p_contracts", "p_contracts_over"):
        assert first[column].tolist() == pytest.approx(other[column].tolist(), nan_ok=True)


def test_the_sums_of_firms_are_those_expected_and_the_result_says_how() -> None:
    ecosystem = make_ecosystem(draw_town())
    table = cross_disciplines(ecosystem)
    for side in ("industry", "discipline"):
        sums = table.groupby(side)[["firms_linked", "firms_expected"]].sum()
        if side == "discipline":
            assert sums["firms_linked"].tolist() == pytest.approx(sums["firms_expected"].tolist())
    assert table["firms_linked"].sum() == pytest.approx(table["firms_expected"].sum())
    assert set(table["verdict"]) <= set(VERDICTS)
    method = table.attrs["meta"]["method"]
    assert method["firms"] == 120
    assert method["error"] < 1e-8
    json.dumps(table.attrs["meta"], allow_nan=False)
