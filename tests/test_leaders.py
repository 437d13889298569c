"""How sure the ranking of organisations is."""

from __future__ import annotations

import itertools
import json

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from builders import list_rows, make_ecosystem

from ecograph.analysis.centrality import rank
from ecograph.analysis.leaders import LEADER_COLUMNS, LEAST_AGREEMENTS, MEASURES, find_leaders
from ecograph.errors import SettingsError
from ecograph.progress import listen
from ecograph.projection import project_ties


def sign(agreements, size=None):
    """Write tables of firms 0, 1, ... and of agreements, each given by its parties."""
    size = size or 1 + max(itertools.chain(*agreements), default=0)
    signed = (
        (f"A{n:04}", ";".join(f"N{firm:03}" for firm in parties))
        for n, parties in enumerate(agreements)
    )
    return {
        "enterprises": list_rows("id,name", ((f"N{n:03}", f"firm {n}") for n in range(size))),
        "agreements": list_rows("id,parties", signed),
    }


def draw_agreements(activity, count, seed, sizes=(2,)):
    """Draw the parties of agreements one after another, by activity, none twice."""
    draws = np.random.default_rng(seed)
    waits = draws.exponential(size=(count, len(activity))) / activity
    first = np.argsort(waits, axis=1)
    return [first[n, : draws.choice(sizes)].tolist() for n in range(count)]


def judge(table, measure="strength"):
    return table.attrs["meta"]["method"]["tops"][measure]


STAR = [(0, leaf) for leaf in range(1, 13)]
"""Firm 0 signs with each of twelve others once: it is in every agreement, they are alike."""


@pytest.mark.parametrize("measure", MEASURES)
def test_the_centre_of_a_star_is_surely_first_and_its_leaves_are_all_alike(measure: str) -> None:
    table = find_leaders(make_ecosystem(sign(STAR, 14)), measures=[measure], draws=40, top=1)
    assert tuple(table.columns) == LEADER_COLUMNS
    assert table.index.tolist() == [f"N{n:03}" for n in range(13)]  # the last firm has no ties
    assert table.index.name == "id"
    assert table["rank"].tolist() == [1] + [7.5] * 12
    assert table["rank_low"].tolist() == [1] + [2] * 12
    assert table["rank_high"].tolist() == [1] + [13] * 12
    assert table["top_share"].tolist() == [1] + [0] * 12
    assert table.attrs["meta"]["method"]["without_ties"] == 1
    judged = judge(table, measure)
    assert judged["boundaries"] == [{"rank": 1, "ahead": 1.0, "apart": True}]
    if measure == "betweenness":  # nobody else lies between others: there is no top to judge
        assert (judged["verdict"], judged["overlap"]) == ("not_enough_data", None)
    else:
        assert (judged["verdict"], judged["overlap"]) == ("stable", 1.0)


def test_the_top_of_a_star_is_stable_if_it_has_one_place_and_not_if_it_has_two() -> None:
    ecosystem = make_ecosystem(sign(STAR))
    one, two = (judge(find_leaders(ecosystem, measures=["strength"], top=top)) for top in (1, 2))
    assert (one["verdict"], one["overlap"], one["kappa"]) == ("stable", 1.0, 1.0)
    assert one["by_chance"] == pytest.approx(1 / 13)
    # The second place is a twelfth of each leaf's, whoever holds it in a draw.
    assert two["overlap"] == pytest.approx((1 + 1 / 12) / 2)
    assert two["by_chance"] == pytest.approx(2 / 13)
    assert two["kappa"] == pytest.approx((13 / 24 - 2 / 13) / (11 / 13))
    assert two["verdict"] == "unstable"
    assert [boundary["apart"] for boundary in two["boundaries"]] == [True, False]


def test_three_who_always_sign_together_share_rank_and_places_in_every_draw() -> None:
    table = find_leaders(make_ecosystem(sign([(0, 1, 2)] * 12)), top=2)
    for _, found in table.groupby("measure"):
        assert found["rank"].tolist() == [2, 2, 2]
        assert found["rank_low"].tolist() == [1, 1, 1]
        assert found["rank_high"].tolist() == [3, 3, 3]
        assert found["top_share"].tolist() == pytest.approx([2 / 3] * 3)
    judged = judge(table)
    assert judged["overlap"] == pytest.approx(2 / 3)  # as by chance
    assert judged["kappa"] == pytest.approx(0)
    assert judged["boundaries"] == [
        {"rank": 1, "ahead": 0.5, "apart": False},
        {"rank": 2, "ahead": 0.5, "apart": False},
    ]


def count_around(values):
    """Count, of each value, how many are higher, and how many are as high, itself included."""
    higher = [sum(other > value + 1e-9 for other in values) for value in values]
    equal = [sum(abs(other - value) <= 1e-9 for other in values) for value in values]
    return np.array(higher), np.array(equal)


def measure_graph(agreements, times, weighting):
    """Tie who signed together, pair by pair, and measure with networkx."""
    graph = nx.Graph()
    graph.add_nodes_from(range(1 + max(itertools.chain(*agreements))))
    for parties, repeated in zip(agreements, times, strict=True):
        each = repeated if weighting == "count" else repeated / max(len(parties) - 1, 1)
        for a, b in itertools.combinations(parties, 2):
            if repeated:
                weight = graph.get_edge_data(a, b, {"weight": 0})["weight"] + each
                graph.add_edge(a, b, weight=weight)
    measured = {
        "strength": dict(graph.degree(weight="weight")),
        "degree": dict(graph.degree),
        "pagerank": nx.pagerank(graph, tol=1e-14, max_iter=1000),
        "betweenness": nx.betweenness_centrality(graph),
        "harmonic_closeness": nx.harmonic_centrality(graph),
    }
    tied = np.array([degree > 0 for _, degree in graph.degree])
    return {name: np.array(list(value.values())) * tied for name, value in measured.items()}


def take_seats(values, top):
    """Fill the top place by place; the last places go to those who are equal in equal shares."""
    higher, equal = count_around(values)
    left = np.minimum(np.maximum(top - higher, 0), equal)
    return np.where(values > 0, left / equal, 0)


@pytest.mark.parametrize("weighting", ["count", "newman"])
def test_every_figure_is_that_of_loops_over_the_same_draws(weighting: str) -> None:
    activity = 1.3 ** -np.arange(9.0)
    agreements = [*draw_agreements(activity, 16, seed=3, sizes=(2, 3, 4)), [2], [5]]
    draws, top, order = 39, 3, 2  # of 39 sorted draws, the 2nd from either end: 40 x 0.05
    ecosystem = make_ecosystem(sign(agreements), weighting=weighting, seed=11, ci_level=0.9)
    table = find_leaders(ecosystem, measures=tuple(MEASURES), draws=draws, top=top)
    random = np.random.default_rng(11)
    chances = np.full(len(agreements), 1 / len(agreements))
    repeated = [random.multinomial(len(agreements), chances) for _ in range(draws)]
    observed = measure_graph(agreements, np.ones(len(agreements)), weighting)
    drawn = [measure_graph(agreements, times, weighting) for times in repeated]
    for name in MEASURES:
        found = table[table["measure"] == name].sort_index()
        around = [count_around(measured[name]) for measured in drawn]
        best = np.sort([higher + 1 for higher, _ in around], axis=0)
        worst = np.sort([higher + equal for higher, equal in around], axis=0)
        assert found["rank_low"].tolist() == best[order - 1].tolist()
        assert found["rank_high"].tolist() == worst[draws - order].tolist()
        higher, equal = count_around(observed[name])
        assert found["rank"].tolist() == (higher + (equal + 1) / 2).tolist()
        assert found["value"].to_numpy() == pytest.approx(observed[name])
        seats = np.array([take_seats(measured[name], top) for measured in drawn])
        assert found["top_share"].to_numpy() == pytest.approx(seats.mean(axis=0))
        holders = take_seats(observed[name], top)
        kept = (seats * holders).sum(axis=1) / holders.sum()
        assert judge(table, name)["overlap"] == pytest.approx(kept.mean())
        leaders = np.lexsort((range(9), higher))
        for place, boundary in enumerate(judge(table, name)["boundaries"]):
            one, other = leaders[place], leaders[place + 1]
            gaps = np.array([measured[name][one] - measured[name][other] for measured in drawn])
            gaps[np.abs(gaps) <= 1e-9] = 0
            assert boundary["ahead"] == pytest.approx((np.sign(gaps).mean() + 1) / 2)
            apart = np.sort(gaps)[order - 1] > 0 and higher[one] < higher[other]
            assert boundary["apart"] == apart


def test_places_of_the_top_are_given_out_to_the_last() -> None:
    activity = 1.2 ** -np.arange(30.0)
    table = find_leaders(make_ecosystem(sign(draw_agreements(activity, 60, seed=1))), top=10)
    shares = table.groupby("measure")["top_share"].sum()
    assert shares.to_numpy() == pytest.approx([10, 10, 10])


def test_values_are_those_of_the_ranking_of_all() -> None:
    ecosystem = make_ecosystem(sign(draw_agreements(np.ones(12), 9, seed=2, sizes=(2, 4)), 15))
    ranking = rank(ecosystem)
    table = find_leaders(ecosystem, measures=tuple(MEASURES))
    for name, found in table.groupby("measure"):
        pd.testing.assert_series_equal(
            found["value"], ranking.loc[found.index, name].astype(float), check_names=False
        )


def cover_ranks(activity, agreements, seed):
    """Say of each firm with ties whether its interval holds its true rank among them."""
    table = find_leaders(make_ecosystem(sign(agreements), seed=seed), measures=["strength"])
    table = table.sort_index()
    firms = [int(key[1:]) for key in table.index]
    higher, equal = count_around(activity[firms])
    true = higher + (equal + 1) / 2
    return (table["rank_low"] <= true) & (true <= table["rank_high"])


# Intervals allow any order of equals, so they cover more than their level: of 1,200 intervals of
# 100 simulations, 99%. What is asked is the level, less two standard errors of these 20.
def test_true_ranks_of_planted_activity_are_covered_at_the_level() -> None:
    activity = 1.3 ** -np.arange(12.0)
    covered = [
        cover_ranks(activity, draw_agreements(activity, 60, seed), seed + 1).mean()
        for seed in range(20)
    ]
    assert np.mean(covered) >= 0.95 - 2 * np.std(covered, ddof=1) / np.sqrt(len(covered))


def test_the_true_rank_of_equals_is_covered_at_the_level() -> None:
    activity = np.ones(25)
    covered = [
        cover_ranks(activity, draw_agreements(activity, 80, seed), seed + 1).mean()
        for seed in range(12)
    ]
    assert np.mean(covered) >= 0.95 - 2 * np.std(covered, ddof=1) / np.sqrt(len(covered))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_clear_differences_give_narrow_intervals_and_a_stable_top(seed: int) -> None:
    """Four firms sign twice as often as the next each, and forty hardly ever."""
    activity = np.array([64.0, 32, 16, 8, *[0.05] * 40])
    ecosystem = make_ecosystem(sign(draw_agreements(activity, 1000, seed)), seed=seed)
    table = find_leaders(ecosystem, measures=["strength"], top=4)
    assert table.index[:4].tolist() == ["N000", "N001", "N002", "N003"]
    assert table["top_share"].tolist()[:4] == [1, 1, 1, 1]
    assert table["rank_low"].tolist()[:4] == [1, 2, 3, 4]
    assert table["rank_high"].tolist()[:4] == [1, 2, 3, 4]
    assert table["rank_high"].max() - table["rank_low"].iloc[4:].min() > 20  # the rest are alike
    assert judge(table)["verdict"] == "stable"
    assert [boundary["apart"] for boundary in judge(table)["boundaries"]] == [True] * 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_activity_gives_wide_intervals_and_an_unstable_top(seed: int) -> None:
    ecosystem = make_ecosystem(sign(draw_agreements(np.ones(40), 100, seed)), seed=seed)
    table = find_leaders(ecosystem)
    for name, found in table.groupby("measure"):
        assert (found["rank_high"] - found["rank_low"]).mean() > 20
        assert found["rank_low"].iloc[:20].max() < found["rank_high"].iloc[:20].min()
        assert judge(table, name)["verdict"] == "unstable"
        assert not any(boundary["apart"] for boundary in judge(table, name)["boundaries"])


def test_the_seed_of_the_settings_decides_the_draws() -> None:
    tables = sign(draw_agreements(np.ones(15), 40, seed=4))
    one, again, other = (find_leaders(make_ecosystem(tables, seed=seed)) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert one.attrs == again.attrs
    pd.testing.assert_series_equal(one["rank"], other["rank"].reindex_like(one["rank"]))
    assert one["top_share"].tolist() != other["top_share"].tolist()


def test_the_order_of_rows_does_not_matter() -> None:
    tables = sign(draw_agreements(np.ones(15), 40, seed=4, sizes=(2, 3)))
    turned = {}
    for name, text in tables.items():
        header, *rows = text.splitlines()
        turned[name] = "\n".join([header, *reversed(rows), ""])
    turned["agreements"] = turned["agreements"].replace("N001;N002", "N002;N001")
    one, other = (find_leaders(make_ecosystem(given)) for given in (tables, turned))
    pd.testing.assert_frame_equal(one, other)
    assert one.attrs == other.attrs


def test_what_was_projected_stays_as_it_was() -> None:
    ecosystem = make_ecosystem(sign(STAR))
    network = project_ties(ecosystem)
    before = network.adjacency.toarray(), network.memberships.incidence.toarray()
    find_leaders(ecosystem)
    assert np.array_equal(network.adjacency.toarray(), before[0])
    assert np.array_equal(network.memberships.incidence.toarray(), before[1])


def test_agreements_of_one_tie_nobody_and_are_not_counted_as_data() -> None:
    few = [*STAR[: LEAST_AGREEMENTS - 1], *[(0,)] * 20]
    table = find_leaders(make_ecosystem(sign(few)))
    assert table["rank"].tolist()[:2] == [1, 6]  # nine leaves share ranks 2 to 10
    assert table[["rank_low", "rank_high", "top_share"]].isna().all(axis=None)
    assert table.attrs["meta"]["method"]["agreements"] == LEAST_AGREEMENTS - 1
    assert judge(table) == {
        "verdict": "not_enough_data",
        "overlap": None,
        "by_chance": None,
        "kappa": None,
        "boundaries": [],
    }
    enough = find_leaders(make_ecosystem(sign(STAR[:LEAST_AGREEMENTS])))
    assert enough["rank_low"].notna().all()


@pytest.mark.parametrize("measure", MEASURES)
def test_a_draw_of_agreements_that_tie_nobody_can_be_measured(measure: str) -> None:
    assert np.isfinite(MEASURES[measure](sp.csr_array((4, 4)))).all()


@pytest.mark.parametrize("agreements", [[], [(0, 1)]])
def test_nothing_is_said_of_no_agreement_or_one(agreements: list[tuple[int, ...]]) -> None:
    table = find_leaders(make_ecosystem(sign(agreements, 3)))
    assert tuple(table.columns) == LEADER_COLUMNS
    assert len(table) == 2 * 3 * len(agreements)
    assert table["rank"].tolist() == [1.5] * len(table)
    assert table["rank_low"].isna().all()
    assert {found["verdict"] for found in table.attrs["meta"]["method"]["tops"].values()} == {
        "not_enough_data"
    }


def test_an_ecosystem_of_universities_alone_has_no_leaders() -> None:
    assert find_leaders(make_ecosystem({"universities": "id,name\nU1,a\n"})).empty


def test_another_part_and_level_are_taken_as_asked() -> None:
    tables = sign(draw_agreements(np.ones(15), 40, seed=4))
    assert find_leaders(make_ecosystem(tables), "university").empty
    wide, narrow = (find_leaders(make_ecosystem(tables, ci_level=at)) for at in (0.99, 0.5))
    width = [(table["rank_high"] - table["rank_low"]).sum() for table in (wide, narrow)]
    assert width[0] > width[1]


def test_the_result_says_what_was_done() -> None:
    meta = find_leaders(make_ecosystem(sign(STAR)), draws=50, top=3).attrs["meta"]
    assert meta["result"] == "leaders"
    assert (meta["method"]["draws"], meta["method"]["top"], meta["method"]["agreements"]) == (
        50,
        3,
        12,
    )
    json.dumps(meta, allow_nan=False)


def test_a_listener_hears_of_draws_only() -> None:
    heard = []
    ecosystem = make_ecosystem(sign(STAR))
    with listen(lambda *told: heard.append(told)):
        find_leaders(ecosystem, measures=["strength", "betweenness"], draws=40)
    draws = [done for done, total, unit in heard if (total, unit) == (40, "draws")]
    assert draws == list(range(41))
    assert [unit for *_, unit in heard][-41:] == ["draws"] * 41


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"measures": ["size"]}, 'There is no measure "size"; choose of: strength, degree'),
        ({"measures": []}, "No measure is named; choose of"),
        ({"top": 0}, "top is 0; give at least 1"),
        ({"draws": 38}, "draws is 38; a level of 0.95 needs at least 39"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        find_leaders(make_ecosystem(sign(STAR)), **asked)


def test_the_fewest_draws_of_a_level_are_enough() -> None:
    table = find_leaders(make_ecosystem(sign(STAR)), draws=39)
    assert table["rank_low"].notna().all()
