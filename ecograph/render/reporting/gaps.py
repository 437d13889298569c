"""The section of weakly linked industries: charts, table, what stands, and how to read them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from ecograph.analysis.gaps import VERDICTS
from ecograph.render.page import is_missing
from ecograph.render.plots.gaps import plot_funnel, plot_gaps, plot_stability, read_dispersion
from ecograph.render.plots.pairs import FOUND
from ecograph.render.plots.stands import count_ways
from ecograph.render.reporting.evidence import locate_evidence
from ecograph.render.reporting.tables import list_rows
from ecograph.texts import LANGUAGES, label_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page, Table

__all__ = [
    "explain_verdict",
    "find_dispersion",
    "find_least",
    "grade",
    "is_withheld",
    "mark_withheld_rows",
    "present_gaps",
    "sum_expected",
    "tell_stands",
]

_COUNTS = ("observed", "firms", "firms_linked", "firms_recorded")


def present_gaps(page: Page) -> dict[str, object]:
    """Present industries beside what their size would give."""
    gaps, voice, settings = page.result("gaps"), page.voice, page.ecosystem.settings
    comparable = gaps[gaps["ratio"].notna()]
    unknown = gaps[gaps["ratio"].isna() & ~mark_withheld_rows(gaps)]
    level = page.link(settings.ci_level, "level", "settings")
    title = voice.say("gaps.chart", level=voice.write(settings.ci_level, "level"))
    funnel, stability = voice.say("gaps.funnel"), voice.say("gaps.stability")
    judged = page.result("stability")["verdict"].isin(FOUND).any()
    return {
        "title": title,
        "chart": page.chart("gaps", title, plot_gaps) if len(comparable) else "",
        "funnel_title": funnel,
        "funnel": page.chart("funnel", funnel, plot_funnel) if len(comparable) > 1 else "",
        "stability_title": stability,
        "stability": page.chart("stability", stability, plot_stability) if judged else "",
        "incomparable": voice.say("gaps.incomparable", names=voice.join(unknown["name"]))
        if len(unknown) and len(comparable)
        else "",
        "table": _tabulate_gaps(page, gaps),
        "reading": (
            voice.say("gaps.reading_1", level=level),
            voice.say("gaps.reading_2", alpha=page.link(settings.alpha, "published", "settings")),
            voice.say("gaps.reading_3", least=page.link(find_least(page), "expected", "settings")),
        ),
    }


def mark_withheld_rows(gaps: pd.DataFrame) -> pd.Series:
    """Say of which industries a count is withheld, and with it what would tell it.

    Whoever masks a copy to share withholds counts; otherwise none of them is missing.
    """
    return gaps.reindex(columns=list(_COUNTS)).isna().any(axis=1)


def is_withheld(row: Mapping[str, Any]) -> bool:
    """Say the same of one industry."""
    return any(is_missing(row[name]) for name in _COUNTS)


def sum_expected(gaps: pd.DataFrame) -> float:
    """Sum the links of all industries that are compared; nan where one is withheld."""
    return math.nan if mark_withheld_rows(gaps).any() else float(gaps["expected"].sum())


def find_dispersion(page: Page) -> float:
    """Find how much more counts vary than independent links would; 1 where nothing is known."""
    return read_dispersion(page.whole("gaps"))


def find_least(page: Page) -> float:
    """Find the least expected count at which zero is significantly few for one test."""
    dispersion = find_dispersion(page)
    rarer = (dispersion - 1) / math.log(dispersion) if dispersion > 1 else 1.0
    return -math.log(page.ecosystem.settings.alpha) * rarer


def grade(q: float) -> str:
    """Grade how sure a finding is by its q.

    >>> [grade(q) for q in (0.0001, 0.004, 0.03)]
    ['high', 'good', 'fair']
    """
    return "high" if q < 0.001 else "good" if q < 0.01 else "fair"  # noqa: PLR2004 - usual steps


def explain_verdict(page: Page, row: Mapping[str, Any], total: float) -> Markup:
    """Say in words what the verdict of an industry means, and where there is none what would tell.

    Parameters
    ----------
    page
        The page.
    row
        A row of the result gaps.
    total
        The links of all industries that are compared.
    """
    voice, verdict = page.voice, row["verdict"]
    if verdict in {"gap", "over_linked"}:
        q = row["q"] if verdict == "gap" else row["q_over"]
        return voice.say(f"gaps.means.{verdict}", q=voice.write(q, "compared"))
    if verdict != "not_enough_data":
        return voice.say(f"gaps.means.{verdict}")
    floor = page.ecosystem.settings.capture_floor
    if is_withheld(row):
        return voice.say("gaps.means.not_enough_data")
    if is_missing(row["expected"]):
        return voice.say("gaps.means.unknown")
    if not is_missing(row["recorded"]) and row["recorded"] < floor:
        shares = {"share": row["recorded"], "floor": floor}
        return voice.say(
            "gaps.means.silent", **{k: voice.write(v, "share") for k, v in shares.items()}
        )
    return _say_needed(page, row, total)


def tell_stands(page: Page) -> dict[str, Markup]:
    """Say for each industry with a verdict in how many other ways to ask it stands."""
    return {
        key: page.voice.say(
            "gaps.stands", stands=row["all"][0], runs=row["all"][1], verdicts=row["verdicts"]
        )
        for key, row in _count_stands(page).items()
        if row["verdict"] in FOUND
    }


def _say_needed(page: Page, row: Mapping[str, Any], total: float) -> Markup:
    """Say how many more links would have to be expected, and how many in all would bring them."""
    voice, needed = page.voice, row["needed"]
    if is_missing(needed) or is_missing(total) or needed <= 0 or row["expected"] <= 0:
        return voice.say("gaps.means.not_enough_data")
    more = math.ceil(needed)
    return voice.say(
        "gaps.means.needed",
        needed=voice.write(more, "count"),
        expected=voice.write(row["expected"], "expected"),
        total=voice.write(math.ceil(needed * total / row["expected"]), "count"),
    )


def _tabulate_gaps(page: Page, gaps: pd.DataFrame) -> Table:
    stated = page.ecosystem.settings.exposure == "output"
    forms = {
        "name": "text",
        "verdict": "verdict",
        "observed": "count",
        "expected": "expected",
        "ratio": "ratio",
        "interval": "ready",
        "q": "q",
        "exposure": "money" if stated else "count",
        "firms": "count",
        "firms_linked": "count",
        "firms_recorded": "count",
        "stands": "ready",
        "means": "prose",
    }
    if not (gaps["exposure"].fillna(0) != gaps["firms"].fillna(0)).any():
        del forms["exposure"]  # the firms themselves, which have their own column
    if (gaps["firms_recorded"] == gaps["firms"]).all():
        del forms["firms_recorded"]
    total, stands = sum_expected(gaps), _write_stands(page)
    rows = [
        {
            **row,
            "interval": page.voice.write_range(row["ci_low"], row["ci_high"], "ratio"),
            "means": explain_verdict(page, row, total),
            "observed_href": locate_evidence(page, place, row["observed"]),
            **stands.get(str(row["industry"]), {}),
        }
        for place, row in enumerate(list_rows(gaps.rename_axis("industry").reset_index()), 1)
    ]
    heads = {name: page.voice.say(f"gaps.head.{name}") for name in ("stands", "means")}
    return page.tabulate(
        "gaps", rows, forms, caption=page.voice.say("gaps.table"), csv="gaps.csv", heads=heads
    )


def _write_stands(page: Page) -> dict[str, dict[str, str]]:
    """Write for each industry in how many ways its verdict stands, and what came in the others.

    That the data cannot tell in any way either is nothing to be sure of.
    """
    return {
        key: {
            "stands": "/".join(map(str, row["all"])),
            "stands_below": row["verdicts"] if row["all"][0] < row["all"][1] else "",
        }
        for key, row in _count_stands(page).items()
        if row["verdict"] in FOUND or row["all"][0] < row["all"][1]
    }


def _count_stands(page: Page) -> dict[str, dict[str, Any]]:
    """Count for each industry in how many ways its verdict stands, and say what came of them."""
    table = page.whole("stability")
    counted = count_ways(table[table["runs"] > 0])
    counted = counted.assign(verdicts=[_say_again(page, said) for said in counted["verdicts"]])
    keys = [str(key) for key in counted.index]
    return dict(zip(keys, list_rows(counted), strict=True))


def _say_again(page: Page, verdicts: object) -> str:
    """Say verdicts with their numbers in the language of the page; the table has one language."""
    names = {
        label_of("verdict", verdict, lang): page.voice.label("verdict", verdict)
        for verdict in VERDICTS
        for lang in LANGUAGES
    }
    parts = (part.rpartition(" ") for part in re.split("[;；] ?", str(verdicts)))
    said = (f"{names.get(name, name)}\u00a0{number}" for name, _, number in parts)
    return page.voice.say("semicolon").join(said).unescape()
