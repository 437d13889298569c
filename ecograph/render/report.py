"""The report: what a planner reads, as one page that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import render_template
from ecograph.render.reporting.changes import present_changes
from ecograph.render.reporting.closing import present_closing
from ecograph.render.reporting.coverage import present_coverage
from ecograph.render.reporting.data import present_data
from ecograph.render.reporting.dimensions import present_dimensions
from ecograph.render.reporting.events import present_events
from ecograph.render.reporting.evidence import present_evidence
from ecograph.render.reporting.findings import list_findings
from ecograph.render.reporting.gaps import present_gaps
from ecograph.render.reporting.head import present_head
from ecograph.render.reporting.leaders import present_leaders
from ecograph.render.reporting.method import present_method
from ecograph.render.reporting.movement import present_movement
from ecograph.render.reporting.pairs import present_pairs
from ecograph.render.reporting.questions import answer_questions
from ecograph.render.reporting.renewals import present_renewals
from ecograph.render.reporting.tables import Page
from ecograph.render.reporting.targets import present_targets
from ecograph.render.reporting.tiers import present_tiers
from ecograph.render.reporting.trust import describe_trust
from ecograph.render.reporting.voice import Voice
from ecograph.texts import LANGUAGES
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.ecosystem import Ecosystem

__all__ = ["present_report", "render_report"]

_SECTIONS = (
    "findings",
    "gaps",
    "closing",
    "changes",
    "tiers",
    "movement",
    "renewals",
    "targets",
    "events",
    "leaders",
    "dimensions",
    "coverage",
    "evidence",
    "data",
    "method",
)


def render_report(
    ecosystem: Ecosystem,
    results: Mapping[str, pd.DataFrame],
    *,
    lang: str | None = None,
    tables_href: str | None = None,
    map_href: str | None = None,
) -> str:
    """Render the report of a planner as one self-contained HTML page.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        The result tables by name, as `ecograph.compute_results` returns them. Where one is missing
        or empty, the page says which register would fill its section.
    lang
        ``en`` or ``zh``: the language that is shown first; by default the ecosystem's. A reader
        can switch to the other one in the page.
    tables_href
        Relative folder of the CSV files, to link to; None where the report stands alone.
    map_href
        Relative address of the map, to link to.

    Returns
    -------
    str
        HTML without scripts that loads nothing; the same input gives the same text.
    """
    first = lang or ecosystem.lang
    voices = [
        _render_voice(
            ecosystem,
            results,
            voice,
            first=voice == first,
            tables_href=tables_href,
            map_href=map_href,
        )
        for voice in sorted(LANGUAGES, key=lambda known: known != first)
    ]
    return render_template("report.html.j2", voices=voices, version=__version__)


def _render_voice(
    ecosystem: Ecosystem,
    results: Mapping[str, pd.DataFrame],
    lang: str,
    *,
    first: bool,
    tables_href: str | None,
    map_href: str | None,
) -> dict[str, Any]:
    """Render the whole report in one language; the anchors of the second one have a prefix."""
    said = present_report(
        ecosystem,
        results,
        lang=lang,
        tables_href=tables_href,
        map_href=map_href,
        prefix="" if first else f"{lang}-",
    )
    body = Markup(render_template("report_body.html.j2", **said))  # noqa: S704 - a template's
    return {"lang": lang, "title": said["title"], "html_lang": said["html_lang"], "body": body}


def present_report(
    ecosystem: Ecosystem,
    results: Mapping[str, pd.DataFrame],
    *,
    lang: str | None = None,
    tables_href: str | None = None,
    map_href: str | None = None,
    prefix: str = "",
) -> dict[str, Any]:
    """Present everything that the report says, before it is set as a page or a document.

    Parameters
    ----------
    ecosystem, results, lang, tables_href, map_href
        As of `render_report`.
    prefix
        What stands before every anchor, where a page holds several reports.

    Returns
    -------
    dict
        ``say`` says a text of the catalogue; ``html_lang`` and ``version``; ``sections`` holds
        number, name and title of each section in order; then what each section presents, by name,
        with ``head``, ``trust`` and ``pairs``. Sentences are `Markup` with links to tables.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    page = Page(ecosystem, results, voice, tables_href, map_href, prefix)
    head = present_head(page)
    return {
        "say": voice.say,
        "prefix": prefix,
        "map_href": map_href,
        "title": f"{head['name']} · {voice.say('title')}",
        "html_lang": "zh-CN" if voice.lang == "zh" else "en",
        "sections": [
            (place, name, voice.say(f"section.{name}")) for place, name in enumerate(_SECTIONS, 1)
        ],
        "version": __version__,
        "head": head,
        "questions": answer_questions(page),
        "findings": list_findings(page),
        "trust": list(describe_trust(page)),
        "gaps": present_gaps(page),
        "pairs": present_pairs(page),
        "closing": present_closing(page),
        "changes": present_changes(page),
        "tiers": present_tiers(page),
        "movement": present_movement(page),
        "renewals": present_renewals(page),
        "targets": present_targets(page),
        "events": present_events(page),
        "leaders": present_leaders(page),
        "dimensions": present_dimensions(page),
        "coverage": present_coverage(page),
        "evidence": present_evidence(page),
        "data": present_data(page),
        "method": present_method(page),
    }
