"""What an area does more than others, what is related to what, and how complex it all is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd
from scipy import special, stats

from ecograph.analysis.crosstables import (
    cross_tabulate,
    match_labels,
    name_labels,
    read_reference,
)
from ecograph.analysis.meta import attach_meta
from ecograph.errors import SettingsError
from ecograph.statistics.bipartite import sample_curveball
from ecograph.statistics.complexity import compute_complexity, compute_fitness
from ecograph.statistics.nestedness import (
    compute_bipartite_modularity,
    compute_nodf,
    compute_weighted_nodf,
    find_bipartite_groups,
)
from ecograph.statistics.rates import control_discoveries
from ecograph.statistics.relatedness import (
    Method,
    compute_cross_proximity,
    compute_proximity,
    compute_relatedness_density,
)
from ecograph.statistics.resampling import bound_share
from ecograph.statistics.specialisation import (
    compute_diversity,
    compute_entropy,
    compute_hachman,
    compute_herfindahl,
    compute_krugman,
    compute_location_quotient,
    compute_ubiquity,
    mark_specialised,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem
    from ecograph.settings import Settings
    from ecograph.statistics.complexity import Complexity

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.integer]

__all__ = [
    "COMPLEXITY_COLUMNS",
    "RELATED_COLUMNS",
    "SPECIALISATION_COLUMNS",
    "Presence",
    "measure_complexity",
    "measure_relatedness",
    "measure_specialisation",
]

Presence: TypeAlias = Literal["specialised", "sure", "any"]
"""When a row has a column: its location quotient reaches 1, it is above 1 beyond chance (q_over is
at most alpha), or there is any count at all."""

SPECIALISATION_COLUMNS = (
    "count",
    "count_expected",
    "share",
    "location_quotient",
    "ci_low",
    "ci_high",
    "n",
    "p_over",
    "q_over",
    "specialised",
    "relatedness_density",
)
COMPLEXITY_COLUMNS = (
    "kind",
    "name",
    "count",
    "diversity",
    "ubiquity",
    "herfindahl",
    "entropy",
    "krugman",
    "hachman",
    "complexity",
    "fitness",
    "community",
)
RELATED_COLUMNS = (
    "first",
    "first_name",
    "second",
    "second_name",
    "proximity",
    "shared",
    "shared_expected",
    "ubiquity_first",
    "ubiquity_second",
    "n",
)

_MOST_ROWS = 1_000_000  # of a table with all cells
_MOST_LINES = 5_000  # rows or columns that are compared with each other
_MOST_STEPS = 1_000_000_000  # comparisons of weights
_CHEAP = 500_000  # the same, for a table that is drawn anew many times
_LEAST = 2  # rows and columns, for chance to have a choice
_SAME = 1e-12

_PRESENCE = {
    "specialised": "a location quotient of 1 or more",
    "sure": "a location quotient above 1 beyond chance, q_over at most alpha (in a reference: a "
    "quotient of 1 or more)",
    "any": "a count of 1 or more",
}
_INTERVALS = {"exact": "exact (Clopper and Pearson 1934)", "mid": "Wilson score"}
_SPECIALISATION_METHOD = {
    "location_quotient": "share of the column in the row over its share in all rows, or in the "
    "reference (Balassa 1965); specialised: 1 or more",
    "interval": "binomial: the count of the cell out of n, over the share that it is compared "
    "with; without a reference n is the smaller of the sums of row and column and the share that "
    "of the larger, with one n is the sum of the row; each interval is for one cell by itself. "
    "p_over: the chance of as many or more out of n with that share; q_over: over all cells "
    "(Benjamini and Hochberg 1995). Counts are taken as independent: where a firm or an agreement "
    "has several (units are far fewer than the total) the truth is less sure",
    "relatedness_density": "share of the proximity around the column that belongs to others that "
    "the row has (Hidalgo et al. 2007)",
    "order": "the least by chance (p_over), highest location quotient, density, then ids",
}
_COMPLEXITY_METHOD = {
    "diversity": "columns that a row has; ubiquity: rows that have a column",
    "krugman": "from the sum of all others (of a row with a reference: from the reference), 0 to 2",
    "hachman": "1 where the structure is that of the whole (of a row with a reference: of it)",
    "complexity": "economic complexity index (Hidalgo and Hausmann 2009), mean 0, deviation 1",
    "fitness": "Tacchella et al. 2012, mean 1",
    "community": "rows and columns that belong together more than their sums give (Barber 2007); "
    "found by label propagation and merging (Liu and Murata 2010, Beckett 2016), of counts",
    "chance": "nodf: tables of 0 and 1 with the same sums (curveball); weighted_nodf and "
    "modularity: tables of counts with the same sums (Patefield 1981), each divided anew where the "
    "division is found; p: as low, p_over: as high, (1 + draws) / (1 + all draws); large tables "
    "are not drawn, and the largest have no nodf or weighted_nodf",
    "order": "rows before columns, the most complex, then those of most counts, first, then ids",
}
_RELATED_METHOD = {
    "shared": "rows that have both; shared_expected: ubiquity x ubiquity / n, as if rows were "
    "alike and columns independent",
    "n": "rows that have anything (on both sides)",
    "listed": "pairs that share a row; all others have a proximity of 0",
    "order": "closest first, then most shared, then ids",
}


class _Baseline(NamedTuple):
    """What counts are compared with.

    Parameters
    ----------
    trials, share
        Of each cell: out of how many the count is, and the share it is compared with; nan where
        there is nothing to compare with.
    place
        The place of each column in the reference; -1 where it is not in it. Without a reference,
        in the table itself.
    reference
        Counts of a wider area.
    """

    trials: Floats
    share: Floats
    place: Ints
    reference: pd.DataFrame | None = None


class _Compared(NamedTuple):
    """Counts beside what they are compared with.

    Parameters
    ----------
    counts
        The table of the ecosystem.
    baseline
        What it is compared with.
    quotient
        Location quotients.
    p, q
        The chance of as many or more, and that adjusted for the number of cells.
    present
        Which columns each row has.
    base
        Which columns each row has, in the reference if there is one, else the same.
    base_rows
        The ids of those rows.
    method
        What the meta says of it.
    """

    counts: pd.DataFrame
    baseline: _Baseline
    quotient: Floats
    p: Floats
    q: Floats
    present: Flags
    base: Flags
    base_rows: pd.Index
    method: dict[str, object]

    @property
    def common(self) -> Flags:
        """The columns that are in the base."""
        return np.asarray(self.baseline.place >= 0)

    def align_base(self) -> Flags:
        """Take the base with the columns of the counts; those it does not have are empty."""
        padded = np.pad(self.base, ((0, 0), (0, 1)))
        return padded[:, self.baseline.place]


def measure_specialisation(
    ecosystem: Ecosystem,
    *,
    rows: str = "industry",
    columns: str = "discipline",
    counted: str | None = None,
    presence: Presence = "specialised",
    proximity: Method = "probability",
    reference: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure what each row does more than the others, how sure that is, and what is near to it.

    Parameters
    ----------
    ecosystem
        The ecosystem; its settings choose ci_level and interval (exact, or mid for one that is
        right on average).
    rows, columns, counted
        What is counted by what, see `cross_tabulate`.
    presence
        When a row has a column, for relatedness.
    proximity
        How columns are close to each other, see `compute_cross_proximity`; of presence.
    reference
        Counts of a wider area (places or firms x activities), see `tabulate_reference`. Its
        columns are matched by id or name; the shares to compare with and the proximity are then
        taken from it, over the columns that both have.

    Returns
    -------
    pandas.DataFrame
        One row a cell (above a million cells only those with a count): id and name of row and
        column, then ``SPECIALISATION_COLUMNS``. ``share`` of the count in its row,
        ``location_quotient`` with its interval, which rests on ``n`` cases; ``p_over`` (as many or
        more by chance), ``q_over``; ``specialised`` (1 or more); ``relatedness_density``, 0 to 1.
        All are nan where there is nothing to compare with.

    Notes
    -----
    A location quotient of few counts is mostly noise: one link where 0.2 are expected gives 5. So
    what is least by chance comes first. Given its sums, a cell is hypergeometric if row and
    column are independent; out of the smaller sum it is nearly binomial, which spreads a little
    more. An interval is for a cell that was chosen beforehand: that the one link of a small
    discipline lies somewhere is no finding, and ``q_over`` is what counts when all cells are looked
    at.
    Beyene and Moineddin, BMC Medical Research Methodology 5, 32, 2005, have intervals for large
    counts; Clopper and Pearson, Biometrika 26, 404-413, 1934, the exact one of a share.

    The proximity of columns rests on the rows of the base (``base_rows`` in the meta); of eight
    industries it says little. Where a row has a column, that is itself part of the evidence, so
    that density is to be read where the count is 0. A reference helps; so does `cross_tabulate` of
    enterprises by the same columns, given as one.
    """
    _require_choice("proximity", proximity, get_args(Method))
    table = cross_tabulate(ecosystem, rows, columns, counted=counted)
    found = _compare(ecosystem, table, presence, reference)
    _require_few(columns, table.shape[1])
    density = np.full(table.shape, np.nan)
    near = compute_proximity(found.base[:, found.baseline.place[found.common]], proximity)
    density[:, found.common] = compute_relatedness_density(found.present[:, found.common], near)
    density[table.to_numpy().sum(axis=1) == 0] = np.nan  # nothing is known of them
    cells = _list_cells(ecosystem, found, density)
    method = {
        **found.method,
        **_SPECIALISATION_METHOD,
        "level": ecosystem.settings.ci_level,
        "interval_method": _INTERVALS[ecosystem.settings.interval],
        "proximity": proximity,
    }
    return attach_meta(cells, ecosystem, "specialisation", method=method)


def measure_complexity(
    ecosystem: Ecosystem,
    *,
    rows: str = "industry",
    columns: str = "discipline",
    counted: str | None = None,
    presence: Presence = "specialised",
    reference: pd.DataFrame | None = None,
    division: Mapping[str, object] | None = None,
    draws: int = 200,
) -> pd.DataFrame:
    """Measure how mixed and how complex rows and columns are, and what shape their table has.

    Parameters
    ----------
    ecosystem
        The ecosystem; its seed decides the random tables.
    rows, columns, counted
        What is counted by what, see `cross_tabulate`.
    presence
        When a row has a column.
    reference
        Counts of a wider area, see `measure_specialisation`: complexity, fitness and ubiquity of
        columns are then those of the reference, and rows are placed among its rows by the columns
        that they have.
    division
        The group of every row and column by id; by default the best that is found.
    draws
        How many random tables the shape is compared with, where the table is small enough.

    Returns
    -------
    pandas.DataFrame
        Indexed by id, ``kind`` says of which classification, columns ``COMPLEXITY_COLUMNS``:
        ``diversity`` of rows and ``ubiquity`` of columns; Herfindahl, entropy (nats), Krugman and
        Hachman of the counts of each row (over columns) and column (over rows); ``complexity``
        and ``fitness``; ``community``, numbered from 1, the largest first. What cannot be known is
        nan. ``attrs["meta"]["method"]`` says why complexity is not known, whether fitness
        converged (else only its order counts), and under ``shape`` the nestedness (NODF, weighted
        NODF, 0 to 100) and modularity of the table beside what chance gives.

    Raises
    ------
    SettingsError
        If a division leaves out a row or column that has a count.

    Notes
    -----
    With a reference: the index of a row is, up to scale, the mean index of the columns that it
    has (Mealy, Farmer and Teytelboym, Science Advances 5, eaau1705, 2019); a row of the ecosystem
    gets this mean in the scale of the reference's rows, so that one that has what a row of the
    reference has gets the same value, and the reference stays as it is. Fitness alike.
    """
    table = cross_tabulate(ecosystem, rows, columns, counted=counted)
    found = _compare(ecosystem, table, presence, reference)
    groups = _divide_table(table, division)
    rated, told = _rate(found)
    sides = [
        _describe_side(ecosystem, table, rows),
        _describe_side(ecosystem, table.T, columns),
    ]
    sides[0]["diversity"] = compute_diversity(found.present)
    sides[1]["ubiquity"] = compute_ubiquity(found.align_base())
    if found.baseline.reference is not None:
        sides[0].update(_compare_structure(found))
    for side, values, group in zip(sides, rated, groups, strict=True):
        side.update(values, community=pd.array(group, dtype="Int64"))
    frames = [_order_side(pd.DataFrame(side)) for side in sides]
    whole = pd.concat(frames).reindex(columns=list(COMPLEXITY_COLUMNS))
    whole = whole.astype({"diversity": "Int64", "ubiquity": "Int64"}).rename_axis("id")
    shape = _describe_shape(
        found, groups, ecosystem.settings.seed, draws, fixed=division is not None
    )
    method = {**found.method, **_COMPLEXITY_METHOD, **told, "shape": shape}
    return attach_meta(whole, ecosystem, "complexity", method=method)


def measure_relatedness(
    ecosystem: Ecosystem,
    *,
    rows: str = "enterprise",
    columns: str = "discipline",
    to: str | None = None,
    counted: str | None = None,
    presence: Presence = "specialised",
    proximity: Method = "probability",
    reference: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Measure how close columns are to each other, or to those of another classification.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    rows, columns, counted
        What is counted by what, see `cross_tabulate`.
    to
        Another classification, of which the same rows are: ``rows="region", to="industry"`` tells
        which industries are where a discipline is used. What it counts is the usual.
    presence
        When a row has a column.
    proximity
        See `compute_cross_proximity`; of presence.
    reference
        Counts of a wider area, see `measure_specialisation`; proximity is then taken from it. For
        ``to`` it has columns of both classifications.

    Returns
    -------
    pandas.DataFrame
        One row a pair that shares a row, columns ``RELATED_COLUMNS``: of how many rows (``n``)
        each has ``ubiquity_first`` and ``ubiquity_second``, and both are ``shared``, beside how
        many would be by chance. Rows that have nothing (on one of the sides) are left out.

    Notes
    -----
    Hidalgo, Klinger, Barabási and Hausmann, Science 317, 482-487, 2007; between science and
    industries: Catalán, Navarrete and Figueroa, Research Policy 51 (8), 104016, 2022. That two
    share one row of three is no finding: look at ``shared`` first.
    """
    _require_choice("proximity", proximity, get_args(Method))
    kinds = (columns, to or columns)
    tables = [cross_tabulate(ecosystem, rows, columns, counted=counted)]
    if to is not None:
        tables.append(cross_tabulate(ecosystem, rows, to))
    sides = [_compare(ecosystem, table, presence, reference) for table in tables]
    for side, kind in zip(sides, kinds, strict=False):
        _require_few(kind, side.counts.shape[1])
    first, second = _align_rows(sides[0], sides[-1])
    pairs, counted_pairs = _list_pairs(first, second, proximity, same=to is None)
    labels = [sides[0].counts.columns, sides[-1].counts.columns]
    for name, kind, label in zip(("first", "second"), kinds, labels, strict=True):
        place = pairs[name].to_numpy()
        names = pd.Index(name_labels(ecosystem, kind, label), dtype="str")
        pairs[f"{name}_name"], pairs[name] = names.take(place), label.take(place)
    ordered = pairs.sort_values(
        ["proximity", "shared", "first", "second"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )
    method = {
        **sides[0].method,
        **_RELATED_METHOD,
        "proximity": proximity,
        "to": sides[1].method if to is not None else None,
        "pairs": counted_pairs,
    }
    return attach_meta(ordered[list(RELATED_COLUMNS)], ecosystem, "relatedness", method=method)


# what a count is compared with


def _compare(
    ecosystem: Ecosystem, table: pd.DataFrame, presence: Presence, reference: pd.DataFrame | None
) -> _Compared:
    """Compare counts with all of them together, or with a reference."""
    _require_choice("presence", presence, get_args(Presence))
    counts = table.to_numpy(dtype=float)
    if reference is None:
        baseline = _find_baseline(counts)
        quotient = compute_location_quotient(counts)
    else:
        baseline = _take_baseline(ecosystem, table, reference)
        quotient = counts / baseline.trials / baseline.share
    p, q = _test_cells(counts, baseline)
    marks = {
        "specialised": mark_specialised(quotient),
        "sure": (quotient > 1) & (q <= ecosystem.settings.alpha),
        "any": counts > 0,
    }
    present = base = marks[presence] & (baseline.place >= 0)
    rows = table.index
    if baseline.reference is not None:
        rows = baseline.reference.index
        base = _mark_reference(baseline.reference.to_numpy(), presence)
    method = {
        **table.attrs["meta"]["method"],
        "presence": _PRESENCE[presence],
        "alpha": ecosystem.settings.alpha,
        "base_rows": int(base.any(axis=1).sum()),
        "reference": _describe_match(table, baseline),
    }
    return _Compared(table, baseline, quotient, p, q, present, base, rows, method)


def _find_baseline(counts: Floats) -> _Baseline:
    """Find the smaller of both sums of each cell, and the share of the larger in all counts."""
    rows, columns = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    smaller, larger = np.minimum(rows, columns), np.maximum(rows, columns)
    share = larger / max(counts.sum(), 1.0)
    trials, share = (np.where(smaller > 0, part, np.nan) for part in (smaller, share))
    return _Baseline(trials, share, np.arange(counts.shape[1]))


def _take_baseline(ecosystem: Ecosystem, table: pd.DataFrame, reference: pd.DataFrame) -> _Baseline:
    """Take the sum of each row and the shares of the reference, over the columns of both."""
    base = read_reference(reference)
    base = base.loc[:, base.sum() > 0]
    names = name_labels(ecosystem, str(table.columns.name), table.columns)
    place = match_labels(table.columns, names, base.columns)
    common, counts = place >= 0, table.to_numpy(dtype=float)
    whole = base.to_numpy().sum(axis=0)[place[common]]
    share = np.full(counts.shape, np.nan)
    share[:, common] = whole / whole.sum()
    rows = counts[:, common].sum(axis=1, keepdims=True)
    trials = np.where(common & (rows > 0), rows, np.nan)
    return _Baseline(trials, share, place, base)


def _test_cells(counts: Floats, baseline: _Baseline) -> tuple[Floats, Floats]:
    """Find the chance of as many or more in each cell, and adjust it for the number of cells."""
    known = ~np.isnan(baseline.trials + baseline.share)
    count, trials, share = (
        np.where(known, part, 1.0) for part in (counts, baseline.trials, baseline.share)
    )
    fewer = np.maximum(trials - count, 0.0)
    above: Floats = np.asarray(special.betainc(np.maximum(count, 1.0), fewer + 1, share), float)
    p: Floats = np.where(known, np.where(count > 0, above, 1.0), np.nan)
    return p, control_discoveries(p.ravel(), known.ravel()).reshape(counts.shape)


def _bound(found: _Compared, settings: Settings) -> tuple[Floats, Floats]:
    """Find the location quotients between which a count leaves that of its cell."""
    method: Literal["exact", "wilson"] = "exact" if settings.interval == "exact" else "wilson"
    trials, share = found.baseline.trials, found.baseline.share
    counts = np.where(np.isnan(trials), 0.0, found.counts.to_numpy())
    low, high = bound_share(counts, trials, settings.ci_level, method=method)
    return low / share, high / share


def _mark_reference(counts: Floats, presence: Presence) -> Flags:
    if presence == "any":
        return np.asarray(counts > 0)
    return mark_specialised(compute_location_quotient(counts))


def _describe_match(table: pd.DataFrame, baseline: _Baseline) -> dict[str, object] | None:
    """Say which columns table and reference share, and how much of their counts that is."""
    reference, place = baseline.reference, baseline.place
    if reference is None:
        return None
    common = place >= 0
    sums, whole = table.to_numpy().sum(axis=0), reference.to_numpy().sum(axis=0)
    other = np.ones(len(whole), dtype=bool)
    other[place[common]] = False
    return {
        "rows": len(reference),
        "columns": reference.shape[1],
        "matched": table.columns[common].tolist(),
        "unmatched_in_data": table.columns[~common].tolist(),
        "unmatched_in_reference": reference.columns[other].tolist(),
        "share_of_data_matched": _divide(sums[common].sum(), sums.sum()),
        "share_of_reference_matched": _divide(whole[~other].sum(), whole.sum()),
    }


def _require_choice(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise SettingsError(f'{name} is "{value}"; choose one of: {", ".join(known)}.')


def _require_few(kind: str, count: int) -> None:
    """Refuse to compare too many columns with each other."""
    if count > _MOST_LINES:
        raise SettingsError(
            f"There are {count:,} columns ({kind}); up to {_MOST_LINES:,} can be compared pair by "
            "pair. Exchange rows and columns."
        )


# specialisation


def _list_cells(ecosystem: Ecosystem, found: _Compared, density: Floats) -> pd.DataFrame:
    """List the cells of a table, the least by chance first."""
    counts = found.counts.to_numpy()
    low, high = _bound(found, ecosystem.settings)
    values = {
        "count": counts,
        "count_expected": found.baseline.trials * found.baseline.share,
        "share": counts / _blank_zeros(counts.sum(axis=1, keepdims=True)),
        "location_quotient": found.quotient,
        "ci_low": low,
        "ci_high": high,
        "n": found.baseline.trials,
        "p_over": found.p,
        "q_over": found.q,
        "specialised": mark_specialised(found.quotient),
        "relatedness_density": density,
    }
    order = np.lexsort([key.ravel() for key in (-density, -found.quotient, found.p)])
    if counts.size > _MOST_ROWS:
        order = order[counts.ravel()[order] > 0]
    ends = {}
    number = np.divmod(order, max(counts.shape[1], 1))
    for labels, place in zip((found.counts.index, found.counts.columns), number, strict=True):
        kind, names = str(labels.name), name_labels(ecosystem, str(labels.name), labels)
        ends[kind] = labels.take(place)
        ends[f"{kind}_name"] = pd.Index(names, dtype="str").take(place)
    columns = {name: value.ravel()[order] for name, value in values.items()}
    table = pd.DataFrame({**ends, **columns})
    return table.assign(n=table["n"].astype("Int64"))


# complexity


def _rate(found: _Compared) -> tuple[tuple[dict[str, Floats], ...], dict[str, object]]:
    """Find the complexity and fitness of rows and of columns, and say how they were found."""
    complexity, fitness = compute_complexity(found.base), compute_fitness(found.base)
    of_rows = {"complexity": complexity.rows, "fitness": fitness.rows}
    of_columns = {"complexity": complexity.columns, "fitness": fitness.columns}
    told: dict[str, object] = {
        "complexity_unknown": _explain(complexity),
        "fitness_steps": fitness.steps,
        "fitness_converged": fitness.converged,
    }
    if found.baseline.reference is None:
        return (of_rows, of_columns), told
    has = _spread(found)
    of_rows = {
        "complexity": _project_complexity(has, found.base, complexity.columns),
        "fitness": _project_fitness(has, found.base, fitness.columns),
    }
    of_columns = {
        name: np.append(v, np.nan)[found.baseline.place] for name, v in of_columns.items()
    }
    return (of_rows, of_columns), told


def _explain(complexity: Complexity) -> str | None:
    """Say why there is no complexity."""
    if complexity.parts == 0:
        return "no row has a column"
    if complexity.parts > 1:
        return f"the table falls into {complexity.parts} parts that share nothing"
    if np.isnan(complexity.rows).all():
        return "too small or too even: rows cannot be put in one order"
    return None


def _spread(found: _Compared) -> Flags:
    """Say which columns of the base each row of the counts has."""
    has = np.zeros((len(found.counts), found.base.shape[1]), dtype=bool)
    has[:, found.baseline.place[found.common]] = found.present[:, found.common]
    return has


def _project_complexity(has: Flags, base: Flags, values: Floats) -> Floats:
    """Place rows among those of the base by the mean complexity of what they have."""
    filled = np.where(np.isnan(values), 0.0, values)
    means, own = (
        table @ filled / _blank_zeros(table.sum(axis=1)) for table in (has, base[base.any(axis=1)])
    )
    spread = own.std() if len(own) else 0.0
    known = spread > _SAME and not np.isnan(values).all()
    return (means - own.mean()) / spread if known else np.full(len(has), np.nan)


def _project_fitness(has: Flags, base: Flags, values: Floats) -> Floats:
    """Place rows among those of the base by the complexity that they have in all."""
    filled = np.where(np.isnan(values), 0.0, values)
    own = base[base.any(axis=1)] @ filled
    if not len(own):
        return np.full(len(has), np.nan)
    return np.where(has.any(axis=1), has @ filled / own.mean(), np.nan)


def _describe_side(ecosystem: Ecosystem, table: pd.DataFrame, kind: str) -> dict[str, object]:
    """Measure the rows of a table of counts."""
    counts = table.to_numpy()
    return {
        "id": table.index.to_numpy(dtype=object),
        "kind": kind,
        "name": name_labels(ecosystem, kind, table.index),
        "count": counts.sum(axis=1),
        "herfindahl": compute_herfindahl(counts),
        "entropy": compute_entropy(counts),
        "krugman": compute_krugman(counts),
        "hachman": compute_hachman(counts),
    }


def _compare_structure(found: _Compared) -> dict[str, Floats]:
    """Compare the shares of each row with those of the reference, over the columns of both."""
    shares = found.counts.to_numpy() / found.baseline.trials
    known = (~np.isnan(found.baseline.trials)).any(axis=1)
    apart = np.nansum(np.abs(shares - found.baseline.share), axis=1)
    alike = 1 / np.where(known, np.nansum(shares * found.quotient, axis=1), np.nan)
    return {"krugman": np.where(known, apart, np.nan), "hachman": alike}


def _order_side(side: pd.DataFrame) -> pd.DataFrame:
    keys = [-side[name].to_numpy(dtype=float) for name in ("count", "complexity")]
    order = np.lexsort([np.arange(len(side)), *keys])
    return side.iloc[order].set_index("id")


# the shape of a table


def _divide_table(
    table: pd.DataFrame, division: Mapping[str, object] | None
) -> tuple[Floats, Floats]:
    """Take or find the communities of rows and columns, from 1; nan for those without a count."""
    counts = table.to_numpy(dtype=float)
    rows, columns = counts.any(axis=1), counts.any(axis=0)
    found: NDArray[np.integer]
    if division is None:
        found = find_bipartite_groups(counts[rows][:, columns])
    else:
        found = _read_groups([*table.index[rows], *table.columns[columns]], division)
    sizes = np.bincount(found)
    rank = np.empty(len(sizes))
    rank[np.lexsort((np.arange(len(sizes)), -sizes))] = np.arange(1, len(sizes) + 1)
    placed = [np.full(len(mark), np.nan) for mark in (rows, columns)]
    placed[0][rows], placed[1][columns] = np.split(rank[found], [rows.sum()])
    return placed[0], placed[1]


def _read_groups(labels: Sequence[str], division: Mapping[str, object]) -> Ints:
    """Give the groups of a division numbers, by their first row or column."""
    missing = [label for label in labels if label not in division]
    if missing:
        raise SettingsError(f"The division has no group for: {', '.join(missing)}.")
    return np.asarray(pd.factorize(pd.Series([division[label] for label in labels]))[0])


def _describe_shape(
    found: _Compared, groups: tuple[Floats, Floats], seed: int, draws: int, *, fixed: bool
) -> dict[str, object]:
    """Measure nestedness and modularity, and compare them with tables of the same sums."""
    table = found.counts.to_numpy()
    rows, columns = table.any(axis=1), table.any(axis=0)
    counts, present = table[rows][:, columns], found.present[rows][:, columns]
    labels = [groups[0][rows].astype(np.int64) - 1, groups[1][columns].astype(np.int64) - 1]
    steps = counts.size * sum(counts.shape)
    chance = min(counts.shape) >= _LEAST and steps <= _CHEAP
    marks, tables = _draw_tables(counts, present, draws if chance else 0, seed)
    shape: dict[str, object] = {
        "division": "given" if fixed else "found",
        "communities": int(max(part.max(initial=-1) for part in labels)) + 1,
        "modularity": _set_beside(
            _modularity(counts, labels), [_modularity(t, labels if fixed else None) for t in tables]
        ),
        "nodf": None,
        "weighted_nodf": None,
    }
    if max(counts.shape) <= _MOST_LINES:
        drawn = [compute_nodf(mark).table for mark in marks]
        shape["nodf"] = _set_beside(compute_nodf(present).table, drawn)
    if steps <= _MOST_STEPS:
        drawn = [compute_weighted_nodf(t).table for t in tables]
        shape["weighted_nodf"] = _set_beside(compute_weighted_nodf(counts).table, drawn)
    return shape


def _draw_tables(
    counts: Ints, present: Flags, draws: int, seed: int
) -> tuple[list[Flags], list[Ints]]:
    """Draw tables with the sums of the marks, and tables with the sums of the counts."""
    if draws == 0:
        return [], []
    law = stats.random_table(counts.sum(axis=1), counts.sum(axis=0))
    return list(sample_curveball(present, draws, seed=seed)), list(
        law.rvs(draws, random_state=seed)
    )


def _modularity(counts: Ints, labels: list[Ints] | None) -> float:
    """Compute the modularity of a division, or of the best that is found."""
    if not counts.size:
        return np.nan
    own = labels or np.split(find_bipartite_groups(counts.astype(float)), [len(counts)])
    rows, columns = (np.asarray(part, dtype=np.int64) for part in own)
    return compute_bipartite_modularity(counts, rows, columns)


def _set_beside(observed: float, drawn: list[float]) -> dict[str, float | int | None]:
    """Set a measure of a table beside that of tables drawn."""
    values = np.array(drawn, dtype=float)
    values = values[~np.isnan(values + observed)]
    told = len(values)
    mean, spread = (values.mean(), values.std()) if told else (np.nan, np.nan)
    as_low, as_high = (values <= observed + _SAME).sum(), (values >= observed - _SAME).sum()
    return {
        "observed": _tell(observed),
        "expected": _tell(mean),
        "deviation": _tell(spread),
        "z": _tell((observed - mean) / spread if spread > _SAME else np.nan),
        "p": _tell((1 + as_low) / (1 + told) if told else np.nan),
        "p_over": _tell((1 + as_high) / (1 + told) if told else np.nan),
        "draws": told,
    }


# relatedness


def _align_rows(one: _Compared, two: _Compared) -> tuple[Flags, Flags]:
    """Take what the rows have on both sides; leave out rows that have nothing on one of them."""
    first, second = one.align_base(), two.align_base()
    at = one.base_rows.get_indexer(two.base_rows)
    second = second[at >= 0]
    first = first[at[at >= 0]]
    kept = first.any(axis=1) & second.any(axis=1)
    return first[kept], second[kept]


def _list_pairs(
    first: Flags, second: Flags, method: Method, *, same: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    """List the pairs of columns that share a row, by number."""
    near = compute_cross_proximity(first, second, method)
    shared = first.T.astype(float) @ second
    has = [compute_ubiquity(table) for table in (first, second)]
    met = np.outer(*(count > 0 for count in has))
    if same:
        shared, met = np.triu(shared, 1), np.triu(met, 1)
    one, two = np.nonzero(shared)
    pairs = pd.DataFrame(
        {
            "first": one,
            "second": two,
            "proximity": near[one, two],
            "shared": shared[one, two].astype(np.int64),
            "shared_expected": has[0][one] * has[1][two] / max(len(first), 1),
            "ubiquity_first": has[0][one],
            "ubiquity_second": has[1][two],
            "n": len(first),
        }
    )
    counted = {"compared": int(met.sum()), "sharing_a_row": len(one), "rows": len(first)}
    return pairs, counted


def _blank_zeros(sums: NDArray[np.number]) -> Floats:
    return np.where(sums > 0, sums, np.nan)


def _divide(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None


def _tell(value: float) -> float | None:
    """Give a number for JSON, which has no nan."""
    return None if np.isnan(value) else float(value)
