"""The section of what changed since last year: figures, industries, and who is new or moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.page import is_missing
from ecograph.render.reporting.tables import list_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecograph.render.reporting.tables import Page, Table
    from ecograph.render.reporting.voice import Voice

__all__ = ["present_changes", "sum_changes"]

_NAMED = ("newcomers", "rose", "fell")
_TIERS = ("rose", "fell")
_ARROWS = {"more": "↑ ", "fewer": "↓ "}
_CLEAR = ("more", "fewer")


def present_changes(page: Page) -> dict[str, object]:
    """Present the last two whole years of the data side by side."""
    whole, industries = _list_changes(page)
    return {
        "period": page.voice.run(_say_period(page)) if whole else Markup(""),
        "summary": sum_changes(page),
        "table": _tabulate_whole(page, whole),
        "names": list(_name_all(page, whole)),
        "industries": _tabulate_industries(page, industries) if industries else None,
        "reading": page.voice.say("changes.reading") if whole else Markup(""),
    }


def sum_changes(page: Page) -> Markup:
    """Sum up what changed in a few sentences; nothing where no years can be compared."""
    whole, industries = _list_changes(page)
    if not whole:
        return Markup("")
    return page.voice.run([*_say_counts(page, whole), *_say_industries(page, industries)])


def _list_changes(page: Page) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """List the figures of the whole that are known of a year at least, and of industries."""
    rows = list_rows(page.result("year_changes"))
    known = [row for row in rows if not (is_missing(row["before"]) and is_missing(row["after"]))]
    whole = [row for row in known if row["scope"] == "all"]
    return whole, [row for row in known if row["scope"] == "industry"]


# in sentences


def _say_period(page: Page) -> Iterator[Markup]:
    """Say which years are compared, and which are not."""
    voice, method = page.voice, page.method("year_changes")
    yield voice.say("changes.period", before=method["before"], after=method["after"])
    if method["after"] < method["last_whole"]:
        yield voice.say("changes.ends", after=method["after"], last=method["last_whole"])
    if method["running"] is not None:
        yield voice.say(
            "changes.running",
            year=method["running"],
            day=page.ecosystem.as_of,
            number=method["running_agreements"],
        )
    if method["undated"]:
        yield voice.say("changes.undated", number=f"{method['undated']:,}")


def _say_counts(page: Page, whole: list[dict[str, Any]]) -> Iterator[Markup]:
    """Say the tested figures with their verdicts, then how many rose and fell."""
    voice = page.voice
    places = {row["figure"]: n for n, row in enumerate(_lay_out(whole), 1)}
    found = {row["figure"]: row for row in whole}
    told = [
        voice.say(
            "changes.count",
            figure=_name_figure(voice, figure),
            before=page.link(found[figure]["before"], "count", f"year_changes-row-{place}"),
            after=page.link(found[figure]["after"], "count", f"year_changes-row-{place}"),
            verdict=_name_verdict(voice, found[figure]["verdict"]),
        )
        for figure, place in places.items()
        if figure in {"agreements", "firms", "universities"}
    ]
    if told:
        years = {"after": whole[0]["year_after"], "before": whole[0]["year_before"]}
        counts = voice.say("semicolon").join(told)
        yield voice.say("changes.counts", **years, counts=counts)
    if all(figure in places and not is_missing(found[figure]["after"]) for figure in _TIERS):
        numbers = {
            figure: page.link(found[figure]["after"], "count", f"year_changes-row-{places[figure]}")
            for figure in _TIERS
        }
        yield voice.say("changes.moved", day=page.ecosystem.as_of, **numbers)


def _say_industries(page: Page, industries: list[dict[str, Any]]) -> Iterator[Markup]:
    """Say which industries have clearly more or fewer links; of how many nothing can be said."""
    links = [row for row in industries if row["figure"] == "links"]
    clear = [row for row in links if row["verdict"] in _CLEAR]
    for verdict in _CLEAR:
        names = [row["item_name"] for row in clear if row["verdict"] == verdict]
        if names:
            yield page.voice.say(f"changes.industries_{verdict}", names=page.voice.join(names))
    if links and not clear:
        number = page.link(len(links), "count", "year_changes-industries")
        yield page.voice.say("changes.industries_none", number=number)


def _name_all(page: Page, whole: list[dict[str, Any]]) -> Iterator[Markup]:
    """Name who is new, rose or fell, a dozen of them."""
    voice = page.voice
    for row in whole:
        if row["figure"] not in _NAMED or not row["names"] or is_missing(row["names"]):
            continue
        names = str(row["names"]).split("；")
        joined = voice.join(names)
        rest = 0 if is_missing(row["after"]) else int(row["after"]) - len(names)
        if rest > 0:
            joined = voice.say("and_more", names=joined, number=f"{rest:,}")
        figure = _name_figure(voice, row["figure"])
        yield Markup("<strong>{}</strong>{}{}").format(figure, voice.say("colon"), joined)


def _name_figure(voice: Voice, figure: str) -> Markup:
    return voice.say(f"changes.{figure}")


# in tables


def _lay_out(whole: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what stands below another figure."""
    return [row for row in whole if row["figure"] != "with_amount"]


def _tabulate_whole(page: Page, whole: list[dict[str, Any]]) -> Table:
    method = page.method("year_changes")
    forms = {
        "figure": "text",
        "before": "ready",
        "after": "ready",
        "ratio": "ratio",
        "interval": "ready",
        "q": "q",
        "verdict": "text",
    }
    found = {row["figure"]: row for row in whole}
    years = {when: method.get(when, "") for when in ("before", "after")}
    return page.tabulate(
        "year_changes",
        [_describe(page, row, found) for row in _lay_out(whole)],
        forms,
        caption=page.voice.say("changes.table", **years),
        csv="year_changes.csv",
        empty=_say_why(page),
        heads={
            "figure": str(page.voice.say("changes.item")),
            "q": str(page.voice.say("changes.q")),
        },
    )


def _describe(
    page: Page, row: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]]
) -> dict[str, object]:
    """Write a figure of both years; of sums also of how many agreements they are."""
    voice, form = page.voice, "money" if row["figure"] == "amount" else "count"
    stated = found.get("with_amount", {}) if row["figure"] == "amount" else {}
    written: dict[str, object] = {
        "figure": _name_figure(voice, row["figure"]),
        "figure_below": _say_days(page, row),
        "ratio": None if row["verdict"] == "not_tested" else row["ratio"],
        "interval": _write_bounds(voice, row),
        "q": row["q"],
        "verdict": _write_verdict(voice, row["verdict"]),
    }
    for when in ("before", "after"):
        written[when] = voice.write(row[when], form)
        if stated and not is_missing(stated[when]):
            number = voice.write(stated[when], "count")
            written[f"{when}_below"] = voice.say("changes.stated", number=number)
    return written


def _say_days(page: Page, row: Mapping[str, Any]) -> str | Markup:
    """Say of moves between tiers up to which day they are counted."""
    if row["figure"] not in _TIERS:
        return ""
    _, before, after = page.method("year_changes")["tier_days"]
    return page.voice.say("changes.days", before=before, after=after)


def _write_bounds(voice: Voice, row: Mapping[str, Any]) -> str:
    """Write the interval of a ratio; one that nothing bounds above by its lower end."""
    if is_missing(row["ci_low"]):
        return ""
    if is_missing(row["ci_high"]):
        return f"≥ {voice.write(row['ci_low'], 'ratio')}"
    return voice.write_range(row["ci_low"], row["ci_high"], "ratio")


def _write_verdict(voice: Voice, verdict: object) -> str:
    return f"{_ARROWS.get(str(verdict), '')}{_name_verdict(voice, verdict)}"


def _name_verdict(voice: Voice, verdict: object) -> str:
    if verdict in _CLEAR:
        return str(voice.say(f"changes.is_{verdict}"))
    return voice.label("verdict", verdict)


def _tabulate_industries(page: Page, industries: list[dict[str, Any]]) -> Table:
    """Set out the industries: their links with verdict, and their linked firms beside."""
    forms = {
        "name": "text",
        "before": "count",
        "after": "count",
        "ratio": "ratio",
        "interval": "ready",
        "q": "q",
        "verdict": "text",
        "firms": "ready",
        "firms_verdict": "text",
    }
    firms = {row["item"]: row for row in industries if row["figure"] == "firms"}
    voice = page.voice
    rows = [
        {
            **row,
            "name": row["item_name"],
            "interval": _write_bounds(voice, row),
            "verdict": _write_verdict(voice, row["verdict"]),
            **_describe_firms(voice, firms.get(row["item"])),
        }
        for row in industries
        if row["figure"] == "links"
    ]
    heads = {name: str(voice.say(f"changes.{name}_head")) for name in ("firms", "firms_verdict")}
    heads["q"] = str(voice.say("changes.q"))
    return page.tabulate(
        "year_changes-industries",
        rows,
        forms,
        caption=voice.say("changes.industries"),
        csv="year_changes.csv",
        heads=heads,
    )


def _describe_firms(voice: Voice, row: Mapping[str, Any] | None) -> dict[str, str]:
    if row is None:
        return {}
    counts = " → ".join(voice.write(row[when], "count") for when in ("before", "after"))
    return {"firms": counts, "firms_verdict": _write_verdict(voice, row["verdict"])}


def _say_why(page: Page) -> Markup:
    """Say why no years can be compared, and which registers would help."""
    why = page.method("year_changes").get("left_out")
    said = [page.voice.say(f"changes.{why}")] if why else []
    return page.voice.run([*said, page.lack("changes")])
