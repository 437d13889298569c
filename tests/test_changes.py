"""Ties new, lost, deepened and thinned, and organisations that come and go."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pandas as pd
import pytest
from builders import list_rows, make_ecosystem
from hypothesis import given, settings
from hypothesis import strategies as st

from ecograph.analysis.changes import (
    CHANGES,
    ORGANISATION_CHANGE_COLUMNS,
    STATUSES,
    TIE_CHANGE_COLUMNS,
    find_organisation_changes,
    find_tie_changes,
)
from ecograph.analysis.windows import take_window
from ecograph.errors import SettingsError
from ecograph.loader import load
from ecograph.output import save_tables
from ecograph.registers import convert
from ecograph.schema import ORGANISATION_KINDS

EXAMPLE = Path(__file__).parents[1] / "data" / "example-city"

# Six organisations. By running agreements, 2023 has A1, A2 (three parties), A3, A8 (one party) and
# A9; 2024 has A3, A4 (three parties), A5 and A9. A6 has no date, A7 is a plan.
TOWN = {
    "universities": "id,name\nU1,North\nU2,South\n",
    "enterprises": "id,name\nE1,Ash\nE2,Birch\nE3,Cedar\n",
    "institutions": "id,name\nN1,Bank\n",
    "agreements": """\
id,date,ends,status,amount,parties,disciplines
A1,2022-03-01,2023-06-30,ended,100,U1;E1,optics
A2,2023-05,,signed,60,U1;E1;E2,optics;physics
A3,2023-02-01,2024-02-01,ended,40,U2;E2,physics
A4,2024,,signed,90,U1;E2;N1,optics
A5,2024-01,2026-12,signed,,U1;E1,
A6,,,signed,500,U2;E3,optics
A7,2024-07-01,,planned,700,U2;E3,physics
A8,2023-09-01,,signed,10,E3,
A9,2022-11-01,2024-06-30,ended,20,U2;E2,physics
""",
}
NAN = float("nan")
TIES = [
    ("E2", "N1", "new", 0, 1, 0, 90),
    ("N1", "U1", "new", 0, 1, 0, 90),
    ("E1", "E2", "lost", 1, 0, 60, 0),
    ("E1", "U1", "thinned", 2, 1, 160, NAN),
    ("E2", "U1", "same", 1, 1, 60, 90),
    ("E2", "U2", "same", 2, 2, 60, 60),
]
TIES_AGAIN = [  # from 2022, with A1 and A9, to 2023
    ("E1", "E2", "new", 0, 1, 0, 60),
    ("E2", "U1", "new", 0, 1, 0, 60),
    ("E1", "U1", "deepened", 1, 2, 100, 160),
    ("E2", "U2", "deepened", 1, 2, 20, 60),
]
ORGANISATIONS = [  # ties before, new, lost, after; deepened, thinned; weights; agreements
    ("N1", "entered", 0, 2, 0, 2, 0, 0, 0, 2, 0, 1),
    ("E3", "left", 0, 0, 0, 0, 0, 0, 0, 0, 1, 0),
    ("E2", "stayed", 3, 1, 1, 3, 0, 0, 4, 4, 3, 3),
    ("E1", "stayed", 2, 0, 1, 1, 0, 1, 3, 1, 2, 1),
    ("U1", "stayed", 2, 1, 0, 3, 0, 1, 3, 3, 2, 2),
    ("U2", "stayed", 1, 0, 0, 1, 0, 0, 2, 2, 2, 2),
]


@pytest.fixture(scope="module")
def town():
    return make_ecosystem(TOWN, as_of="2024-12-31")


def list_ties(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(table.drop(columns=["source_name", "target_name"]).itertuples(index=False))


def same(found: list[tuple[object, ...]], expected: list[tuple[object, ...]]) -> bool:
    flat = [list(itertools.chain(*rows)) for rows in (found, expected)]
    return len(flat[0]) == len(flat[1]) and all(
        a == b or (a != a and b != b)  # noqa: PLR0124 - nan
        for a, b in zip(*flat, strict=True)
    )


class TestSixOrganisationsByHand:
    def test_ties_from_2023_to_2024(self, town):
        table = find_tie_changes(take_window(town, 2023), take_window(town, 2024))
        assert tuple(table.columns) == TIE_CHANGE_COLUMNS
        assert same(list_ties(table), TIES)
        assert table.loc[0, ["source_name", "target_name"]].tolist() == ["Birch", "Bank"]

    def test_ties_from_2022_to_2023(self, town):
        table = find_tie_changes(take_window(town, 2022), take_window(town, 2023))
        assert same(list_ties(table), TIES_AGAIN)

    def test_organisations_from_2023_to_2024(self, town):
        table = find_organisation_changes(take_window(town, 2023), take_window(town, 2024))
        assert tuple(table.columns) == ORGANISATION_CHANGE_COLUMNS
        assert table.index.name == "id"
        found = table.drop(columns=["name", "kind"]).reset_index()
        assert list(found.itertuples(index=False, name=None)) == ORGANISATIONS
        assert table.loc["N1", ["name", "kind"]].tolist() == ["Bank", "institution"]

    def test_by_signing_the_long_agreements_of_earlier_years_are_gone(self, town):
        looks = [take_window(town, year, active="signed") for year in (2023, 2024)]
        table = find_tie_changes(*looks)  # 2023: A2, A3, A8; 2024: A4, A5
        found = {(row.source, row.target): row.change for row in table.itertuples()}
        assert found == {
            ("E2", "N1"): "new",
            ("N1", "U1"): "new",
            ("E1", "E2"): "lost",
            ("E2", "U2"): "lost",
            ("E1", "U1"): "same",
            ("E2", "U1"): "same",
        }

    def test_disciplines_change_too(self, town):
        table = find_tie_changes(
            take_window(town, 2023), take_window(town, 2024), part="discipline"
        )
        assert table[["source_name", "target_name", "change"]].to_numpy().tolist() == [
            ["optics", "physics", "lost"]  # A2 alone was about both
        ]
        nodes = find_organisation_changes(
            take_window(town, 2022), take_window(town, 2024), part="discipline"
        )
        assert nodes["agreements_before"].tolist() == [1, 1]  # A1, A9
        assert sorted(nodes["agreements_after"]) == [1, 2]  # A4; A3, A9

    def test_shares_of_larger_agreements_weigh_less(self, town):
        table = find_tie_changes(
            take_window(town, 2023), take_window(town, 2024), weighting="newman"
        )
        found = table.set_index(["source", "target"])
        assert found.loc[("E1", "U1"), ["weight_before", "weight_after"]].tolist() == [1.5, 1]
        assert found.loc[("E2", "U1"), "change"] == "same"  # one of two others, each year

    def test_the_meta_says_what_was_compared(self, town):
        before, after = take_window(town, 2023), take_window(town, 2024)
        method = find_tie_changes(before, after).attrs["meta"]["method"]
        assert {change: method[change] for change in CHANGES} == {
            "new": 2,
            "lost": 1,
            "deepened": 0,
            "thinned": 1,
            "same": 2,
        }
        assert (method["before"]["window"], method["before"]["agreements"]) == ("2023", 5)
        assert (method["after"]["as_of"], method["after"]["undated"]) == ("2024-12-31", 1)
        method = find_organisation_changes(before, after).attrs["meta"]["method"]
        assert [method[status] for status in STATUSES] == [1, 1, 4]

    def test_agreements_too_large_to_pair_still_let_their_parties_stay(self):
        town = make_ecosystem(TOWN, as_of="2024-12-31", pair_limit=2)
        table = find_organisation_changes(take_window(town, 2023), take_window(town, 2024))
        assert table.loc["N1", ["status", "ties_after", "agreements_after"]].tolist() == [
            "entered",
            0,
            1,
        ]
        method = table.attrs["meta"]["method"]
        assert method["after"]["unpaired_agreements"] == 1


def test_nothing_to_compare_gives_empty_tables(town):
    looks = take_window(town, 1990), take_window(town, 1991)
    assert find_tie_changes(*looks).columns.tolist() == list(TIE_CHANGE_COLUMNS)
    assert len(find_tie_changes(*looks)) == len(find_organisation_changes(*looks)) == 0
    bare = make_ecosystem({"enterprises": "id,name\nE1,a\n"}, as_of="2024-12-31")
    assert len(find_tie_changes(bare, bare)) == len(find_organisation_changes(bare, bare)) == 0


def test_a_part_that_is_none_is_an_error(town):
    with pytest.raises(SettingsError, match="no part"):
        find_tie_changes(town, town, part="street")


def test_the_order_of_rows_does_not_matter(town):
    turned = {
        name: "\n".join([text.split("\n")[0], *reversed(text.strip().split("\n")[1:]), ""])
        for name, text in TOWN.items()
    }
    other = make_ecosystem(turned, as_of="2024-12-31")
    for find in (find_tie_changes, find_organisation_changes):
        one, two = (find(take_window(t, 2023), take_window(t, 2024)) for t in (town, other))
        pd.testing.assert_frame_equal(one, two)
        assert one.attrs == two.attrs


BEFORE = {
    "universities": "id,name\nU1,North\n",
    "enterprises": "id,name\nE1,Ash\nE2,Twin\nE3,Twin\nB,Old name\nE5,Gone\n",
    "agreements": "id,parties,amount\nA1,U1;E1,5\nA2,U1;E2,\nA3,U1;B,\nA4,U1;E5,\nA5,E1;B,7\n",
}
AFTER = {
    "universities": "id,name\nU1,North\n",
    "platforms": "id,name\nP1,Gone\n",
    "enterprises": "id,name\nF1,Ash\nF2,Twin\nB,New name\n",
    "agreements": "id,parties,amount\nX1,U1;F1,6\nX2,U1;F1,\nX3,U1;F2,\nX4,U1;B,\nX5,U1;P1,\n",
}


class TestTwoFolders:
    """The later folder numbers firms anew: E1 is F1, two are called Twin, B stays B by its id."""

    @pytest.fixture(scope="class")
    def looks(self):
        return make_ecosystem(BEFORE), make_ecosystem(AFTER)

    def test_ties_are_matched_by_id_and_by_a_name_of_its_own(self, looks):
        assert same(
            list_ties(find_tie_changes(*looks)),
            [
                ("F2", "U1", "new", 0, 1, 0, NAN),  # one of the Twins, nobody knows which
                ("P1", "U1", "new", 0, 1, 0, NAN),  # a platform is not the firm of its name
                ("B", "F1", "lost", 1, 0, 7, 0),
                ("E2", "U1", "lost", 1, 0, NAN, 0),
                ("E5", "U1", "lost", 1, 0, NAN, 0),
                ("F1", "U1", "deepened", 1, 2, 5, 6),
                ("B", "U1", "same", 1, 1, NAN, NAN),
            ],
        )

    def test_organisations_add_up(self, looks):
        table = find_organisation_changes(*looks)
        ways = {status: sorted(table.index[table["status"] == status]) for status in STATUSES}
        assert ways == {
            "entered": ["F2", "P1"],
            "left": ["E2", "E5"],  # E3 never signed
            "stayed": ["B", "F1", "U1"],
        }
        assert table.loc["B", "name"] == "New name"
        assert table.loc["U1", ["ties_before", "new", "lost", "ties_after"]].tolist() == [
            4,
            2,
            2,
            4,
        ]
        assert (table["ties_before"] + table["new"] - table["lost"] == table["ties_after"]).all()
        assert table.attrs["meta"]["method"]["nodes"] == {"id": 2, "name": 1, "renamed": 1}

    def test_a_folder_against_itself_has_no_change(self, looks):
        assert set(find_tie_changes(looks[0], looks[0])["change"]) == {"same"}
        assert set(find_organisation_changes(looks[1], looks[1])["status"]) == {"stayed"}

    def test_a_new_id_may_turn_the_ends_of_a_tie(self):
        folders = [
            {
                "enterprises": f"id,name\nM,Middle\n{key},Other\n",
                "agreements": f"id,parties\nX1,M;{key}\n",
            }
            for key in ("A", "Z")
        ]
        table = find_tie_changes(*map(make_ecosystem, folders))
        assert same(list_ties(table), [("M", "Z", "same", 1, 1, NAN, NAN)])

    def test_the_earlier_is_looked_at_under_the_settings_of_the_later(self, town):
        later = make_ecosystem(TOWN, as_of="2024-12-31", weighting="newman")
        table = find_tie_changes(take_window(town, 2023), take_window(later, 2024))
        found = table.set_index(["source", "target"])
        assert found.loc[("E1", "U1"), ["weight_before", "weight_after"]].tolist() == [1.5, 1]
        meta = table.attrs["meta"]
        assert meta["settings"]["weighting"] == meta["method"]["weighting"] == "newman"
        assert meta["method"]["before"]["as_of"] == "2023-12-31"


@st.composite
def draw_rows(draw):
    """Agreements of up to four of seven parties, dated or not, ended or not, planned or not."""
    rows = []
    for n in range(draw(st.integers(0, 12))):
        year = draw(st.none() | st.integers(2020, 2024))
        ends = draw(st.none() | st.integers(year, 2026)) if year else None
        parties = draw(st.sets(st.integers(0, 6), min_size=1, max_size=4))
        status = draw(st.sampled_from(["signed", "signed", "ended", "planned"]))
        rows.append((f"A{n}", year, ends, frozenset(f"E{p}" for p in parties), status))
    return rows


def count_shared(rows, year, *, running) -> dict[frozenset[str], int]:
    """Count shared agreements of pairs row by row, apart from the program's own way."""
    shared: dict[frozenset[str], int] = {}
    for _, signed, ends, parties, status in rows:
        last = min(ends, 2024) if running and ends else signed
        if signed and status != "planned" and signed <= year <= last:
            for pair in itertools.combinations(sorted(parties), 2):
                shared[frozenset(pair)] = shared.get(frozenset(pair), 0) + 1
    return shared


def name_change(was: int, now: int) -> str:
    if not was or not now:
        return "lost" if was else "new"
    return "same" if was == now else "deepened" if now > was else "thinned"


@settings(max_examples=15)
@given(rows=draw_rows(), years=st.tuples(*[st.integers(2020, 2024)] * 2), running=st.booleans())
def test_old_and_new_without_lost_are_now_for_every_organisation(rows, years, running):
    cells = [
        (key, year or "", ends or "", ";".join(sorted(parties)), status)
        for key, year, ends, parties, status in rows
    ]
    tables = {
        "enterprises": list_rows("id,name", ((f"E{n}", f"firm {n}") for n in range(7))),
        "agreements": list_rows("id,date,ends,parties,status", cells),
    }
    whole = make_ecosystem(tables, as_of="2024-12-31")
    active = "running" if running else "signed"
    looks = [take_window(whole, year, active=active) for year in years]
    ties, nodes = find_tie_changes(*looks), find_organisation_changes(*looks)
    assert (nodes["ties_before"] + nodes["new"] - nodes["lost"] == nodes["ties_after"]).all()
    before, after = (count_shared(rows, year, running=running) for year in years)
    found = {frozenset((row.source, row.target)): row for row in ties.itertuples()}
    assert set(found) == set(before) | set(after)
    for pair, row in found.items():
        was, now = before.get(pair, 0), after.get(pair, 0)
        assert (row.weight_before, row.weight_after) == (was, now)
        assert row.change == name_change(was, now)
    for key, row in nodes.iterrows():
        assert row["ties_before"] == sum(key in pair for pair in before)
        assert row["ties_after"] == sum(key in pair for pair in after)
        assert row["new"] == sum(key in pair for pair in set(after) - set(before))
        assert row["weight_after"] - row["weight_before"] == sum(
            after.get(pair, 0) - before.get(pair, 0) for pair in found if key in pair
        )


def add_up(whole, years) -> int:
    """Check the identity for every organisation between years that follow each other."""
    checked = 0
    for active, (first, second) in itertools.product(
        ("running", "signed"), itertools.pairwise(years)
    ):
        looks = [take_window(whole, year, active=active) for year in (first, second)]
        nodes, ties = find_organisation_changes(*looks), find_tie_changes(*looks)
        wrong = nodes["ties_before"] + nodes["new"] - nodes["lost"] != nodes["ties_after"]
        assert not wrong.any()
        for when, look in zip(("before", "after"), looks, strict=True):
            assert nodes[f"weight_{when}"].sum() == 2 * ties[f"weight_{when}"].sum()
            edges = look.link("party")
            edges = edges[edges["source"].isin(look.counted)]
            parties = set(edges["target"]) & set(look.name_nodes(*ORGANISATION_KINDS).index)
            assert set(nodes.index[nodes[f"agreements_{when}"] > 0]) == parties
        checked += len(nodes)
    return checked


def test_the_example_city_adds_up():
    assert add_up(load(EXAMPLE), (2022, 2023, 2024)) > 500


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("register", "folder", "years"),
    [
        ("h2020", "h2020-2016", range(2014, 2018)),
        ("norway-h2020", "norway-h2020", range(2014, 2023)),
    ],
)
def test_public_registers_add_up(register, folder, years, tmp_path):
    real = os.environ.get("ECOGRAPH_REAL_DATA")
    if real is None:
        pytest.skip("ECOGRAPH_REAL_DATA is not set: the public registers are not here")
    save_tables(convert(register, Path(real) / folder), tmp_path / "data")
    assert add_up(load(tmp_path / "data"), years) > 5000
