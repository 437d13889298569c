"""How figures of several sections are written: intervals, reservations, where they come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecograph.render.reporting.tables import Page
    from ecograph.render.reporting.voice import Voice

__all__ = ["caution_renewals", "name_basis", "say_flags", "write_bounds", "write_odds"]


def write_bounds(
    voice: Voice,
    row: Mapping[str, Any],
    form: str,
    *,
    columns: tuple[str, str] = ("ci_low", "ci_high"),
) -> str:
    """Write an interval; one that is open above ends in the sign of infinity."""
    low: Any = row.get(columns[0])
    high: Any = row.get(columns[1])
    if is_missing(low):
        return ""
    top = "∞" if is_missing(high) or math.isinf(float(high)) else voice.write(high, form)
    return f"{voice.write(low, form)}–{top}"


def write_odds(voice: Voice, value: Any) -> str:  # noqa: ANN401 - a number or nothing
    """Write an odds ratio, which can be infinite."""
    if not is_missing(value) and math.isinf(float(value)):
        return "∞"
    return voice.write(value, "ratio")


def say_flags(voice: Voice, *cells: object) -> str:
    """Say the reservations of one or more cells, each of them once."""
    keys = (part.strip() for cell in cells if not is_missing(cell) for part in str(cell).split(";"))
    words = dict.fromkeys(voice.tell("flag", key) for key in keys if key)
    return str(voice.say("semicolon")).join(words)


def name_basis(voice: Voice, *keys: object) -> str:
    """Name where a figure comes from: counted, published, self-reported or estimated."""
    return voice.say("comma").join(filter(None, (voice.name("basis", key) for key in keys)))


def caution_renewals(page: Page, names: Iterable[str]) -> Markup:
    """Warn where a register lists no certificate twice, so that renewals look like promotions."""
    for name in names:
        if page.method(name).get("register", {}).get("renewals") == "none_listed":
            return page.voice.say("movement.none_listed")
    return Markup("")
