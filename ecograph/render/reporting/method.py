"""The section of method: what was computed under which settings, and what words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.render.reporting.gaps import find_dispersion, find_least
from ecograph.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.render.reporting.tables import Page, Table

__all__ = ["present_method"]

_PARAGRAPHS = ("links", "expected", "silence", "network", "cause")
_GLOSSARY = (
    "counts",
    "expected",
    "gap",
    "as_expected",
    "over_linked",
    "not_enough_data",
    "interval",
    "q",
    "weight",
    "betweenness",
    "constraint",
    "community",
    "tier",
    "coverage",
)


def present_method(page: Page) -> dict[str, object]:
    """Present the method, the settings in force and the glossary."""
    say = page.voice.say
    dispersion = page.link(find_dispersion(page), "ratio", "settings")
    return {
        "paragraphs": [say(f"method.{name}", dispersion=dispersion) for name in _PARAGRAPHS],
        "settings": _tabulate_settings(page),
        "glossary": [
            (say(f"glossary.{name}.term"), say(f"glossary.{name}.text")) for name in _GLOSSARY
        ],
    }


def _tabulate_settings(page: Page) -> Table:
    settings, voice = page.ecosystem.settings, page.voice
    values: Mapping[str, object] = {
        "exposure": voice.say(f"choice.{settings.exposure}"),
        "ci_level": voice.write(settings.ci_level, "level"),
        "alpha": voice.write(settings.alpha, "published"),
        "margin": voice.write(settings.margin, "level"),
        "dispersion": voice.write(find_dispersion(page), "ratio"),
        "least": voice.write(find_least(page), "expected"),
        "weighting": voice.say(f"choice.{settings.weighting}"),
        "counted": voice.join(voice.name("status", status) for status in settings.counted),
        "seed": settings.seed,
        "version": __version__,
    }
    rows = [{"setting": voice.say(f"setting.{k}"), "value": v} for k, v in values.items()]
    forms = {"setting": "text", "value": "text"}
    caption = voice.say("method.settings")
    return page.tabulate("settings", rows, forms, caption=caption)
