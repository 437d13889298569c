"""Backbones against brute force, binomial laws, another package's published values and draws."""

from __future__ import annotations

import itertools
import math

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from ecograph.statistics.backbone import (
    SharedTests,
    compare_shared,
    compute_tails,
    filter_disparity,
)
from ecograph.statistics.bipartite import fit_configuration
from ecograph.statistics.rates import control_discoveries

TABLES = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))


def make_matrix(nodes: int, ties: dict[tuple[int, int], float]) -> sp.csr_array:
    matrix = np.zeros((nodes, nodes))
    for (i, j), weight in ties.items():
        matrix[i, j] = matrix[j, i] = weight
    return sp.csr_array(matrix)


def compare(table: np.ndarray, **options: float) -> SharedTests:
    return compare_shared(sp.csr_array(table.astype(int)), **options)


def fit(table: np.ndarray) -> np.ndarray:
    return fit_configuration(table.sum(axis=1), table.sum(axis=0)).expand()


def add_up(chances: np.ndarray) -> np.ndarray:
    """Add one event after the other: sums of positive numbers, so right in the tails too."""
    law = np.ones(1)
    for chance in chances:
        law = np.convolve(law, [1 - chance, chance])
    return law


def read_davis() -> tuple[np.ndarray, list[str]]:
    """Read which of 14 events saw which of 18 women of Natchez (Davis et al. 1941)."""
    graph = nx.davis_southern_women_graph()
    women = graph.graph["top"]
    table = nx.bipartite.biadjacency_matrix(graph, women, graph.graph["bottom"]).toarray()
    return table.T > 0, [name.split()[0].upper() for name in women]


def make_couples(couples: int, times: int) -> np.ndarray:
    """Make a table of couples that sign each agreement together, as many times each."""
    return np.repeat(np.kron(np.eye(couples), np.ones((1, 2))), times, axis=0)


# Disparity filter


def test_a_star_by_hand() -> None:
    """Of 10 = 8 + 1 + 1 in 3 ties: (1 - 8/10)^2 and (1 - 1/10)^2; leaves have no other tie."""
    found = filter_disparity(make_matrix(4, {(0, 1): 8, (0, 2): 1, (0, 3): 1}))
    assert found.source.tolist() == [0, 0, 0]
    assert found.target.tolist() == [1, 2, 3]
    assert found.p_source == pytest.approx([0.04, 0.81, 0.81])
    assert np.isnan(found.p_target).all()
    assert found.p == pytest.approx([0.04, 0.81, 0.81])
    assert found.expected == pytest.approx([10 / 3] * 3)


def test_a_triangle_by_hand() -> None:
    """Strengths 4, 4, 2, two ties each: 1 - w/s at each end, and the smaller of the two."""
    found = filter_disparity(make_matrix(3, {(0, 1): 3, (0, 2): 1, (1, 2): 1}))
    assert found.p_source == pytest.approx([0.25, 0.75, 0.75])
    assert found.p_target == pytest.approx([0.25, 0.5, 0.5])
    assert found.p == pytest.approx([0.25, 0.5, 0.5])
    assert found.expected == pytest.approx([2, 1, 1])
    assert found.weight.tolist() == [3, 1, 1]


def test_a_tie_whose_ends_have_no_other_is_not_judged() -> None:
    found = filter_disparity(make_matrix(4, {(1, 3): 7}))
    assert (found.source.tolist(), found.target.tolist()) == ([1], [3])
    assert np.isnan(found.p).all()
    assert found.expected.tolist() == [7]


def test_two_hubs_of_different_scale_keep_their_own_ties() -> None:
    """The example of the R package backbone, whose backbone at 0.05 is a tree.

    zpneal/backbone, inst/tinytest/test_backbone.R: "Multiscale weighted matrix".
    """
    ties = {(0, n): 10 for n in range(1, 5)} | {(5, n): 100 for n in range(6, 10)} | {(0, 5): 75}
    ties |= dict.fromkeys(itertools.combinations(range(1, 5), 2), 1)
    ties |= dict.fromkeys(itertools.combinations(range(6, 10), 2), 10)
    found = filter_disparity(make_matrix(10, ties))
    assert len(found.p) == 21
    kept = found.p < 0.05
    tree = nx.Graph(zip(found.source[kept].tolist(), found.target[kept].tolist(), strict=True))
    assert nx.is_tree(tree)
    assert tree.number_of_nodes() == 10


def test_loops_over_a_graph_give_the_same() -> None:
    graph = nx.gnm_random_graph(40, 90, seed=3)
    for i, j in graph.edges:
        graph.edges[i, j]["weight"] = float(1 + (7 * i + 3 * j) % 11)
    found = filter_disparity(nx.to_scipy_sparse_array(graph, format="csr"))
    assert len(found.p) == 90
    for i, j, p in zip(found.source.tolist(), found.target.tolist(), found.p, strict=True):
        assert i < j
        share = [graph.edges[i, j]["weight"] / graph.degree(n, weight="weight") for n in (i, j)]
        each = [(1 - w) ** (graph.degree(n) - 1) for n, w in zip((i, j), share, strict=True)]
        judged = [a for n, a in zip((i, j), each, strict=True) if graph.degree(n) > 1]
        assert (np.isnan(p) and not judged) or p == pytest.approx(min(judged))


def test_shares_of_an_even_deal_have_uniform_p_values() -> None:
    """Strength cut at random: Dirichlet shares of a hub with six ties (Serrano et al. 2009)."""
    shares = np.random.default_rng(4).dirichlet(np.ones(6), 600)
    p = [filter_disparity(make_matrix(7, {(0, 1): s[0], **_rest(s)})).p_source[0] for s in shares]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def _rest(shares: np.ndarray) -> dict[tuple[int, int], float]:
    return {(0, n): float(shares[n - 1]) for n in range(2, 7)}


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.01, 1000))
def test_the_unit_of_weights_does_not_matter(seed: int, unit: float) -> None:
    matrix = sp.random_array((8, 8), density=0.5, format="csr", rng=seed)
    matrix = sp.csr_array(matrix + matrix.T)
    once, again = filter_disparity(matrix), filter_disparity(matrix * unit)
    assert again.p == pytest.approx(once.p, nan_ok=True)
    assert again.expected == pytest.approx(once.expected * unit)


def test_loops_zeros_and_isolates_are_no_ties() -> None:
    matrix = make_matrix(5, {(0, 1): 8, (0, 2): 1, (0, 3): 1})
    odd = sp.csr_array(matrix + make_matrix(5, {(0, 0): 5, (4, 4): 3, (1, 2): 9}))
    odd.data[odd.data == 9] = 0  # stays in the matrix
    before = odd.toarray()
    found = filter_disparity(odd)
    assert found.p == pytest.approx([0.04, 0.81, 0.81])
    assert (odd.toarray() == before).all()


@pytest.mark.parametrize("nodes", [0, 1, 3])
def test_no_ties_no_tests(nodes: int) -> None:
    assert all(len(part) == 0 for part in filter_disparity(sp.csr_array((nodes, nodes))))


# Tails


def test_tails_are_those_of_the_binomial_law_however_far_out() -> None:
    count = np.array([0, 1, 40, 200, 900, 1000])
    few, many = compute_tails(np.array([600, 400]), np.full((2, 6), 0.04), count)
    law = stats.binom(1000, 0.04)
    assert many == pytest.approx(law.sf(count - 1), rel=1e-9, abs=0)
    assert few == pytest.approx(law.cdf(count), rel=1e-9, abs=0)
    assert many[3] < 1e-70
    assert few[0] == pytest.approx(0.96**1000, rel=1e-10, abs=0)


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=25), st.data())
def test_tails_are_those_of_adding_up_one_event_after_the_other(
    chances: list[float], data: st.DataObject
) -> None:
    each = np.array(chances)
    sure, possible = int((each == 1).sum()), int((each > 0).sum())
    count = data.draw(st.integers(sure, possible))
    members = np.ones(len(each), dtype=int)
    few, many = compute_tails(members, each[:, np.newaxis], np.array([count]))
    law = add_up(each)
    assert few[0] == pytest.approx(law[: count + 1].sum(), rel=1e-8, abs=1e-200)
    assert many[0] == pytest.approx(law[count:].sum(), rel=1e-8, abs=1e-200)


def test_many_laws_at_once_are_as_one_by_one() -> None:
    """More than are held in memory at once, with counts out of order."""
    random = np.random.default_rng(5)
    members, chance = np.array([30, 12, 5]), random.random((3, 2500))
    count = random.integers(0, 48, 2500)
    few, many = compute_tails(members, chance, count)
    for n in range(0, 2500, 97):
        law = add_up(np.repeat(chance[:, n], members))
        assert few[n] == pytest.approx(law[: count[n] + 1].sum(), rel=1e-9, abs=0)
        assert many[n] == pytest.approx(law[count[n] :].sum(), rel=1e-9, abs=0)
    assert [len(part) for part in compute_tails(members, chance[:, :0], count[:0])] == [0, 0]


def test_draws_from_the_model_have_uniform_p_values() -> None:
    """Nine pairs of women without a common one in each of 150 tables: randomised, then plain."""
    table, _ = read_davis()
    chance, random = fit(table), np.random.default_rng(6)
    drawn = random.random((150, *chance.shape)) < chance
    shared = (drawn[:, :, ::2] & drawn[:, :, 1::2]).sum(axis=1)
    both = np.tile(chance[:, ::2] * chance[:, 1::2], 150)
    few, many = compute_tails(np.ones(14, dtype=int), both, shared.ravel())
    point = few + many - 1
    for tail in (few, many):
        randomised = tail - random.random(tail.size) * point
        assert stats.kstest(randomised, "uniform").pvalue > 0.01
        for level in (0.01, 0.05, 0.2, 0.5):
            error = 3 * math.sqrt(level * (1 - level) / tail.size)
            assert (tail <= level).mean() <= level + error


# Shared agreements


def test_couples_by_hand() -> None:
    """Five couples, twenty agreements each: all chances are 1/5, so laws are of 100 of 1/25."""
    tests = compare(make_couples(5, 20))
    law = stats.binom(100, 0.04)
    table = tests.table
    assert (tests.pairs, tests.testable_few, tests.testable_many) == (45, 45, 45)
    assert tests.unlisted == 0
    assert table["expected"].to_numpy() == pytest.approx(np.full(45, 4.0))
    assert tests.expected == pytest.approx(45 * 4)  # where 100 are shared: agreements are small
    tied = table["shared"] == 20
    assert table.loc[tied, ["source", "target"]].to_numpy().tolist() == [
        [2 * n, 2 * n + 1] for n in range(5)
    ]
    assert (table.loc[~tied, "shared"] == 0).all()
    assert table.loc[tied, "many"].to_numpy() == pytest.approx(np.full(5, law.sf(19)), rel=1e-8)
    assert table.loc[tied, "q_many"].to_numpy() == pytest.approx(
        np.full(5, law.sf(19) * 45 / 5), rel=1e-8
    )
    assert table.loc[~tied, "few"].to_numpy() == pytest.approx(np.full(40, 0.96**100))
    assert table.loc[~tied, "q_few"].to_numpy() == pytest.approx(np.full(40, 0.96**100 * 45 / 40))


def test_all_tables_of_three_by_three_give_the_same_tails() -> None:
    """The chance of each of the 512 tables, by ties that are there or not."""
    table = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]], dtype=bool)
    chance = fit(table)
    every = np.array(list(itertools.product((False, True), repeat=9))).reshape(-1, 3, 3)
    weight = np.where(every, chance, 1 - chance).prod(axis=(1, 2))
    tests = compare(table, alpha=0.9).table
    assert len(tests) == 3
    for row in tests.itertuples():
        shared = (every[:, :, row.source] & every[:, :, row.target]).sum(axis=1)
        assert row.expected == pytest.approx(weight @ shared)
        assert row.few == pytest.approx(weight[shared <= row.shared].sum())
        assert row.many == pytest.approx(weight[shared >= row.shared].sum())


def check_by_brute_force(table: np.ndarray, alpha: float) -> None:
    """Test every pair by adding up its own events, then compare all that is said of it."""
    tests, chance = compare(table, alpha=alpha), fit(table)
    rows = []
    for i, j in itertools.combinations(range(table.shape[1]), 2):
        law = add_up(chance[:, i] * chance[:, j])
        k, sums = int((table[:, i] & table[:, j]).sum()), table[:, [i, j]].sum(axis=0).tolist()
        least, most = max(0, sum(sums) - len(table)), min(sums)
        tails = [(law[: at + 1].sum(), law[at:].sum()) for at in (k, least, most)]
        rows.append((i, j, k, *tails[0], tails[1][0] <= alpha, tails[2][1] <= alpha))
    columns = ["source", "target", "shared", "few", "many", "can_few", "can_many"]
    known = pd.DataFrame(rows, columns=columns).astype({"can_few": bool, "can_many": bool})
    for side in ("few", "many"):
        known[f"q_{side}"] = control_discoveries(
            known[side].to_numpy(dtype=float), known[f"can_{side}"].to_numpy()
        )
    assert tests.pairs == len(known)
    assert tests.testable_few == known["can_few"].sum()
    assert tests.testable_many == known["can_many"].sum()
    assert tests.unlisted == 0
    listed = known[(known["shared"] > 0) | known["can_few"]].reset_index(drop=True)
    assert tests.table[columns[:3]].to_numpy().tolist() == listed[columns[:3]].to_numpy().tolist()
    for column in ("few", "many", "q_few", "q_many"):
        assert tests.table[column].to_numpy(dtype=float) == pytest.approx(
            listed[column].to_numpy(dtype=float), rel=1e-6, nan_ok=True
        )


@settings(max_examples=30)
@given(TABLES)
def test_small_tables_by_brute_force(table: np.ndarray) -> None:
    check_by_brute_force(table, 0.1234)


@pytest.mark.parametrize("alpha", [0.05, 0.3])
def test_a_table_of_very_unlike_organisations_by_brute_force(alpha: float) -> None:
    random = np.random.default_rng(8)
    table = random.random((60, 25)) < np.outer(random.random(60), random.beta(0.6, 1.5, 25))
    check_by_brute_force(table, alpha)


def test_the_southern_women_by_brute_force() -> None:
    check_by_brute_force(read_davis()[0], 0.05)


def test_values_of_the_r_package_are_those_of_its_normal_approximation() -> None:
    """Published in zpneal/backbone, its tests of sdsm; it approximates, by up to 0.015 here.

    tests/testthat/test-backbone.R and, for the second table, inst/tinytest/test_backbone.R.
    """
    tests = compare(np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1]]).T, alpha=0.5).table
    assert tests[["source", "target"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 2]]
    assert tests["few"].to_numpy() == pytest.approx([0.354, 0.844, 0.476], abs=0.0155)
    assert tests["many"][1] == pytest.approx(0.549, abs=0.0155)
    tests = compare(np.array([[0, 0, 1], [0, 1, 0], [1, 0, 1]]).T).table
    assert tests[["source", "target"]].to_numpy().tolist() == [[0, 2]]
    assert tests["many"][0] == pytest.approx(0.606, abs=0.0155)
    assert tests["few"][0] == pytest.approx(0.864, abs=0.0155)


def test_the_southern_women_stand_as_in_the_manual_of_the_r_package() -> None:
    """The vignette of backbone 1.2.2: no tie at 0.1 by sdsm with Bonferroni's correction.

    By its model of fixed sums (100 draws, no correction) four ties and ten lacks stand out: they
    are the first here too, though sums that are kept only in the mean make p larger.
    """
    table, women = read_davis()
    tests = compare(table, alpha=0.5).table
    assert len(tests) == 153
    assert tests["many"].min() > 0.1 / 2 / 153
    ends = [
        frozenset((women[i], women[j]))
        for i, j in zip(tests["source"], tests["target"], strict=True)
    ]
    first = {ends[n] for n in np.argsort(tests["many"].to_numpy())[:5]}
    ties = ("LAURA BRENDA", "MYRA KATHERINA", "KATHERINA SYLVIA", "OLIVIA FLORA")
    assert {frozenset(tie.split()) for tie in ties} < first
    last = {ends[n] for n in np.argsort(tests["few"].to_numpy(), kind="stable")[:11]}
    apart = {
        "KATHERINA": ("LAURA", "BRENDA", "CHARLOTTE"),
        "SYLVIA": ("EVELYN", "LAURA", "BRENDA"),
        "NORA": ("EVELYN", "LAURA", "BRENDA"),
        "HELEN": ("EVELYN",),
    }
    assert {frozenset((a, b)) for a, others in apart.items() for b in others} < last


def test_draws_from_the_fitted_model_are_hardly_ever_taken_for_a_backbone() -> None:
    """Tables drawn, then fitted anew: p-values and discoveries are not too many."""
    table, _ = read_davis()
    chance, random, draws = fit(table), np.random.default_rng(9), 80
    p, any_found = {"few": 0, "many": 0}, {"few": 0, "many": 0}
    for _ in range(draws):
        tests = compare(random.random(chance.shape) < chance).table
        for side in p:
            p[side] += int((tests[side] <= 0.05).sum())
            any_found[side] += int((tests[f"q_{side}"] <= 0.05).any())
    for side, found in any_found.items():
        assert p[side] / (draws * 153) <= 0.05
        assert found / draws <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / draws)


def test_a_tie_is_not_significant_for_being_there() -> None:
    """Among 400 small organisations some share an agreement by chance, at a p of 0.01 each.

    To correct for the ties alone would make nearly all of them a discovery.
    """
    random = np.random.default_rng(10)
    pairs = np.array([random.choice(400, 2, replace=False) for _ in range(200)])
    table = np.zeros((200, 400), dtype=int)
    table[np.arange(200)[:, np.newaxis], pairs] = 1
    tests = compare(table)
    tied = tests.table["shared"].to_numpy() > 0
    p = tests.table["many"].to_numpy()[tied]
    assert (p < 0.05).mean() > 0.9
    alone = control_discoveries(p, np.ones(len(p), dtype=bool))
    assert (alone <= 0.05).mean() > 0.9
    assert (tests.table["q_many"] > 0.05).all()
    assert tests.testable_many > 10 * len(p)


@pytest.mark.parametrize(
    ("limit", "listed"), [(0, 0), (23, 0), (24, 24), (87, 24), (88, 88), (10**6, 88)]
)
def test_a_limit_lists_fewer_pairs_and_changes_no_other(limit: int, listed: int) -> None:
    """Eight organisations of 40 agreements and eight of 25, in couples.

    To share none is least likely for two of 40: 28 pairs but for the 4 couples; then come 8 x 8
    pairs across; of two of 25 it would not be significant.
    """
    first, second = make_couples(4, 40), make_couples(4, 25)
    table = np.vstack([np.pad(first, ((0, 0), (0, 8))), np.pad(second, ((0, 0), (8, 0)))])
    full, tests = compare(table), compare(table, limit=limit)
    assert (full.table["shared"] == 0).sum() == 88
    assert full.testable_few == tests.testable_few == 28 + 64
    absent = tests.table[tests.table["shared"] == 0]
    assert len(absent) == listed
    assert (absent["source"] < 8).all()
    assert (absent["target"] < 8).sum() == min(listed, 24)
    assert tests.unlisted == 88 - listed
    both = full.table.merge(tests.table, on=["source", "target"], suffixes=("", "_limited"))
    assert len(both) == len(tests.table) == 8 + listed
    for column in ("few", "many", "q_few", "q_many"):
        assert both[f"{column}_limited"].to_numpy() == pytest.approx(
            both[column].to_numpy(), nan_ok=True
        )


@settings(max_examples=15)
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(table: np.ndarray, random: object) -> None:
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    once, again = compare(table), compare(table[rows][:, columns])
    assert again[1:4] == once[1:4]
    place = {old: new for new, old in enumerate(columns)}
    tests = again.table.set_index(["source", "target"])
    for row in once.table.itertuples():
        other = tests.loc[tuple(sorted((place[row.source], place[row.target])))]
        assert other["shared"] == row.shared
        assert other[["few", "many"]].tolist() == pytest.approx([row.few, row.many])


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (4, 1)])
def test_no_agreements_or_no_pairs(shape: tuple[int, int]) -> None:
    tests = compare(np.ones(shape))
    assert len(tests.table) == 0
    assert tests.pairs == (3 if shape == (0, 3) else 0)
    assert (tests.testable_few, tests.testable_many, tests.unlisted) == (0, 0, 0)


def test_who_signs_nothing_or_everything_is_not_judged() -> None:
    """The second signs both agreements, the third none: nothing could be otherwise."""
    tests = compare(np.array([[1, 1, 0], [0, 1, 0]]))
    assert tests.table[["source", "target", "shared"]].to_numpy().tolist() == [[0, 1, 1]]
    assert tests.table[["expected", "few", "many"]].to_numpy()[0] == pytest.approx([1, 1, 1])
    assert (tests.testable_few, tests.testable_many) == (0, 0)
    assert tests.table[["q_few", "q_many"]].isna().all(axis=None)


def test_one_agreement_of_all() -> None:
    tests = compare(np.ones((1, 3)))
    assert tests.table["shared"].tolist() == [1, 1, 1]
    assert tests.table[["few", "many"]].to_numpy() == pytest.approx(np.ones((3, 2)))


def test_agreements_of_one_tie_nobody() -> None:
    tests = compare(np.eye(4))
    assert len(tests.table) == 0
    assert tests.expected == pytest.approx(6 * 4 / 16)  # though the model lets them


def test_the_argument_stays_as_it_is() -> None:
    incidence = sp.csr_array(make_couples(3, 4).astype(np.int32))
    before = incidence.copy()
    compare_shared(incidence)
    assert (incidence != before).nnz == 0
    assert incidence.dtype == np.int32
