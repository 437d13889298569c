"""What is said of two regions, and what is refused, on regions small enough to be counted."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from scipy import optimize, stats

from ecograph.analysis import comparison
from ecograph.analysis.comparison import (
    COMPARISON_COLUMNS,
    COMPARISON_VERDICTS,
    SIZE_BOUND,
    SOURCE_COLUMNS,
    compare_ecosystems,
    describe_sources,
)
from ecograph.analysis.dimensions import measure_dimensions
from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.statistics.contrasts import bound_difference, bound_ratio
from ecograph.statistics.diversity import standardise_hill
from ecograph.texts import LANGUAGES, translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecograph.ecosystem import Ecosystem

DATA = Path(__file__).parent.parent / "data"


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float, float]:
    z = stats.norm.ppf((1 + level) / 2)
    middle, half = k / n + z**2 / (2 * n), z * math.sqrt(k * (n - k) / n**3 + z**2 / (4 * n**2))
    return k / n, (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def make_town(firms: int, linked: int, *, name: str = "Town", **changes: str) -> dict[str, str]:
    """List firms of which the first have an agreement, with the universities in turn."""
    pacts = [
        (f"A{n:03}", f"20{22 + n % 3}-0{1 + n % 9}-15", "signed", "joint", f"D{n % 3}", f"U{n % 4}")
        for n in range(linked)
    ]
    rows = [(*pact[:5], f"E{n:03};{pact[5]}") for n, pact in enumerate(pacts)]
    facts = f"name: {name}\nas_of: 2024-12-31\nlanguage: en\ncurrency: CNY\n"
    tables = {
        "ecosystem.yaml": facts + changes.pop("facts", ""),
        "enterprises": list_rows("id,name", ((f"E{n:03}", f"firm {n}") for n in range(firms))),
        "universities": list_rows(
            "id,name,province", ((f"U{n}", f"university {n}", f"P{n % 2}") for n in range(4))
        ),
        "disciplines": list_rows("id,name", ((f"D{n}", f"field {n}") for n in range(3))),
        "agreements": list_rows("id,date,status,mode,disciplines,parties", rows),
    }
    return tables | changes


def compare(first: dict[str, str], second: dict[str, str], **options: object) -> pd.DataFrame:
    pair = [load_one(first), load_one(second)]
    table = compare_ecosystems(pair, names=["first", "second"], **options)
    return table.set_index("indicator")


@functools.cache
def load_town(tables: tuple[tuple[str, str], ...]) -> Ecosystem:
    return make_ecosystem(dict(tables))


def load_one(tables: dict[str, str]) -> Ecosystem:
    return load_town(tuple(sorted(tables.items())))


@pytest.fixture(autouse=True, scope="module")
def remember() -> Iterator[None]:
    """Measure a town once, not in each test that asks for it."""
    measured: dict[str, pd.DataFrame] = {}

    def measure(ecosystem: Ecosystem) -> pd.DataFrame:
        key = repr((sorted(ecosystem.hashes.items()), ecosystem.settings))
        if key not in measured:
            measured[key] = measure_dimensions(ecosystem)
        return measured[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "measure_dimensions", measure)
        yield


FIRST, SECOND = make_town(40, 30), make_town(60, 12)
ONLY_CAUSES = 1000  # observations that a value must rest on: nothing is compared, all is asked


@pytest.fixture(scope="module")
def towns(remember: None) -> pd.DataFrame:  # noqa: ARG001 - it measures for this one too
    return compare(FIRST, SECOND)


class TestBounds:
    """Against worked examples of the papers that made or used the formulas."""

    @pytest.mark.parametrize(
        ("first", "second", "low", "high"),
        [  # Newcombe, Statist. Med. 17, 873-890, 1998, Table II, method 10
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0000),
            # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables, 2017, ch. 4
            ((7, 34), (1, 34), 0.0189, 0.3404),
        ],
    )
    def test_difference_is_as_published(self, first, second, low, high) -> None:
        found = bound_difference(wilson(*first), wilson(*second))
        assert found == pytest.approx((low, high), abs=6e-5)

    def test_ratio_is_as_published(self) -> None:
        """Fagerland, Lydersen and Laake 2017, ch. 4: MOVER-R with Wilson intervals."""
        found = bound_ratio(wilson(7, 34), wilson(1, 34))
        assert found == pytest.approx((1.1537, 41.9763), abs=6e-5)

    @pytest.mark.parametrize("seed", range(20))
    def test_ratio_ends_where_the_difference_with_a_multiple_does(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        (first, second) = (
            (value, value * random.uniform(0.2, 0.95), value * random.uniform(1.05, 4))
            for value in random.uniform(0.1, 10, 2)
        )

        def end(ratio: float, side: int) -> float:
            return bound_difference(first, tuple(ratio * x for x in second))[side]

        expected = [optimize.brentq(end, 1e-6, 1e6, args=(side,), xtol=1e-14) for side in (0, 1)]
        assert bound_ratio(first, second) == pytest.approx(expected, rel=1e-6)

    def test_equal_arms_give_the_root_of_the_sum_of_squares(self) -> None:
        assert bound_difference((5, 2, 8), (1, -3, 5)) == pytest.approx((-1, 9))  # 3, 4, 5

    def test_nothing_bounds_a_ratio_to_what_may_be_0(self) -> None:
        assert bound_ratio((1, 0.5, 2), (1, 0, 3))[1] == np.inf

    @pytest.mark.parametrize("pair", [((0, 0, 1), (1, 0.5, 2)), ((1, 0.5, 2), (0, 0, 1))])
    def test_no_ratio_without_two_values_above_0(self, pair) -> None:
        assert np.isnan(bound_ratio(*pair)).all()


class TestWorkedTowns:
    """30 of 40 firms linked against 12 of 60, in one register each of the same years."""

    def test_layout(self, towns: pd.DataFrame) -> None:
        plain = compare_ecosystems([load_one(FIRST), load_one(SECOND)], names="ab")
        assert plain.columns.tolist() == list(COMPARISON_COLUMNS)
        measured = measure_dimensions(load_one(FIRST))
        assert plain["indicator"].tolist() == measured.index.tolist()
        assert set(towns["verdict"]) <= set(COMPARISON_VERDICTS)

    def test_sides_are_as_measured(self, towns: pd.DataFrame) -> None:
        row = towns.loc["firm_coverage"]
        sides = {"first": wilson(30, 40), "second": wilson(12, 60)}
        for place, bounds in sides.items():
            found = row[[f"{c}_{place}" for c in ("value", "ci_low", "ci_high")]].tolist()
            assert found == pytest.approx(bounds)
        assert (row["n_first"], row["n_second"]) == (40, 60)

    def test_difference_and_ratio_of_shares(self, towns: pd.DataFrame) -> None:
        row = towns.loc["firm_coverage"]
        assert (row["difference"], row["ratio"]) == pytest.approx((0.55, 3.75))
        assert row["verdict"] == "higher"
        assert row["difference_low"] > 0
        assert row["ratio_low"] > 1

    def test_interval_is_as_wide_as_that_of_the_level_of_all(self, towns: pd.DataFrame) -> None:
        method = towns.attrs["meta"]["method"]
        m = method["comparisons"]
        assert m == (towns["verdict"] != "not_comparable").sum() > 1
        assert method["level_each"] == pytest.approx(1 - 0.05 / m)
        stretch = stats.norm.ppf(1 - 0.025 / m) / stats.norm.ppf(0.975)
        sides = []
        for k, n in ((30, 40), (12, 60)):
            value, low, high = wilson(k, n)
            _, least, most = wilson(k, n, 1 - 0.05 / m)
            least = min(least, value - stretch * (value - low))
            sides.append((value, least, max(most, value + stretch * (high - value))))
        row = towns.loc["firm_coverage"]
        found = (row["difference_low"], row["difference_high"])
        assert found == pytest.approx(bound_difference(*sides))
        assert (row["ratio_low"], row["ratio_high"]) == pytest.approx(bound_ratio(*sides))

    def test_the_other_way_round_all_signs_turn(self, towns: pd.DataFrame) -> None:
        other = compare(SECOND, FIRST)
        turned = {"higher": "lower", "lower": "higher"}
        assert other["verdict"].tolist() == towns["verdict"].replace(turned).tolist()
        pd.testing.assert_series_equal(other["difference"], -towns["difference"])
        pd.testing.assert_series_equal(
            other["difference_low"], -towns["difference_high"], check_names=False
        )

    def test_a_town_does_not_differ_from_itself(self) -> None:
        table = compare(FIRST, FIRST)
        compared = table[table["verdict"] != "not_comparable"]
        assert len(compared)
        assert (compared["verdict"] == "no_difference_seen").all()
        assert (compared["difference"] == 0).all()

    def test_every_row_has_a_reason_and_only_refusals_a_cause(self, towns: pd.DataFrame) -> None:
        assert (towns["reason"].str.len() > 1).all()
        assert not towns["reason"].str.contains("[{}]").any()
        assert ((towns["cause"] != "") == (towns["verdict"] == "not_comparable")).all()
        named = set("; ".join(towns["cause"]).split("; ")) - {""}
        assert all(translate(f"comparison.{key}", "en") for key in named)

    def test_no_difference_is_not_said_to_be_equality(self) -> None:
        row = compare(FIRST, FIRST).loc["firm_coverage"]
        assert row["verdict"] == "no_difference_seen"
        assert "not the same as equal" in row["reason"].lower()

    def test_three_make_three_pairs(self, towns: pd.DataFrame) -> None:
        trio = [load_one(town) for town in (FIRST, SECOND, FIRST)]
        table = compare_ecosystems(trio, names=["a", "b", "c"])
        pairs = table[["first", "second"]].drop_duplicates().to_numpy().tolist()
        assert pairs == [["a", "b"], ["a", "c"], ["b", "c"]]
        assert len(table) == 3 * len(towns)

    def test_rows_may_stand_in_any_order(self, towns: pd.DataFrame) -> None:
        def turn(text: str) -> str:
            head, *rows = text.splitlines()
            return "\n".join([head, *reversed(rows)]) + "\n"

        names = ("enterprises", "agreements", "universities", "disciplines")
        other = compare(FIRST | {name: turn(FIRST[name]) for name in names}, SECOND)
        pd.testing.assert_frame_equal(other, towns)

    def test_ids_do_not_matter(self, towns: pd.DataFrame) -> None:
        other = {
            name: text if name.endswith("yaml") else text.replace("U", "Y").replace("A0", "B9")
            for name, text in FIRST.items()
        }
        pd.testing.assert_frame_equal(compare(other, SECOND), towns)

    def test_comparing_changes_nothing(self) -> None:
        pair = [load_one(FIRST), load_one(SECOND)]
        first = compare_ecosystems(pair, names=["a", "b"])
        before = [ecosystem.settings for ecosystem in pair]
        pd.testing.assert_frame_equal(compare_ecosystems(pair, names=["a", "b"]), first)
        assert [ecosystem.settings for ecosystem in pair] == before


def share_key(text: str, share: float, column: str) -> str:
    """Leave a column of agreements empty but for a share of the rows."""
    head, *rows = text.splitlines()
    at = head.split(",").index(column)
    cells = [row.split(",") for row in rows]
    for cell in cells[round(share * len(cells)) :]:
        cell[at] = ""
    return list_rows(head, cells)


def count_indicator(counts: str, value: int) -> str:
    return f"id,name,value,counts\nK1,published,{value},{counts}\n"


MARKED = "id,name,key\nI1,glass,yes\nI2,beef,\n"
PLAIN = "id,name\nI1,glass\nI2,beef\n"
OTHER_LIST = "id,name\nD0,law\nD1,music\nD2,field 2\n"
REFUSALS = [  # what is changed in the first and in the second town; indicators and their causes
    (
        {},
        {},
        {
            "amount_median": "missing",  # no amounts in either
            "partners": "size",
            "giant_share": "no_interval",
            "tie_density": "network_size",  # 40 and 60 firms by 4 partners
        },
    ),
    (
        {"industries": MARKED, "indicators": count_indicator("enterprise", 500)},
        {
            "industries": PLAIN,
            "disciplines": OTHER_LIST,
            "agreements": share_key(SECOND["agreements"], 0.4, "date"),
            "indicators": count_indicator("agreement", 500),
        },
        {
            "firm_coverage": "firms_partial",
            "industry_reach": "key_industries",
            "effective_disciplines": "classification",
            "agreements_per_tie": "span_unknown",
            "mode_depth": "agreement_excerpt",
        },
    ),
    (
        {
            "agreements": FIRST["agreements"].replace(",2022-", ",2012-"),
            "indicators": count_indicator("certificate:高新技术企业", 396),
        },
        {"agreements": share_key(SECOND["agreements"], 0.4, "disciplines")},
        {
            "ties_per_firm": "firms_partial",
            "agreements_per_tie": "span",
            "effective_disciplines": "coverage",
        },
    ),
    ({}, {"enterprises": "id,name\n"}, {"firm_coverage": "no_firms", "mode_depth": "no_firms"}),
]


@pytest.mark.parametrize(("first", "second", "causes"), REFUSALS)
def test_what_cannot_be_compared_is_refused_with_its_cause(first, second, causes) -> None:
    pair = make_town(40, 30, **first), make_town(60, 12, **second)
    table = compare(*pair, least=ONLY_CAUSES)
    for indicator, cause in causes.items():
        row = table.loc[indicator]
        assert row["verdict"] == "not_comparable"
        assert cause in row["cause"].split("; ")
        assert row[["difference", "difference_low", "ratio", "ratio_high"]].isna().all()


def test_what_is_not_below_a_floor_is_no_cause() -> None:
    """Half of the firms are listed, half of the agreements named, key industries marked twice."""
    totals = "id,name,value,counts\nK1,firms,80,enterprise\nK2,agreements,60,agreement\n"
    first = make_town(40, 30, indicators=totals, industries=MARKED)
    table = compare(first, make_town(60, 12, industries=MARKED), least=ONLY_CAUSES)
    causes = set("; ".join(table["cause"]).split("; "))
    assert not causes & {"firms_partial", "agreement_excerpt", "key_industries"}


def test_few_observations_are_counted() -> None:
    row = compare(FIRST, SECOND).loc["effective_provinces"]
    assert row["cause"] == "few"
    assert row["reason"].endswith("first 4, second 4.")


def test_nothing_of_a_synthetic_town_is_compared_with_a_real_one() -> None:
    table = compare(FIRST, make_town(60, 12, facts="synthetic: true\n"), least=ONLY_CAUSES)
    assert (table["verdict"] == "not_comparable").all()
    assert table["cause"].str.contains("synthetic").all()
    assert table.attrs["meta"]["synthetic"]


def test_two_synthetic_towns_are_compared() -> None:
    town = make_town(60, 12, facts="synthetic: true\n")
    assert not compare(town, town, least=ONLY_CAUSES)["cause"].str.contains("synthetic").any()


def test_amounts_in_two_currencies_are_not_compared() -> None:
    towns = []
    for currency in ("CNY", "EUR"):
        town = make_town(40, 30)
        head, *rows = town["agreements"].splitlines()
        priced = [f"{row},{n + 1}000" for n, row in enumerate(rows)]
        facts = town["ecosystem.yaml"].replace("CNY", currency)
        agreements = "\n".join([head + ",amount", *priced]) + "\n"
        towns.append(town | {"agreements": agreements, "ecosystem.yaml": facts})
    row = compare(*towns, least=ONLY_CAUSES).loc["amount_median"]
    assert (row["cause"], row["unit"]) == ("currency; few", "CNY / EUR")
    same = compare(towns[0], towns[0], least=ONLY_CAUSES).loc["amount_median"]
    assert (same["cause"], same["unit"]) == ("few", "CNY")


@pytest.mark.parametrize(("day", "refused"), [("2024-07-31", False), ("2024-06-15", True)])
def test_rates_of_windows_that_share_less_than_half_are_not_compared(
    day: str, *, refused: bool
) -> None:
    town = make_town(60, 12)
    town["agreements"] = town["agreements"].replace("2024-", "2023-")
    later = town | {"ecosystem.yaml": town["ecosystem.yaml"].replace("2024-12-31", day)}
    row = compare(later, town, least=ONLY_CAUSES).loc["agreements_per_100_firms"]
    assert ("day" in row["cause"].split("; ")) is refused


def test_a_list_of_participants_is_no_list_of_firms() -> None:
    """As in a funding register, which names a firm only where it takes part."""
    row = compare(make_town(30, 30), SECOND, least=ONLY_CAUSES).loc["firm_coverage"]
    assert row["cause"] == "participants; few"
    assert compare(FIRST, SECOND, least=ONLY_CAUSES).loc["firm_coverage", "cause"] == "few"


def test_kinds_met_once_each_tell_nothing_of_others() -> None:
    town = make_town(40, 12, disciplines=list_rows("id,name", ((f"D{n}", n) for n in range(40))))
    for n in range(12):
        town["agreements"] = town["agreements"].replace(f",D{n % 3},E{n:03}", f",D{n + 3},E{n:03}")
    cause = compare(town, town, least=ONLY_CAUSES).loc["effective_disciplines", "cause"]
    assert cause == "few; kinds_unseen"


def test_floors_can_be_chosen() -> None:
    assert compare(FIRST, SECOND, least=4).loc["effective_provinces", "cause"] == ""
    thin = {"agreements": share_key(SECOND["agreements"], 0.4, "disciplines")}
    options = {"coverage_floor": 0.3, "least": ONLY_CAUSES}
    table = compare(FIRST, make_town(60, 12, **thin), **options)
    assert table.loc["effective_disciplines", "cause"] == "few"


def draw_town(kinds: int, pacts: int, seed: int) -> dict[str, str]:
    """Draw agreements from disciplines of shares 1, 1/2, 1/3, ..."""
    share = 1 / np.arange(1, kinds + 1)
    drawn = np.random.default_rng(seed).choice(kinds, pacts, p=share / share.sum())
    rows = [
        (f"A{n:03}", f"20{22 + n % 3}-05-01", "signed", f"D{d}", f"E{n:03};U{n % 4}")
        for n, d in enumerate(drawn)
    ]
    return make_town(
        pacts + 20,
        0,
        disciplines=list_rows("id,name", ((f"D{n}", f"field {n}") for n in range(40))),
        agreements=list_rows("id,date,status,disciplines,parties", rows),
    )


class TestDiversity:
    """At one sample coverage, whatever the number of agreements."""

    def test_unequal_effort_is_no_difference(self) -> None:
        """40 and 400 agreements from one population: the raw numbers differ, the truth does not."""
        few, many = draw_town(40, 40, 1), draw_town(40, 400, 2)
        raw = [
            measure_dimensions(load_one(town)).loc["effective_disciplines"] for town in (few, many)
        ]
        row = compare(few, many).loc["effective_disciplines"]
        assert raw[1]["value"] > 1.15 * raw[0]["value"]
        assert row["verdict"] == "no_difference_seen"
        assert abs(row["ratio"] - 1) < abs(raw[0]["value"] / raw[1]["value"] - 1)
        assert "sample coverage" in row["reason"]

    def test_values_are_hill_numbers_of_order_1_at_the_common_coverage(self) -> None:
        few, many = draw_town(40, 40, 1), draw_town(40, 400, 2)
        counts = [
            pd.Series([line.split(",")[3] for line in town["agreements"].split()[1:]])
            .value_counts()
            .to_numpy()
            for town in (few, many)
        ]
        expected = standardise_hill(counts, 1)["value"].tolist()
        row = compare(few, many).loc["effective_disciplines"]
        assert row[["value_first", "value_second"]].tolist() == pytest.approx(expected)

    def test_more_kinds_are_seen_however_few_the_agreements(self) -> None:
        row = compare(draw_town(40, 150, 1), draw_town(4, 600, 2)).loc["effective_disciplines"]
        assert row["verdict"] == "higher"


class TestArticles:
    """Jinzhong and Weifang as their articles tell them."""

    @pytest.fixture(scope="class", params=LANGUAGES)
    @staticmethod
    def table(request: pytest.FixtureRequest) -> pd.DataFrame:
        pair = [load(DATA / "jinzhong", settings={"lang": request.param}), load(DATA / "weifang")]
        return compare_ecosystems(pair).set_index("indicator")

    def test_nothing_can_be_compared(self, table: pd.DataFrame) -> None:
        assert (table["verdict"] == "not_comparable").all()
        assert table.attrs["meta"]["method"]["comparisons"] == 0

    @pytest.mark.parametrize(
        ("indicator", "causes"),
        [
            ("partners", "size; agreement_excerpt"),  # 10 of 352 and 7 of 321
            ("firm_coverage", "no_firms; firms_partial; agreement_excerpt"),  # 16 of 396 or more
            ("effective_disciplines", "missing; coverage; few; agreement_excerpt"),
            ("effective_provinces", "few; agreement_excerpt"),  # 6 and 4 partners
            ("mode_depth", "no_firms; few; agreement_excerpt"),
            ("intent_yield", "missing; coverage"),  # one of eight events of Weifang
            ("signing_yield", "missing"),
        ],
    )
    def test_causes(self, table: pd.DataFrame, indicator: str, causes: str) -> None:
        assert table.loc[indicator, "cause"] == causes

    def test_both_sides_are_said_at_once(self, table: pd.DataFrame) -> None:
        reason = table.loc["partners", "reason"]
        assert "352" in reason
        assert "321" in reason
        assert "{" not in "".join(table["reason"])

    def test_all_is_said_in_one_language(self, table: pd.DataFrame) -> None:
        text = "".join(table["reason"]).replace("晋中市创新生态", "").replace("潍坊市创新生态", "")
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
        assert chinese == (table.attrs["meta"]["settings"]["lang"] == "zh")


class TestSources:
    def test_counts(self) -> None:
        table = describe_sources([load_one(FIRST)], names=["first"])
        assert table.columns.tolist() == list(SOURCE_COLUMNS)
        row = table.loc["first"]
        counted = row[["firms", "partners", "agreements", "events"]].tolist()
        assert counted == [40, 4, 30, 0]
        shares = row[["firms_party", "dated", "with_amount", "with_discipline", "with_mode"]]
        assert shares.tolist() == [0.75, 1, 0, 1, 1]
        assert (row["as_of"], row["synthetic"], row["currency"]) == ("2024-12-31", False, "CNY")

    def test_years_are_those_of_nine_in_ten(self) -> None:
        rows = [(f"A{n}", f"{2014 if n == 0 else 2022}-12-31", f"E000;U{n % 4}") for n in range(20)]
        town = make_town(20, 0, agreements=list_rows("id,date,parties", rows))
        row = describe_sources([load_one(town)]).iloc[0]
        assert row["years"] == pytest.approx(2, abs=0.01)

    def test_published_totals(self) -> None:
        row = describe_sources([load(DATA / "jinzhong")]).iloc[0]
        published = row[["agreements_published", "firms_published", "platforms_published"]]
        assert published.tolist() == [352, 396, 116]

    def test_an_empty_region_has_no_shares(self) -> None:
        row = describe_sources([load_one({"universities": "id,name\nU1,One\n"})]).iloc[0]
        assert row[["firms", "agreements"]].tolist() == [0, 0]
        assert row[["firms_party", "dated", "years"]].isna().all()


class TestNames:
    def test_equal_names_are_told_apart_by_their_days(self) -> None:
        later = FIRST | {"ecosystem.yaml": FIRST["ecosystem.yaml"].replace("2024-12", "2025-12")}
        pair = [load_one(FIRST), load_one(later)]
        assert describe_sources(pair).index.tolist() == ["Town 2024-12-31", "Town 2025-12-31"]

    def test_equal_names_and_days_are_numbered(self) -> None:
        pair = [load_one(FIRST), load_one(SECOND)]
        names = ["Town 2024-12-31 (1)", "Town 2024-12-31 (2)"]
        assert describe_sources(pair).index.tolist() == names

    @pytest.mark.parametrize("names", [["a"], ["a", "a"], ["a", "b", "c"]])
    def test_names_must_fit(self, names: list[str]) -> None:
        pair = [load_one(FIRST), load_one(SECOND)]
        with pytest.raises(SettingsError, match="2 names"):
            compare_ecosystems(pair, names=names)

    def test_one_alone_cannot_be_compared(self) -> None:
        with pytest.raises(SettingsError, match="two"):
            compare_ecosystems([load_one(FIRST)])


def test_what_changes_with_size_is_an_indicator(towns: pd.DataFrame) -> None:
    assert set(towns.index) >= SIZE_BOUND
