"""The rows behind the figures of the main results, each with its file, sheet and row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.analysis.breadth import mark_nodes
from ecograph.analysis.clauses import list_certificates, read_certificates
from ecograph.analysis.links import list_links, list_parties, list_topics
from ecograph.analysis.ties import mark_linked
from ecograph.rules import read_rules
from ecograph.schema import read_schema
from ecograph.spelling import simplify

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from ecograph.ecosystem import Ecosystem

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Numbers = NDArray[np.integer]

__all__ = [
    "EVIDENCE_COLUMNS",
    "cite_edges",
    "cite_exposure",
    "cite_firms",
    "cite_links",
    "cite_matching",
    "cite_nodes",
    "cite_pair",
    "cite_rows",
    "cite_summary",
    "cite_tier",
    "join_evidence",
    "list_in_force",
    "spell_cells",
    "state_fact",
]

EVIDENCE_COLUMNS = ("what", "value", "detail", "because", "file", "sheet", "row")

_JOINER = "；"
_GROUP = "_group"  # rows of one group stay together


def state_fact(what: str, value: object, detail: str = "", *, rule: str = "") -> pd.DataFrame:
    """State a fact that stands in no single row.

    Returns
    -------
    pandas.DataFrame
        One row, columns ``EVIDENCE_COLUMNS`` (as of all functions here), without a place.
    """
    return _lay_out(what, [value], [detail], rule=rule)


def cite_nodes(
    ecosystem: Ecosystem,
    positions: Numbers,
    what: str,
    *,
    value: Sequence[object] | None = None,
    detail: Sequence[str] | None = None,
    rule: str = "",
    group: Numbers | None = None,
) -> pd.DataFrame:
    """Cite the rows that nodes stand in.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    positions
        Of the nodes among its keys.
    what
        What they are evidence for.
    value, detail
        Of each node; by default its name, and its kind and id.
    rule
        The rule that all rest on.
    group
        What each row is put together with.
    """
    names = ecosystem.names.to_numpy(dtype=object)[positions]
    ids = _name_ids(ecosystem, positions)
    told = (
        ids if value is None else [f"{name} ({id_})" for name, id_ in zip(names, ids, strict=True)]
    )
    found = _lay_out(
        what,
        names if value is None else value,
        told if detail is None else detail,
        rule=rule,
        place=_place_nodes(ecosystem, positions),
    )
    return found.assign(**{_GROUP: np.arange(len(positions)) if group is None else group})


def cite_edges(
    ecosystem: Ecosystem,
    kind: str,
    edges: Numbers,
    *,
    what: str | None = None,
    towards: str = "target",
    value: Sequence[object] | None = None,
    group: Numbers | None = None,
) -> pd.DataFrame:
    """Cite the rows that edges of a kind stand in.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    kind
        The kind of edge.
    edges
        Their places among the edges of the kind.
    what
        What they are evidence for; by default the kind.
    towards
        The end that is named: source or target.
    value
        Of each edge; by default the name of that end.
    group
        What each row is put together with.
    """
    if kind not in ecosystem.edge_columns:
        return _lay_out(what or kind, [], [])
    held = ecosystem.edge_columns[kind]
    ends = getattr(held, towards)[edges]
    names = ecosystem.names.to_numpy(dtype=object)[ends]
    words = {
        "role": np.array([*held.roles, None], dtype=object)[held.role[edges]],
        "level": np.array([*held.levels, None], dtype=object)[held.level[edges]],
        "amount": held.amount[edges],
    }
    parts = [
        _name_ids(ecosystem, ends),
        *(_spell_parts(name, column) for name, column in words.items()),
    ]
    if value is not None:
        parts.insert(0, names)
    found = _lay_out(
        what or kind,
        names if value is None else value,
        [_JOINER.join(part for part in row if part) for row in zip(*parts, strict=True)],
        place=_name_place(ecosystem, held.sheet[edges], held.row[edges]),
    )
    return found.assign(**{_GROUP: np.arange(len(edges)) if group is None else group})


def cite_rows(
    rows: pd.DataFrame,
    what: str,
    *,
    value: Sequence[object],
    detail: Sequence[str],
    group: Numbers | None = None,
) -> pd.DataFrame:
    """Cite rows of a table, which say where they stand in ``_file``, ``_sheet`` and ``_row``."""
    place = tuple(rows[name].to_numpy(dtype=object) for name in ("_file", "_sheet", "_row"))
    found = _lay_out(what, value, detail, place=place)
    return found.assign(**{_GROUP: np.arange(len(rows)) if group is None else group})


def join_evidence(*evidence: pd.DataFrame) -> pd.DataFrame:
    """Put rows together with those of their group, which come after them.

    Parameters
    ----------
    evidence
        In its order; what has no group comes first.

    Returns
    -------
    pandas.DataFrame
        Columns ``EVIDENCE_COLUMNS``.
    """
    nothing = _lay_out("", [], [])
    parts = [part.reindex(columns=[*EVIDENCE_COLUMNS, _GROUP]) for part in (*evidence, nothing)]
    kept = [part for part in parts if len(part)] or parts[-1:]
    rows = pd.concat(kept, ignore_index=True)
    order = rows[_GROUP].astype(float).fillna(-1.0).argsort(kind="stable")
    return rows.iloc[order][list(EVIDENCE_COLUMNS)].reset_index(drop=True)


def spell_cells(rows: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    """Spell the cells of each row that hold anything: ``column=value``, joined by ；."""
    parts = [_spell_parts(name, rows[name]) for name in columns if name in rows]
    if not parts:
        return [""] * len(rows)
    return [_JOINER.join(part for part in row if part) for row in zip(*parts, strict=True)]


# Links


def cite_links(ecosystem: Ecosystem, industry: int) -> pd.DataFrame:
    """Cite the links of an industry: one ``counted`` row each, with what makes it a link.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    industry
        Its position.

    Returns
    -------
    pandas.DataFrame
        After each agreement its ``party`` rows, and the row that ties it to the industry:
        ``concerns``, or ``works_in`` of its firms.
    """
    links = list_links(ecosystem)
    return _cite_agreements(
        ecosystem, links.loc[links["industry"] == industry, "agreement"], industry
    )


def cite_pair(
    ecosystem: Ecosystem, industry: int, discipline: int, *, units: bool = False
) -> pd.DataFrame:
    """Cite the links of an industry about a discipline, or the units (firms) behind them."""
    topics = list_topics(ecosystem)
    chosen = topics[(topics["industry"] == industry) & (topics["discipline"] == discipline)]
    if units:
        behind = chosen["enterprise"].where(chosen["enterprise"] >= 0, chosen["agreement"])
        unit, group = np.unique(behind.to_numpy(dtype=np.int64), return_inverse=True)
        counted = cite_nodes(ecosystem, unit, "counted")
        agreements = cite_nodes(
            ecosystem, chosen["agreement"].to_numpy(dtype=np.int64), "agreement", group=group
        )
        return join_evidence(counted, agreements)
    agreement = chosen["agreement"].to_numpy(dtype=np.int64)
    about = _find_edges(ecosystem, "about", source=agreement, target=np.array([discipline]))
    place = _match(agreement, ecosystem.find_ends("about")[0][about])
    named = cite_edges(ecosystem, "about", about, group=place)
    return _cite_agreements(ecosystem, chosen["agreement"], industry, named)


def cite_exposure(
    ecosystem: Ecosystem, industry: int, *, origin: str, exposure: str
) -> pd.DataFrame:
    """Cite what an industry's exposure is made of.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    industry
        Its position.
    origin
        As ``exposure_from`` of `sum_exposure`.
    exposure
        The setting.

    Returns
    -------
    pandas.DataFrame
        ``exposure`` rows, whose values add up to it: each firm as 1 or with its staff, or the
        industry's own row.
    """
    if origin == "unknown":
        return _lay_out("exposure", [], [])
    if origin == "stated":
        stated = ecosystem.select("industry").loc[ecosystem.keys[industry], exposure]
        return cite_nodes(ecosystem, np.array([industry]), "exposure", value=[stated])
    if exposure == "enterprises":
        edges = _find_first(ecosystem, "works_in", target=industry)
        return cite_edges(
            ecosystem, "works_in", edges, what="exposure", towards="source", value=[1] * len(edges)
        )
    return _cite_staff(ecosystem, industry)


def cite_firms(ecosystem: Ecosystem, industry: int, which: str = "firms") -> pd.DataFrame:
    """Cite the firms of an industry: one ``counted`` row each.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    industry
        Its position.
    which
        ``firms``, ``firms_linked`` (party of a link with science) or ``firms_recorded`` (with any
        record).
    """
    edges = _find_first(ecosystem, "works_in", target=industry)
    if which != "firms":
        mark = mark_linked(ecosystem) if which == "firms_linked" else _mark_recorded(ecosystem)
        edges = edges[mark[ecosystem.find_ends("works_in")[0][edges]]]
    return cite_edges(ecosystem, "works_in", edges, what="counted", towards="source")


# Other results


def cite_tier(ecosystem: Ecosystem, tiers: pd.DataFrame, tier: str) -> pd.DataFrame:
    """Cite the firms of a tier, one ``counted`` row each, with the certificates that give it.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    tiers
        The result of `assign_tiers`.
    tier
        One of ``TIERS``.
    """
    rules = read_rules(ecosystem.settings.rules).tiers
    firms = tiers[tiers["tier"] == tier].sort_index()
    positions = ecosystem.keys.get_indexer(firms.index)
    counted = cite_nodes(
        ecosystem,
        positions,
        "counted",
        detail=[
            f"{id_}{_JOINER}{reason}"
            for id_, reason in zip(firms.index, firms["reason"], strict=True)
        ],
        rule=f"rules/tiers.yaml: {tier} ({rules.mapping})",
    )
    giving = {key for step in rules.tiers if step.id == tier for key in step.certificates}
    return join_evidence(counted, _cite_certificates(ecosystem, firms.index, giving))


def cite_summary(ecosystem: Ecosystem, what: str, item: str) -> pd.DataFrame:
    """Cite what a figure of `summarise` counts or adds up: ``counted`` or ``summed`` rows."""
    if what == "nodes":
        return cite_nodes(ecosystem, ecosystem.find_positions(item), "counted")
    if what == "edges":
        held = ecosystem.edge_columns[item]
        names = ecosystem.names.to_numpy(dtype=object)[held.source]
        return cite_edges(ecosystem, item, np.arange(len(held)), what="counted", value=names)
    if what == "rows":
        return _cite_accounts(ecosystem, item)
    part = ecosystem.parts["agreement"].reindex(columns=["status", "amount"])
    if what == "agreements":
        meant = ecosystem.counts if item == "counted" else (part["status"] == item).to_numpy()
        detail = part["status"][meant].astype(str).to_list()
        return cite_nodes(ecosystem, _find_agreements(ecosystem, meant), "counted", detail=detail)
    meant = ecosystem.counts & part["amount"].notna().to_numpy()
    positions = _find_agreements(ecosystem, meant)
    if item == "agreements_with_amount":
        return cite_nodes(ecosystem, positions, "counted")
    return cite_nodes(ecosystem, positions, "summed", value=part["amount"][meant].to_list())


def cite_matching(ecosystem: Ecosystem, what: object) -> pd.DataFrame:
    """Cite what `count_matching` counts: one ``counted`` row each."""
    if not isinstance(what, str):
        return _lay_out("counted", [], [])
    kind, _, detail = what.partition(":")
    if kind == "certificate":
        return _cite_holders(ecosystem, detail)
    if kind not in read_schema().node_kinds:
        return _lay_out("counted", [], [])
    positions, nodes = ecosystem.find_positions(kind), ecosystem.select(kind)
    meant = np.ones(len(nodes), dtype=bool)
    if detail:
        meant = mark_nodes(nodes, detail).to_numpy()
    elif kind == "agreement":
        meant = ecosystem.counts
    elif kind == "platform" and "status" in nodes:
        waiting = nodes["status"].notna() & ~nodes["status"].isin(ecosystem.settings.counted)
        meant = ~waiting.to_numpy(dtype=bool)
    return cite_nodes(ecosystem, positions[meant], "counted")


def list_in_force(ecosystem: Ecosystem) -> pd.DataFrame:
    """List the rows of certificates that are in force on the as-of day; see `list_certificates`."""
    rows = list_certificates(ecosystem)
    if ecosystem.as_of is None:
        return rows[rows["since"].isna() & rows["until"].isna()]
    day = pd.Timestamp(ecosystem.as_of)
    return rows[~(rows["since"] > day) & ~(rows["until"] < day)]


# Parts of evidence


def _cite_agreements(
    ecosystem: Ecosystem, agreements: pd.Series, industry: int, *others: pd.DataFrame
) -> pd.DataFrame:
    """Cite agreements that are links of an industry, with parties and what ties them to it."""
    positions = agreements.to_numpy(dtype=np.int64)
    party = _find_edges(ecosystem, "party", source=positions)
    source, target = ecosystem.find_ends("party")
    concern = _find_edges(ecosystem, "concerns", source=positions, target=np.array([industry]))
    named = ecosystem.find_ends("concerns")[0][concern]
    signed = source[party[target[party] == industry]]
    told = np.select(
        [np.isin(positions, named), np.isin(positions, signed)],
        ["concerns", "party"],
        "works_in",
    )
    ids = _name_ids(ecosystem, positions)
    detail = [f"{id_}{_JOINER}{way}" for id_, way in zip(ids, told, strict=True)]
    counted = cite_nodes(ecosystem, positions, "counted", detail=detail)
    return join_evidence(
        counted,
        *others,
        cite_edges(ecosystem, "concerns", concern, group=_match(positions, named)),
        cite_edges(ecosystem, "party", party, group=_match(positions, source[party])),
        _cite_homes(ecosystem, positions[told == "works_in"], industry, positions),
    )


def _cite_homes(
    ecosystem: Ecosystem, agreements: Ints, industry: int, groups: Ints
) -> pd.DataFrame:
    """Cite the rows that say that firms of agreements work in an industry."""
    parties = list_parties(ecosystem)
    parties = parties[parties["agreement"].isin(agreements)]
    edges = _find_first(ecosystem, "works_in", target=industry)
    homes = pd.DataFrame({"edge": edges, "party": ecosystem.find_ends("works_in")[0][edges]})
    found = parties.merge(homes, on="party")
    return cite_edges(
        ecosystem,
        "works_in",
        found["edge"].to_numpy(dtype=np.int64),
        towards="source",
        group=_match(groups, found["agreement"].to_numpy(dtype=np.int64)),
    )


def _cite_staff(ecosystem: Ecosystem, industry: int) -> pd.DataFrame:
    """Cite the latest figure of R&D staff of each firm of an industry."""
    edges = _find_first(ecosystem, "works_in", target=industry)
    firms = ecosystem.keys[ecosystem.find_ends("works_in")[0][edges]]
    columns = ["enterprise", "year", "rd_staff", "_file", "_sheet", "_row"]
    rows = ecosystem.table("financials", columns)[columns]
    rows = rows[rows["enterprise"].isin(firms) & (rows["rd_staff"].astype(float) >= 0)]
    if ecosystem.as_of is not None:
        rows = rows[rows["year"].astype(float) <= ecosystem.as_of.year]
    rows = rows.sort_values(["enterprise", "year", "_row"], kind="stable")
    latest = rows.drop_duplicates("enterprise", keep="last")
    return cite_rows(
        latest,
        "exposure",
        value=latest["rd_staff"].to_list(),
        detail=spell_cells(latest, ["enterprise", "year"]),
    )


def _cite_certificates(
    ecosystem: Ecosystem, firms: pd.Index, keys: Collection[str]
) -> pd.DataFrame:
    """Cite the certificates in force of some firms, grouped by their places."""
    rows = list_in_force(ecosystem)
    rows = rows[rows["certificate"].isin(keys) & rows["enterprise"].isin(firms)]
    return cite_rows(
        rows,
        "certificate",
        value=rows["certificate"].to_list(),
        detail=spell_cells(rows, ["enterprise", "since", "until"]),
        group=firms.get_indexer(pd.Index(rows["enterprise"])),
    )


def _cite_holders(ecosystem: Ecosystem, certificate: str) -> pd.DataFrame:
    keys = read_certificates(certificate)
    rows = list_in_force(ecosystem)
    firms = pd.Index(np.unique(rows.loc[rows["certificate"].isin(keys), "enterprise"].astype(str)))
    counted = cite_nodes(ecosystem, ecosystem.keys.get_indexer(firms), "counted")
    return join_evidence(counted, _cite_certificates(ecosystem, firms, keys))


def _cite_accounts(ecosystem: Ecosystem, item: str) -> pd.DataFrame:
    """Cite the rows of each file and sheet that are read in, used, rejected or blank."""
    accounts = ecosystem.accounts
    rows = accounts.assign(_file=accounts["file"], _sheet=accounts["sheet"], _row=None)
    return cite_rows(
        rows, "summed", value=rows[item].to_list(), detail=rows["table"].astype(str).to_list()
    )


def _mark_recorded(ecosystem: Ecosystem) -> Flags:
    """Mark what is a party, or holds a certificate or accounts."""
    marked = np.zeros(len(ecosystem.keys), dtype=bool)
    marked[ecosystem.find_ends("party")[1]] = True
    for name in ("certificates", "financials"):
        if (name, "enterprise") in ecosystem.named:
            marked[ecosystem.named[name, "enterprise"][1]] = True
    return marked


# Edges and places


def _find_agreements(ecosystem: Ecosystem, meant: Flags) -> Ints:
    return ecosystem.find_positions("agreement")[meant]


def _find_edges(
    ecosystem: Ecosystem, kind: str, *, source: Numbers, target: Numbers | None = None
) -> Ints:
    """Find the edges of a kind from some nodes, to some nodes if those are given."""
    sources, targets = ecosystem.find_ends(kind)
    meant = np.isin(sources, source)
    if target is not None:
        meant &= np.isin(targets, target)
    return np.flatnonzero(meant)


def _find_first(ecosystem: Ecosystem, kind: str, *, target: int) -> Ints:
    """Find the edges of a kind to a node, the first of each pair."""
    sources, targets = ecosystem.find_ends(kind)
    edges = np.flatnonzero(targets == target)
    first: Ints = edges[np.unique(sources[edges], return_index=True)[1]]
    return first


def _match(groups: Numbers, members: Numbers) -> Ints:
    """Find the place of each member among the groups."""
    places: Ints = pd.Index(groups).get_indexer(pd.Index(members)).astype(np.int64)
    return places


def _name_ids(ecosystem: Ecosystem, positions: Numbers) -> list[str]:
    return [str(key) for key in ecosystem.keys[positions]]


def _place_nodes(ecosystem: Ecosystem, positions: Numbers) -> tuple[Any, Any, Any]:
    """Find file, sheet and row of nodes."""
    if "places" not in ecosystem.memory:
        source = np.full(len(ecosystem.keys), -1)
        row = np.zeros(len(ecosystem.keys), dtype=np.int64)
        for kind, part in ecosystem.parts.items():
            source[ecosystem.positions[kind]] = part["_source"]
            row[ecosystem.positions[kind]] = pd.Series(part["row"]).fillna(0).astype(np.int64)
        ecosystem.memory["places"] = source, row
    source, row = ecosystem.memory["places"]
    return _name_place(ecosystem, source[positions], row[positions])


def _name_place(ecosystem: Ecosystem, numbers: Numbers, rows: Numbers) -> tuple[Any, Any, Any]:
    """Name file and sheet by number; what stands nowhere has no row."""
    names = [*ecosystem.sheets, ("", "")]
    files, sheets = (np.array(column, dtype=object) for column in zip(*names, strict=True))
    known = (np.asarray(numbers) >= 0) & (np.asarray(rows) > 0)
    shown = np.where(known, np.asarray(rows, dtype=object), np.array(None, dtype=object))
    return files[numbers], sheets[numbers], shown


def _spell_parts(name: str, column: Any) -> list[str]:  # noqa: ANN401 - any column
    """Spell the cells of a column as ``name=value``; nothing where they hold nothing."""
    cells = [_spell(cell) for cell in column]
    return [f"{name}={cell}" if cell else "" for cell in cells]


def _spell(cell: object) -> str:
    """Spell a value as text; nothing for what is not known."""
    simple = simplify(cell)
    if isinstance(simple, list):
        return ",".join(map(str, simple))
    if isinstance(simple, bool):
        return "true" if simple else "false"
    if isinstance(simple, float) and simple.is_integer():
        return str(int(simple))
    return "" if simple is None else str(simple)


def _lay_out(
    what: str,
    value: Iterable[object],
    detail: Iterable[object],
    *,
    rule: str = "",
    place: tuple[Any, Any, Any] | None = None,
) -> pd.DataFrame:
    """Lay evidence out; values are text, so that numbers and names stand in one column."""
    values = [_spell(cell) for cell in value]
    files, sheets, rows = place or ([""] * len(values), [""] * len(values), [None] * len(values))
    columns = {
        "what": what,
        "value": pd.Series(values, dtype=object),
        "detail": pd.Series([str(cell) for cell in detail], dtype=object),
        "because": rule,
        "file": pd.Series(list(files), dtype=object).fillna(""),
        "sheet": pd.Series(list(sheets), dtype=object).fillna(""),
        "row": pd.Series(list(rows), dtype="Int64"),
    }
    return pd.DataFrame(columns, columns=list(EVIDENCE_COLUMNS))
