"""The ecosystem over time: what holds in a year or some years, and any analysis for each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pandas as pd

from ecograph import engine
from ecograph.analysis.cooperation import gather_cooperation
from ecograph.analysis.dimensions import INDICATORS
from ecograph.analysis.gaps import VERDICTS, find_gaps
from ecograph.analysis.meta import attach_meta
from ecograph.ecosystem import Ecosystem
from ecograph.errors import SettingsError
from ecograph.progress import track
from ecograph.projection import EDGES, project_ties
from ecograph.schema import ORGANISATION_KINDS
from ecograph.texts import label_of, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import EdgeColumns
    from ecograph.projection import Network

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]

__all__ = [
    "NODE_YEAR_COLUMNS",
    "TIE_YEAR_COLUMNS",
    "TRACED",
    "TRACE_COLUMNS",
    "Active",
    "View",
    "Window",
    "count_agreements",
    "date_agreements",
    "describe_view",
    "find_distinct",
    "list_node_years",
    "list_tie_years",
    "list_windows",
    "make_view",
    "mark_active",
    "number_ties",
    "recompute",
    "take_window",
    "trace_windows",
]

Active: TypeAlias = Literal["running", "signed"]
"""What puts an agreement in a year: that it runs in it, or that it was signed in it."""

TIE_YEAR_COLUMNS = ("source", "target", "first", "last", "years")
NODE_YEAR_COLUMNS = ("name", "kind", "first", "last", "years")
_FIGURE_COLUMNS = ("analysis", "figure", "value", "ci_low", "ci_high")

TRACE_COLUMNS = ("window", "analysis", "figure", "name", "value", "ci_low", "ci_high")

TRACED = (
    "partners",
    "firm_coverage",
    "effective_disciplines",
    "amount_median",
    "mode_depth",
    "deep_share",
    "agreements_per_100_firms",
    "agreements_per_tie",
    "ties_per_firm",
)
"""The indicators of the four dimensions that are followed over time: those that take no chance into
account, which is slow, and whose meaning does not hang on what was there before the window."""

_RULES = {
    "running": "from the year of its date to that of its recorded end, not after the as-of day; "
    "to the year of its date where no end is recorded",
    "signed": "in the year of its date",
}
_UNDATED = "agreements that count but whose date is unknown or leaves the year open; in no window"


class Window(NamedTuple):
    """Some years, both ends included.

    >>> Window(2023, 2023).label, Window(2021, 2023).label
    ('2023', '2021-2023')
    """

    first: int
    last: int

    @property
    def label(self) -> str:
        """The years as text."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, eq=False)
class View(Ecosystem):
    """An ecosystem of which some is left out or restated, and what that is.

    Parameters
    ----------
    window
        The years that it was restricted to; None for all.
    active
        What puts an agreement in a year.
    undated
        How many agreements count but belong to no year.
    base
        The year in whose prices amounts are; None for those of each year.
    """

    window: Window | None = None
    active: Active | None = None
    undated: int = 0
    base: int | None = None


def make_view(ecosystem: Ecosystem, **changes: Any) -> View:  # noqa: ANN401 - fields of many types
    """Return the ecosystem as a view with other values of some fields; nothing computed stays."""
    if isinstance(ecosystem, View):
        return replace(ecosystem, **changes)
    held = {field.name: getattr(ecosystem, field.name) for field in fields(ecosystem)}
    return View(**(held | changes))


def describe_view(ecosystem: Ecosystem) -> dict[str, object]:
    """Say of an ecosystem, or a view of one, which agreements and prices are meant.

    Returns
    -------
    dict
        ``ecosystem``, ``as_of``, ``agreements`` (those that count); of a view also ``window``,
        ``active``, ``undated`` and ``base``, as far as they apply.
    """
    told: dict[str, object] = {
        "ecosystem": ecosystem.name,
        "as_of": ecosystem.as_of.isoformat() if ecosystem.as_of else None,
        "agreements": int(ecosystem.counts.sum()),
    }
    if isinstance(ecosystem, View) and ecosystem.window:
        told |= {"window": ecosystem.window.label, "active": ecosystem.active}
        told["undated"] = ecosystem.undated
    if isinstance(ecosystem, View) and ecosystem.base:
        told["base"] = ecosystem.base
    return told


def date_agreements(ecosystem: Ecosystem) -> pd.DataFrame:
    """Say of each agreement, counted or not, in which years it is active.

    Returns
    -------
    pandas.DataFrame
        One row an agreement, in the order of the part: ``first``, the year of its date, nan where
        there is none or where it spans several years; ``last``, the year of the first day that its
        recorded end may mean, not after the as-of day, else that of its date.
    """
    part = ecosystem.parts.get("agreement", pd.DataFrame())
    dated = part.reindex(columns=["date_start", "date_end", "ends_start"])
    start, until, end = (pd.to_datetime(dated[column]) for column in dated)
    if ecosystem.as_of is not None:
        day = pd.Timestamp(ecosystem.as_of)
        end = end.mask(end > day, day)
    first = start.dt.year.where(start.dt.year == until.dt.year).astype(float)
    stop = end.dt.year.astype(float)
    return pd.DataFrame({"first": first, "last": first.where(~(stop > first), stop)})


def mark_active(ecosystem: Ecosystem, window: Window, *, active: Active = "running") -> Flags:
    """Say of each agreement, counted or not, whether it is active in a window.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    window
        The years.
    active
        ``running``: its activity, from its date to its recorded end, overlaps the window; without
        a recorded end it is active in the year of its date alone. ``signed``: its date lies in the
        window. An agreement whose date is unknown, or does not tell the year, is in none.

    Raises
    ------
    SettingsError
        If the window ends before it starts, or active is neither.
    """
    _check_window(window)
    _check_active(active)
    years = date_agreements(ecosystem)
    until = years["last"] if active == "running" else years["first"]
    return np.asarray((years["first"] <= window.last) & (until >= window.first), dtype=bool)


def take_window(
    ecosystem: Ecosystem, first: int, last: int | None = None, *, active: Active = "running"
) -> View:
    """Restrict an ecosystem to the agreements that are active in a year, or in some years.

    What comes is an ecosystem itself, so that every analysis answers for it.

    Parameters
    ----------
    ecosystem
        The ecosystem; it stays as it is, and nothing is read again.
    first, last
        The years, both included; by default one year.
    active
        See `mark_active`.

    Returns
    -------
    View
        All nodes but the agreements that are not active then, and their edges; looked at on the
        last day of the window, or on the ecosystem's own as-of day where that is earlier. Other
        registers (events, accounts, certificates, platforms) are looked at on that day, too, and
        are not cut at the start of the window. Tables stay as they were read.

    Raises
    ------
    SettingsError
        If the window ends before it starts, or active is neither.
    """
    window = Window(first, first if last is None else last)
    kept = mark_active(ecosystem, window, active=active)
    day = dt.date(window.last, 12, 31)
    as_of = day if ecosystem.as_of is None else min(day, ecosystem.as_of)
    return make_view(
        _keep_agreements(ecosystem, kept),
        settings=replace(ecosystem.settings, as_of=as_of),
        window=window,
        active=active,
        undated=_count_undated(ecosystem),
    )


def list_windows(
    ecosystem: Ecosystem,
    *,
    span: int = 1,
    first: int | None = None,
    last: int | None = None,
    active: Active = "running",
) -> tuple[Window, ...]:
    """List the windows from the first to the last year in which a counted agreement is active.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    span
        Years in a window. Windows of several years overlap: one ends in each year.
    first, last
        Other years to start and stop at.
    active
        See `mark_active`.

    Returns
    -------
    tuple of Window
        In order; one shorter window where there are fewer years than ``span``; none where nothing
        is dated.

    Raises
    ------
    SettingsError
        If the span is less than a year, or the last year lies before the first.
    """
    if span < 1:
        raise SettingsError(f"A window of {span} years is none; give 1 or more.")
    _check_active(active)
    years = date_agreements(ecosystem)[ecosystem.counts].dropna()
    if years.empty and (first is None or last is None):
        return ()
    until = years["last"] if active == "running" else years["first"]
    start = int(years["first"].min()) if first is None else first
    stop = int(until.max()) if last is None else last
    _check_window(Window(start, stop))
    ends = range(min(start + span - 1, stop), stop + 1)
    return tuple(Window(max(end - span + 1, start), end) for end in ends)


def recompute(
    ecosystem: Ecosystem,
    answer: Callable[[Ecosystem], pd.DataFrame],
    windows: Sequence[tuple[int, int]],
    *,
    active: Active = "running",
) -> pd.DataFrame:
    """Ask the same of each window, and put the answers under each other.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    answer
        Any analysis: a function of an ecosystem that returns a table, as `find_gaps` or `rank`;
        with choices of its own as ``lambda view: rank(view, "university")``.
    windows
        First and last year of each: those of `list_windows`, or others.
    active
        See `mark_active`.

    Returns
    -------
    pandas.DataFrame
        The columns of the answer after ``window`` and, where it has a name, its index.
    """
    found = [
        _ask(take_window(ecosystem, *window, active=active), answer)
        for window in track(windows, len(windows), "windows")
    ]
    told = [frame for frame in found if len(frame)] or found[:1] or [_NOTHING]
    table = pd.concat(told, ignore_index=True)
    asked = getattr(answer, "__name__", type(answer).__name__)
    method = {"of": asked, **_describe_windows(ecosystem, windows, active)}
    return attach_meta(table, ecosystem, "windows", method=method)


def trace_windows(
    ecosystem: Ecosystem,
    *,
    span: int = 1,
    first: int | None = None,
    last: int | None = None,
    active: Active = "running",
) -> pd.DataFrame:
    """Follow the headline figures from window to window.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    span, first, last
        Which windows; see `list_windows`.
    active
        See `mark_active`.

    Returns
    -------
    pandas.DataFrame
        One row a window and figure, columns ``TRACE_COLUMNS``; ``name`` of the figure in the
        ecosystem's language. Of ``network``: ``agreements``
        active, those of them ``signed`` in the window, their ``amount`` as far as it is known (the
        whole amount in each window), ``organisations`` that are a party of one, ``ties``,
        ``ties_per_organisation`` and ``largest_share``, the share of the organisations in the
        largest component. Of ``gaps``: how many industries have each verdict, where there are
        industries. Of ``dimensions``: the indicators ``TRACED`` with their intervals.

    Notes
    -----
    Everything is that of the agreements active in the window. Firms, industries and what is stated
    of them are those of the whole register: what grows with the register grows here, too.
    """
    windows = list_windows(ecosystem, span=span, first=first, last=last, active=active)
    table = recompute(ecosystem, _measure_view, windows, active=active)
    table = table.reindex(columns=list(TRACE_COLUMNS))  # also where there is no window
    pairs = zip(table["analysis"], table["figure"], strict=True)
    table["name"] = [_name_figure(*pair, ecosystem.lang) for pair in pairs]
    method = {"span": span, **_describe_windows(ecosystem, windows, active)}
    return attach_meta(table, ecosystem, "trace", method=method)


def _name_figure(analysis: str, figure: str, lang: str) -> str:
    """Name a figure of the trace."""
    if analysis == "dimensions":
        return translate(f"indicator.{figure}.name", lang)
    return label_of("verdict" if analysis == "gaps" else "figure", figure, lang)


def list_tie_years(
    ecosystem: Ecosystem, part: str = "organisation", *, active: Active = "running"
) -> pd.DataFrame:
    """List the years in which each tie is active: what a slider of years needs.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        One of `ecograph.projection.PARTS`.
    active
        See `mark_active`.

    Returns
    -------
    pandas.DataFrame
        Every tie of `project_ties`, in its order, columns ``TIE_YEAR_COLUMNS``: the ``first`` and
        ``last`` year in which an agreement behind the tie is active, and all such ``years`` as a
        tuple, with the gaps between them; empty where none is dated.
    """
    network = project_ties(ecosystem, part)
    source, target = number_ties(network)
    key, size = source * len(network.nodes) + target, len(network.nodes)
    years = date_agreements(ecosystem)[ecosystem.counts]

    def mark(among: Flags) -> Ints:
        members = network.memberships.incidence[np.flatnonzero(among)]
        found = (members.T @ members).tocoo()
        above = found.row < found.col
        shared = found.row[above].astype(np.int64) * size + found.col[above]
        return np.asarray(np.searchsorted(key, shared), dtype=np.int64)

    span = _mark_years(years, mark, len(key), active)
    columns = {
        "source": network.nodes.index[source],
        "target": network.nodes.index[target],
        **_spell_years(*span),
    }
    table = pd.DataFrame(columns, columns=list(TIE_YEAR_COLUMNS))
    method = {"part": part, **_describe_years(ecosystem, active), **network.describe()}
    return attach_meta(table, ecosystem, "tie_years", method=method)


def list_node_years(
    ecosystem: Ecosystem, part: str = "organisation", *, active: Active = "running"
) -> pd.DataFrame:
    """List the years in which each node is in an active agreement, alone or with others.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    part
        One of `ecograph.projection.PARTS`.
    active
        See `mark_active`.

    Returns
    -------
    pandas.DataFrame
        Indexed by id, all nodes of the part, columns ``NODE_YEAR_COLUMNS``; see `list_tie_years`.
    """
    network = project_ties(ecosystem, part)
    agreement, node = _list_memberships(ecosystem, part)
    years = date_agreements(ecosystem)[ecosystem.counts]

    def mark(among: Flags) -> Ints:
        return node[among[agreement]]

    span = _mark_years(years, mark, len(network.nodes), active)
    table = network.nodes.assign(**_spell_years(*span))[list(NODE_YEAR_COLUMNS)]
    method = {"part": part, **_describe_years(ecosystem, active)}
    return attach_meta(table.rename_axis("id"), ecosystem, "node_years", method=method)


def count_agreements(ecosystem: Ecosystem, part: str = "organisation") -> Ints:
    """Count the agreements that count of each node of a part, in the order of ids.

    Those of more members than are tied to each other are among them.
    """
    size = len(ecosystem.find_positions(*_list_kinds(part)))
    return np.bincount(_list_memberships(ecosystem, part)[1], minlength=size)


def number_ties(network: Network) -> tuple[Ints, Ints]:
    """List the numbers of both ends of each tie of a network, in the order of its table of ties."""
    matrix = network.adjacency
    rows: Ints = np.repeat(np.arange(len(network.nodes)), np.diff(matrix.indptr))
    columns: Ints = matrix.indices.astype(np.int64)
    upper = columns > rows
    return rows[upper], columns[upper]


def find_distinct(numbers: Ints) -> Ints:
    """Sort numbers, each once; of many this is faster than numpy's own, which hashes them.

    >>> find_distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(numbers)
    first = np.ones(len(ordered), dtype=bool)
    first[1:] = ordered[1:] != ordered[:-1]
    distinct: Ints = ordered[first]
    return distinct


# What is active when


def _check_active(active: str) -> None:
    if active not in get_args(Active):
        raise SettingsError(f'active is "{active}"; choose one of: {", ".join(get_args(Active))}.')


def _check_window(window: Window) -> None:
    if window.last < window.first:
        raise SettingsError(f"The window ends in {window.last}, before it starts: {window.first}.")
    if not dt.MINYEAR <= window.first <= window.last <= dt.MAXYEAR:
        raise SettingsError(f"{window.label} are no years.")


def _count_undated(ecosystem: Ecosystem) -> int:
    """Count the agreements that count but belong to no year; a view has left them out already."""
    if isinstance(ecosystem, View) and ecosystem.window:
        return ecosystem.undated
    return int(date_agreements(ecosystem)["first"].isna().to_numpy()[ecosystem.counts].sum())


def _describe_years(ecosystem: Ecosystem, active: Active) -> dict[str, object]:
    return {
        "active": active,
        "active_in": _RULES[active],
        "undated": _count_undated(ecosystem),
        "undated_are": _UNDATED,
    }


def _describe_windows(
    ecosystem: Ecosystem, windows: Sequence[tuple[int, int]], active: Active
) -> dict[str, object]:
    """Say which windows there are, and of which the as-of day cuts off the end."""
    day = ecosystem.as_of
    cut = [window for window in windows if day is not None and day < dt.date(window[1], 12, 31)]
    return {
        "windows": [Window(*window).label for window in windows],
        **_describe_years(ecosystem, active),
        "cut_short": [Window(*window).label for window in cut],
    }


def _keep_agreements(ecosystem: Ecosystem, kept: Flags) -> Ecosystem:
    """Leave the other agreements and their edges out; an empty register stays one."""
    if kept.all():
        return ecosystem
    stays = np.ones(len(ecosystem.keys), dtype=bool)
    stays[ecosystem.find_positions("agreement")] = kept
    place = np.cumsum(stays) - 1
    agreements = ecosystem.parts["agreement"][kept].reset_index(drop=True)
    return replace(
        ecosystem,
        keys=ecosystem.keys[stays],
        parts={**ecosystem.parts, "agreement": agreements},
        positions={kind: place[at[stays[at]]] for kind, at in ecosystem.positions.items()},
        named={
            column: _move_names(rows, at, stays, place)
            for column, (rows, at) in ecosystem.named.items()
        },
        edge_columns={
            kind: _move_edges(edges, stays, place) for kind, edges in ecosystem.edge_columns.items()
        },
    )


def _move_names(rows: Places, at: Ints, stays: Flags, place: Ints) -> tuple[Places, Ints]:
    """Keep the references to nodes that stay; -1 names none and stays."""
    kept = (at < 0) | stays[at]
    return rows[kept], np.where(at < 0, at, place[at])[kept]


def _move_edges(edges: EdgeColumns, stays: Flags, place: Ints) -> EdgeColumns:
    """Keep the edges between nodes that stay; their order does."""
    kept = stays[edges.source] & stays[edges.target]
    columns = ("role", "level", "amount", "sheet", "row")
    return replace(
        edges,
        source=place[edges.source[kept]].astype(edges.source.dtype),
        target=place[edges.target[kept]].astype(edges.target.dtype),
        **{name: getattr(edges, name)[kept] for name in columns},
    )


# One answer after the other


_NOTHING = pd.DataFrame({"window": pd.Series(dtype="str")})


def _ask(view: View, answer: Callable[[Ecosystem], pd.DataFrame]) -> pd.DataFrame:
    found = answer(view)
    named = any(name is not None for name in found.index.names)
    table = found.reset_index(drop=not named)
    table.attrs = {}
    label = view.window.label if view.window else ""
    table.insert(0, "window", pd.Series([label] * len(table), dtype="str"))
    return table


def _measure_view(view: Ecosystem) -> pd.DataFrame:
    """Measure what `trace_windows` follows."""
    counted = [("network", figure, value) for figure, value in _describe_network(view).items()]
    counted += [("gaps", verdict, count) for verdict, count in _count_verdicts(view).items()]
    rows = [(*row, np.nan, np.nan) for row in counted]
    facts = gather_cooperation(view)
    for measures in INDICATORS.values():
        for indicator in (name for name in measures if name in TRACED):
            found = measures[indicator](facts)
            rows.append(("dimensions", indicator, found.value, found.ci_low, found.ci_high))
    table = pd.DataFrame(rows, columns=list(_FIGURE_COLUMNS))
    return table.astype(dict.fromkeys(_FIGURE_COLUMNS[2:], float))


def _describe_network(view: Ecosystem) -> dict[str, float]:
    network, counts = project_ties(view), view.counts
    present = count_agreements(view) > 0
    organisations, ties = int(present.sum()), network.adjacency.nnz // 2
    components = engine.compute_components(network.adjacency)[present]
    largest = int(np.bincount(components).max()) if organisations else 0
    amount = network.memberships.amount
    known = amount[~np.isnan(amount)]
    signed = np.zeros(len(counts), dtype=bool)
    if isinstance(view, View) and view.window:
        signed = mark_active(view, view.window, active="signed") & counts
    return {
        "agreements": float(counts.sum()),
        "signed": float(signed.sum()),
        "amount": float(known.sum()) if len(known) else np.nan,
        "organisations": float(organisations),
        "ties": float(ties),
        "ties_per_organisation": 2 * ties / organisations if organisations else np.nan,
        "largest_share": largest / organisations if organisations else np.nan,
    }


def _count_verdicts(view: Ecosystem) -> dict[str, float]:
    """Count the verdicts on industries; nothing where there are none to judge."""
    if not len(view.find_positions("industry")):
        return {}
    verdicts = find_gaps(view)["verdict"].to_numpy(dtype=object)
    return {verdict: float((verdicts == verdict).sum()) for verdict in VERDICTS}


# Years of ties and nodes


def _list_kinds(part: str) -> tuple[str, ...]:
    return ORGANISATION_KINDS if part == "organisation" else (part,)


def _list_memberships(ecosystem: Ecosystem, part: str) -> tuple[Ints, Ints]:
    """List agreement and node, each pair once, as numbers among those counted and of the part."""
    places = []
    for positions in (
        ecosystem.find_positions("agreement")[ecosystem.counts],
        ecosystem.find_positions(*_list_kinds(part)),
    ):
        place = np.full(len(ecosystem.keys), -1)
        place[positions] = np.arange(len(positions))
        places.append(place)
    source, target = ecosystem.find_ends(*EDGES.get(part, ("party",)))
    agreement, node = places[0][source], places[1][target]
    inside = (agreement >= 0) & (node >= 0)
    width = max(len(ecosystem.keys), 1)
    pairs = find_distinct(agreement[inside] * width + node[inside])
    return pairs // width, pairs % width


def _mark_years(
    years: pd.DataFrame, mark: Callable[[Flags], Ints], size: int, active: Active
) -> tuple[Ints, Flags]:
    """Mark for each year what the agreements active in it are behind: years, things x years."""
    _check_active(active)
    first = years["first"].to_numpy()
    last = years["last"].to_numpy() if active == "running" else first
    dated = ~np.isnan(first)
    if not dated.any():
        return np.zeros(0, dtype=np.int64), np.zeros((size, 0), dtype=bool)
    span = np.arange(int(first[dated].min()), int(last[dated].max()) + 1)
    marked = np.zeros((size, len(span)), dtype=bool)
    for column, year in enumerate(span):
        marked[mark((first <= year) & (last >= year)), column] = True
    return span, marked


def _spell_years(span: Ints, marked: Flags) -> dict[str, Any]:
    """Say first, last and all years; what is active in the same years shares one tuple."""
    pattern = np.zeros(len(marked), dtype=np.int64)
    for byte in np.packbits(marked, axis=1).T:
        pattern = pd.factorize(pattern * 256 + byte)[0].astype(np.int64)
    example = np.zeros(pattern.max(initial=-1) + 1, dtype=np.int64)
    example[pattern] = np.arange(len(pattern))
    tuples = np.empty(len(example), dtype=object)
    tuples[:] = [tuple(span[marked[row]].tolist()) for row in example]
    first, last = (
        pd.array([years[end] if years else pd.NA for years in tuples], dtype="Int64")
        for end in (0, -1)
    )
    columns = {"first": first, "last": last, "years": tuples}
    return {name: column[pattern] for name, column in columns.items()}
