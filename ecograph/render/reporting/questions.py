"""The five questions that a planner comes with, each answered in a sentence or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import is_missing
from ecograph.render.reporting.changes import sum_changes
from ecograph.render.reporting.coverage import order_coverage
from ecograph.render.reporting.tables import emphasise, list_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from ecograph.render.reporting.tables import Page

__all__ = ["Answer", "answer_questions"]

_FEW = 2


@dataclass(frozen=True)
class Answer:
    """A question, what the data answer, and the section that says more.

    Parameters
    ----------
    question, text
        As a person reads them.
    more
        Where the report says more.
    """

    question: Markup
    text: Markup
    more: Markup


def answer_questions(page: Page) -> list[Answer]:
    """Answer which industry first, who could help it, how sure, what changed, what is missing."""
    first = _choose_first(page)
    answers = (
        ("first", _say_first(page, first), "gaps"),
        ("help", _say_help(page, first), "closing"),
        ("sure", _say_sure(page, first), "gaps"),
        ("changed", _say_changed(page), "changes"),
        ("missing", _say_missing(page), "coverage"),
    )
    return [
        Answer(page.voice.say(f"question.{key}"), page.voice.run(said), _lead_on(page, section))
        for key, said, section in answers
    ]


def _lead_on(page: Page, section: str) -> Markup:
    """Lead to the section that says more."""
    say, place = page.voice.say, f"{page.prefix}section-{section}"
    title = say("question.more") + say("colon") + say(f"section.{section}")
    return Markup('<a class="more" href="#{}">{}</a>').format(place, title)


def _choose_first(page: Page) -> Mapping[str, Any] | None:
    """Choose the industry to look at first: the surest gap; else the one with the least ratio."""
    gaps = page.result("gaps")
    gaps = gaps.assign(industry=gaps.index, place=range(1, len(gaps) + 1))
    found = gaps[gaps["verdict"] == "gap"].sort_values(["q", "ratio"], kind="stable")
    rows = list_rows(found if len(found) else _order_open(gaps))
    return rows[0] if rows else None


def _order_open(gaps: pd.DataFrame) -> pd.DataFrame:
    """Order industries of which the data cannot tell, the least linked first."""
    known = gaps[(gaps["verdict"] == "not_enough_data") & (gaps["ratio"] < 1)]
    return known.sort_values(["ratio", "place"], kind="stable")


def _say_first(page: Page, first: Mapping[str, Any] | None) -> Iterator[Markup]:
    if first is None:
        yield page.voice.say("question.first_none")
        return
    anchor = f"gaps-row-{first['place']}"
    yield page.voice.say(
        "question.first_gap" if first["verdict"] == "gap" else "question.first_open",
        name=emphasise(first["name"]),
        observed=page.link(first["observed"], "count", anchor),
        expected=page.link(first["expected"], "expected", anchor),
        firms=page.link(first["firms"], "count", anchor),
    )


def _say_help(page: Page, first: Mapping[str, Any] | None) -> Iterator[Markup]:
    found = [] if first is None else list(_name_helpers(page, first))
    if not found:
        yield page.voice.say("question.help_none", registers=page.name_registers("partners"))
        return
    yield from found


def _name_helpers(page: Page, first: Mapping[str, Any]) -> Iterator[Markup]:
    """Name universities, brokers, and how many firms have no link yet."""
    places = (
        ("partners", "university_name", "help_universities"),
        ("brokers", "name", "help_brokers"),
    )
    for result, column, key in places:
        table = page.result(result)
        names = table.loc[table["industry"] == first["industry"], column]
        known = [name for name in names.drop_duplicates() if not is_missing(name)]
        if known:
            yield page.voice.say(
                f"question.{key}",
                names=page.voice.join(emphasise(name) for name in known[:_FEW]),
                more=len(known),
            )
    firms = page.result("unlinked")
    number = int((firms["industry"] == first["industry"]).sum())
    if number:
        yield page.voice.say("question.help_firms", number=page.link(number, "count", "closing"))


def _say_sure(page: Page, first: Mapping[str, Any] | None) -> Iterator[Markup]:
    if first is None or is_missing(first["ratio"]):
        yield page.voice.say("question.sure_none")
        return
    anchor = f"gaps-row-{first['place']}"
    interval = page.voice.write_range(first["ci_low"], first["ci_high"], "ratio")
    said = {
        "level": page.link(page.ecosystem.settings.ci_level, "level", "settings"),
        "interval": page.link(interval, "ready", anchor),
        "ratio": page.link(first["ratio"], "ratio", anchor),
        "q": page.link(first["q"], "compared", anchor),
    }
    if first["verdict"] == "gap":
        yield page.voice.say("question.sure_gap", **said)
    else:
        needed = page.link(first["needed"], "expected", anchor)
        yield page.voice.say("question.sure_open", **said, needed=needed)
    yield from _say_stability(page, first)


def _say_stability(page: Page, first: Mapping[str, Any]) -> Iterator[Markup]:
    table = page.result("stability")
    found = table[table.index == first["industry"]]
    for row in list_rows(found):
        yield page.voice.say(
            "question.sure_stands",
            runs=page.link(row["runs"], "count", "gaps"),
            stands=page.link(round(row["stands"] * row["runs"]), "count", "gaps"),
        )


def _say_changed(page: Page) -> Iterator[Markup]:
    nothing = page.voice.say("question.changed_none", registers=page.name_registers("changes"))
    yield sum_changes(page) or nothing


def _say_missing(page: Page) -> Iterator[Markup]:
    """Say what published figures the records do not reach, and what the rows lack."""
    table = order_coverage(page)
    table = table.assign(place=range(1, len(table) + 1))
    least = table[table["coverage"] < 1].sort_values(["coverage", "place"], kind="stable")
    for row in list_rows(least.head(1)):
        anchor = f"coverage-row-{row['place']}"
        yield page.voice.say(
            "question.missing_coverage",
            name=row["name"],
            counted=page.link(row["counted"], "count", anchor),
            share=page.link(row["coverage"], "share", anchor),
        )
    lacking = page.name_silent()
    if lacking:
        yield page.voice.say("question.missing_registers", registers=page.voice.join(lacking))
    if len(page.ecosystem.problems):
        number = page.link(len(page.ecosystem.problems), "count", "codes")
        yield page.voice.say("question.missing_problems", number=number)
    if not lacking and not len(least) and not len(page.ecosystem.problems):
        yield page.voice.say("question.missing_none")
