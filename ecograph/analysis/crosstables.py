"""Tables of counts by two classifications, of the ecosystem and of a wider area to compare with."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ecograph.analysis.links import list_links, list_parties, mark_science, number_nodes
from ecograph.analysis.meta import attach_meta
from ecograph.analysis.ties import mark_existing
from ecograph.errors import DataError, SettingsError
from ecograph.schema import fold_label, read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.integer]
    Objects = NDArray[np.object_]

__all__ = [
    "COUNTED",
    "PAIRS",
    "cross_tabulate",
    "match_labels",
    "name_labels",
    "read_reference",
    "tabulate_reference",
]

COUNTED: Mapping[str, str] = {
    "firms": "an enterprise that is listed",
    "links": "an agreement that counts and has a university or platform as a party",
    "platforms": "a platform that is there on the as-of day",
    "demands": "a demand made by the as-of day",
    "achievements": "an achievement dated no later than the as-of day",
    "teams": "a team",
    "offers": "a discipline that a university offers, so that a cell is 0 or 1",
}
"""What one count of a table can be."""

_CLASSES = {
    "firms": ("region", "industry", "enterprise"),
    "links": ("region", "industry", "discipline", "university", "enterprise"),
    "platforms": ("industry", "discipline", "university", "platform_type"),
    "demands": ("region", "industry", "discipline", "enterprise"),
    "achievements": ("industry", "discipline", "university", "enterprise"),
    "teams": ("discipline", "university"),
    "offers": ("discipline", "university"),
}
_ORDERED = [
    (pair, counted)
    for counted, classes in _CLASSES.items()
    for pair in itertools.permutations(classes, 2)
]

PAIRS: Mapping[tuple[str, str], tuple[str, ...]] = {
    pair: tuple(counted for other, counted in _ORDERED if other == pair) for pair, _ in _ORDERED
}
"""What can be counted by each two classifications (rows, columns), the usual first."""

_UNITS = {
    "firms": "enterprise",
    "platforms": "platform",
    "demands": "demand",
    "achievements": "achievement",
    "teams": "team",
}
_EDGES = {  # the kind of edge that classifies a unit, and whether the unit is its source
    ("firms", "region"): ("lies_in", True),
    ("firms", "industry"): ("works_in", True),
    ("links", "discipline"): ("about", True),
    ("links", "university"): ("party", True),
    ("links", "enterprise"): ("party", True),
    ("platforms", "industry"): ("advances", True),
    ("platforms", "discipline"): ("supports", False),
    ("platforms", "university"): ("hosts", False),
    ("demands", "discipline"): ("studies", True),
    ("demands", "enterprise"): ("needs", False),
    ("achievements", "industry"): ("concerns", True),
    ("achievements", "discipline"): ("studies", True),
    ("achievements", "enterprise"): ("yields", False),
    ("teams", "discipline"): ("studies", True),
    ("teams", "university"): ("fields", False),
}
_MOST_CELLS = 100_000_000
_LONG = 3  # columns: row, column, value


class _Side(NamedTuple):
    """One classification: which units are of which of its labels.

    Parameters
    ----------
    members
        Pairs of unit and label, by number.
    labels
        Ids.
    """

    members: pd.DataFrame
    labels: pd.Index


def cross_tabulate(
    ecosystem: Ecosystem, rows: str, columns: str, *, counted: str | None = None
) -> pd.DataFrame:
    """Count firms, links, platforms and the like by two classifications.

    What one count is, by ``counted`` (the first that both classifications have is the default):

    - ``firms``: a listed enterprise, by region (lies in), industry (works in), or itself;
    - ``links``: an agreement that counts with a university or platform as a party, by industry (as
      in `list_links`), discipline (is about), university (is a party), enterprise (is a party), or
      region (of its firms, or one that signs itself);
    - ``platforms``: one that is there on the as-of day, by industry (advances), discipline
      (supports), university (hosts), or platform type;
    - ``demands``: by discipline, the firm that asks, its region, and industry (those that the
      demand names; where it names none, those of the firm);
    - ``achievements``: by industry, discipline, enterprise, and university (or that of the team);
    - ``teams``: by university and discipline; ``offers``: the same, 1 where it is offered.

    A unit that belongs to several rows or columns counts once in each cell, so that the sum of a
    table may be more than the number of its units.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    rows, columns
        Two classifications, a key of `PAIRS`: region, industry, discipline, university,
        enterprise or platform_type.
    counted
        A key of `COUNTED`.

    Returns
    -------
    pandas.DataFrame
        Whole numbers, ids on both axes in sorted order; all ids of a classification, with or
        without a count, but for enterprises only those with one. ``attrs["meta"]["method"]`` says
        what is counted, the number of ``units`` behind the table and its ``total``.

    Raises
    ------
    SettingsError
        If there is no such table; the sentence lists those that there are.

    Notes
    -----
    University by discipline counts links by default: what is done, in numbers that vary. Offers
    are what a university could do, and are 0 or 1.
    """
    chosen = _choose_counted(rows, columns, counted)
    one, two = (_classify(ecosystem, chosen, kind) for kind in (rows, columns))
    pairs = one.members.merge(two.members, on="unit", suffixes=("_row", "_column"))
    row, row_labels = _drop_silent(pairs["label_row"].to_numpy(), one.labels, rows)
    column, column_labels = _drop_silent(pairs["label_column"].to_numpy(), two.labels, columns)
    shape = (len(row_labels), len(column_labels))
    if shape[0] * shape[1] > _MOST_CELLS:
        raise SettingsError(f"{rows} by {columns} would have {shape[0] * shape[1]:,} cells.")
    cells = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1])
    table = pd.DataFrame(
        cells.reshape(shape),
        index=row_labels.rename(rows),
        columns=column_labels.rename(columns),
    )
    method = {
        "rows": rows,
        "columns": columns,
        "counted": chosen,
        "count": COUNTED[chosen],
        "units": int(pairs["unit"].nunique()),
        "total": int(cells.sum()),
    }
    return attach_meta(table, ecosystem, "counts", method=method)


def name_labels(ecosystem: Ecosystem, kind: str, labels: pd.Index) -> Objects:
    """Name the ids of a classification, in the ecosystem's language where they are no nodes."""
    if kind == "platform_type":
        schema = read_schema()
        names = [schema.label_term(kind, key, ecosystem.lang) for key in labels]
        return np.array(names, dtype=object)
    found = ecosystem.names[ecosystem.keys.get_indexer(labels)]
    return np.asarray(found, dtype=object)


def tabulate_reference(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn a table as it is read from a file into counts of places (or firms) by activities.

    Parameters
    ----------
    frame
        Long: three columns (place, activity, value) of which the first has an entry more than
        once. Or wide: places in the first column, then a column for each activity. Values may be
        text; an empty one is 0.

    Returns
    -------
    pandas.DataFrame
        Places x activities, sorted; values that stand more than once are added up.

    Raises
    ------
    DataError
        If a place or activity has no name, or a value is no number or less than 0.

    Examples
    --------
    >>> long = pd.DataFrame({"city": ["A", "A", "B"], "field": ["x", "y", "x"], "n": [3, 1, 2]})
    >>> tabulate_reference(long).to_numpy().tolist()
    [[3.0, 1.0], [2.0, 0.0]]
    """
    if frame.shape[1] <= 1:
        raise DataError("The reference has no values; it needs places, activities and values.")
    places = _read_labels(frame.iloc[:, 0])
    if frame.shape[1] != _LONG or not places.has_duplicates:
        wide = frame.iloc[:, 1:].set_axis(places, axis=0)
        return read_reference(wide).sort_index(axis=0).sort_index(axis=1)
    activities = _read_labels(frame.iloc[:, 1])
    values = _read_values(frame.iloc[:, [2]])[:, 0]
    long = pd.DataFrame({"place": places, "activity": activities, "value": values})
    wide = long.pivot_table("value", "place", "activity", aggfunc="sum", fill_value=0.0)
    return wide.rename_axis(index=str(frame.columns[0]), columns=str(frame.columns[1]))


def read_reference(table: pd.DataFrame) -> pd.DataFrame:
    """Check a table of places by activities, and make its labels texts and its values floats.

    Parameters
    ----------
    table
        Indexed by place, one column an activity; an empty value is 0. Places that stand more than
        once are added up.

    Raises
    ------
    DataError
        If an activity stands more than once, or a value is no number or less than 0.

    Examples
    --------
    >>> read_reference(pd.DataFrame({802: ["3", None]}, index=["A", "B"])).to_numpy().tolist()
    [[3.0], [0.0]]
    """
    labels = _read_labels(table.columns)
    again = labels[labels.duplicated()]
    if len(again):
        raise DataError(f'The column "{again[0]}" stands more than once in the reference.')
    index = _read_labels(table.index)
    read = pd.DataFrame(_read_values(table), index=index, columns=labels)
    read = read.groupby(level=0, sort=False).sum() if index.has_duplicates else read
    return read.rename_axis(index=table.index.name, columns=table.columns.name)


def match_labels(ids: Iterable[str], names: Iterable[str], others: pd.Index) -> Ints:
    """Find the place of each label among others, by its id, else by its name.

    Parameters
    ----------
    ids, names
        Of the labels.
    others
        Ids or names; in names upper and lower case, spaces, hyphens and full-width letters are
        alike.

    Returns
    -------
    numpy.ndarray
        -1 where there is none; no place is given twice, the first label keeps it.

    Examples
    --------
    >>> match_labels(["I1", "I2"], ["Steel", "Glass"], pd.Index(["glass", "I1"])).tolist()
    [1, 0]
    """
    folded = pd.Index([fold_label(str(other)) for other in others], dtype=object)
    by_id = _find_first(others, ids)
    by_name = _find_first(folded, [fold_label(str(name)) for name in names])
    by_name = np.where(np.isin(by_name, by_id), -1, by_name)
    found = pd.Series(np.where(by_id >= 0, by_id, by_name))
    return np.asarray(found.mask(found.duplicated(), -1), dtype=np.int64)


def _find_first(others: pd.Index, labels: Iterable[str]) -> Ints:
    """Find the first place of each label; -1 where there is none."""
    first = ~others.duplicated()
    places = np.append(np.flatnonzero(first), -1)
    found: Ints = places[others[first].get_indexer(pd.Index(list(labels), dtype=object))]
    return found


def _choose_counted(rows: str, columns: str, counted: str | None) -> str:
    """Find what is counted, or say what could be."""
    known = PAIRS.get((rows, columns))
    if known is None:
        pairs = ", ".join(" x ".join(pair) for pair in PAIRS if pair[0] < pair[1])
        raise SettingsError(
            f'There is no table of "{rows}" by "{columns}". Tables, either way round: {pairs}.'
        )
    if counted is not None and counted not in known:
        raise SettingsError(
            f'{rows} by {columns} cannot count "{counted}"; choose one of: {", ".join(known)}.'
        )
    return counted or known[0]


def _classify(ecosystem: Ecosystem, counted: str, kind: str) -> _Side:
    """List which units are of which label of a classification, each pair once."""
    if kind == "platform_type":
        return _classify_types(ecosystem)
    positions = ecosystem.find_positions(kind)
    unit, node = _pair_units(ecosystem, counted, kind)
    label = number_nodes(ecosystem, positions)[node]
    kept = label >= 0
    if counted in _UNITS:
        kept &= (ecosystem.mark(_UNITS[counted]) & _mark_existing(ecosystem))[unit]
    elif counted == "links":
        kept &= mark_science(ecosystem)[unit]
    members = pd.DataFrame({"unit": unit[kept], "label": label[kept]})
    return _Side(members.drop_duplicates(), ecosystem.keys[positions])


def _classify_types(ecosystem: Ecosystem) -> _Side:
    positions = ecosystem.find_positions("platform")
    types = ecosystem.select("platform").reindex(columns=["type"])["type"]
    kept = types.notna().to_numpy() & _mark_existing(ecosystem)[positions]
    label, labels = pd.factorize(types[kept].to_numpy(dtype=object), sort=True)
    members = pd.DataFrame({"unit": positions[kept], "label": label})
    return _Side(members, pd.Index(labels, dtype=object))


def _mark_existing(ecosystem: Ecosystem) -> Flags:
    """Say of every node whether it is there on the as-of day; computed once."""
    if "existing" not in ecosystem.memory:
        ecosystem.memory["existing"] = mark_existing(ecosystem)
    existing: Flags = ecosystem.memory["existing"]
    return existing


def _pair_units(ecosystem: Ecosystem, counted: str, kind: str) -> tuple[Ints, Ints]:
    """List pairs of a unit and a node of a classification; some are not of these kinds."""
    if (counted, kind) in _EDGES:
        edge, forward = _EDGES[counted, kind]
        source, target = ecosystem.find_pairs(edge)
        return (source, target) if forward else (target, source)
    if kind == "region":
        return _pair_regions(ecosystem, counted)
    return _OTHERS[counted, kind](ecosystem)


def _pair_firms(ecosystem: Ecosystem) -> tuple[Ints, Ints]:
    positions = ecosystem.find_positions("enterprise")
    return positions, positions


def _pair_links(ecosystem: Ecosystem) -> tuple[Ints, Ints]:
    links = list_links(ecosystem)
    return links["agreement"].to_numpy(), links["industry"].to_numpy()


def _number_offers(ecosystem: Ecosystem, end: int) -> tuple[Ints, Ints]:
    """Give each offer a number, beside its university (0) or discipline (1)."""
    ends = ecosystem.find_pairs("offers")[end]
    return np.arange(len(ends)), ends


def _pair_regions(ecosystem: Ecosystem, counted: str) -> tuple[Ints, Ints]:
    """List the regions of the firms of units; an agreement may have a region as a party too."""
    unit, region = _follow(ecosystem, _pair_units(ecosystem, counted, "enterprise"), "lies_in")
    if counted == "links":
        parties = list_parties(ecosystem)
        unit = np.concatenate([unit, parties["agreement"]])
        region = np.concatenate([region, parties["party"]])
    return unit, region


def _pair_demands(ecosystem: Ecosystem) -> tuple[Ints, Ints]:
    """List the industries that demands name; where one names none, those of its firm."""
    unit, industry = ecosystem.find_pairs("concerns")
    pairs = _pair_units(ecosystem, "demands", "enterprise")
    demand, home = _follow(ecosystem, pairs, "works_in")
    silent = ~np.isin(demand, unit)
    return np.concatenate([unit, demand[silent]]), np.concatenate([industry, home[silent]])


def _pair_owners(ecosystem: Ecosystem) -> tuple[Ints, Ints]:
    """List the universities of achievements: a team's are those of its university."""
    university, team = ecosystem.find_pairs("fields")
    home = np.arange(len(ecosystem.keys))
    home[team] = university
    owner, achievement = ecosystem.find_pairs("yields")
    return achievement, home[owner]


_OTHERS: Mapping[tuple[str, str], Callable[[Ecosystem], tuple[Ints, Ints]]] = {
    ("firms", "enterprise"): _pair_firms,
    ("links", "industry"): _pair_links,
    ("demands", "industry"): _pair_demands,
    ("achievements", "university"): _pair_owners,
    ("offers", "university"): functools.partial(_number_offers, end=0),
    ("offers", "discipline"): functools.partial(_number_offers, end=1),
}


def _follow(ecosystem: Ecosystem, pairs: tuple[Ints, Ints], edge: str) -> tuple[Ints, Ints]:
    """Put in the place of firms what edges lead to from them."""
    source, target = ecosystem.find_pairs(edge)
    units = pd.DataFrame({"unit": pairs[0], "firm": pairs[1]})
    led = units.merge(pd.DataFrame({"firm": source, "end": target}), on="firm")
    return led["unit"].to_numpy(), led["end"].to_numpy()


def _drop_silent(numbers: Ints, labels: pd.Index, kind: str) -> tuple[Ints, pd.Index]:
    """Leave out the enterprises without a count: most of them have none."""
    if kind != "enterprise":
        return numbers, labels
    kept, again = np.unique(numbers, return_inverse=True)
    return again, labels[kept]


def _read_labels(labels: Iterable[object]) -> pd.Index:
    texts = pd.Index(["" if pd.isna(label) else str(label).strip() for label in labels], dtype=str)
    if (texts == "").any():
        raise DataError("A place or an activity of the reference has no name.")
    return texts


def _read_values(table: pd.DataFrame) -> NDArray[np.float64]:
    """Read numbers; an empty cell is 0."""
    columns = [pd.to_numeric(table.iloc[:, at], errors="coerce") for at in range(table.shape[1])]
    values = np.column_stack([np.zeros((len(table), 0)), *(c.to_numpy(float) for c in columns)])
    empty = np.asarray(table.isna() | (table == ""), dtype=bool)
    wrong = (~np.isfinite(values) & ~empty) | (values < 0)
    if wrong.any():
        row, column = (int(at[0]) for at in np.nonzero(wrong))
        raise DataError(
            f'The reference has "{table.iloc[row, column]}" in the column '
            f'"{table.columns[column]}", which is no number from 0.'
        )
    return np.where(empty, 0.0, values)
