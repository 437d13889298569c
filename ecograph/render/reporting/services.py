"""Tables of the services around science: finance, commissioners, trainings, technology brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecograph.render.page import is_missing
from ecograph.render.reporting.figures import name_basis, say_flags, write_bounds
from ecograph.render.reporting.tables import list_rows, mark_filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from markupsafe import Markup

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["tabulate_services"]

_COUNTIES = 30


def tabulate_services(page: Page) -> Iterator[Table]:
    """Set out the services, a table each; counted rows and published totals are marked."""
    yield _tabulate_finance(page)
    yield _tabulate_counties(page)
    yield _tabulate_trainings(page)
    yield _tabulate_brokers(page)


def _tabulate_finance(page: Page) -> Table:
    forms = {
        "kind": "text",
        "basis": "text",
        "cases": "count",
        "financiers": "count",
        "firms": "count",
        "amount": "money",
        "amount_per_firm": "money",
        "flags": "words",
    }
    voice = page.voice
    return page.tabulate(
        "finance",
        [_describe_finance(voice, row) for row in list_rows(page.result("finance"))],
        forms,
        caption=voice.say("events.finance"),
        csv="finance.csv",
        heads={"firms": str(voice.say("events.firms"))},
    )


def _describe_finance(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    """Set out one kind of service; of how many rows a mean is known stands below it."""
    known = not is_missing(row["amount_per_firm"])
    return {
        **row,
        "kind": voice.name("finance_kind", row["kind"]),
        "basis": name_basis(voice, row["basis"]),
        "basis_below": _say_rows(voice, row),
        "firms_below": voice.say("events.named", number=row["named_firms"])
        if row["named_firms"] and not is_missing(row["named_firms"])
        else "",
        "amount_per_firm_below": voice.write(row["coverage"], "share") if known else "",
        "flags": say_flags(voice, row["flags"]),
    }


def _say_rows(voice: Voice, row: Mapping[str, Any]) -> str:
    """Name the register of a figure and how many rows it has."""
    rows = voice.say("events.rows", number=int(row["rows"]))
    return " · ".join(filter(None, (voice.write(row.get("register"), "words"), rows)))


def _tabulate_counties(page: Page) -> Table:
    """Set out the counties, where the data say anything of commissioners or their trainings."""
    table, voice = page.result("counties"), page.voice
    told = mark_filled(table["covered"]).any() or mark_filled(table["sessions"]).any()
    table = table if told else table.iloc[:0]
    forms = {
        "name": "text",
        "covered": "words",
        "commissioners": "count",
        "people": "count",
        "leading": "ready",
        "sessions": "count",
        "attendances": "count",
    }
    return page.tabulate(
        "counties",
        [_describe_county(voice, row) for row in list_rows(table.head(_COUNTIES))],
        forms,
        caption=_caption_counties(page),
        total=len(table),
        csv="counties.csv",
        heads={"leading": str(voice.say("events.leading"))},
    )


def _describe_county(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    covered = voice.tell("covered", str(bool(row["covered"])).lower())
    unknown = is_missing(row["covered"])
    return {
        **row,
        "covered": "" if unknown else covered,
        "leading": f"{row['leading_covered']}/{row['leading']}" if row["leading"] else "—",
    }


def _caption_counties(page: Page) -> Markup:
    """Say what share of the counties is covered by name, and what offices publish."""
    voice, method = page.voice, page.method("counties")
    said = [voice.say("events.counties")]
    found = method.get("counties", {})
    if found.get("of"):
        said.append(
            voice.say(
                "events.covered",
                part=found["covered"],
                whole=found["of"],
                share=voice.write(found["share"], "share"),
                interval=write_bounds(voice, found, "share"),
            )
        )
    published = method.get("published", {}).get("commissioners.region")
    if published is not None:
        said.append(voice.say("events.published", share=voice.write(published, "share")))
    return voice.say("semicolon").join(said)


def _tabulate_trainings(page: Page) -> Table:
    forms = {
        "programme": "text",
        "basis": "text",
        "sessions": "count",
        "attendances": "count",
        "experts": "count",
        "attendances_per_session": "expected",
        "flags": "words",
    }
    voice = page.voice
    return page.tabulate(
        "trainings",
        [_describe_training(voice, row) for row in list_rows(page.result("trainings"))],
        forms,
        caption=voice.say("events.trainings"),
        csv="trainings.csv",
        heads={"programme": str(voice.say("events.programme"))},
    )


def _describe_training(voice: Voice, row: Mapping[str, Any]) -> dict[str, object]:
    return {
        **row,
        "programme": voice.name("training_programme", row["programme"]),
        "programme_below": voice.name("broker_level", row["level"]),
        "basis": name_basis(voice, row["basis"]),
        "basis_below": _say_rows(voice, row),
        "flags": say_flags(voice, row["flags"]),
    }


def _tabulate_brokers(page: Page) -> Table:
    table, voice = page.result("broker_levels"), page.voice
    known = table[mark_filled(table["people"])]
    forms = {
        "level": "text",
        "people": "count",
        "rows": "count",
        "named": "count",
        "per_level_below": "ratio",
        "flags": "words",
    }
    return page.tabulate(
        "broker-levels",
        [
            {
                **row,
                "level": voice.name("broker_level", row["level"]),
                "flags": say_flags(voice, row["flags"]),
            }
            for row in list_rows(known.rename_axis("level").reset_index())
        ],
        forms,
        caption=voice.say("events.brokers"),
        csv="broker_levels.csv",
        heads={"rows": str(voice.say("events.row_count"))},
    )
