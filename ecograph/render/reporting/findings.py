"""The headline sentences: what the results say, each with how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.analysis.tiers import TIERS
from ecograph.render.page import is_missing
from ecograph.render.reporting.gaps import find_least, grade, mark_withheld_rows
from ecograph.render.reporting.tables import emphasise, list_rows, mark_filled
from ecograph.render.reporting.tiers import take_tiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from ecograph.render.reporting.tables import Page

__all__ = ["Finding", "list_findings"]

_SENTENCES = 8  # of industries of one verdict


@dataclass(frozen=True)
class Finding:
    """A sentence with how sure it is.

    Parameters
    ----------
    text
        What is found.
    certainty
        high, good, fair, none (cannot tell) or counted.
    css
        The verdict that it speaks of, or ``count``.
    """

    text: Markup
    certainty: str
    css: str


def list_findings(page: Page) -> list[Finding]:
    """List what gaps, tiers and network say, the most important first."""
    return [*_find_in_gaps(page), *_find_in_tiers(page), *_find_in_network(page)]


# industries


def _find_in_gaps(page: Page) -> Iterator[Finding]:
    gaps, voice = page.result("gaps"), page.voice
    if len(gaps) == 0:
        text = voice.say("finding.no_industries", registers=page.name_registers("gaps"))
        yield Finding(text, "none", "not_enough_data")
        return
    if not (gaps["verdict"] == "gap").any():
        yield Finding(voice.say("finding.no_gap"), "none", "not_enough_data")
    yield from _name_industries(page, gaps.assign(place=range(1, len(gaps) + 1)))
    for verdict in ("not_enough_data", "as_expected", "not_relevant"):
        group = gaps[gaps["verdict"] == verdict]
        if len(group):
            yield _describe_group(page, group, verdict)


def _name_industries(page: Page, gaps: pd.DataFrame) -> Iterator[Finding]:
    """Give each industry that stands out its sentence, up to a limit."""
    hidden = 0
    for verdict in ("gap", "over_linked"):
        group = gaps[gaps["verdict"] == verdict]
        hidden += max(len(group) - _SENTENCES, 0)
        for row in list_rows(group.head(_SENTENCES)):
            yield _describe_industry(page, row)
    if hidden:
        number = page.link(hidden, "count", "gaps")
        yield Finding(page.voice.say("finding.more", number=number), "good", "count")


def _describe_industry(page: Page, row: Mapping[str, Any]) -> Finding:
    """Say what the numbers of one industry say."""
    anchor, voice = f"gaps-row-{row['place']}", page.voice
    exposure = page.ecosystem.settings.exposure
    q = row["q"] if row["verdict"] == "gap" else row["q_over"]
    if is_missing(q):
        verdict = voice.label("verdict", row["verdict"])
        text = voice.say("finding.withheld", name=emphasise(row["name"]), verdict=verdict)
        return Finding(text, "fair", row["verdict"])
    size = page.link(row["exposure"], "money" if exposure == "output" else "count", anchor)
    interval = voice.write_range(row["ci_low"], row["ci_high"], "ratio")
    text = voice.say(
        f"finding.{row['verdict']}",
        name=emphasise(row["name"]),
        observed=page.link(row["observed"], "count", anchor),
        base=voice.say(f"exposure.{exposure}", exposure=size),
        expected=page.link(row["expected"], "expected", anchor),
        ratio=page.link(row["ratio"], "ratio", anchor),
        level=page.link(page.ecosystem.settings.ci_level, "level", "settings"),
        interval=page.link(interval, "ready", anchor),
        q=page.link(q, "compared", anchor),
    )
    if row["firms"]:
        text = voice.run([text, _describe_firms(page, row, anchor)])
    return Finding(text, grade(q), row["verdict"])


def _describe_firms(page: Page, row: Mapping[str, Any], anchor: str) -> Markup:
    return page.voice.say(
        "finding.firms",
        linked=page.link(row["firms_linked"], "count", anchor),
        firms=page.link(row["firms"], "count", anchor),
        recorded=page.link(row["firms_recorded"], "count", anchor),
    )


def _describe_group(page: Page, group: pd.DataFrame, verdict: str) -> Finding:
    """Say in one sentence for which industries the verdict is the same."""
    text = page.voice.say(
        f"finding.{verdict}",
        number=page.link(len(group), "count", "gaps"),
        total=page.link(len(page.result("gaps")), "count", "gaps"),
        names=page.voice.join(group["name"]),
    )
    if verdict == "not_enough_data":
        text = page.voice.run([text, *_explain_silence(page, group)])
    return Finding(text, "good" if verdict == "as_expected" else "none", verdict)


def _explain_silence(page: Page, group: pd.DataFrame) -> Iterator[Markup]:
    """Say why the data cannot tell."""
    group = group[~mark_withheld_rows(group)]
    unknown = int(group["expected"].isna().sum())
    if unknown:
        number = page.link(unknown, "count", "gaps")
        yield page.voice.say("finding.unknown_exposure", number=number)
    if unknown < len(group):
        yield page.voice.say(
            "finding.few_links",
            number=page.link(len(group) - unknown, "count", "gaps"),
            least=page.link(find_least(page), "expected", "settings"),
        )


# firms


def _find_in_tiers(page: Page) -> Iterator[Finding]:
    tiers, voice = take_tiers(page), page.voice
    if len(tiers) == 0:
        return
    counts = tiers["tier"].value_counts()
    levels = voice.join(
        Markup("{} {}").format(voice.label("tier", t), page.link(counts[t], "count", "tier-counts"))
        for t in TIERS
        if t in counts
    )
    total = page.link(len(tiers), "count", "tier-counts")
    sentences = [voice.say("finding.tiers", total=total, levels=levels)]
    risk = int(mark_filled(tiers["at_risk"]).sum())
    if risk:
        number = page.link(risk, "count", "tiers")
        sentences.append(voice.say("finding.risk", number=number))
    yield Finding(voice.run(sentences), "counted", "count")


# network


def _find_in_network(page: Page) -> Iterator[Finding]:
    """Name the most tied organisation, and count those without an agreement that counts."""
    table, voice = page.result("centrality"), page.voice
    sentences = [_describe_leader(page, table.iloc[0])] if (table["degree"] > 1).any() else []
    isolates = int((table["degree"] == 0).sum())
    if isolates:
        number = page.link(isolates, "count", "centrality")
        total = page.link(len(table), "count", "centrality")
        sentences.append(voice.say("finding.isolates", number=number, total=total))
    if sentences:
        yield Finding(voice.run(sentences), "counted", "count")


def _describe_leader(page: Page, first: pd.Series) -> Markup:
    forms = {"degree": "count", "strength": "number", "betweenness": "number"}
    numbers = {
        column: page.link(first[column], form, "centrality-row-1") for column, form in forms.items()
    }
    return page.voice.say("finding.leader", name=emphasise(first["name"]), **numbers)
