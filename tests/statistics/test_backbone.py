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
    FixedSizes,
    SharedTests,
    compare_shared,
    compute_tails,
    filter_disparity,
    fit_fixed_sizes,
)
from ecograph.statistics.bipartite import fit_configuration, sample_curveball
from ecograph.statistics.rates import control_discoveries

TABLES = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))
both_models = pytest.mark.parametrize("model", ["fixed_sizes", "sdsm"])


def make_matrix(nodes: int, ties: dict[tuple[int, int], float]) -> sp.csr_array:
    matrix = np.zeros((nodes, nodes))
    for (i, j), weight in ties.items():
        matrix[i, j] = matrix[j, i] = weight
    return sp.csr_array(matrix)


def compare(table: np.ndarray, **options: object) -> SharedTests:
    return compare_shared(sp.csr_array(table.astype(int)), **options)


def fit(table: np.ndarray) -> np.ndarray:
    return fit_configuration(table.sum(axis=1), table.sum(axis=0)).expand()


def fix(table: np.ndarray) -> FixedSizes:
    return fit_fixed_sizes(table.sum(axis=1), table.sum(axis=0))


def expand_pairs(table: np.ndarray, model: str) -> np.ndarray:
    """Give the chance that two organisations both sign: agreements x first x second."""
    if model == "sdsm":
        chance = fit(table)
        return chance[:, :, np.newaxis] * chance[:, np.newaxis, :]
    found = fix(table)
    classes = len(found.total)
    both = np.zeros((len(found.size), classes, classes))
    both[:, *np.triu_indices(classes)] = found.joint
    both = np.maximum(both, both.transpose(0, 2, 1))
    row = np.searchsorted(found.size, table.sum(axis=1))
    return both[row][:, found.label][:, :, found.label]


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


@pytest.mark.parametrize(
    ("model", "chance", "times"), [("sdsm", 1 / 25, 20), ("fixed_sizes", 1 / 45, 40)]
)
def test_couples_by_hand(model: str, chance: float, times: int) -> None:
    """Five couples that sign only together, so all 45 pairs are alike: a binomial law.

    A firm signs with 1/5, so two do with 1/25 if each decides alone; but two that are drawn of
    ten are a certain pair with 1/45.
    """
    tests = compare(make_couples(5, times), model=model)
    law = stats.binom(5 * times, chance)
    table = tests.table
    assert (tests.pairs, tests.testable_few, tests.testable_many) == (45, 45, 45)
    assert tests.unlisted == 0
    assert len(table) == 45
    assert table["expected"].to_numpy() == pytest.approx(np.full(45, law.mean()))
    assert tests.expected == pytest.approx(45 * law.mean())  # where 5 x times are shared
    tied = table["shared"] == times
    assert table.loc[tied, ["source", "target"]].to_numpy().tolist() == [
        [2 * n, 2 * n + 1] for n in range(5)
    ]
    assert (table.loc[~tied, "shared"] == 0).all()
    most, none = law.sf(times - 1), law.cdf(0)
    assert table.loc[tied, "many"].to_numpy() == pytest.approx(np.full(5, most), rel=1e-8)
    assert table.loc[tied, "q_many"].to_numpy() == pytest.approx(np.full(5, most * 9), rel=1e-8)
    assert table.loc[~tied, "few"].to_numpy() == pytest.approx(np.full(40, none))
    assert table.loc[~tied, "q_few"].to_numpy() == pytest.approx(np.full(40, none * 45 / 40))


def test_all_tables_of_three_by_three_give_the_same_tails() -> None:
    """The chance of each of the 512 tables, by ties that are there or not."""
    table = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]], dtype=bool)
    chance = fit(table)
    every = np.array(list(itertools.product((False, True), repeat=9))).reshape(-1, 3, 3)
    weight = np.where(every, chance, 1 - chance).prod(axis=(1, 2))
    tests = compare(table, model="sdsm", alpha=0.9).table
    assert len(tests) == 3
    for row in tests.itertuples():
        shared = (every[:, :, row.source] & every[:, :, row.target]).sum(axis=1)
        assert row.expected == pytest.approx(weight @ shared)
        assert row.few == pytest.approx(weight[shared <= row.shared].sum())
        assert row.many == pytest.approx(weight[shared >= row.shared].sum())


def check_by_brute_force(table: np.ndarray, alpha: float, model: str) -> None:
    """Test every pair by adding up its own events, then compare all that is said of it."""
    tests, both = compare(table, alpha=alpha, model=model), expand_pairs(table, model)
    rows = []
    for i, j in itertools.combinations(range(table.shape[1]), 2):
        law = add_up(both[:, i, j])
        k, sums = int((table[:, i] & table[:, j]).sum()), table[:, [i, j]].sum(axis=0).tolist()
        most = min(*sums, int((both[:, i, j] > 0).sum()))
        least = max(sum(sums) - len(table), int((both[:, i, j] == 1).sum()))
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


@both_models
@settings(max_examples=30)
@given(table=TABLES)
def test_small_tables_by_brute_force(model: str, table: np.ndarray) -> None:
    check_by_brute_force(table, 0.1234, model)


@both_models
@pytest.mark.parametrize("alpha", [0.05, 0.3])
def test_a_table_of_very_unlike_organisations_by_brute_force(alpha: float, model: str) -> None:
    random = np.random.default_rng(8)
    table = random.random((60, 25)) < np.outer(random.random(60), random.beta(0.6, 1.5, 25))
    check_by_brute_force(table, alpha, model)


@both_models
def test_the_southern_women_by_brute_force(model: str) -> None:
    check_by_brute_force(read_davis()[0], 0.05, model)


def test_values_of_the_r_package_are_those_of_its_normal_approximation() -> None:
    """Published in zpneal/backbone, its tests of sdsm; it approximates, by up to 0.015 here.

    tests/testthat/test-backbone.R and, for the second table, inst/tinytest/test_backbone.R.
    """
    table = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1]]).T
    tests = compare(table, model="sdsm", alpha=0.5).table
    assert tests[["source", "target"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 2]]
    assert tests["few"].to_numpy() == pytest.approx([0.354, 0.844, 0.476], abs=0.0155)
    assert tests["many"][1] == pytest.approx(0.549, abs=0.0155)
    tests = compare(np.array([[0, 0, 1], [0, 1, 0], [1, 0, 1]]).T, model="sdsm").table
    assert tests[["source", "target"]].to_numpy().tolist() == [[0, 2]]
    assert tests["many"][0] == pytest.approx(0.606, abs=0.0155)
    assert tests["few"][0] == pytest.approx(0.864, abs=0.0155)


@both_models
def test_the_southern_women_stand_as_in_the_manual_of_the_r_package(model: str) -> None:
    """The vignette of backbone 1.2.2: no tie at 0.1 by sdsm with Bonferroni's correction.

    By its model of fixed sums (100 draws, no correction) four ties and ten lacks stand out: they
    are the first here too, though sums that are kept only in the mean make p larger.
    """
    table, women = read_davis()
    tests = compare(table, alpha=0.5, model=model).table
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
        tests = compare(random.random(chance.shape) < chance, model="sdsm").table
        for side in p:
            p[side] += int((tests[side] <= 0.05).sum())
            any_found[side] += int((tests[f"q_{side}"] <= 0.05).any())
    for side, found in any_found.items():
        assert p[side] / (draws * 153) <= 0.05
        assert found / draws <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / draws)


@both_models
def test_a_tie_is_not_significant_for_being_there(model: str) -> None:
    """Among 400 small organisations some share an agreement by chance, at a p of 0.01 each.

    To correct for the ties alone would make nearly all of them a discovery.
    """
    random = np.random.default_rng(10)
    pairs = np.array([random.choice(400, 2, replace=False) for _ in range(200)])
    table = np.zeros((200, 400), dtype=int)
    table[np.arange(200)[:, np.newaxis], pairs] = 1
    tests = compare(table, model=model)
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
    full, tests = (compare(table, model="sdsm", limit=most) for most in (10**6, limit))
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


@both_models
@settings(max_examples=15)
@given(table=TABLES, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_matter(
    model: str, table: np.ndarray, random: object
) -> None:
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    once, again = (compare(t, model=model) for t in (table, table[rows][:, columns]))
    assert again[1:4] == once[1:4]
    place = {old: new for new, old in enumerate(columns)}
    tests = again.table.set_index(["source", "target"])
    for row in once.table.itertuples():
        other = tests.loc[tuple(sorted((place[row.source], place[row.target])))]
        assert other["shared"] == row.shared
        assert other[["few", "many"]].tolist() == pytest.approx([row.few, row.many])


@both_models
@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (1, 1), (4, 1)])
def test_no_agreements_or_no_pairs(shape: tuple[int, int], model: str) -> None:
    tests = compare(np.ones(shape), model=model)
    assert len(tests.table) == 0
    assert tests.pairs == (3 if shape == (0, 3) else 0)
    assert (tests.testable_few, tests.testable_many, tests.unlisted) == (0, 0, 0)


@both_models
def test_who_signs_nothing_or_everything_is_not_judged(model: str) -> None:
    """The second signs both agreements, the third none: nothing could be otherwise."""
    tests = compare(np.array([[1, 1, 0], [0, 1, 0]]), model=model)
    assert tests.table[["source", "target", "shared"]].to_numpy().tolist() == [[0, 1, 1]]
    assert tests.table[["expected", "few", "many"]].to_numpy()[0] == pytest.approx([1, 1, 1])
    assert (tests.testable_few, tests.testable_many) == (0, 0)
    assert tests.table[["q_few", "q_many"]].isna().all(axis=None)


@both_models
def test_one_agreement_of_all(model: str) -> None:
    tests = compare(np.ones((1, 3)), model=model)
    assert tests.table["shared"].tolist() == [1, 1, 1]
    assert tests.table[["few", "many"]].to_numpy() == pytest.approx(np.ones((3, 2)))


@pytest.mark.parametrize(("model", "expected"), [("sdsm", 6 * 4 / 16), ("fixed_sizes", 0)])
def test_agreements_of_one_tie_nobody(model: str, expected: float) -> None:
    tests = compare(np.eye(4), model=model)
    assert len(tests.table) == 0
    assert tests.expected == pytest.approx(expected, abs=1e-12)


@both_models
def test_the_argument_stays_as_it_is(model: str) -> None:
    incidence = sp.csr_array(make_couples(3, 4).astype(np.int32))
    before = incidence.copy()
    compare_shared(incidence, model=model)
    assert (incidence != before).nnz == 0
    assert incidence.dtype == np.int32


# Agreements that keep their sizes


def count_sets(weights: np.ndarray) -> np.ndarray:
    """Compute e_0, e_1, ... of weights of mean 1 or less, one factor after the other."""
    known = np.ones(1)
    for weight in weights:
        known = np.convolve(known, [1, weight])
    return known


def read_weights(found: FixedSizes) -> np.ndarray:
    """Read the weights of organisations from agreements of one signatory, who are w / sum w."""
    place = found.size.tolist().index(1)
    return found.single[place][found.label] * len(found.label)


def test_two_signatories_are_drawn_with_the_product_of_weights() -> None:
    """Weights 4, 1, 1, 1 give 7 to each agreement of one; of two, e_2 is 3 x 4 + 3 x 1 = 15.

    With 105 agreements of one and 5 of two, the first signs 60 + 4 and the others 15 + 2 each:
    in an agreement of two with 3 x 4 / 15 and (4 + 1 + 1) / 15.
    """
    found = fit_fixed_sizes(np.repeat([1, 2], [105, 5]), np.array([17, 64, 17, 17]))
    assert found.total.tolist() == [64, 17]
    assert found.members.tolist() == [1, 3]
    assert found.label.tolist() == [1, 0, 1, 1]
    assert found.size.tolist() == [1, 2]
    assert found.agreements.tolist() == [105, 5]
    assert found.single == pytest.approx(np.array([[4 / 7, 1 / 7], [12 / 15, 6 / 15]]))
    assert found.joint == pytest.approx(np.array([[0, 0, 0], [0, 4 / 15, 1 / 15]]))
    assert found.error < 1e-8


@pytest.mark.parametrize("seed", range(4))
def test_chances_are_those_of_every_set_of_signatories(seed: int) -> None:
    """Seven organisations: sets of k, each weighing the product of its members' weights."""
    random = np.random.default_rng(seed)
    table = random.random((30, 7)) < random.uniform(0.1, 0.7, 7)
    table = np.vstack([table, np.eye(7, dtype=bool)[random.choice(7, 6)]])
    found, both = fix(table), expand_pairs(table, "fixed_sizes")
    weights = read_weights(found)
    for row, size in enumerate(table.sum(axis=1)):
        sets = [list(chosen) for chosen in itertools.combinations(range(7), size)]
        chance = np.array([weights[chosen].prod() for chosen in sets])
        chance /= chance.sum()
        inside = np.array([np.isin(range(7), chosen) for chosen in sets])
        place = found.size.tolist().index(size)
        assert found.single[place][found.label] == pytest.approx(chance @ inside, abs=1e-12)
        for i, j in itertools.combinations(range(7), 2):
            known = chance @ (inside[:, i] & inside[:, j])
            assert both[row, i, j] == pytest.approx(known, rel=1e-9, abs=1e-14)


def test_large_agreements_are_as_exact_as_small_ones() -> None:
    """By products of polynomials: 300 organisations of very unlike activity, agreements of 250."""
    random = np.random.default_rng(12)
    activity = np.minimum(random.pareto(1.0, 300) + 0.3, 30)
    sizes = np.repeat([1, 2, 3, 17, 80, 150, 250], [40, 30, 20, 5, 2, 1, 1])
    table = np.zeros((len(sizes), 300), dtype=int)
    for row, size in enumerate(sizes):
        p = activity if size < 100 else None
        chosen = random.choice(300, size, replace=False, p=None if p is None else p / p.sum())
        table[row, chosen] = 1
    found = fix(table)
    weights = read_weights(found)
    all_sets = count_sets(weights)
    first, second = np.triu_indices(len(found.total))
    for _ in range(25):
        i, j = random.choice(300, 2, replace=False)
        apart = count_sets(np.delete(weights, [i, j]))
        a, b = sorted((found.label[i], found.label[j]))
        couple = np.flatnonzero((first == a) & (second == b))[0]
        for place, size in enumerate(found.size.tolist()):
            known = weights[i] * weights[j] * apart[size - 2] / all_sets[size] if size > 1 else 0
            assert found.joint[place, couple] == pytest.approx(known, rel=1e-9, abs=0)


@settings(max_examples=60)
@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=8)))
def test_sizes_are_kept_exactly_and_activity_in_the_mean(table: np.ndarray) -> None:
    found = fix(table)
    size = table.sum(axis=1)
    assert found.single @ found.members == pytest.approx(found.size, abs=1e-9)
    assert found.agreements @ found.single == pytest.approx(found.total, abs=1e-8)
    both = expand_pairs(table, "fixed_sizes")
    both[:, *np.diag_indices(table.shape[1])] = 0
    alone = found.single[np.searchsorted(found.size, size)][:, found.label]
    assert both.sum(axis=2) == pytest.approx(alone * np.maximum(size - 1, 0)[:, None], abs=1e-9)
    assert (both <= alone[:, :, None] * alone[:, None, :] + 1e-9).all()  # who is in takes a place
    assert compare(table).expected == pytest.approx((size * (size - 1) / 2).sum(), abs=1e-8)


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(3, 40), st.integers(1, 60))
def test_as_many_ties_are_expected_as_are_seen(seed: int, firms: int, deals: int) -> None:
    random = np.random.default_rng(seed)
    odds = random.pareto(1.2, firms) + 0.1
    table = np.zeros((deals, firms), dtype=int)
    for row in table:
        size = random.integers(1, min(firms, 8) + 1)
        row[random.choice(firms, size, replace=False, p=odds / odds.sum())] = 1
    tests = compare(table)
    assert tests.expected == pytest.approx(tests.table["shared"].sum(), rel=1e-12, abs=1e-12)
    assert tests.error < 1e-6


def test_a_circle_that_fills_its_places_is_a_table_of_its_own() -> None:
    """Three sign three agreements of two among themselves, and two of four all together.

    So the three fill every place they can have. What is left of the agreements of four is one
    place each, which goes to one of the last two.
    """
    table = np.array(
        [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [1, 0, 1, 0, 0], [1, 1, 1, 1, 0], [1, 1, 1, 0, 1]]
    )
    found = fix(table)
    assert found.single == pytest.approx(np.array([[2 / 3, 0], [1, 1 / 2]]))
    assert found.joint == pytest.approx(np.array([[1 / 3, 0, 0], [1, 1 / 2, 0]]))


def test_who_signs_all_is_certain() -> None:
    """The first signs all four agreements of three; the others share the eight places left."""
    table = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 1, 1], [1, 1, 0, 1, 0], [1, 0, 1, 0, 1]])
    found = fix(table)
    assert found.total.tolist() == [4, 2]
    assert found.single == pytest.approx(np.array([[1, 1 / 2]]))
    assert found.joint == pytest.approx(np.array([[0, 1 / 2, 1 / 6]]))


@pytest.mark.parametrize(
    ("rows", "columns", "wrong"),
    [
        ([2, 1], [1, 1], "differ in all"),
        ([2], [2], "no table"),
        ([3, 3, 3], [3, 3, 3, 0], None),
        ([1, 1, 4], [3, 3, 0, 0], "no table"),
    ],
)
def test_sums_that_no_table_has_are_refused(
    rows: list[int], columns: list[int], wrong: str | None
) -> None:
    if wrong is None:
        assert fit_fixed_sizes(np.array(rows), np.array(columns)).joint.max() == 1
    else:
        with pytest.raises(ValueError, match=wrong):
            fit_fixed_sizes(np.array(rows), np.array(columns))


def test_all_tables_of_fixed_sizes_give_the_same_tails() -> None:
    """Agreements of 1, 2, 2 and 3 of four organisations: each of 4 x 6 x 6 x 4 tables."""
    table = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [1, 1, 0, 1]])
    weights = read_weights(fix(table))
    sets = [
        [np.isin(range(4), chosen) for chosen in itertools.combinations(range(4), size)]
        for size in table.sum(axis=1)
    ]
    every = np.array(list(itertools.product(*sets)))
    chance = np.where(every, weights, 1.0).prod(axis=(1, 2))
    chance /= chance.sum()
    assert len(every) == 576
    assert chance @ every.sum(axis=1) == pytest.approx(table.sum(axis=0))
    tests = compare(table, alpha=0.99).table
    assert len(tests) == 6
    for row in tests.itertuples():
        shared = (every[:, :, row.source] & every[:, :, row.target]).sum(axis=1)
        assert row.expected == pytest.approx(chance @ shared)
        assert row.few == pytest.approx(chance[shared <= row.shared].sum())
        assert row.many == pytest.approx(chance[shared >= row.shared].sum())


def randomise(table: np.ndarray, model: str, shared: np.ndarray) -> np.ndarray:
    """Give p-values (as few or fewer) of what neighbours share in some draws, ties broken."""
    places = np.arange(0, table.shape[1] - 1, 2)
    chance = expand_pairs(table, model)[:, places, places + 1]
    few, many = compute_tails(
        np.ones(len(table), dtype=int), np.tile(chance, len(shared)), shared.ravel()
    )
    return few - np.random.default_rng(13).random(len(few)) * (few + many - 1)


def make_bilateral() -> np.ndarray:
    """Make 100 agreements of two of 30 firms: of ten that sign more, and of twenty others."""
    random = np.random.default_rng(15)
    odds = np.repeat([2.0, 1.0], [10, 20])
    table = np.zeros((100, 30), dtype=int)
    for row in table:
        row[random.choice(30, 2, replace=False, p=odds / odds.sum())] = 1
    return table


def test_bilateral_agreements_dealt_anew_have_uniform_p_values_only_if_they_stay_bilateral() -> (
    None
):
    """Curveball keeps both sums: by fixed sizes p is uniform, by sdsm it is far too small."""
    table = make_bilateral()
    drawn = np.array(list(sample_curveball(table > 0, 120, seed=14)))
    shared = (drawn[:, :, ::2] & drawn[:, :, 1::2]).sum(axis=1)
    fixed, soft = (randomise(table, model, shared) for model in ("fixed_sizes", "sdsm"))
    assert stats.kstest(fixed, "uniform").pvalue > 0.01
    assert stats.kstest(soft, "uniform").pvalue < 1e-6
    assert fixed.mean() == pytest.approx(0.5, abs=3 * math.sqrt(1 / 12 / len(fixed)))
    assert soft.mean() < 0.45
