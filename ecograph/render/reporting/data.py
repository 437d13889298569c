"""The section of the data themselves: rows, problems, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecograph.problems import tabulate_problems
from ecograph.render.reporting.tables import list_rows, mark_filled
from ecograph.schema import read_schema

if TYPE_CHECKING:
    import pandas as pd

    from ecograph.render.reporting.tables import Page, Table

__all__ = ["present_data"]

_PROBLEMS = 50
_NUMBERS = ["rows", "used", "rejected", "blank"]


def present_data(page: Page) -> dict[str, object]:
    """Present what was read, what was wrong with it, and where it comes from."""
    problems = tabulate_problems(page.ecosystem.problems, page.voice.lang)
    accounts = page.ecosystem.accounts
    return {
        "accounts": _tabulate_accounts(page, accounts),
        "even": page.voice.say("data.balanced" if _is_even(accounts) else "data.unbalanced"),
        "problems": len(problems) > 0,
        "codes": _tabulate_codes(page, problems),
        "list": _tabulate_problems(page, problems),
        "sources": _tabulate_sources(page),
    }


def _is_even(accounts: pd.DataFrame) -> bool:
    """Say whether every row read is accounted for."""
    if len(accounts) == 0:
        return True
    return bool((accounts["rows"] == accounts[["used", "rejected", "blank"]].sum(axis=1)).all())


def _tabulate_accounts(page: Page, accounts: pd.DataFrame) -> Table:
    tables = read_schema().tables
    rows = [
        {**row, "table": tables[row["table"]].label(page.voice.lang)}
        if row["table"] in tables
        else row
        for row in list_rows(accounts)
    ]
    if rows:
        rows.append({"file": page.voice.say("data.total"), **accounts[_NUMBERS].sum()})
    words = ["file", "sheet", "table"] if _has_sheets(accounts) else ["file", "table"]
    forms = {**dict.fromkeys(words, "text"), **dict.fromkeys(_NUMBERS, "count")}
    return page.tabulate("accounts", rows, forms, caption=page.voice.say("data.accounts"))


def _has_sheets(table: pd.DataFrame) -> bool:
    return "sheet" in table and bool(mark_filled(table["sheet"]).any())


def _tabulate_codes(page: Page, problems: pd.DataFrame) -> Table:
    """Count the problems of each rule, with its first remedy."""
    groups = problems.groupby(["severity", "code"], sort=True)
    table = groups.agg(count=("code", "size"), remedy=("remedy", "first")).reset_index()
    forms = {"severity": "severity", "code": "text", "count": "count", "remedy": "prose"}
    caption = page.voice.say("data.codes")
    return page.tabulate("codes", list_rows(table), forms, caption=caption)


def _tabulate_problems(page: Page, problems: pd.DataFrame) -> Table:
    places = ["file", *(["sheet"] if _has_sheets(problems) else []), "row", "column", "value"]
    forms = {"severity": "severity", **dict.fromkeys(places, "words")}
    forms |= {"message": "prose", "remedy": "prose"}
    return page.tabulate(
        "problems",
        list_rows(problems.head(_PROBLEMS)),
        forms,
        caption=page.voice.say("data.problems"),
        total=len(problems),
        csv="../problems.csv",
        empty=page.voice.say("data.none"),
    )


def _tabulate_sources(page: Page) -> Table:
    columns = {"id": "text", "title": "prose", "publisher": "words", "date": "day"}
    columns |= {"url": "words", "licence": "words", "note": "prose"}
    table = page.ecosystem.table("sources", columns)
    forms = {column: form for column, form in columns.items() if mark_filled(table[column]).any()}
    caption = page.voice.say("data.sources")
    return page.tabulate("sources", list_rows(table), forms, caption=caption)
