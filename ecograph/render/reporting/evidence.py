"""The rows behind the figures: which agreements were counted, and how to trace any other figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ecograph.analysis.links import list_links, list_parties
from ecograph.render.page import is_missing
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.reporting.tables import Page, Table

__all__ = ["Proof", "locate_evidence", "present_evidence"]

_INDUSTRIES, _AGREEMENTS = 30, 40
_TRACES = (
    ("gaps", "gaps/{key}/observed"),
    ("gaps", "gaps/{key}/expected"),
    ("pairs", "pairs/{key}/DISCIPLINE/observed"),
    ("tiers", "tiers/tree"),
    ("dimensions", "dimensions/INDICATOR"),
    ("coverage", "coverage/INDICATOR"),
    ("centrality", "NAME"),
)


class Proof(NamedTuple):
    """What was counted for one industry.

    Parameters
    ----------
    title
        The industry, and how many links were counted.
    ask
        What `ecograph explain` is asked to see the same with the numbers of the rows.
    table
        The agreements.
    """

    title: Markup
    ask: str
    table: Table


def present_evidence(page: Page) -> dict[str, object]:
    """Present the agreements behind each industry's links, and how other figures are traced."""
    rows = list_rows(page.result("gaps").head(_INDUSTRIES).reset_index())
    proofs = [
        _prove(page, place, row)
        for place, row in enumerate(rows, 1)
        if locate_evidence(page, place, row["observed"])
    ]
    return {
        "proofs": proofs,
        "lead": page.voice.say("evidence.lead"),
        "none": page.lack("gaps"),
        "traces": _tabulate_traces(page, rows),
    }


def locate_evidence(page: Page, place: int, observed: object) -> str:
    """Find where the agreements behind an industry's links stand; nothing where there are none."""
    known = not is_missing(observed) and observed != 0
    return f"#{page.prefix}table-evidence-{place}" if known and place <= _INDUSTRIES else ""


def _prove(page: Page, place: int, row: Mapping[str, Any]) -> Proof:
    """List the agreements that were counted as links of an industry, in the order of their ids."""
    cited = _list_cited(page.ecosystem, row["industry"])
    return Proof(
        title=page.voice.say("evidence.industry", name=row["name"], number=len(cited)),
        ask=f"gaps/{row['industry']}/observed",
        table=page.tabulate(
            f"evidence-{place}",
            _describe_agreements(page, cited[:_AGREEMENTS]),
            {"id": "text", "name": "prose", "parties": "prose", "date": "day", "file": "text"},
            caption=page.voice.say("evidence.list", name=row["name"]),
            total=len(cited),
        ),
    )


def _list_cited(ecosystem: Ecosystem, industry: str) -> list[int]:
    """List the positions of the agreements that were counted as links of an industry."""
    links = list_links(ecosystem)
    found = links["industry"] == ecosystem.keys.get_loc(industry)
    return sorted(links.loc[found, "agreement"])


def _describe_agreements(page: Page, positions: list[int]) -> list[dict[str, Any]]:
    """Say what agreements are and where they stand: not the row, which sorting a sheet changes."""
    ecosystem = page.ecosystem
    table = ecosystem.select("agreement").loc[ecosystem.keys[positions]]
    parties = _name_parties(ecosystem, positions)
    return [
        {
            **row,
            "id": key,
            "parties": page.voice.join(parties[position]),
            "file": " · ".join(filter(None, (row["file"], row["sheet"]))),
        }
        for (key, row), position in zip(table.to_dict("index").items(), positions, strict=True)
    ]


def _name_parties(ecosystem: Ecosystem, positions: list[int]) -> dict[int, list[str]]:
    """Name the parties of agreements."""
    parties = list_parties(ecosystem)
    found = parties[parties["agreement"].isin(positions)]
    names = ecosystem.names[found["party"]]
    named: dict[int, list[str]] = {position: [] for position in positions}
    for position, name in zip(found["agreement"], names, strict=True):
        named[position].append(str(name))
    return named


def _tabulate_traces(page: Page, rows: list[dict[str, Any]]) -> Table:
    key = str(rows[0]["industry"]) if rows else "INDUSTRY"
    traces = [
        {
            "table": page.voice.tell("evidence.of", result),
            "command": f"ecograph explain DATA {path.format(key=key)}",
        }
        for result, path in _TRACES
    ]
    return page.tabulate(
        "traces",
        traces,
        {"table": "text", "command": "text"},
        caption=page.voice.say("evidence.traces"),
        heads={n: page.voice.say(f"evidence.{n}") for n in ("table", "command")},
    )
