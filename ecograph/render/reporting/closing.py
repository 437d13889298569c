"""Who could close the gaps: disciplines, universities, brokers and firms, from the registers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import is_missing
from ecograph.render.reporting.atlas import locate_on_map
from ecograph.render.reporting.gaps import (
    explain_verdict,
    grade,
    is_withheld,
    sum_expected,
    tell_stands,
)
from ecograph.render.reporting.tables import emphasise, list_rows, mark_filled
from ecograph.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from ecograph.render.reporting.tables import Page

__all__ = ["Help", "Part", "present_closing"]

_INDUSTRIES, _FEW, _TOPICS = 5, 3, 2
_JOINER = "；"  # between names in one cell
_PROMISING = ("gap_promising", "undetermined_promising")
_OPEN = ("not_enough_data", "as_expected")


@dataclass(frozen=True)
class Part:
    """Who could help in one respect.

    Parameters
    ----------
    title
        What is asked.
    items
        The first answers, each with its reasons.
    note
        How many more there are, or what is lacking where there is none.
    csv
        File with all of them; None where the report stands alone.
    """

    title: Markup
    items: tuple[Markup, ...]
    note: Markup
    csv: str | None


@dataclass(frozen=True)
class Help:
    """Who could help an industry, and how sure it is that it needs help.

    Parameters
    ----------
    name, css
        Its name and verdict.
    certainty, text
        How sure, and what the numbers say.
    parts
        Who could help.
    href
        The industry on the map; None where there is none.
    """

    name: str
    css: str
    certainty: Markup
    text: Markup
    parts: tuple[Part, ...]
    href: str | None


def present_closing(page: Page) -> dict[str, object]:
    """Present for each weakly linked industry who could help it.

    Where no industry is one, those follow of which the data cannot tell, the least linked first.
    """
    gaps = page.result("gaps").rename_axis("industry").reset_index()
    gaps = gaps.assign(place=range(1, len(gaps) + 1))
    chosen, key = gaps[gaps["verdict"] == "gap"], "gaps"
    if chosen.empty:
        chosen, key = _choose_open(page, gaps), "open"
    stands, total = tell_stands(page), sum_expected(gaps)
    return {
        "lead": page.voice.say(f"closing.lead_{key}"),
        "industries": [
            _present_help(page, row, total, stands.get(str(row["industry"])))
            for row in list_rows(chosen.head(_INDUSTRIES))
        ],
        "cut": page.voice.say("closing.cut", shown=_INDUSTRIES, total=len(chosen))
        if len(chosen) > _INDUSTRIES
        else "",
        "empty": page.lack("closing"),
    }


def _choose_open(page: Page, gaps: pd.DataFrame) -> pd.DataFrame:
    """Choose industries that may be weakly linked and of which anything is known."""
    names = ("opportunities", "partners", "brokers", "unlinked")
    known = {str(key) for name in names for key in page.result(name)["industry"]}
    below = gaps["ratio"].isna() | (gaps["ratio"] < 1)
    found = gaps[gaps["verdict"].isin(_OPEN) & below & gaps["industry"].astype(str).isin(known)]
    order = {"verdict": found["verdict"].map(_OPEN.index), "ratio": found["ratio"]}
    return found.loc[found.assign(**order).sort_values(["verdict", "ratio", "place"]).index]


def _present_help(page: Page, row: Mapping[str, Any], total: float, stands: Markup | None) -> Help:
    voice, verdict = page.voice, row["verdict"]
    sure = grade(row["q"]) if verdict == "gap" else "good" if verdict == "as_expected" else "none"
    said = [_say_numbers(page, row), explain_verdict(page, row, total)]
    return Help(
        name=str(row["name"]),
        css=str(verdict),
        certainty=voice.say(f"certainty.{sure}"),
        text=voice.run([*said, *([stands] if stands else [])]),
        parts=tuple(_present_parts(page, str(row["industry"]))),
        href=locate_on_map(page, industry=str(row["industry"])),
    )


def _say_numbers(page: Page, row: Mapping[str, Any]) -> Markup:
    anchor, voice = f"gaps-row-{row['place']}", page.voice
    observed = page.link(row["observed"], "count", anchor)
    if is_withheld(row):
        verdict = voice.label("verdict", row["verdict"])
        return voice.say("finding.withheld", name=row["name"], verdict=verdict)
    if is_missing(row["ratio"]):
        return voice.say("closing.unknown", observed=observed)
    interval = voice.write_range(row["ci_low"], row["ci_high"], "ratio")
    return voice.say(
        "closing.numbers",
        observed=observed,
        expected=page.link(row["expected"], "expected", anchor),
        ratio=page.link(row["ratio"], "ratio", anchor),
        level=page.link(page.ecosystem.settings.ci_level, "level", "settings"),
        interval=page.link(interval, "ready", anchor),
        verdict=voice.label("verdict", row["verdict"]),
    )


# the four parts


def _present_parts(page: Page, industry: str) -> Iterator[Part]:
    """Present disciplines, universities, brokers and firms of an industry."""
    for key, (name, describe, registers) in _PARTS.items():
        table = page.result(name)
        items, number = describe(page, table[table["industry"].astype(str) == industry])
        yield Part(
            title=page.voice.say(f"closing.{key}"),
            items=tuple(items),
            note=_note(page, key, number, registers),
            csv=page.locate(f"{name}.csv") if items else None,
        )


def _note(page: Page, key: str, number: int, registers: Sequence[str]) -> Markup:
    """Say how many there are, or which registers would name some."""
    if not number:
        tables = (read_schema().tables[name] for name in registers)
        named = page.voice.join(table.label(page.voice.lang) for table in tables)
        return page.voice.say(f"closing.no_{key}", registers=named)
    if number <= _FEW:
        return Markup("")
    return page.voice.say("closing.more", shown=_FEW, total=f"{number:,}")


def _list_disciplines(page: Page, table: pd.DataFrame) -> tuple[list[Markup], int]:
    """List promising disciplines: what speaks for each, and what there is already."""
    forms = {
        "demand_stated": "count",
        "universities": "count",
        "teams": "count",
        "achievements": "count",
        "relatedness_density": "ratio",
        "firms_linked": "count",
    }
    promising = table[table["quadrant"].isin(_PROMISING)]
    rows = list_rows(promising.head(_FEW).rename(columns={"discipline_name": "name"}))
    return [_say_item(page, "discipline", row, forms) for row in rows], len(promising)


def _list_universities(page: Page, table: pd.DataFrame) -> tuple[list[Markup], int]:
    """List universities, each by the disciplines for which it ranks best."""
    named = table[mark_filled(table["university"])]
    groups = [list_rows(group) for _, group in named.groupby("university", sort=False)]
    return [_say_university(page, rows) for rows in groups[:_FEW]], len(groups)


def _say_university(page: Page, rows: Sequence[Mapping[str, Any]]) -> Markup:
    voice = page.voice
    forms = {
        "level": "text",
        "demanded": "count",
        "in_use": "count",
        "teams": "count",
        "achievements": "count",
    }
    said = [
        voice.say(
            "closing.topic",
            name=row["discipline_name"],
            why=voice.say("comma").join(_list_reasons(page, "topic", row, forms)),
        )
        for row in rows[:_TOPICS]
    ]
    if rows[0]["links"]:
        said.append(voice.say("closing.links", number=voice.write(rows[0]["links"], "count")))
    why = voice.say("semicolon").join(said)
    return voice.say("closing.item", name=emphasise(rows[0]["university_name"]), why=why)


def _list_brokers(page: Page, table: pd.DataFrame) -> tuple[list[Markup], int]:
    """List who reaches the firms without a link, each way counted apart."""
    forms = {
        "firms_tied": "count",
        "firms_near": "count",
        "firms_meant": "count",
        "university_names": "ready",
    }
    rows = [
        {**row, "university_names": _join_few(page, str(row["university_names"]))}
        for row in list_rows(table.head(_FEW))
    ]
    return [_say_item(page, "broker", row, forms) for row in rows], len(table)


def _join_few(page: Page, names: str) -> Markup:
    """Join the first of some names that a table has in one cell."""
    listed = names.split(_JOINER)
    joined = page.voice.say("comma").join(listed[:_FEW])
    if len(listed) <= _FEW:
        return joined
    return page.voice.say("and_more", names=joined, number=len(listed) - _FEW)


def _list_firms(page: Page, table: pd.DataFrame) -> tuple[list[Markup], int]:
    """List firms without a link, those with most to start from first."""
    forms = {
        "region": "text",
        "pending": "count",
        "demands": "count",
        "certificates": "count",
        "brokers": "count",
        "steps_any": "count",
    }
    rows = list_rows(table.head(_FEW))
    return [_say_item(page, "firm", row, forms) for row in rows], len(table)


_PARTS: Mapping[
    str, tuple[str, Callable[[Page, pd.DataFrame], tuple[list[Markup], int]], tuple[str, ...]]
] = {
    "disciplines": ("opportunities", _list_disciplines, ("demands", "offers", "teams")),
    "universities": ("partners", _list_universities, ("offers", "teams", "achievements")),
    "brokers": ("brokers", _list_brokers, ("platforms", "agreements")),
    "firms": ("unlinked", _list_firms, ("enterprises",)),
}


def _say_item(page: Page, kind: str, row: Mapping[str, Any], forms: Mapping[str, str]) -> Markup:
    """Say a name and what speaks for it."""
    reasons = list(_list_reasons(page, kind, row, forms))
    why = (
        page.voice.say("closing.comma").join(reasons)
        if reasons
        else page.voice.say("closing.no_reason")
    )
    return page.voice.say("closing.item", name=emphasise(row["name"]), why=why)


def _list_reasons(
    page: Page, kind: str, row: Mapping[str, Any], forms: Mapping[str, str]
) -> Iterator[Markup]:
    """Say each value that is there; a 0 is said of nothing but the firms that are linked."""
    for column, form in forms.items():
        value = row[column]
        if is_missing(value) or (not value and column != "firms_linked"):
            continue
        yield page.voice.say(f"closing.why.{kind}.{column}", value=page.voice.write(value, form))
