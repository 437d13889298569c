"""Tables of the report: cells, rows, links to them, and what is said where one is empty."""

from __future__ import annotations

import functools
import itertools
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from ecograph.analysis.breakdown import BREAKDOWN_COLUMNS
from ecograph.analysis.brokers import BROKER_COLUMNS as ROUTE_COLUMNS
from ecograph.analysis.carriers import (
    INCUBATION_COLUMNS,
    PIPELINE_COLUMNS,
    PLATFORM_COLUMNS,
    REVIEW_COLUMNS,
)
from ecograph.analysis.centrality import CENTRALITY_COLUMNS
from ecograph.analysis.communities import COMMUNITY_COLUMNS
from ecograph.analysis.dimensions import DIMENSION_COLUMNS
from ecograph.analysis.funnels import FUNNEL_COLUMNS
from ecograph.analysis.gaps import GAP_COLUMNS
from ecograph.analysis.leaders import LEADER_COLUMNS
from ecograph.analysis.movement import MOVE_COLUMNS, PYRAMID_COLUMNS, STEP_COLUMNS
from ecograph.analysis.near_misses import NEAR_MISS_COLUMNS
from ecograph.analysis.opportunities import OPPORTUNITY_COLUMNS
from ecograph.analysis.overview import COVERAGE_COLUMNS
from ecograph.analysis.pairs import PAIR_COLUMNS
from ecograph.analysis.partners import PARTNER_COLUMNS
from ecograph.analysis.promotions import SUMMARY_COLUMNS
from ecograph.analysis.renewals import EXPIRING_COLUMNS
from ecograph.analysis.services import (
    BROKER_COLUMNS,
    COUNTY_COLUMNS,
    FINANCE_COLUMNS,
    TRAINING_COLUMNS,
)
from ecograph.analysis.stability import STABILITY_COLUMNS
from ecograph.analysis.structure import ROLE_COLUMNS
from ecograph.analysis.targets import TARGET_COLUMNS, THERMOMETER_COLUMNS
from ecograph.analysis.tier_links import TIER_LINK_COLUMNS
from ecograph.analysis.tiers import TIER_COLUMNS
from ecograph.analysis.unlinked import UNLINKED_COLUMNS
from ecograph.analysis.years import YEAR_CHANGE_COLUMNS
from ecograph.definitions import define_figure
from ecograph.render.page import is_missing
from ecograph.render.plots.svg import Chart
from ecograph.render.reporting.voice import NUMERIC, Voice
from ecograph.schema import read_schema
from ecograph.texts import label_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

    Plot = Callable[..., Figure]

__all__ = ["Cell", "Page", "Row", "Table", "drop_meta", "emphasise", "list_rows", "mark_filled"]

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "summary": ("what", "item", "value"),
    "gaps": GAP_COLUMNS,
    "pairs": PAIR_COLUMNS,
    "stability": STABILITY_COLUMNS,
    "opportunities": OPPORTUNITY_COLUMNS,
    "partners": PARTNER_COLUMNS,
    "brokers": ROUTE_COLUMNS,
    "unlinked": UNLINKED_COLUMNS,
    "centrality": CENTRALITY_COLUMNS,
    "leaders": LEADER_COLUMNS,
    "roles": ROLE_COLUMNS,
    "communities": COMMUNITY_COLUMNS,
    "tiers": TIER_COLUMNS,
    "pyramid": PYRAMID_COLUMNS,
    "dimensions": DIMENSION_COLUMNS,
    "dimensions_by": BREAKDOWN_COLUMNS,
    "coverage": COVERAGE_COLUMNS,
    "tier_moves": MOVE_COLUMNS,
    "path_steps": STEP_COLUMNS,
    "promotion_summary": SUMMARY_COLUMNS,
    "expiring": EXPIRING_COLUMNS,
    "near_misses": NEAR_MISS_COLUMNS,
    "tier_links": TIER_LINK_COLUMNS,
    "year_changes": YEAR_CHANGE_COLUMNS,
    "targets": TARGET_COLUMNS,
    "thermometer": THERMOMETER_COLUMNS,
    "funnel": FUNNEL_COLUMNS,
    "platforms": PLATFORM_COLUMNS,
    "review_classes": REVIEW_COLUMNS,
    "pipeline": PIPELINE_COLUMNS,
    "incubation": INCUBATION_COLUMNS,
    "finance": FINANCE_COLUMNS,
    "counties": COUNTY_COLUMNS,
    "trainings": TRAINING_COLUMNS,
    "broker_levels": BROKER_COLUMNS,
}
_REGISTERS = {
    "summary": ("agreements", "enterprises", "universities"),
    "gaps": ("agreements", "parties", "enterprises", "industries"),
    "pairs": ("agreements", "disciplines", "industries"),
    "stability": ("agreements", "parties", "enterprises", "industries"),
    "closing": ("demands", "offers", "teams", "platforms", "enterprises", "agreements"),
    "partners": ("demands", "offers", "teams", "achievements", "agreements"),
    "changes": ("agreements", "parties", "certificates"),
    "centrality": ("agreements", "parties"),
    "leaders": ("agreements", "parties"),
    "roles": ("agreements", "parties"),
    "communities": ("agreements", "parties"),
    "tiers": ("enterprises", "certificates", "financials"),
    "tier-counts": ("enterprises", "certificates", "financials"),
    "tier-regions": ("regions", "enterprises", "certificates"),
    "tier-industries": ("industries", "enterprises", "certificates"),
    "dimensions": ("agreements", "parties", "events"),
    "coverage": ("indicators",),
    "sources": ("sources",),
    "tier-moves": ("certificates", "enterprises"),
    "path-steps": ("certificates", "enterprises"),
    "promotions": ("certificates", "enterprises"),
    "expiring": ("certificates", "enterprises", "financials"),
    "near-misses": ("enterprises", "financials", "certificates"),
    "tier-links": ("enterprises", "certificates", "agreements", "parties"),
    "targets": ("targets",),
    "thermometer": ("indicators",),
    "funnel": ("events",),
    "platforms": ("platforms", "platform_reviews"),
    "review-classes": ("platform_reviews",),
    "pipeline": ("platforms",),
    "incubation": ("incubation",),
    "finance": ("finance",),
    "counties": ("regions", "commissioners"),
    "trainings": ("trainings",),
    "broker-levels": ("brokers",),
}
_SHORT = 30  # a table of at most so many lines is kept on one sheet of paper
_LINE = 96  # letters that a line of a sheet has room for, a Chinese one being two


@dataclass(frozen=True)
class Cell:
    """What a cell says, in which style, what stands below it, where it leads, what it is."""

    text: str
    css: str = ""
    below: str = ""
    href: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Row:
    """A row, under the heading of a group where it is the group's first."""

    id: str
    cells: tuple[Cell, ...]
    group: str


@dataclass(frozen=True)
class Table:
    """A table as the page shows it, or the sentence that stands in its place."""

    id: str
    caption: Markup
    head: tuple[Cell, ...]
    rows: tuple[Row, ...]
    note: Markup
    csv: str | None
    empty: Markup
    css: str = ""

    @property
    def short(self) -> bool:
        """Say whether it stays on one sheet of paper."""
        return sum(map(_count_lines, self.rows)) <= _SHORT


def _count_lines(row: Row) -> int:
    """Count the lines that a row takes at most, were all columns equally wide."""
    letters = (len(f"{c.text}{c.below}".encode("gb18030", "replace")) for c in row.cells)
    return 1 + max(letters, default=0) * len(row.cells) // _LINE


@dataclass(frozen=True)
class Page:
    """What every section is made from."""

    ecosystem: Ecosystem
    results: Mapping[str, pd.DataFrame]
    voice: Voice
    tables_href: str | None = None
    map_href: str | None = None
    prefix: str = ""

    def result(self, name: str) -> pd.DataFrame:
        """Take the rows of a result, without its meta; where it is missing, none."""
        return drop_meta(self.whole(name))

    def whole(self, name: str) -> pd.DataFrame:
        """Take a result with its meta; where it is missing, one without rows."""
        found = self.results.get(name)
        return pd.DataFrame(columns=_COLUMNS[name]) if found is None or found.empty else found

    def meta(self, name: str) -> Mapping[str, Any]:
        """Take what stands beside a result; nothing where it is missing."""
        found = self.results.get(name)
        meta: Mapping[str, Any] = {} if found is None else found.attrs.get("meta", {})
        return meta

    def method(self, name: str) -> Mapping[str, Any]:
        """Take what a result says of how it was made; nothing where it is missing."""
        method: Mapping[str, Any] = self.meta(name).get("method", {})
        return method

    def link(self, value: object, form: str, anchor: str) -> Markup:
        """Write a number that leads to its table."""
        text = self.voice.write(value, form)
        place = f"{self.prefix}table-{anchor}"
        return Markup('<a class="num" href="#{}">{}</a>').format(place, text)

    def chart(self, name: str, title: object, plot: Plot) -> Chart:
        """Prepare a chart of the results, in the language of the page."""
        draw = functools.partial(plot, self.ecosystem, results=self.results, lang=self.voice.lang)
        return Chart(f"{self.prefix}chart-{name}", str(title), lambda width: draw(width=width))

    def tabulate(  # noqa: PLR0913 - what a table can be given, all but three by name
        self,
        name: str,
        rows: Sequence[Mapping[str, Any]],
        forms: Mapping[str, str],
        *,
        caption: Markup,
        total: int = 0,
        csv: str | None = None,
        group: str | None = None,
        empty: Markup | None = None,
        heads: Mapping[str, str] | None = None,
    ) -> Table:
        """Set rows out: one column a form, in the order of the forms.

        Parameters
        ----------
        name
            What links to the table call it.
        rows
            Values by column; the text of ``NAME_below`` stands below that of ``NAME``, and
            ``NAME_href`` is where it leads.
        forms
            The form of each column; those that no row has are left out.
        caption
            What the table shows.
        total
            How many rows there are, where the table shows the first of them.
        csv
            File with all rows, in the folder of tables.
        group
            Column whose values stand as headings over the rows that share them.
        empty
            What is said where there are no rows; by default which registers would fill them.
        heads
            What stands over some columns; by default what the catalogue calls them.
        """
        named = heads or {}
        lang = self.voice.lang
        shown = {column: form for column, form in forms.items() if any(column in r for r in rows)}
        headings = _head_groups([str(row[group]) if group else "" for row in rows])
        place = f"{self.prefix}table-{name}"
        return Table(
            id=place,
            caption=caption,
            head=tuple(
                Cell(
                    named.get(column) or label_of("column", column, lang),
                    _style(form),
                    hint=_define(name, column, lang),
                )
                for column, form in shown.items()
            ),
            rows=tuple(
                Row(f"{place}-row-{n}", _write_cells(self.voice, row, shown), heading)
                for n, (row, heading) in enumerate(zip(rows, headings, strict=True), 1)
            ),
            note=self._note_cut(len(rows), total),
            csv=self.locate(csv) if csv else None,
            empty=empty or self.lack(name),
            css=f"of-{name}",
        )

    def _note_cut(self, shown: int, total: int) -> Markup:
        if total <= shown:
            return Markup("")
        return self.voice.say("cut", shown=f"{shown:,}", total=f"{total:,}")

    def locate(self, csv: str) -> str | None:
        """Find the address of a result's CSV file; None where the report stands alone."""
        if self.tables_href is None:
            return None
        return posixpath.normpath(posixpath.join(self.tables_href, csv))

    def lack(self, name: str) -> Markup:
        """Say which registers would fill a table."""
        return self.voice.say("empty", registers=self.name_registers(name))

    def name_silent(self) -> list[str]:
        """Name the registers that this report is made from and that are not there."""
        there = set(self.ecosystem.accounts["table"]) if len(self.ecosystem.accounts) else set()
        wanted = dict.fromkeys(table for tables in _REGISTERS.values() for table in tables)
        known = read_schema().tables
        return [known[table].label(self.voice.lang) for table in wanted if table not in there]

    def name_registers(self, name: str) -> Markup:
        """Name the registers that a table is made from."""
        tables = (read_schema().tables[table] for table in _REGISTERS.get(name, ()))
        return self.voice.join(table.label(self.voice.lang) for table in tables)


def _define(result: str, column: str, lang: str) -> str:
    """Say what a column of a result is; nothing where the catalogue does not tell."""
    try:
        return define_figure(result, column, lang).text
    except KeyError:
        return ""


def list_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """List the rows of a frame, each as values by column."""
    rows: list[dict[str, Any]] = drop_meta(frame).to_dict("records")
    return rows


def drop_meta(frame: pd.DataFrame) -> pd.DataFrame:
    """Take a frame without what stands beside it, which pandas copies at every step."""
    bare = frame.copy(deep=False)
    bare.attrs = {}
    return bare


def mark_filled(column: pd.Series) -> pd.Series:
    """Say which cells of a column hold something.

    >>> mark_filled(pd.Series(["x", "", None])).tolist()
    [True, False, False]
    """
    return ~column.map(is_missing).astype(bool)


def emphasise(name: object) -> Markup:
    """Let a name stand out among words.

    >>> print(emphasise("A & B"))
    <strong>A &amp; B</strong>
    """
    return Markup("<strong>{}</strong>").format(name)


def _head_groups(labels: Iterable[str]) -> list[str]:
    """Keep the label of each row that differs from the one before.

    >>> _head_groups(["a", "a", "b"])
    ['a', '', 'b']
    """
    steps = itertools.pairwise(["", *labels])
    return ["" if label == before else label for before, label in steps]


def _write_cells(
    voice: Voice, row: Mapping[str, Any], forms: Mapping[str, str]
) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            voice.write(row.get(column), form),
            _style(form, row.get(column)),
            row.get(f"{column}_below", ""),
            row.get(f"{column}_href", ""),
        )
        for column, form in forms.items()
    )


def _style(form: str, value: object = None) -> str:
    if form in {"verdict", "tier", "severity"} and value is not None:
        return f"mark {form}-{value}"
    if form in {"day", "prose"}:
        return form
    return "num" if form in NUMERIC else ""
