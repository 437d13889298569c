"""The head of the report: what it is about, which agreements count, and the first figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.masking import find_threshold, list_masked_kinds
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page

__all__ = ["present_head"]

_TILES = ("university", "platform", "enterprise", "industry")


def present_head(page: Page) -> dict[str, object]:
    """Present name, day, what counts, and the figures that stand at the top."""
    ecosystem, voice = page.ecosystem, page.voice
    return {
        "name": ecosystem.name,
        "as_of": voice.say("as_of", date=ecosystem.as_of) if ecosystem.as_of else "",
        "synthetic": ecosystem.synthetic,
        "masked": voice.run(_describe_mask(page)),
        "counted": voice.run(_describe_counted(page)),
        "tiles": _list_tiles(page),
    }


def _describe_mask(page: Page) -> Iterator[Markup]:
    """Say of a copy to share what has codes for names, and which counts are withheld."""
    voice, kinds = page.voice, list_masked_kinds(page.ecosystem)
    if kinds:
        named = voice.join(voice.write(kind, "kind").lower() for kind in kinds)
        yield voice.say("masked", kinds=named)
    least = find_threshold(page.results)
    if least is not None:
        yield voice.say("withheld", least=least, mark=f"<{least}")


def _describe_counted(page: Page) -> list[Markup]:
    """Say which agreements count, which do not, and what amounts are known."""
    voice, ecosystem = page.voice, page.ecosystem
    agreements = ecosystem.select("agreement")
    left_out = agreements.loc[~agreements.index.isin(ecosystem.counted)]
    names = voice.join(voice.name("status", status) for status in ecosystem.settings.counted)
    number = page.link(len(ecosystem.counted), "count", "summary")
    sentences = [voice.say("counted", counted=number, statuses=names)]
    if len(left_out):
        statuses = _name_statuses(page, left_out)
        number = page.link(len(left_out), "count", "summary")
        sentences.append(voice.say("not_counted", number=number, statuses=statuses))
    if len(ecosystem.counted):
        sentences.append(_describe_amount(page))
    return sentences


def _describe_amount(page: Page) -> Markup:
    agreements = page.ecosystem.select("agreement").reindex(columns=["amount"])
    amounts = agreements.loc[page.ecosystem.counted, "amount"].dropna()
    if len(amounts) == 0:
        return page.voice.say("no_amount")
    number = page.link(len(amounts), "count", "summary")
    total = page.link(float(amounts.sum()), "money", "summary")
    return page.voice.say("amount", number=number, sum=total)


def _name_statuses(page: Page, agreements: pd.DataFrame) -> Markup:
    """Name the statuses for which agreements do not count, in the order of the ladder."""
    present, counting = set(agreements["status"]), set(page.ecosystem.settings.counted)
    names = [
        term.label(page.voice.lang)
        for term in read_schema().vocabularies["status"]
        if term.key in present - counting
    ]
    if present & counting:
        names.append(str(page.voice.say("later")))
    return page.voice.join(names)


def _list_tiles(page: Page) -> list[tuple[Markup, Markup]]:
    """List the figures that stand at the top: each with what it counts."""
    ecosystem = page.ecosystem
    tiles = [("agreements", int(ecosystem.counts.sum()), "summary")]
    tiles += [(kind, len(ecosystem.find_positions(kind)), "summary") for kind in _TILES]
    gaps = page.result("gaps")
    if len(gaps):
        tiles.append(("gap", int((gaps["verdict"] == "gap").sum()), "gaps"))
    return [
        (page.link(number, "count", anchor), page.voice.say(f"tile.{name}"))
        for name, number, anchor in tiles
    ]
