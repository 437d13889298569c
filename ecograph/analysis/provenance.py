"""From any figure, or any node, to the rows and the rule or method behind it."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ecograph.analysis.cases import cite_cases
from ecograph.analysis.centrality import rank
from ecograph.analysis.evidence import (
    EVIDENCE_COLUMNS,
    cite_exposure,
    cite_firms,
    cite_links,
    cite_matching,
    cite_nodes,
    cite_pair,
    cite_rows,
    cite_summary,
    cite_tier,
    join_evidence,
    state_fact,
)
from ecograph.analysis.explanations import explain_tiers
from ecograph.analysis.figures import (
    FIGURES,
    find_figures,
    list_values,
    read_number,
    take_result,
)
from ecograph.analysis.mentions import (
    cite_mentions,
    cite_node,
    find_nodes,
    fold_name,
    judge_agreements,
)
from ecograph.analysis.meta import attach_meta
from ecograph.definitions import define_figure, list_defined
from ecograph.errors import SettingsError
from ecograph.rules import read_rules
from ecograph.schema import ORGANISATION_KINDS
from ecograph.texts import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ecograph.analysis.figures import Figure
    from ecograph.ecosystem import Ecosystem

    Results = Mapping[str, pd.DataFrame]

__all__ = ["EXPLANATION_COLUMNS", "explain", "explain_node", "explain_number"]

EXPLANATION_COLUMNS = EVIDENCE_COLUMNS

_CELL = re.compile(r"(?P<file>.+?)(?:\[(?P<sheet>.*?)\])?:(?P<row>\d+)(?=[,；]|$)")
_FIRMS = frozenset({"firms", "firms_linked", "firms_recorded"})
_LINKS = frozenset({"observed", "contracts"})
_CLOSE = 5
_CLOSE_ENOUGH = 0.5
_MOST_COMPARED = 20_000  # names in which close matches are looked for


def explain(
    ecosystem: Ecosystem, asked: str, *, results: Results | None = None, measures: bool = True
) -> pd.DataFrame:
    """Explain what a person asks for: a node by its name, a figure by its path, or a number.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    asked
        An id or name goes before a path (``gaps/生物医药/observed``), and that before a number.
    results
        Results that were computed before, by name; others are computed when they are needed.
    measures
        Whether the centrality of an organisation is told, which takes long in a large network.

    Returns
    -------
    pandas.DataFrame
        As `explain_node` or `explain_number`.

    Raises
    ------
    SettingsError
        If nothing is found, with what is close to it.
    """
    found = find_nodes(ecosystem, asked)
    path = fold_name(asked).partition("/")[0] in FIGURES
    if found.how in {"id", "name", "folded"} or not (path or read_number(asked)):
        return explain_node(ecosystem, asked, results=results, measures=measures)
    return explain_number(ecosystem, asked, results=results)


def explain_node(
    ecosystem: Ecosystem, name: str, *, results: Results | None = None, measures: bool = True
) -> pd.DataFrame:
    """Explain a node: its row, all that names it, and what was found of it, each with its rows.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    name
        An id, a name, an alias or a code, letter by letter; else but for width and case; else a
        part of a name.
    results
        Results that were computed before, by name.
    measures
        Whether the centrality of an organisation is told, which takes long in a large network.

    Returns
    -------
    pandas.DataFrame
        Columns ``EXPLANATION_COLUMNS``, all text but ``row``. ``what``: ``node`` and its
        ``cell``s; a kind of edge, with the other end as ``value``; a table, with its main cell;
        ``counts`` of an agreement; ``tier`` and every ``clause`` of a firm; ``figure`` (with its
        path in ``detail``) of an industry; ``measure`` of an organisation. ``because`` is the rule
        or method that it rests on; ``file``, ``sheet`` and ``row`` say where it stands. Where
        several nodes may be meant, one ``candidate`` each.

    Raises
    ------
    SettingsError
        If there is no such node, with the names that are close to it.
    """
    found = find_nodes(ecosystem, name)
    if not len(found.positions):
        raise SettingsError(_miss_node(ecosystem, name))
    if len(found.positions) > 1:
        table = _list_candidates(ecosystem, found.positions)
    else:
        position = int(found.positions[0])
        table = join_evidence(
            cite_node(ecosystem, position),
            cite_mentions(ecosystem, position),
            *_explain_findings(ecosystem, position, results),
            *([_list_measures(ecosystem, position, results)] if measures else []),
        )
    method = {"asked": name, "matched": found.how, "nodes": len(found.positions)}
    return attach_meta(_number(table), ecosystem, "provenance", method=method)


def explain_number(
    ecosystem: Ecosystem, asked: str, *, results: Results | None = None
) -> pd.DataFrame:
    """Explain a figure: its value, what it is, how it is computed, and the rows that make it.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    asked
        The path of a figure, with ids or names: ``gaps/INDUSTRY/observed``,
        ``pairs/INDUSTRY/DISCIPLINE/observed``, ``dimensions/breadth.firm_coverage``,
        ``tiers/tree``, ``summary/agreements/counted``, ``coverage/INDICATOR/counted``. Or a number,
        as a report writes it.
    results
        Results that were computed before, by name.

    Returns
    -------
    pandas.DataFrame
        Columns ``EXPLANATION_COLUMNS``, all text but ``row``. First ``figure`` (value, path),
        ``subject`` (what its row is called) and ``definition`` (text, what computes it, where the
        method stands). Then the evidence: ``counted``, as many rows as the figure;
        ``summed``, ``exposure``, whose values add up to it; ``case``, over which a mean or the
        like is taken; ``part`` and ``whole`` of a ratio; ``factor``, another number that enters,
        with its path in ``detail`` where it has one. Rows of other names belong to the one above.
        Where a path leads to several figures, or a number was asked for that several have, one
        ``candidate`` each with its path in ``detail``.

    Raises
    ------
    SettingsError
        If there is no such figure, with the paths that are close to it.
    """
    number = read_number(asked)
    find = find_figures if number is None else list_values
    figures = find(ecosystem, asked, results=results)
    if len(figures) == 1:
        table = _explain_figure(ecosystem, figures[0], results)
    else:
        table = join_evidence(*(_show_candidate(ecosystem, figure) for figure in figures))
    method = {"asked": asked, "figures": len(figures)}
    return attach_meta(_number(table), ecosystem, "provenance", method=method)


# What is found of a node


def _explain_findings(
    ecosystem: Ecosystem, position: int, results: Results | None
) -> list[pd.DataFrame]:
    """Explain what the analyses say of a node."""
    findings = []
    if ecosystem.mark("agreement")[position]:
        findings.append(_explain_counting(ecosystem, position))
    if ecosystem.mark("enterprise")[position]:
        findings += [
            _explain_tier(ecosystem, position, results),
            _explain_clauses(ecosystem, position),
        ]
    if ecosystem.mark("industry")[position]:
        findings.append(_list_findings(ecosystem, position, results))
    return findings


def _explain_counting(ecosystem: Ecosystem, position: int) -> pd.DataFrame:
    """Explain whether an agreement counts."""
    source = define_figure("summary", "agreements", ecosystem.lang).source
    (told,) = judge_agreements(ecosystem, np.array([position]))
    counts = str(position in ecosystem.keys.get_indexer(ecosystem.counted)).lower()
    return state_fact("counts", counts, told, rule=source)


def _explain_tier(ecosystem: Ecosystem, position: int, results: Results | None) -> pd.DataFrame:
    firm = take_result(ecosystem, "tiers", results).loc[ecosystem.keys[position]]
    rules = read_rules(ecosystem.settings.rules).tiers
    return cite_nodes(
        ecosystem,
        np.array([position]),
        "tier",
        value=[firm["tier"]],
        detail=[str(firm["reason"])],
        rule=f"rules/tiers.yaml ({rules.mapping})",
    ).drop(columns="_group")


def _explain_clauses(ecosystem: Ecosystem, position: int) -> pd.DataFrame:
    """Explain the clauses of all programmes for a firm, at the first cell that each looks at."""
    clauses = explain_tiers(ecosystem, str(ecosystem.keys[position])).astype(object)
    places = [_read_cell(str(cells)) for cells in clauses["cells"]]
    rows = pd.DataFrame(places, columns=["_file", "_sheet", "_row"], index=clauses.index)
    cited = cite_rows(
        rows,
        "clause",
        value=clauses["state"].to_list(),
        detail=[_say_clause(row) for row in clauses.to_dict(orient="records")],
    )
    sides = ("programme", "edition", "document", "certainty")
    told = zip(*(clauses[side].astype(str) for side in sides), strict=True)
    rule = [f"rules/{name}.yaml {edition}: {text} ({grade})" for name, edition, text, grade in told]
    return cited.assign(because=rule).drop(columns="_group")


def _say_clause(row: Mapping[Any, Any]) -> str:
    """Say a clause with its numbers: ``column=value``, joined by ；."""
    named = ("value_low", "value_high", "comparison", "limit_low", "limit_high", "unit")
    shown = [f"{row['programme']}.{row['clause']}", str(row["asks"])]
    shown += [f"{name}={_spell(row[name])}" for name in named if _spell(row[name])]
    shown += [f"{name}={row[name]}" for name in ("unknown_for", "lacking", "cells") if row[name]]
    return "；".join(shown)


def _spell(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.12g}"
    return str(value)


def _read_cell(cells: str) -> tuple[str, str, int | None]:
    """Read the first of the cells that a clause cites: file, sheet, row.

    >>> _read_cell("city.xlsx[经营]:12；city.xlsx[经营]:11")
    ('city.xlsx', '经营', 12)
    """
    found = _CELL.match(cells)
    if not found:
        return "", "", None
    return found["file"], found["sheet"] or "", int(found["row"])


def _list_findings(ecosystem: Ecosystem, position: int, results: Results | None) -> pd.DataFrame:
    """List the figures of an industry."""
    table, key = take_result(ecosystem, "gaps", results), ecosystem.keys[position]
    return join_evidence(
        *(
            _state_measure(ecosystem, "figure", "gaps", column, table.loc[key, column], key=key)
            for column in list_defined("gaps")
        )
    )


def _list_measures(ecosystem: Ecosystem, position: int, results: Results | None) -> pd.DataFrame:
    """List the measures of an organisation with how they were found; of other nodes none."""
    if not ecosystem.mark(*ORGANISATION_KINDS)[position]:
        return state_fact("measure", "").iloc[:0]
    given = results or {}
    table = given["centrality"] if "centrality" in given else _rank_once(ecosystem)
    key = ecosystem.keys[position]
    if key not in table.index:
        return state_fact("measure", "").iloc[:0]
    how = table.attrs.get("meta", {}).get("method", {})
    return join_evidence(
        *(
            _state_measure(
                ecosystem,
                "measure",
                "centrality",
                column,
                table.loc[key, column],
                how=how.get(column),
            )
            for column in list_defined("centrality")
        )
    )


def _rank_once(ecosystem: Ecosystem) -> pd.DataFrame:
    if "ranked" not in ecosystem.memory:
        ecosystem.memory["ranked"] = rank(ecosystem)
    table: pd.DataFrame = ecosystem.memory["ranked"]
    return table


def _state_measure(
    ecosystem: Ecosystem,
    what: str,
    result: str,
    column: str,
    value: object,
    *,
    key: str | None = None,
    how: object = None,
) -> pd.DataFrame:
    """State a figure of a node with its method."""
    defined = define_figure(result, column, ecosystem.lang)
    path = column if key is None else f"{result}/{key}/{column}"
    found = how["method"] if isinstance(how, dict) else how
    rule = "；".join(str(part) for part in (defined.text, found, defined.source) if part)
    return state_fact(what, value, path, rule=rule)


# What makes a figure


def _explain_figure(ecosystem: Ecosystem, figure: Figure, results: Results | None) -> pd.DataFrame:
    text, function, source = _define(ecosystem, figure)
    evidence = _EVIDENCE[figure.result](ecosystem, figure, results)
    return join_evidence(
        state_fact("figure", figure.value, figure.path),
        state_fact("subject", figure.name, "/".join(figure.keys)),
        state_fact("definition", text, function, rule=source),
        *(part.reindex(columns=list(EVIDENCE_COLUMNS)) for part in evidence),
    )


def _define(ecosystem: Ecosystem, figure: Figure) -> tuple[str, str, str]:
    """Define a figure: text, what computes it, where the method stands."""
    text, source, function = define_figure(figure.result, figure.figure, ecosystem.lang)
    if figure.result == "dimensions":
        known = isinstance(figure.value, str) or not np.isnan(figure.value)
        says = "counts" if known else "missing"
        text = translate(f"indicator.{figure.figure}.{says}", ecosystem.lang)
    return text, function, source


def _show_candidate(ecosystem: Ecosystem, figure: Figure) -> pd.DataFrame:
    text = _define(ecosystem, figure)[0]
    return state_fact("candidate", figure.value, figure.path, rule=f"{figure.name}；{text}")


def _trace_gap(ecosystem: Ecosystem, figure: Figure, results: Results | None) -> list[pd.DataFrame]:
    table, key = take_result(ecosystem, "gaps", results), figure.keys[0]
    place = int(ecosystem.keys.get_indexer([key])[0])
    if figure.figure == "observed":
        return [cite_links(ecosystem, place)]
    if figure.figure in _FIRMS:
        return [cite_firms(ecosystem, place, figure.figure)]
    origin, exposure = table.loc[key, "exposure_from"], ecosystem.settings.exposure
    made = [cite_exposure(ecosystem, place, origin=origin, exposure=exposure)]
    if figure.figure == "exposure":
        return made
    if figure.figure == "expected":
        return [*_state_rate(table, key), *made]
    names = (
        ("firms_recorded", "firms")
        if figure.figure == "recorded"
        else ("observed", "expected", "exposure")
    )
    return [_state_factor("gaps", (key,), name, table.loc[key, name]) for name in names]


def _state_rate(table: pd.DataFrame, key: str) -> list[pd.DataFrame]:
    """State the rate of all industries, and the exposure that it is multiplied with."""
    known = table[table["expected"].notna()]
    links, total = known["observed"].sum(), known["exposure"].sum()
    rate = links / total if total else np.nan
    return [
        state_fact("factor", links, "gaps/*/observed"),
        state_fact("factor", total, "gaps/*/exposure"),
        state_fact("factor", rate, "rate"),
        _state_factor("gaps", (key,), "exposure", table.loc[key, "exposure"]),
    ]


def _trace_pair(
    ecosystem: Ecosystem, figure: Figure, results: Results | None
) -> list[pd.DataFrame]:
    industry, discipline = (int(place) for place in ecosystem.keys.get_indexer([*figure.keys]))
    if figure.figure in _LINKS:
        return [cite_pair(ecosystem, industry, discipline)]
    if figure.figure == "firms_linked":
        return [cite_pair(ecosystem, industry, discipline, units=True)] if figure.value else []
    table = take_result(ecosystem, "pairs", results)
    if figure.figure == "expected":
        return _state_sums(table, *figure.keys)
    row = table[(table["industry"] == figure.keys[0]) & (table["discipline"] == figure.keys[1])]
    names = ("observed", "expected", "firms_linked", "firms_expected", "contracts_expected")
    return [
        _state_factor("pairs", figure.keys, name, row[name].iloc[0])
        for name in names
        if name != figure.figure
    ]


def _state_sums(table: pd.DataFrame, industry: str, discipline: str) -> list[pd.DataFrame]:
    """State the links of an industry, those of a discipline, and all, over all pairs."""
    links = table["observed"]
    sums = {
        f"{industry}/*": links[table["industry"] == industry].sum(),
        f"*/{discipline}": links[table["discipline"] == discipline].sum(),
        "*/*": links.sum(),
    }
    return [state_fact("factor", n, f"pairs/{of}/observed") for of, n in sums.items()]


def _trace_dimension(
    ecosystem: Ecosystem, figure: Figure, results: Results | None
) -> list[pd.DataFrame]:
    row = take_result(ecosystem, "dimensions", results).loc[figure.figure]
    told = [
        state_fact("factor", row[name], name) for name in ("n", "coverage", "ci_low", "ci_high")
    ]
    if np.isnan(row["value"]):
        return told
    return [*told, cite_cases(ecosystem, figure.figure)]


def _trace_tier(
    ecosystem: Ecosystem, figure: Figure, results: Results | None
) -> list[pd.DataFrame]:
    return [cite_tier(ecosystem, take_result(ecosystem, "tiers", results), figure.figure)]


def _trace_summary(
    ecosystem: Ecosystem, figure: Figure, _results: Results | None
) -> list[pd.DataFrame]:
    return [cite_summary(ecosystem, *figure.keys)]


def _trace_coverage(
    ecosystem: Ecosystem, figure: Figure, results: Results | None
) -> list[pd.DataFrame]:
    """Trace a published figure to its row, and what is counted beside it."""
    table, key = take_result(ecosystem, "coverage", results), figure.keys[0]
    columns = ["id", "counts", "value", "name", "_file", "_sheet", "_row"]
    rows = ecosystem.table("indicators", columns)
    rows = rows[rows["id"] == key]
    stated = cite_rows(
        rows, "published", value=rows["value"].to_list(), detail=rows["name"].astype(str).to_list()
    )
    if figure.figure == "counted" and not np.isnan(table.loc[key, "counted"]):
        return [stated, cite_matching(ecosystem, rows["counts"].iloc[0])]
    if figure.figure == "coverage":
        names = ("counted", "value")
        return [stated, *(_state_factor("coverage", (key,), n, table.loc[key, n]) for n in names)]
    return [stated]


_EVIDENCE: Mapping[str, Callable[[Ecosystem, Figure, Results | None], list[pd.DataFrame]]] = {
    "gaps": _trace_gap,
    "pairs": _trace_pair,
    "dimensions": _trace_dimension,
    "tiers": _trace_tier,
    "summary": _trace_summary,
    "coverage": _trace_coverage,
}


def _state_factor(result: str, keys: Sequence[str], figure: str, value: object) -> pd.DataFrame:
    return state_fact("factor", value, "/".join((result, *keys, figure)))


# Candidates


def _list_candidates(ecosystem: Ecosystem, positions: np.ndarray[Any, Any]) -> pd.DataFrame:
    """List nodes that may be meant."""
    nodes = ecosystem.name_nodes(*sorted(ecosystem.parts)).loc[ecosystem.keys[positions]]
    told = [f"{kind}；{id_}" for id_, kind in zip(nodes.index, nodes["kind"], strict=True)]
    return join_evidence(cite_nodes(ecosystem, positions, "candidate", detail=told))


def _miss_node(ecosystem: Ecosystem, name: str) -> str:
    known = [str(text) for text in ecosystem.names[:_MOST_COMPARED]]
    close = difflib.get_close_matches(name, known, _CLOSE, _CLOSE_ENOUGH)
    near = f" Close to it: {', '.join(close)}." if close else ""
    return (
        f'Nothing in the data is called "{name}".{near} '
        "Give a name, an id, a figure (gaps/INDUSTRY/observed) or a number."
    )


def _number(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({"row": "Int64"})[list(EXPLANATION_COLUMNS)]
