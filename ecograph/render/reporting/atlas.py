"""Addresses of the map beside the page: what it shows when a link of the report opens it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from ecograph.render.reporting.tables import Page

__all__ = ["locate_on_map"]

_FILTERS: dict[str, Any] = {
    "industry": "",
    "region": "",
    "tier": "",
    "verdict": "",
    "status": "",
    "amountFrom": None,
    "amountTo": None,
    "year": None,
    "yearMode": "until",
}
"""What the map filters by; it takes an address only with all of them."""

_LINES = ("tie", "single", "planned", "hosts", "about")


def locate_on_map(page: Page, *, industry: str, discipline: str = "") -> str | None:
    """Find the address of the map with one industry, and of those only who works on a discipline.

    Parameters
    ----------
    page
        The page; without a map there is no address.
    industry
        Id of the industry.
    discipline
        Id of a discipline that an agreement of the industry names: organisations without an
        agreement about it are hidden. Empty for all.
    """
    if page.map_href is None:
        return None
    state: dict[str, Any] = {"filters": {**_FILTERS, "industry": industry}, "lang": page.voice.lang}
    if discipline:
        state |= {"focus": {"id": discipline, "steps": 1}, "shownLines": list(_LINES)}
    return f"{page.map_href}#" + "&".join(f"{name}={_write(v)}" for name, v in state.items())


def _write(value: object) -> str:
    """Write a value as the map reads it: JSON, with all that an address may not hold escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return quote(text.encode("utf-8", "replace"), safe=":,")
