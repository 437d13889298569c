"""Small counts withheld from result tables, with what would tell them."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ecograph.errors import SettingsError
from ecograph.masking.copies import MaskedTables, list_masked_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "LEAST",
    "SMALL_COUNTS",
    "Cells",
    "blur_places",
    "find_threshold",
    "mark_withheld",
    "require_least",
    "suppress",
]

LEAST = 3
"""The least count that is shown, unless another is chosen."""


@dataclass(frozen=True)
class Cells:
    """Which columns of a result count firms or agreements, and what would tell a withheld count.

    Parameters
    ----------
    counts
        Columns of counts.
    told
        Columns from which a count of the same row could be worked out: shares, bounds, amounts.
    lines
        Columns that are the same in all cells of a line, whose sum is known elsewhere.
    sums
        Columns of one row of which the first is the sum of the others.
    where
        A column and the values that it has in the rows that count.
    amounts
        The columns that find the rows of amounts beside a count, and the value of ``where`` there.
    """

    counts: tuple[str, ...]
    told: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    sums: tuple[tuple[str, ...], ...] = ()
    where: tuple[str, tuple[str, ...]] | None = None
    amounts: tuple[tuple[str, ...], str] | None = None


_BOUNDS = ("ci_low", "ci_high")


_TESTS = ("p", "q", "p_over", "q_over")


_WAITS = tuple(f"within_{years}{end}" for years in (1, 2, 3, 5) for end in ("", "_low", "_high"))


SMALL_COUNTS: Mapping[str, Cells] = {
    "summary": Cells(("value",), lines=(("what",),), where=("what", ("agreements",))),
    "gaps": Cells(
        ("observed", "firms", "firms_linked", "firms_recorded"),
        told=("expected", "ratio", *_BOUNDS, *_TESTS, "exposure", "critical", "power", "needed",
              "shrunk", "recorded"),
        lines=((),),
    ),
    "pairs": Cells(
        ("observed", "firms_linked", "contracts"),
        told=("ratio", *_BOUNDS, *_TESTS, "p_links", "p_links_over", "p_contracts",
              "p_contracts_over", "needed", "power"),
        lines=(("industry",), ("discipline",)),
    ),
    "opportunities": Cells(
        ("firms_linked",),
        told=("unlinked_firms", "pair_ratio", "needed", "opportunity", "opportunity_rank"),
        lines=(("industry",), ("discipline",)),
    ),
    "brokers": Cells(
        ("firms_reached", "firms_tied", "firms_near", "firms_meant"),
        told=("paths_near", "firm_evidence"),
    ),
    "partners": Cells(("demanded", "demanded_by", "in_use", "used_by", "links")),
    "structure": Cells(
        ("firms", "firms_in_network"),
        told=("ties_within", "ties_science", "ties_elsewhere", "ei", "ei_expected", "p_closed",
              "p_open", "conductance", "bridges", "deep_bridges", "articulation_points",
              "constraint"),
        lines=((),),
    ),
    "dimensions": Cells(("n",), told=("value", *_BOUNDS, "coverage")),
    "dimensions_by": Cells(
        ("n",), told=("value", *_BOUNDS, "coverage"), lines=(("by", "indicator"),)
    ),
    "pyramid": Cells(
        ("firms",),
        told=("share",),
        lines=(("level", "industry", "region"), ("level", "industry", "tier"),
               ("level", "region", "tier")),
    ),
    "tier_moves": Cells(
        ("firms", "firms_from"),
        told=("share", *_BOUNDS),
        lines=(("scope", "year_from", "year_to", "tier_from"),
               ("scope", "year_from", "year_to", "tier_to")),
    ),
    "path_steps": Cells(("firms", "firms_from"), told=("share", *_BOUNDS)),
    "promotion_summary": Cells(
        ("firms", "promoted", "waiting", "entry_unknown", "promotion_unknown", "higher_before"),
        told=("median", "median_low", "median_high", *_WAITS),
        sums=(("firms", "promoted", "waiting"),),
    ),
    "tier_links": Cells(
        ("firms", "firms_linked", "others", "others_linked"),
        told=("share", *_BOUNDS, "others_share", "odds_ratio", "odds_low", "odds_high", "odds_p",
              "common_odds", "common_low", "common_high", "common_p", "common_q", "alike_p"),
        lines=((),),
    ),
    "year_changes": Cells(
        ("before", "after"),
        told=("ratio", *_BOUNDS, "p", "q", "names"),
        lines=(("scope", "figure"),),
        where=("figure", ("agreements", "with_amount", "firms", "newcomers", "ties_new",
                          "ties_ended", "rose", "fell", "links")),
    ),
    "funnel": Cells(
        ("part",),
        told=("value", *_BOUNDS, "whole"),
        where=("stage", ("signed", "agreements", "paid")),
        amounts=(("basis", "scope", "channel"), "amount"),
    ),
    "incubation": Cells(("count",), told=("share", *_BOUNDS), lines=(("incubator",),)),
    "finance": Cells(
        ("cases", "firms", "named_firms"), told=("amount", "amount_per_firm", "coverage")
    ),
}  # fmt: skip


"""Which columns of which results count firms or agreements by what is known of them."""


_FIGURES = {"sizes": ("staff", "revenue", "assets")}  # of a single firm, to the last yuan


_UNTOLD = "c"  # confidential: not small itself, but it would tell what is


def suppress(results: Mapping[str, pd.DataFrame], *, least: int = LEAST) -> dict[str, pd.DataFrame]:
    """Withhold small counts of firms and agreements, and what would tell them.

    A count from 1 to ``least`` - 1 becomes missing, with the shares, bounds and amounts that
    belong to it. Where it is the only one withheld in a line whose sum is known, the next
    smallest is withheld too. Of a firm that shares industry and county with too few others the
    county is withheld, and of every firm the exact staff, revenue and assets. None stays 0:
    that nobody is there says nothing of anybody.

    Parameters
    ----------
    results
        Result tables by name; they are not changed.
    least
        The least count that is shown, at least 2.

    Returns
    -------
    dict of str to pandas.DataFrame
        The same tables. What is withheld is missing, so that pages can be made of them;
        `mark_withheld` writes marks there. ``attrs["meta"]["withheld"]`` counts the cells:
        ``least``, ``small``, ``further`` (they would tell a small one), ``mark``.

    Raises
    ------
    SettingsError
        If ``least`` is below 2.
    """
    require_least(least)
    lone = _find_lone(results.get("tiers"), least)
    return {name: _suppress_table(name, results[name], least, lone) for name in results}


def require_least(least: int) -> None:
    """Refuse a threshold that withholds nothing."""
    if type(least) is not int or least < 2:  # noqa: PLR2004 - one is nobody's secret kept
        raise SettingsError(f"least is {least!r}; give a whole number from 2.")


def find_threshold(results: Mapping[str, pd.DataFrame]) -> int | None:
    """Find the least count that results show; None where nothing was withheld by `suppress`."""
    told = (table.attrs.get("meta", {}).get("withheld", {}) for table in results.values())
    return min((int(part["least"]) for part in told if part), default=None)


def mark_withheld(table: pd.DataFrame) -> pd.DataFrame:
    """Write marks where `suppress` withheld something, for a file of text.

    ``<3`` stands for a small count (of a threshold of 3), ``c`` for what would tell one. A table
    of which nothing was withheld stays as it is.
    """
    marks = table.attrs.get("withheld")
    if marks is None or not marks.by_column:
        return table
    marked = table.copy()
    for column, places in marks.by_column.items():
        values = marked[column].to_numpy(dtype=object, copy=True)
        for place, text in places:
            values[place] = text
        marked[column] = pd.Series(values, index=marked.index, dtype=object)
    return marked


@dataclass(frozen=True, eq=False)
class _Marks:
    """What stands in withheld cells, by column: place and text."""

    by_column: Mapping[str, Sequence[tuple[int, str]]]

    def __deepcopy__(self, memo: object) -> _Marks:
        """Stay the same: pandas copies what a table says of itself whenever it takes a column."""
        return self


def blur_places(ecosystem: Ecosystem, *, least: int = LEAST) -> Ecosystem:
    """Leave out the county of firms that share it, and an industry, with too few others.

    For what is written of single nodes and edges: results are computed before. A firm without
    industry shares its county with those that have none either.
    """
    if "lies_in" not in ecosystem.edge_columns:
        return ecosystem
    places = ecosystem.link("lies_in")[["source", "target"]]
    industries = ecosystem.link("works_in")[["source", "target"]]
    both = places.merge(industries, on="source", how="left", suffixes=("", "_industry"))
    cells = both.groupby(["target", "target_industry"], dropna=False)["source"]
    few = set(both.loc[cells.transform("nunique") < least, "source"])
    kept = ~places["source"].isin(few).to_numpy()
    edges = ecosystem.edge_columns["lies_in"]
    names = ("source", "target", "role", "level", "amount", "sheet", "row")
    shorter = replace(edges, **{name: getattr(edges, name)[kept] for name in names})
    others = {kind: found for kind, found in ecosystem.edge_columns.items() if kind != "lies_in"}
    columns = others | ({"lies_in": shorter} if kept.any() else {})
    kinds = list_masked_kinds(ecosystem)
    tables = MaskedTables(ecosystem.tables, functools.partial(_leave_regions, few), kinds)
    blurred = replace(ecosystem, edge_columns=dict(sorted(columns.items())), tables=tables)
    if "links" in ecosystem.memory:
        blurred.memory["links"] = ecosystem.memory["links"]
    return blurred


def _leave_regions(firms: set[str], _: str, frame: pd.DataFrame) -> pd.DataFrame:
    if "region" not in frame or "_key" not in frame:
        return frame
    return frame.assign(region=frame["region"].mask(frame["_key"].isin(firms), ""))


def _find_lone(tiers: pd.DataFrame | None, least: int) -> frozenset[str]:
    """Find the firms that share industry and county with too few others."""
    if tiers is None or not {"industry", "region"} <= set(tiers.columns):
        return frozenset()
    cells = tiers.fillna({"industry": "", "region": ""}).groupby(["industry", "region"])
    return frozenset(tiers.index[(cells["name"].transform("size") < least).to_numpy()])


def _suppress_table(
    name: str, table: pd.DataFrame, least: int, lone: frozenset[str]
) -> pd.DataFrame:
    small = pd.DataFrame(data=False, index=range(len(table)), columns=table.columns)
    further = small.copy()
    if name in SMALL_COUNTS and len(table):
        cells = SMALL_COUNTS[name]
        small, further = _find_small(table, cells, least, small)
    if "region" in table:
        ids = table.get("enterprise", table.index)
        filled = table["region"].map(bool).to_numpy() & table["region"].notna().to_numpy()
        further["region"] |= pd.Series(ids).isin(lone).to_numpy() & filled & (name != "pyramid")
    for column in _FIGURES.get(name, ()):
        if column in table:
            further[column] = table[column].notna().to_numpy()
    return _withhold(table, small, further, least)


def _find_small(
    table: pd.DataFrame, cells: Cells, least: int, none: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find the cells that are small, and those that would tell them."""
    counts = [column for column in cells.counts if column in table]
    values = table[counts].apply(pd.to_numeric, errors="coerce").reset_index(drop=True)
    rows = np.ones(len(table), dtype=bool)
    if cells.where:
        rows = table[cells.where[0]].isin(cells.where[1]).to_numpy()
    values = values.astype(np.float64).where(pd.Series(rows), np.nan)
    small, further = none.copy(), none.copy()
    small[counts] = (values > 0) & (values < least)
    hidden = _complete(values, small[counts], table, cells)
    further[counts] = hidden & ~small[counts]
    touched = hidden.any(axis=1).to_numpy()
    told = [column for column in cells.told if column in table]
    filled = table[told].notna().to_numpy(dtype=bool)
    beside = _find_amounts(table, cells, touched)
    further[told] = filled & (touched | beside)[:, None]
    further[counts] |= beside[:, None] & table[counts].notna().to_numpy(dtype=bool)
    return small, further


def _find_amounts(table: pd.DataFrame, cells: Cells, touched: Flags) -> Flags:
    """Find the rows of amounts that belong to counts which are withheld."""
    if not cells.amounts or not cells.where:
        return np.zeros(len(table), dtype=bool)
    keys, value = cells.amounts
    groups = table.groupby(list(keys), dropna=False).ngroup()
    same = groups.isin(groups[touched]).to_numpy()
    return np.asarray(same & (table[cells.where[0]] == value).to_numpy(), dtype=bool)


def _complete(
    values: pd.DataFrame, hidden: pd.DataFrame, table: pd.DataFrame, cells: Cells
) -> pd.DataFrame:
    """Withhold more, until nothing that is withheld follows from a sum."""
    columns = list(values.columns)
    counts, flags = values.to_numpy(), hidden.to_numpy(dtype=bool, copy=True)
    lines = [_number_lines(table, line) for line in cells.lines]
    sums = [[columns.index(c) for c in group if c in columns] for group in cells.sums]
    before = -1
    while before != flags.sum():
        before = flags.sum()
        for line in lines:
            for n in range(len(columns)):
                _complete_lines(counts[:, n], flags[:, n], line)
        for places in sums:
            _complete_rows(counts, flags, places)
    return pd.DataFrame(flags, index=hidden.index, columns=columns)


def _number_lines(table: pd.DataFrame, keys: Sequence[str]) -> Ints:
    present = [key for key in keys if key in table]
    if not present:
        return np.zeros(len(table), dtype=np.int64)
    numbers: Ints = table.groupby(present, dropna=False).ngroup().to_numpy(dtype=np.int64)
    return numbers


def _complete_lines(counts: NDArray[np.float64], flags: Flags, line: Ints) -> None:
    """Withhold, in place, the next smallest count of every line with a single one withheld."""
    numbers, times = np.unique(line[flags], return_counts=True)
    for number in numbers[times == 1]:
        places = np.flatnonzero((line == number) & ~flags & np.isfinite(counts))
        if len(places):
            flags[_choose_least(counts, places)] = True


def _complete_rows(counts: NDArray[np.float64], flags: Flags, places: Sequence[int]) -> None:
    """Withhold, in place, a second part of every sum of which a single one is withheld."""
    for row in np.flatnonzero(flags[:, list(places)].sum(axis=1) == 1):
        shown = [n for n in places if not flags[row, n]]
        parts = [n for n in shown if n != places[0] and counts[row, n] > 0]
        flags[row, min(parts, key=lambda n: counts[row, n], default=shown[0])] = True


def _choose_least(counts: NDArray[np.float64], places: Ints) -> int:
    """Choose the least count above none, or else none."""
    positive = places[counts[places] > 0]
    chosen = positive if len(positive) else places
    return int(chosen[np.argmin(counts[chosen])])


def _withhold(
    table: pd.DataFrame, small: pd.DataFrame, further: pd.DataFrame, least: int
) -> pd.DataFrame:
    """Blank cells, and note where they are."""
    kept = table.copy()
    marks: dict[str, list[tuple[int, str]]] = {}
    for column in table.columns[(small | further).any().to_numpy()]:
        few = small[column].to_numpy(dtype=bool)
        hidden = few | further[column].to_numpy(dtype=bool)
        values = table[column]
        whole = pd.api.types.is_integer_dtype(values) or pd.api.types.is_bool_dtype(values)
        kept[column] = (values.astype(np.float64) if whole else values).mask(hidden)
        places = np.flatnonzero(hidden).tolist()
        marks[str(column)] = [(n, f"<{least}" if few[n] else _UNTOLD) for n in places]
    counted = {
        "least": least,
        "small": int(small.to_numpy().sum()),
        "further": int((further & ~small).to_numpy().sum()),
        "mark": f"<{least}",
    }
    meta = {**table.attrs.get("meta", {}), "withheld": counted}
    kept.attrs = {**table.attrs, "meta": meta, "withheld": _Marks(marks)}
    return kept
