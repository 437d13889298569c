"""What is gathered, and what is left of it for some firms, agreements or years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from builders import make_ecosystem

from ecograph.analysis.cooperation import Cooperation, gather_cooperation, recall

if TYPE_CHECKING:
    from ecograph.ecosystem import Ecosystem

TOWN = {
    "universities": "id,name\nU1,a\nU2,b\n",
    "enterprises": "id,name,industry\nE1,a,I1\nE2,b,I2\nE3,c,I1;I2\n",
    "institutions": "id,name\nN1,Bank\n",
    "agreements": """\
id,date,parties,disciplines
A1,2022-05-01,E2;E1;U1,D1
A2,2023,E3;U1,D1;D2
A3,2023-01-31,U2;N1,D2
A4,,E2;U2,
A5,2023-12,E2;E3;U2,
""",
    "events": "id,name,date\nV1,a,2022-11\nV2,b,2023-02-03\nV3,c,\n",
}


@pytest.fixture(scope="module")
def whole() -> Cooperation:
    return gather_cooperation(make_ecosystem(TOWN, as_of="2024-01-01"))


def find(facts: Cooperation, *keys: str) -> list[int]:
    return facts.ecosystem.keys.get_indexer(keys).tolist()


def name_ties(facts: Cooperation) -> dict[str, int]:
    ties = facts.ties["agreements"]
    return {"-".join(facts.ecosystem.keys[list(pair)]): int(n) for pair, n in ties.items()}


def test_an_agreement_moves_with_its_first_firm_and_else_alone(whole: Cooperation) -> None:
    assert whole.units.tolist() == [0, 2, 3, 1, 1]  # E1, E3, nobody, E2, E2
    assert whole.find_units(np.array(find(whole, "A4", "A1"))).tolist() == [1, 0]


def test_restricting_keeps_the_ties_of_the_firms_that_are_meant(whole: Cooperation) -> None:
    part = whole.restrict(np.array(find(whole, "E2")), np.array(find(whole, "A1", "A4", "A5")))
    assert name_ties(part) == {"E2-U1": 1, "E2-U2": 2}
    assert part.partners.tolist() == find(whole, "U1", "U2")
    assert part.units.tolist() == [0, 0, 0]
    assert set(part.topics["agreement"]) == set(find(whole, "A1"))
    assert len(part.history) == 3


def test_restricting_to_everything_changes_nothing(whole: Cooperation) -> None:
    same = whole.restrict(whole.firms, whole.agreements.index.to_numpy())
    for part in ("agreements", "parties", "links", "topics", "history", "shared", "ties", "events"):
        pd.testing.assert_frame_equal(getattr(same, part), getattr(whole, part))
    assert (same.units == whole.units).all()


def test_restricting_to_nothing_leaves_nothing(whole: Cooperation) -> None:
    none = whole.restrict(np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    assert (len(none.firms), len(none.ties), len(none.partners), len(none.units)) == (0, 0, 0, 0)


def test_only_links_of_an_industry_can_be_kept(whole: Cooperation) -> None:
    (industry,) = find(whole, "I1")
    part = whole.restrict(whole.firms, whole.agreements.index.to_numpy(), industry=industry)
    assert part.links["agreement"].tolist() == find(whole, "A1", "A2", "A5")  # of E1, E3, E3
    assert len(part.agreements) == 5


def test_a_year_has_what_certainly_began_in_it_and_the_history_before(whole: Cooperation) -> None:
    year = whole.restrict_to_year(2022)
    assert year.agreements.index.tolist() == find(whole, "A1")
    assert len(year.firms) == 3
    assert len(year.events) == 1
    assert year.since == pd.Timestamp("2021-12-31")
    assert set(year.history["agreement"]) == set(find(whole, "A1", "A4"))  # A4 may be earlier
    assert len(whole.restrict_to_year(2023).history) == 5


def test_what_is_true_of_all_parts_is_asked_once(whole: Cooperation) -> None:
    asked = []

    def answer(ecosystem: Ecosystem) -> int:
        asked.append(ecosystem)
        return 7

    assert [recall(whole.ecosystem, answer) for _ in range(2)] == [7, 7]
    assert len(asked) == 1
