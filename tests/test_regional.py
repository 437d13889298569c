"""Tables of counts, specialisation, relatedness and complexity of ecosystems worked out by hand."""

from __future__ import annotations

import functools
import itertools
import json
import math
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from ecograph.analysis.crosstables import (
    PAIRS,
    cross_tabulate,
    match_labels,
    name_labels,
    read_reference,
    tabulate_reference,
)
from ecograph.analysis.regional import (
    COMPLEXITY_COLUMNS,
    RELATED_COLUMNS,
    SPECIALISATION_COLUMNS,
    measure_complexity,
    measure_relatedness,
    measure_specialisation,
)
from ecograph.errors import DataError, SettingsError
from ecograph.loader import load

nan = math.nan

# A1 to A3, A6 and A7 are links: A4 is only planned, A5 has no science. A6 is signed by a region and
# an industry. E3 is of two industries; E6 is of none. P3 is planned, Q3 and C2 are of a later day.
TOWN = {
    "ecosystem.yaml": "as_of: 2024-12-31\n",
    "universities": "id,name\nU1,a\nU2,b\n",
    "regions": "id,name\nR1,North\nR2,South\nR3,West\n",
    "industries": "id,name\nI1,Steel\nI2,Glass\nI3,Food\n",
    "disciplines": "id,name\nD1,physics\nD2,chemistry\nD3,law\n",
    "enterprises": """id,name,industry,region
E1,e1,I1,R1
E2,e2,I1,R1
E3,e3,I1;I2,R1
E4,e4,I2,R2
E5,e5,I3,R2
E6,e6,,R2
""",
    "agreements": """id,status,parties,industry,disciplines
A1,signed,U1;E1,,D1
A2,signed,U1;E3,,D1;D2
A3,signed,U2;E4,,D2
A4,planned,U1;E2,,D1
A5,signed,E1;E2,,D1
A6,signed,U2;R2;I3,,D2
A7,signed,U1;U2,,D1
""",
    "platforms": """id,name,type,hosts,disciplines,industry,status
P1,p1,实验室,U1,D1,I1;I2,
P2,p2,研究院,U1;U2,D1;D2,I1,
P3,p3,研究院,U2,D1,I1,规划
P4,p4,Werkstatt,E1,,I3,
""",
    "demands": """id,name,enterprise,disciplines,industry,date
Q1,q1,E4,D1,,2024-01-01
Q2,q2,E1,D1;D2,I3,2024-01-01
Q3,q3,E1,D1,,2025-06-01
""",
    "teams": "id,name,university,disciplines\nT1,t1,U1,D1;D2\n",
    "events": "id,name,date\nV1,v1,2025-03-01\n",
    "achievements": """id,name,owners,disciplines,industry,date
C1,c1,T1;U1,D1,I1,2024-01-01
C2,c2,U2,D1,I1,2025-01-02
C3,c3,E1;U2,D2,I1,
""",
    "offers": "university,discipline\nU1,D1\nU2,D3\n",
}


@pytest.fixture(scope="module", name="town")
def load_town():
    return make_ecosystem(TOWN)


@pytest.fixture(scope="module", name="bare")
def load_bare():
    return make_ecosystem({"universities": "id,name\nU1,a\n"})


def build_counts(counts):
    """Make an ecosystem in which so many firms lie in each region and work in each industry."""
    return load_counts(tuple(map(tuple, np.asarray(counts).tolist())))


@functools.cache
def load_counts(counts):
    height, width = np.shape(counts)
    firms = [
        (f"I{column}", f"R{row}")
        for (row, column), count in np.ndenumerate(np.array(counts))
        for _ in range(count)
    ]
    return make_ecosystem(
        {
            "regions": list_rows("id,name", ((f"R{n}", f"region {n}") for n in range(height))),
            "industries": list_rows("id,name", ((f"I{n}", f"trade {n}") for n in range(width))),
            "enterprises": list_rows(
                "id,name,industry,region",
                ((f"E{n:04}", f"e{n}", *firm) for n, firm in enumerate(firms)),
            ),
        }
    )


def specialise(counts, **choices):
    kinds = {"rows": "region", "columns": "industry"}
    return measure_specialisation(build_counts(counts), **kinds, **choices)


def rate(counts, **choices):
    kinds = {"rows": "region", "columns": "industry", "draws": 0}
    return measure_complexity(build_counts(counts), **{**kinds, **choices})


def lay_out(table, column):
    """Make a table of regions and industries of one column of cells."""
    return table.pivot_table(column, "region", "industry", dropna=False).to_numpy(dtype=float)


class TestCrossTabulate:
    """Every table of the town, counted by hand."""

    @pytest.mark.parametrize(
        ("rows", "columns", "counted", "expected", "units"),
        [
            ("region", "industry", None, [[3, 1, 0], [0, 1, 1], [0, 0, 0]], 5),
            ("industry", "discipline", None, [[2, 1, 0], [1, 2, 0], [0, 1, 0]], 4),
            ("region", "discipline", None, [[2, 1, 0], [0, 2, 0], [0, 0, 0]], 4),
            ("university", "discipline", None, [[3, 1, 0], [1, 2, 0]], 5),
            ("region", "university", None, [[2, 0], [0, 2], [0, 0]], 4),
            ("industry", "university", None, [[2, 0], [1, 1], [0, 1]], 4),
            ("enterprise", "discipline", None, [[1, 0, 0], [1, 1, 0], [0, 1, 0]], 3),
            ("enterprise", "university", None, [[1, 0], [1, 0], [0, 1]], 3),
            ("region", "industry", "links", [[2, 1, 0], [0, 1, 1], [0, 0, 0]], 4),
            ("industry", "discipline", "demands", [[0, 0, 0], [1, 0, 0], [1, 1, 0]], 2),
            ("region", "discipline", "demands", [[1, 1, 0], [1, 0, 0], [0, 0, 0]], 2),
            ("enterprise", "discipline", "demands", [[1, 1, 0], [1, 0, 0]], 2),
            ("university", "discipline", "achievements", [[1, 0, 0], [0, 1, 0]], 2),
            ("industry", "discipline", "achievements", [[1, 1, 0], [0, 0, 0], [0, 0, 0]], 2),
            ("enterprise", "discipline", "achievements", [[0, 1, 0]], 1),
            ("university", "discipline", "teams", [[1, 1, 0], [0, 0, 0]], 1),
            ("university", "discipline", "offers", [[1, 0, 0], [0, 0, 1]], 2),
            ("industry", "discipline", "platforms", [[2, 1, 0], [1, 0, 0], [0, 0, 0]], 2),
            ("university", "discipline", "platforms", [[2, 1, 0], [1, 1, 0]], 2),
            # platform types in the order of their words: Werkstatt, institute, laboratory
            ("industry", "platform_type", None, [[0, 1, 1], [0, 0, 1], [1, 0, 0]], 3),
            ("university", "platform_type", None, [[0, 1, 1], [0, 1, 0]], 2),
            ("discipline", "platform_type", None, [[0, 1, 1], [0, 1, 0], [0, 0, 0]], 2),
        ],
    )
    def test_counts_by_hand(self, rows, columns, counted, expected, units, town) -> None:
        table = cross_tabulate(town, rows, columns, counted=counted)
        assert table.to_numpy().tolist() == expected
        method = table.attrs["meta"]["method"]
        assert (method["units"], method["total"]) == (units, np.sum(expected))
        assert (table.index.name, table.columns.name) == (rows, columns)

    def test_has_ids_on_both_axes(self, town) -> None:
        table = cross_tabulate(town, "region", "industry")
        assert table.index.tolist() == ["R1", "R2", "R3"]
        assert table.columns.tolist() == ["I1", "I2", "I3"]
        firms = cross_tabulate(town, "discipline", "enterprise")
        assert firms.columns.tolist() == ["E1", "E3", "E4"]  # the others have no link

    def test_names_types_in_the_language_of_the_ecosystem(self) -> None:
        town = make_ecosystem(TOWN, lang="zh")
        types = cross_tabulate(town, "industry", "platform_type").columns
        assert types.tolist() == ["Werkstatt", "institute", "laboratory"]
        named = name_labels(town, "platform_type", types)
        assert named.tolist() == ["Werkstatt", "新型研发机构", "实验室"]
        assert name_labels(town, "industry", pd.Index(["I3", "I1"])).tolist() == ["Food", "Steel"]

    def test_is_its_own_transpose_for_every_known_pair(self, town) -> None:
        for (rows, columns), choices in PAIRS.items():
            for counted in choices if rows < columns else ():
                there = cross_tabulate(town, rows, columns, counted=counted)
                back = cross_tabulate(town, columns, rows, counted=counted)
                pd.testing.assert_frame_equal(there, back.T, check_flags=False)

    def test_firms_of_the_example_city_against_its_file(self) -> None:
        folder = Path(__file__).parent.parent / "data/example-city"
        rows = pd.read_csv(folder / "enterprises.csv", encoding="utf-8-sig")
        table = cross_tabulate(load(folder), "region", "industry")
        expected = pd.crosstab(rows["region"], rows["industry"])
        expected = expected.reindex(index=table.index, columns=table.columns, fill_value=0)
        assert (table.to_numpy() == expected.to_numpy()).all()
        assert table.to_numpy().sum() == 900

    def test_is_empty_where_nothing_is_listed(self, bare) -> None:
        for (rows, columns), choices in PAIRS.items():
            for counted in choices:
                table = cross_tabulate(bare, rows, columns, counted=counted)
                assert table.size == 0

    def test_an_unknown_pair_is_refused_with_those_that_are_known(self, town) -> None:
        with pytest.raises(SettingsError, match=r'"region" by "platform_type".*industry x region'):
            cross_tabulate(town, "region", "platform_type")
        with pytest.raises(SettingsError, match='"industry" by "industry"'):
            cross_tabulate(town, "industry", "industry")
        with pytest.raises(SettingsError, match='"money"; choose one of: firms, links, demands'):
            cross_tabulate(town, "region", "industry", counted="money")


class TestReference:
    def test_long_and_wide_tables_are_the_same(self) -> None:
        long = pd.DataFrame(
            [("B", "x", "2"), ("A", "y", "1.5"), ("A", "x", "3"), ("A", "y", "1")],
            columns=["city", "field", "n"],
        )
        wide = pd.DataFrame([("B", "2", ""), ("A", 3, 2.5)], columns=["city", "x", "y"])
        for frame in (long, wide):
            table = tabulate_reference(frame)
            assert table.index.tolist() == ["A", "B"]
            assert table.columns.tolist() == ["x", "y"]
            assert table.to_numpy().tolist() == [[3, 2.5], [2, 0]]

    def test_three_columns_of_different_places_are_wide(self) -> None:
        table = tabulate_reference(pd.DataFrame({"id": ["A", "B"], "801": [1, 2], "802": [3, 4]}))
        assert table.columns.tolist() == ["801", "802"]
        assert table.to_numpy().tolist() == [[1, 3], [2, 4]]

    def test_places_that_stand_twice_are_added_up(self) -> None:
        table = read_reference(pd.DataFrame({"x": [1, 2, 4]}, index=["A", "B", "A"]))
        assert table["x"].to_dict() == {"A": 5, "B": 2}

    @pytest.mark.parametrize(
        ("frame", "match"),
        [
            ({"id": ["A"], "x": ["many"]}, '"many" in the column "x"'),
            ({"id": ["A"], "x": [-1]}, '"-1" in the column "x"'),
            ({"id": ["A"], "x": [math.inf]}, '"inf" in the column'),
            ({"id": ["A", None], "x": [1, 2]}, "no name"),
            ({"id": ["A", "A"], "f": ["x", ""], "n": [1, 2]}, "no name"),
            ({"id": ["A"]}, "no values"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, frame, match) -> None:
        with pytest.raises(DataError, match=match):
            tabulate_reference(pd.DataFrame(frame))

    def test_an_activity_that_stands_twice_is_refused(self) -> None:
        with pytest.raises(DataError, match='"x" stands more than once'):
            read_reference(pd.DataFrame([[1, 2]], columns=["x", "x"], index=["A"]))

    def test_labels_match_by_id_then_by_name_and_once_only(self) -> None:
        others = pd.Index(["new materials", "I.1", "ＦＯＯＤ", "I1"])
        ids, names = ["I1", "I2", "I3", "I4"], ["I.1", "New Materials", "food", "new-materials"]
        assert match_labels(ids, names, others).tolist() == [3, 0, 2, -1]
        assert match_labels([], [], others).tolist() == []
        assert match_labels(["a"], ["b"], pd.Index([])).tolist() == [-1]


# Three regions and three industries. Row sums 10, 20, 10; column sums 20, 10, 10.
COUNTS = [[8, 2, 0], [10, 0, 10], [2, 8, 0]]


class TestSpecialisation:
    def test_location_quotients_by_hand(self) -> None:
        # (8 / 10) / (20 / 40) = 1.6 and so on; marks at 1 and more
        table = specialise(COUNTS)
        assert tuple(table.columns[4:]) == SPECIALISATION_COLUMNS
        expected = np.array([[1.6, 0.8, 0], [1, 0, 2], [0.4, 3.2, 0]])
        assert lay_out(table, "location_quotient") == pytest.approx(expected)
        assert (lay_out(table, "specialised") == (expected >= 1)).all()
        assert lay_out(table, "count").tolist() == COUNTS
        assert lay_out(table, "share")[0].tolist() == [0.8, 0.2, 0]
        # 10 x 20 / 40 and so on; out of the smaller sum
        assert lay_out(table, "count_expected").tolist() == [
            [5, 2.5, 2.5],
            [10, 5, 5],
            [5, 2.5, 2.5],
        ]
        assert lay_out(table, "n").tolist() == [[10, 10, 10], [20, 10, 10], [10, 10, 10]]

    def test_intervals_are_those_of_a_share(self) -> None:
        # 8 of 10: 44.39 % to 97.48 % (Clopper and Pearson), of half of all
        table = specialise(COUNTS).set_index(["region", "industry"])
        cell = table.loc["R0", "I0"]
        assert [cell["ci_low"], cell["ci_high"]] == pytest.approx([0.8878, 1.9496], abs=1e-4)
        for (row, column), count in np.ndenumerate(np.array(COUNTS)):
            one = table.loc[f"R{row}", f"I{column}"]
            share = (20, 10, 10)[column] / 40 if row != 1 else 0.5
            share = max(share, (10, 20, 10)[row] / 40)
            found = stats.binomtest(int(count), int(one["n"])).proportion_ci(0.95, "exact")
            ends = [found.low / share, found.high / share]
            assert [one["ci_low"], one["ci_high"]] == pytest.approx(ends)
            test = stats.binomtest(int(count), int(one["n"]), share, alternative="greater")
            assert one["p_over"] == pytest.approx(test.pvalue)

    def test_intervals_that_are_right_on_average_can_be_chosen(self) -> None:
        town = build_counts(COUNTS)
        town = town.configure(town.settings.__class__(interval="mid", ci_level=0.9))
        table = measure_specialisation(town, rows="region", columns="industry")
        cell = table.set_index(["region", "industry"]).loc["R0", "I0"]
        found = stats.binomtest(8, 10).proportion_ci(0.9, "wilson")
        assert [cell["ci_low"], cell["ci_high"]] == pytest.approx([found.low * 2, found.high * 2])

    def test_the_interval_covers_at_least_its_level_where_sums_are_given(self) -> None:
        # all tables of 24 firms, 9 of them in R0 and 8 of them of I0, if nothing is special
        covered = 0.0
        for k in range(9):
            table = specialise([[k, 9 - k], [8 - k, 7 + k]]).set_index(["region", "industry"])
            cell = table.loc["R0", "I0"]
            if cell["ci_low"] <= 1 <= cell["ci_high"]:
                covered += stats.hypergeom(24, 9, 8).pmf(k)
            assert cell["ci_low"] <= cell["location_quotient"] <= cell["ci_high"]
            assert cell["ci_high"] <= 24 / 9 + 1e-9  # no table has more
            # more than one above the three to be expected is never said to be rarer than it is
            assert cell["p_over"] >= stats.hypergeom(24, 9, 8).sf(k - 1) - 1e-12 or k < 4
        assert 0.95 <= covered < 1

    def test_a_count_of_one_is_not_sure(self) -> None:
        table = specialise([[1, 3], [0, 36]]).set_index(["region", "industry"])
        cell = table.loc["R0", "I0"]
        assert cell["location_quotient"] == 10
        assert cell["specialised"]
        assert cell["ci_low"] < 1
        assert cell["p_over"] == pytest.approx(0.1)  # one of one, where a tenth of all are

    def test_adjusted_chances_by_hand(self) -> None:
        # four cells, of which two have p = 1: Benjamini and Hochberg multiply the least by 4
        table = specialise([[6, 0], [0, 6]])
        assert table["p_over"].tolist() == pytest.approx([1 / 64, 1 / 64, 1, 1])
        assert table["q_over"].tolist() == pytest.approx([1 / 32, 1 / 32, 1, 1])

    def test_density_by_hand(self) -> None:
        # marks: R0 has I0, R1 has I0 and I2, R2 has I1. I0 and I2 share R1, of 2: proximity 1/2.
        table = specialise(COUNTS)
        expected = [[0, nan, 1], [1, nan, 1], [0, nan, 0]]
        assert lay_out(table, "relatedness_density") == pytest.approx(
            np.array(expected), nan_ok=True
        )

    def test_density_of_sure_specialisations_only(self) -> None:
        # of the nine cells only R2 x I1 (8 of 10, p = 0.0004), and R1 x I2 (10 of 10, p = 0.001)
        table = specialise(COUNTS, presence="sure")
        sure = table[(table["q_over"] <= 0.05)]
        assert set(zip(sure["region"], sure["industry"], strict=True)) == {
            ("R2", "I1"),
            ("R1", "I2"),
        }
        assert table["relatedness_density"].isna().all()  # they share no region

    def test_the_least_by_chance_come_first(self) -> None:
        table = specialise(COUNTS)
        first = list(zip(table["region"], table["industry"], strict=True))[:3]
        # p: 436 / 4^10, then 1 / 2^10, then 56 / 2^10
        assert first == [("R2", "I1"), ("R1", "I2"), ("R0", "I0")]
        assert table["p_over"][:3].tolist() == pytest.approx([436 / 4**10, 1 / 2**10, 56 / 2**10])
        assert table["industry_name"][:2].tolist() == ["trade 1", "trade 2"]

    def test_rows_and_columns_without_a_count_have_nothing_to_compare(self) -> None:
        table = specialise([[3, 0, 1], [0, 0, 0], [1, 0, 3]])
        empty = table[(table["region"] == "R1") | (table["industry"] == "I1")]
        kept = ["location_quotient", "ci_low", "ci_high", "p_over", "q_over", "relatedness_density"]
        assert empty[kept].isna().all(axis=None)
        assert not empty["specialised"].any()
        assert lay_out(table, "location_quotient")[0, 0] == 1.5

    @given(
        hnp.arrays(
            np.int64, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=st.integers(0, 3)
        )
    )
    @hypothesis_settings(max_examples=8)
    def test_turning_the_table_changes_no_quotient_and_no_interval(self, counts) -> None:
        town = build_counts(counts)
        keys, values = ["region", "industry"], ["location_quotient", "ci_low", "ci_high", "p_over"]
        there, back = (
            measure_specialisation(town, rows=rows, columns=columns).set_index(keys).sort_index()
            for rows, columns in (keys, reversed(keys))
        )
        np.testing.assert_allclose(there[values], back[values])

    def test_says_what_was_done(self) -> None:
        meta = specialise(COUNTS).attrs["meta"]
        assert meta["result"] == "specialisation"
        method = meta["method"]
        assert (method["counted"], method["units"], method["base_rows"]) == ("firms", 40, 3)
        assert method["reference"] is None
        json.dumps(meta, allow_nan=False)

    def test_an_unknown_choice_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="presence"):
            specialise(COUNTS, presence="maybe")
        with pytest.raises(SettingsError, match="proximity"):
            specialise(COUNTS, proximity="euclid")

    def test_a_town_without_data_gives_an_empty_table(self, bare) -> None:
        table = measure_specialisation(bare)
        assert len(table) == 0
        assert tuple(table.columns[4:]) == SPECIALISATION_COLUMNS
        json.dumps(table.attrs["meta"], allow_nan=False)


# Of 100 counts in a wider area 50 are of trade 0, 30 of I1, 20 of fishing; mining is nowhere.
WIDER = pd.DataFrame(
    [[30, 10, 0, 0], [10, 20, 0, 10], [10, 0, 0, 10]],
    index=["X", "Y", "Z"],
    columns=["Trade 0", "I1", "mining", "fishing"],
)


class TestSpecialisationBesideAReference:
    def test_quotients_by_hand(self) -> None:
        # both have I0 and I1: 50 and 30 of 80. R0 has 8 and 2 of 10, R1 10 and 0 of 10, its firms
        # of I2 left out, R2 2 and 8.
        table = specialise(COUNTS, reference=WIDER)
        expected = [[0.8 / 0.625, 0.2 / 0.375, nan], [1.6, 0, nan], [0.32, 0.8 / 0.375, nan]]
        found = lay_out(table, "location_quotient")
        assert found == pytest.approx(np.array(expected), nan_ok=True)
        assert lay_out(table, "count_expected")[0, :2].tolist() == [6.25, 3.75]
        assert lay_out(table, "share")[1].tolist() == [0.5, 0, 0.5]
        cell = table.set_index(["region", "industry"]).loc["R0", "I0"]
        exact = stats.binomtest(8, 10).proportion_ci(0.95, "exact")
        assert cell["n"] == 10
        assert [cell["ci_low"], cell["ci_high"]] == pytest.approx(
            [exact.low / 0.625, exact.high / 0.625]
        )
        assert cell["p_over"] == pytest.approx(stats.binom(10, 0.625).sf(7))

    def test_what_does_not_match_is_said(self) -> None:
        told = specialise(COUNTS, reference=WIDER).attrs["meta"]["method"]["reference"]
        assert told == {
            "rows": 3,
            "columns": 3,
            "matched": ["I0", "I1"],
            "unmatched_in_data": ["I2"],
            "unmatched_in_reference": ["fishing"],
            "share_of_data_matched": 0.75,
            "share_of_reference_matched": 0.8,
        }

    def test_proximity_is_that_of_the_reference(self) -> None:
        # marks of the reference: X has trade 0 (0.75 / 0.5), Y has I1 and fishing, Z has trade 0
        # and fishing; trade 0 and I1 share no place, so that none is close to the other
        table = specialise(COUNTS, reference=WIDER)
        assert table["relatedness_density"].isna().all()
        # with any count: trade 0 in X, Y, Z, I1 in X and Y: 2/3. R2 has both, R1 trade 0 only.
        table = specialise(COUNTS, reference=WIDER, presence="any")
        expected = np.array([[1, 1, nan], [0, 1, nan], [1, 1, nan]])
        assert lay_out(table, "relatedness_density") == pytest.approx(expected, nan_ok=True)

    def test_nothing_matches(self) -> None:
        table = specialise(COUNTS, reference=WIDER[["fishing"]])
        assert table["location_quotient"].isna().all()
        told = table.attrs["meta"]["method"]["reference"]
        assert (told["matched"], told["share_of_data_matched"]) == ([], 0)
        rated = rate(COUNTS, reference=WIDER[["fishing"]])
        assert rated[["complexity", "fitness"]].isna().all(axis=None)
        json.dumps(rated.attrs["meta"], allow_nan=False)

    @pytest.mark.parametrize("wider", [WIDER.iloc[:0], WIDER.iloc[:, :0], WIDER * 0])
    def test_an_empty_reference_gives_nothing_to_compare_with(self, wider) -> None:
        assert specialise(COUNTS, reference=wider)["location_quotient"].isna().all()
        table = rate(COUNTS, reference=wider)
        assert table[["complexity", "fitness", "krugman"]].iloc[:3].isna().all(axis=None)
        pairs = measure_relatedness(
            build_counts(COUNTS), rows="region", columns="industry", reference=wider
        )
        assert len(pairs) == 0

    def test_the_reference_stays_as_it_is(self) -> None:
        before = WIDER.copy()
        for measure in (specialise, rate):
            measure(COUNTS, reference=WIDER)
        pd.testing.assert_frame_equal(WIDER, before)

    def test_a_copy_of_the_table_gives_the_quotients_of_the_table(self) -> None:
        table = cross_tabulate(build_counts(COUNTS), "region", "industry")
        with_it, without = specialise(COUNTS, reference=table), specialise(COUNTS)
        for column in ("location_quotient", "relatedness_density"):
            there, here = lay_out(with_it, column), lay_out(without, column)
            assert there == pytest.approx(here, nan_ok=True)


NESTED = [[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]


class TestComplexity:
    def test_the_index_of_a_nested_table_by_hand(self) -> None:
        # (3, 1, -1, -3) averaged over columns is (0, 1, 2, 3), and back over rows 3/2, 1, 1/2, 0:
        # a quarter of it and 3/4, so an eigenvector beside the constant one; its deviation is
        # the root of 5
        table = rate(NESTED, presence="any")
        assert tuple(table.columns) == COMPLEXITY_COLUMNS
        rows = np.array([3, 1, -1, -3]) / math.sqrt(5)
        assert table["complexity"][:4].tolist() == pytest.approx(rows.tolist())
        columns = table[table["kind"] == "industry"]
        assert columns.index.tolist() == ["I3", "I2", "I1", "I0"]  # the most complex first
        assert columns["complexity"].tolist() == pytest.approx(rows.tolist())
        assert columns["ubiquity"].tolist() == [1, 2, 3, 4]
        assert table["diversity"][:4].tolist() == [4, 3, 2, 1]
        assert table["diversity"][4:].isna().all()
        assert table["ubiquity"][:4].isna().all()
        assert table.attrs["meta"]["method"]["complexity_unknown"] is None

    def test_measures_of_one_table_by_hand(self) -> None:
        table = rate(COUNTS, draws=0)
        row = table.loc["R0"]
        # 0.8^2 + 0.2^2; 0.3 + 0.4 / 3 + 1/3 from the other 12, 8, 10 of 30; 1 / (0.8 1.6 + 0.2 0.8)
        assert row["herfindahl"] == pytest.approx(0.68)
        assert row["entropy"] == pytest.approx(-0.8 * math.log(0.8) - 0.2 * math.log(0.2))
        assert row["krugman"] == pytest.approx(0.8)
        assert row["hachman"] == pytest.approx(1 / 1.44)
        column = table.loc["I0"]
        # 8, 10, 2 of 20 against 2, 10, 8 of 20
        assert column["herfindahl"] == pytest.approx(0.16 + 0.25 + 0.01)
        assert column["krugman"] == pytest.approx(0.6)
        assert column["name"] == "trade 0"

    @pytest.mark.parametrize(
        ("counts", "why"),
        [
            ([[0, 0], [0, 0]], "no row has a column"),
            ([[2, 0], [0, 2]], "falls into 2 parts"),
            ([[1, 1], [1, 1]], "too small or too even"),
            ([[1, 1, 1]], "too small or too even"),
        ],
    )
    def test_why_it_is_not_known_is_said(self, counts, why) -> None:
        table = rate(counts, draws=5)
        assert table["complexity"].isna().all()
        assert why in table.attrs["meta"]["method"]["complexity_unknown"]
        json.dumps(table.attrs["meta"], allow_nan=False)

    def test_a_row_is_placed_in_a_reference_by_hand(self) -> None:
        # the columns of the nested table are 0, 1, 2, 3 up to scale, its rows 3/2, 1, 1/2, 0 of
        # mean 3/4 and deviation the root of 5/16. R0 has I3 alone: (3 - 3/4) / it; R1 I0 and I1
        # as the third row has; R2 nothing
        wider = pd.DataFrame(NESTED, columns=["I0", "I1", "I2", "I3"], index=list("WXYZ"))
        counts = [[0, 0, 0, 5], [2, 1, 0, 0], [0, 0, 0, 0]]
        table = rate(counts, reference=wider, presence="any")
        assert table.loc[["R0", "R1"], "complexity"].tolist() == pytest.approx(
            [2.25 / math.sqrt(5 / 16), -1 / math.sqrt(5)]
        )
        assert math.isnan(table.at["R2", "complexity"])
        columns = table[table["kind"] == "industry"]
        assert columns["ubiquity"].tolist() == [1, 2, 3, 4]  # places of the reference
        assert columns["complexity"].tolist() == pytest.approx(
            (np.array([3, 1, -1, -3]) / math.sqrt(5)).tolist()
        )

    def test_a_row_like_one_of_the_reference_has_its_fitness(self) -> None:
        # a table whose fitness converges; each row of the ecosystem has what one of it has
        wider = [[1, 1, 1, 1, 1], [1, 0, 1, 1, 0], [1, 1, 0, 0, 1], [0, 1, 1, 0, 1]]
        columns = [f"I{n}" for n in range(5)]
        alone = rate(wider, presence="any", draws=0)
        beside = rate(
            wider, reference=pd.DataFrame(wider, columns=columns), presence="any", draws=0
        )
        assert alone.attrs["meta"]["method"]["fitness_converged"]
        for column in ("fitness", "complexity"):
            assert beside[column].tolist() == pytest.approx(alone[column].tolist())
        # and it is a fixed point: what is fit has much that few unfit have
        presence = np.array(wider)
        rows = alone.loc[[f"R{n}" for n in range(4)], "fitness"].to_numpy()
        of_columns = alone.loc[columns, "fitness"].to_numpy()
        again = presence @ of_columns
        assert again / again.mean() == pytest.approx(rows)

    def test_structure_beside_a_reference_by_hand(self) -> None:
        # over I0 and I1 R0 has 0.8 and 0.2, the reference 0.625 and 0.375
        table = rate(COUNTS, reference=WIDER, draws=0)
        assert table.at["R0", "krugman"] == pytest.approx(2 * 0.175)
        assert table.at["R0", "hachman"] == pytest.approx(1 / (0.64 / 0.625 + 0.04 / 0.375))
        assert table.at["R1", "krugman"] == pytest.approx(2 * 0.375)
        assert table.at["R1", "entropy"] == pytest.approx(math.log(2))  # of its own three

    def test_numbers_of_an_ecosystem_by_hand(self, town) -> None:
        # links of industries by discipline: 2 1 0, 1 2 0, 0 1 0; D3 nowhere. Quotients: I1 has D1
        # (2/3 of 3/7) 14/9, I2 D1 7/9 and D2 (2/3 of 4/7) 7/6, I3 D2 7/4
        table = measure_complexity(town, draws=0)
        assert table["diversity"][:3].to_dict() == {"I1": 1, "I2": 1, "I3": 1}
        assert table["ubiquity"][3:].to_dict() == {"D2": 2, "D1": 1, "D3": 0}
        assert table["count"].to_dict() == {"I1": 3, "I2": 3, "I3": 1, "D2": 4, "D1": 3, "D3": 0}
        assert table.attrs["meta"]["method"]["complexity_unknown"].startswith("the table falls")
        assert table.at["I1", "hachman"] == pytest.approx(1 / (2 / 3 * 14 / 9 + 1 / 3 * 7 / 12))
        assert table["community"].isna().to_dict()["D3"]


def find_best(counts):
    """Find the highest modularity of a small table by trying every division of its rows."""
    counts = np.array(counts, dtype=float)
    total = counts.sum()
    excess = (counts - np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total) / total
    best = 0.0
    for labels in itertools.product(range(len(counts)), repeat=len(counts)):
        groups = [excess[np.array(labels) == group].sum(axis=0) for group in set(labels)]
        best = max(best, float(np.max(groups, axis=0).sum()))
    return best


class TestShape:
    """Nestedness and modularity of the table, and communities."""

    def test_two_blocks_are_two_communities(self) -> None:
        table = rate([[3, 3, 0], [3, 3, 0], [0, 0, 4]], draws=50)
        expected = {"R0": 1, "R1": 1, "R2": 2, "I0": 1, "I1": 1, "I2": 2}
        assert table["community"].to_dict() == expected
        shape = table.attrs["meta"]["method"]["shape"]
        assert (shape["division"], shape["communities"]) == ("found", 2)
        # all within, 12/16 and 4/16 of both sums: 1 - 144/256 - 16/256
        assert shape["modularity"]["observed"] == pytest.approx(96 / 256)
        assert shape["modularity"]["p_over"] == pytest.approx(1 / 51)
        assert shape["modularity"]["z"] > 2

    def test_a_nested_table_is_nested(self) -> None:
        shape = rate(NESTED, presence="any", draws=20).attrs["meta"]["method"]["shape"]
        assert shape["nodf"]["observed"] == pytest.approx(100)
        # no other table of 0 and 1 has these sums
        assert shape["nodf"] == {
            "observed": pytest.approx(100),
            "expected": pytest.approx(100),
            "deviation": pytest.approx(0),
            "z": None,
            "p": 1,
            "p_over": 1,
            "draws": 20,
        }
        assert shape["weighted_nodf"]["observed"] == 0  # nothing decreases

    def test_chance_is_that_of_tables_with_the_same_sums(self) -> None:
        # sums of 2: a corner of 0, 1, 2 with chances 1/6, 4/6, 1/6; the best division of the first
        # and last has 1/2, that of the other 0
        shape = rate([[2, 0], [0, 2]], draws=200).attrs["meta"]["method"]["shape"]["modularity"]
        assert shape["observed"] == pytest.approx(0.5)
        assert shape["draws"] == 200
        assert shape["expected"] == pytest.approx(1 / 6, abs=4 * math.sqrt(2) / 6 / math.sqrt(200))
        # share as high + 1 of 201
        assert shape["p_over"] == pytest.approx((1 + 400 * shape["expected"]) / 201)
        assert shape["p"] == 1

    def test_a_given_division_is_measured(self) -> None:
        counts = [[3, 1], [1, 3]]
        apart = {"R0": "a", "R1": "b", "I0": "a", "I1": "b"}
        across = {"R0": "a", "R1": "b", "I0": "b", "I1": "a"}
        for division, expected in ((apart, 1 / 4), (across, -1 / 4)):
            method = rate(counts, division=division, draws=200).attrs["meta"]["method"]
            shape = method["shape"]
            assert shape["division"] == "given"
            assert shape["modularity"]["observed"] == pytest.approx(expected)
            # divided alike in every draw, so 0 in the mean
            assert shape["modularity"]["expected"] == pytest.approx(0, abs=0.08)

    def test_a_division_without_some_row_is_refused(self) -> None:
        with pytest.raises(SettingsError, match="no group for: R1, I1"):
            rate([[1, 1], [1, 1]], division={"R0": 1, "I0": 1})

    def test_the_division_found_is_as_good_as_any_or_nearly(self) -> None:
        random = np.random.default_rng(3)
        short = []
        for _ in range(8):
            counts = random.poisson(1.2, (4, 5))
            shape = rate(counts, draws=0).attrs["meta"]["method"]["shape"]
            short.append(find_best(counts) - shape["modularity"]["observed"])
        assert min(short) > -1e-9
        assert max(short) < 0.03
        assert np.median(short) < 1e-9

    def test_a_seed_gives_the_same_tables_again(self) -> None:
        one, two = (rate(COUNTS, draws=20).attrs["meta"]["method"]["shape"] for _ in "12")
        assert one == two

    def test_an_empty_table_has_no_shape(self, bare) -> None:
        table = measure_complexity(bare)
        assert len(table) == 0
        shape = table.attrs["meta"]["method"]["shape"]
        assert shape["nodf"]["observed"] is None
        assert shape["modularity"]["observed"] is None
        json.dumps(table.attrs["meta"], allow_nan=False)


class TestRelate:
    def test_disciplines_by_firms_by_hand(self, town) -> None:
        # E1 has D1, E3 both, E4 D2: one of three shared, of two and two
        table = measure_relatedness(town, presence="any")
        assert tuple(table.columns) == RELATED_COLUMNS
        [row] = table.to_dict("records")
        assert row == {
            "first": "D1",
            "first_name": "physics",
            "second": "D2",
            "second_name": "chemistry",
            "proximity": 0.5,
            "shared": 1,
            "shared_expected": pytest.approx(4 / 3),
            "ubiquity_first": 2,
            "ubiquity_second": 2,
            "n": 3,
        }
        told = table.attrs["meta"]["method"]["pairs"]
        assert told == {"compared": 1, "sharing_a_row": 1, "rows": 3}

    def test_the_other_methods_by_hand(self, town) -> None:
        expected = {"association": 3 / 4, "cosine": 1 / 2, "jaccard": 1 / 3}
        for method, value in expected.items():
            table = measure_relatedness(town, presence="any", proximity=method)
            assert table["proximity"].tolist() == pytest.approx([value])

    def test_disciplines_and_industries_by_hand(self, town) -> None:
        # E1: D1, I1; E3: D1 and D2, I1 and I2; E4: D2, I2; E2, E5 have no link and say nothing
        table = measure_relatedness(town, to="industry", presence="any")
        found = table.set_index(["first", "second"])
        assert found["shared"].to_dict() == {
            ("D1", "I1"): 2,
            ("D2", "I2"): 2,
            ("D1", "I2"): 1,
            ("D2", "I1"): 1,
        }
        assert found["proximity"].tolist() == [1, 1, 0.5, 0.5]
        assert found["n"].tolist() == [3] * 4
        assert table["second_name"].tolist() == ["Steel", "Glass", "Glass", "Steel"]

    def test_pairs_that_share_nothing_are_counted_but_not_listed(self) -> None:
        table = measure_relatedness(
            build_counts([[2, 0, 0], [0, 2, 2]]), rows="region", columns="industry"
        )
        assert table[["first", "second"]].to_numpy().tolist() == [["I1", "I2"]]
        assert table.attrs["meta"]["method"]["pairs"]["compared"] == 3

    def test_the_closest_come_first(self) -> None:
        counts = [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1], [0, 0, 0, 1]]
        table = measure_relatedness(
            build_counts(counts), rows="region", columns="industry", presence="any"
        )
        # 2 of 3, 1 of 2, then 1 of 3 twice
        assert table["proximity"].tolist() == pytest.approx([2 / 3, 1 / 2, 1 / 3, 1 / 3])
        ends = table[["first", "second"]].to_numpy().tolist()
        assert ends == [["I0", "I1"], ["I1", "I2"], ["I0", "I2"], ["I0", "I3"]]

    def test_a_reference_has_the_rows(self) -> None:
        # any count: trade 0 in X, Y, Z; I1 in X and Y
        town = build_counts(COUNTS)
        kinds = {"rows": "region", "columns": "industry"}
        table = measure_relatedness(town, **kinds, reference=WIDER, presence="any")
        [row] = table.to_dict("records")
        assert (row["first"], row["second"]) == ("I0", "I1")
        assert (row["shared"], row["n"], row["proximity"]) == (2, 3, pytest.approx(2 / 3))
        assert table.attrs["meta"]["method"]["reference"]["unmatched_in_data"] == ["I2"]

    def test_a_reference_of_both_classifications(self, town) -> None:
        wider = pd.DataFrame(
            {"physics": [1, 1, 0], "D2": [0, 0, 1], "I1": [1, 0, 0], "Glass": [0, 1, 1]},
            index=["X", "Y", "Z"],
        )
        table = measure_relatedness(town, to="industry", reference=wider, presence="any")
        found = table.set_index(["first", "second"])["proximity"].to_dict()
        assert found == {("D1", "I1"): 0.5, ("D1", "I2"): 0.5, ("D2", "I2"): 0.5}

    def test_too_many_columns_are_refused(self, monkeypatch) -> None:
        monkeypatch.setattr("ecograph.analysis.regional._MOST_LINES", 2)
        with pytest.raises(SettingsError, match="3 columns"):
            measure_relatedness(build_counts(COUNTS), rows="region", columns="industry")

    def test_an_empty_table_relates_nothing(self, bare) -> None:
        table = measure_relatedness(bare)
        assert len(table) == 0
        assert tuple(table.columns) == RELATED_COLUMNS


def test_large_tables_list_only_cells_with_a_count(monkeypatch) -> None:
    monkeypatch.setattr("ecograph.analysis.regional._MOST_ROWS", 8)
    assert (specialise(COUNTS)["count"] > 0).all()
    monkeypatch.setattr("ecograph.analysis.crosstables._MOST_CELLS", 8)
    with pytest.raises(SettingsError, match="9 cells"):
        specialise(COUNTS)


def test_tables_too_large_to_draw_have_no_chance(monkeypatch) -> None:
    for name in ("_MOST_LINES", "_MOST_STEPS", "_CHEAP"):
        monkeypatch.setattr(f"ecograph.analysis.regional.{name}", 1)
    shape = rate(COUNTS, draws=20).attrs["meta"]["method"]["shape"]
    assert shape["nodf"] is None
    assert shape["weighted_nodf"] is None
    assert shape["modularity"]["draws"] == 0
    assert shape["modularity"]["p_over"] is None


@pytest.fixture(scope="module")
def trade():
    """World trade, 1998 to 2000, as tests/statistics/test_world_trade.py has it."""
    folder = os.environ.get("ECOGRAPH_REAL_DATA")
    file = Path(folder or "") / "world-trade/world_trade_avg_1998_to_2000.csv"
    if not folder or not file.exists():
        pytest.skip("ECOGRAPH_REAL_DATA is not set, or has no world trade")
    rows = pd.read_csv(file, dtype={"country": str, "product": str}, keep_default_na=False)
    return tabulate_reference(rows[["country", "product", "value"]])


@pytest.mark.real_data
class TestWorldTrade:
    """A region with a firm for each product that a country is specialised in is like it.

    Published are the printed numbers of the vignette of economiccomplexity for R; see
    tests/statistics/test_world_trade.py.
    """

    def test_a_region_like_a_country_has_its_published_complexity(self, trade) -> None:
        share = trade.div(trade.sum(axis=1), axis=0)
        marks = (share >= trade.sum() / trade.to_numpy().sum()).astype(int)
        countries = ["afg", "ago", "aia", "alb", "and"]
        ecosystem = build_trade(marks.loc[countries])
        kinds = {"rows": "region", "columns": "industry", "draws": 0}
        table = measure_complexity(ecosystem, **kinds, reference=marks, presence="any")
        published = [-0.5764283, -1.7770752, 1.4090414, -0.1732606, 1.0772452]
        found = table.loc[countries, "complexity"] * math.sqrt(225 / 226)
        assert found.tolist() == pytest.approx(published, abs=1e-6)
        assert table.attrs["meta"]["method"]["reference"]["unmatched_in_data"] == []
        # the same from the values of trade, of which the marks are made
        table = measure_complexity(ecosystem, **kinds, reference=trade)
        published = [-0.66657613, -1.62657599, -0.08149436, 0.19917280, 0.14935653]
        products = ["0011", "0012", "0013", "0014", "0015"]
        assert table.loc[products, "complexity"].tolist() == pytest.approx(published, rel=2e-3)
        found = table.loc[products, "complexity"] * math.sqrt(784 / 785)
        assert found.tolist() == pytest.approx(published, abs=1e-6)

    def test_products_are_as_close_as_published(self, trade) -> None:
        ecosystem = build_trade(trade.iloc[:1, :5] * 0 + 1)
        table = measure_relatedness(ecosystem, rows="region", columns="industry", reference=trade)
        found = table.set_index(["first", "second"])["proximity"]
        published = {
            ("0011", "0012"): 0.3658537,
            ("0011", "0013"): 0.1707317,
            ("0011", "0014"): 0.2439024,
            ("0012", "0013"): 0.2500000,
            ("0013", "0015"): 0.1200000,
        }
        for pair, value in published.items():
            assert found[pair] == pytest.approx(value, abs=1e-7)


def build_trade(marks):
    """Make regions of countries and industries of products, with a firm where there is a mark."""
    pairs = [(place, product) for place, row in marks.iterrows() for product in row[row > 0].index]
    products = [f"{product},{product}" for product in marks.columns]
    return make_ecosystem(
        {
            "regions": list_rows("id,name", ((place, place) for place in marks.index)),
            "industries": "\n".join(["id,name", *products, ""]),
            "enterprises": list_rows(
                "id,name,region,industry",
                ((f"E{n:05}", f"e{n}", *pair) for n, pair in enumerate(pairs)),
            ),
        }
    )
