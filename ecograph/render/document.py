"""The report as a Word document: what the page says, its charts as pictures, its tables as tables.

Offices pass on Word files. The document is made from what `present_report` presents, as the page
is, and nothing is read back from the page. The package python-docx (MIT) packs it and comes with
the extra ``office``. Charts are PNG: Word has shown SVG since 2016, but WPS Office and older
versions show none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ecograph.render.plots.pairs import FOUND
from ecograph.render.report import present_report
from ecograph.render.reporting.tables import mark_filled
from ecograph.render.word import Line, Manuscript, Square

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

    from ecograph.ecosystem import Ecosystem
    from ecograph.render.plots.svg import Chart
    from ecograph.render.reporting.pairs import PairCell
    from ecograph.render.reporting.tables import Cell, Table

__all__ = ["render_docx"]

_TABLES = "tables"  # the folder of CSV files in a folder of results
_SIGNS = {
    "gap": ("◆", "B84A00"),
    "over_linked": ("▲", "0068A3"),
    "as_expected": ("●", "006B50"),
    "not_enough_data": ("□", "55606C"),
    "not_relevant": ("–", "55606C"),
}
_EDGES = {
    "gap": "D55E00",
    "over_linked": "0072B2",
    "as_expected": "009E73",
    "not_enough_data": "A8AFB8",
}
_PLAIN = "DCE1E7"
_NAMED = 12  # sources on the first page
_GROUNDS = {
    "gap": "F8D5BC",
    "over_linked": "C6DFF0",
    "as_expected": "CFE9DF",
    "not_enough_data": "/F5F7F9",
    "not_relevant": "FFFFFF",
}


def render_docx(
    ecosystem: Ecosystem, results: Mapping[str, pd.DataFrame], *, lang: str | None = None
) -> bytes:
    """Render the report of a planner as a Word document.

    The sections, sentences, charts and tables are those of the page, in its language; long tables
    are cut where the page cuts them, and their captions name the file that has the rest. Headings
    are headings of Word, numbers lead to their rows, heads of tables stand on every page.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        The result tables by name, as `render_report` takes them.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.

    Returns
    -------
    bytes
        The .docx file. On one machine the same input gives the same bytes; charts are drawn with
        the fonts of the system.

    Raises
    ------
    EcographError
        If the extra ``office`` is not installed, or no font has the letters of the charts.
    """
    language = lang or ecosystem.lang
    said = present_report(ecosystem, results, lang=language, tables_href=_TABLES)
    paper = Manuscript(title=f"{ecosystem.name} · {said['say']('title')}", lang=language)
    script = _Script(paper, said)
    script.open(_join_sources(ecosystem, said["say"]))
    for number, name, title in said["sections"]:
        paper.write(_head(number, title), "Heading1", anchor=f"section-{name}")
        _WRITERS[name](script, said[name])
    paper.write(said["say"]("method.made", version=said["version"]), "Quiet")
    return paper.pack(ecosystem.as_of)


class _Script:
    """The manuscript, and what is written into it."""

    def __init__(self, paper: Manuscript, said: Mapping[str, Any]) -> None:
        self.paper, self.said = paper, said
        self.say: Callable[..., Markup] = said["say"]

    def open(self, sources: Markup) -> None:
        """Write the first page: name, day, what counts, sources, contents."""
        head, say, write = self.said["head"], self.say, self.paper.write
        day = Markup(" · {}").format(head["as_of"]) if head["as_of"] else ""
        write(say("title") + day, "Kicker")
        write(head["name"], "Title")
        if head["synthetic"]:
            write(say("synthetic"), "Badge")
        self.caution(head["masked"])
        write(head["counted"])
        if sources:
            write(sources, "Quiet")
        entries = [(f"section-{name}", _head(n, t)) for n, name, t in self.said["sections"]]
        self.paper.list_contents(say("contents"), [(text, mark) for mark, text in entries])
        self.paper.sign(" · ".join(filter(None, (str(head["name"]), _unmark(head["as_of"])))))
        self.paper.break_page()

    def head(self, key: str, *, anchor: str = "") -> None:
        """Write a heading within a section."""
        self.paper.write(self.say(key), "Heading2", anchor=anchor)

    def lead(self, key: str, *more: Markup) -> None:
        """Write what a section or table is about."""
        self.paper.write(Markup(" ").join(filter(None, (self.say(key), *more))), "Lead")

    def enumerate(self, sentences: Iterable[object]) -> None:
        """Write sentences as a list."""
        for sentence in sentences:
            self.paper.write(sentence, "ListBullet")

    def caution(self, sentence: object) -> None:
        """Write a warning, if there is one."""
        if sentence:
            self.paper.write(sentence, "Caution")

    def figure(self, chart: Chart | None, title: str, table: str) -> None:
        """Write the title of a chart and draw it, if there is one."""
        if not chart:
            return
        link = Markup('{} · <a href="#{}">{}</a>').format(title, table, self.say("to_table"))
        self.paper.write(link, "Caption")
        self.paper.draw(chart.draw_png()[0], _unmark(title))

    def table(self, table: Table) -> None:
        """Write a table under its caption, or the sentence that stands in its place."""
        if not table.rows:
            self.paper.write(table.empty, "Empty", anchor=table.id)
            return
        self._caption(table.caption, [table.note] if table.note else [], table.csv, table.id)
        lines = [
            Line([_copy_cell(cell) for cell in row.cells], row.group, row.id) for row in table.rows
        ]
        self.paper.tabulate([_copy_cell(cell) for cell in table.head], lines, whole=table.short)

    def _caption(self, caption: object, notes: list[Markup], csv: str | None, anchor: str) -> None:
        """Write what a table shows; where it is cut, also which file has the rest."""
        if notes and csv:
            notes = [*notes, Markup("{}{}{}").format(self.say("csv"), self.say("colon"), csv)]
        strong = Markup("<strong>{}</strong>").format(caption)
        after = " ".join(map(_unmark, notes))
        self.paper.write(strong, "Caption", anchor=anchor, after=after)

    def heat(self, pairs: Mapping[str, Any]) -> None:
        """Write industries by disciplines, or the sentence that stands in their place."""
        if not pairs["rows"]:
            self.paper.write(pairs["empty"], "Empty", anchor="table-pairs")
            return
        self.lead("pairs.lead")
        self._caption(self.say("pairs.table"), list(pairs["notes"]), pairs["csv"], "table-pairs")
        head = [Square(), *(Square(name, right=True) for name in pairs["head"])]
        lines = [Line([Square(name), *map(_copy_pair, cells)]) for name, cells in pairs["rows"]]
        self.paper.tabulate(head, lines)
        self.paper.explain(
            (_GROUNDS[verdict], f"{_mark(verdict)}{label}") for verdict, label in pairs["verdicts"]
        )


def _head(number: int, title: str) -> str:
    return f"{number}\u2002{title}"


def _unmark(text: object) -> str:
    return text.striptags() if isinstance(text, Markup) else str(text)


def _join_sources(ecosystem: Ecosystem, say: Callable[..., Markup]) -> Markup:
    """Name where the data come from, at most a dozen titles."""
    titles = ecosystem.table("sources", ["title"])["title"]
    named = [str(title) for title in titles[mark_filled(titles)]]
    if not named:
        return Markup("")
    joined = say("comma").join(named[:_NAMED])
    if len(named) > _NAMED:
        joined = say("and_more", names=joined, number=len(named) - _NAMED)
    return say("data.sources_heading") + say("colon") + joined


def _copy_cell(cell: Cell) -> Square:
    """Copy a cell of the page; what its style shows there is shown here."""
    styles = cell.css.split()
    verdict = next((s.removeprefix("verdict-") for s in styles if s.startswith("verdict-")), "")
    sign, colour = _SIGNS.get(verdict, ("", ""))
    return Square(
        text=Markup("{} {}").format(sign, cell.text) if sign else cell.text,
        below=cell.below,
        right="num" in styles,
        strong="mark" in styles,
        colour="B84A00" if "severity-error" in styles else colour,
        prose="prose" in styles,
    )


def _copy_pair(cell: PairCell) -> Square:
    sure = cell.verdict in FOUND
    text = f"{_mark(cell.verdict)}{cell.observed}"
    ground = _GROUNDS[cell.verdict]
    return Square(text, cell.expected, right=True, strong=sure, fill=ground)


def _mark(verdict: str) -> str:
    """Write the mark of a verdict that the data can give."""
    return f"{_SIGNS[verdict][0]} " if verdict in FOUND else ""


# the sections, as the page has them


def _write_findings(script: _Script, findings: Iterable[Any]) -> None:
    script.paper.tile(script.said["head"]["tiles"])
    for answer in script.said["questions"]:
        script.paper.write(
            answer.text + " " + answer.more, "Finding", lead=str(answer.question), edge=_PLAIN
        )
    for finding in findings:
        certainty = str(script.say(f"certainty.{finding.certainty}"))
        edge = _EDGES.get(finding.css, _PLAIN)
        script.paper.write(finding.text, "Finding", lead=certainty, edge=edge)
    script.head("trust.heading")
    script.enumerate(script.said["trust"])


def _write_gaps(script: _Script, gaps: Mapping[str, Any]) -> None:
    script.lead("gaps.lead")
    script.figure(gaps["chart"], gaps["title"], "table-gaps")
    script.figure(gaps["funnel"], gaps["funnel_title"], "table-gaps")
    if gaps["funnel"]:
        script.paper.write(script.say("gaps.funnel_reading"), "Quiet")
    script.figure(gaps["stability"], gaps["stability_title"], "table-gaps")
    if gaps["stability"]:
        script.paper.write(script.say("gaps.stability_reading"), "Quiet")
    if gaps["incomparable"]:
        script.paper.write(gaps["incomparable"], "Quiet")
    script.table(gaps["table"])
    if gaps["table"].rows:
        script.head("gaps.reading_title")
        for paragraph in gaps["reading"]:
            script.paper.write(paragraph)
    script.head("pairs.heading")
    script.heat(script.said["pairs"])


def _write_closing(script: _Script, closing: Mapping[str, Any]) -> None:
    if not closing["industries"]:
        script.paper.write(closing["empty"], "Empty", anchor="table-closing")
        return
    script.paper.write(closing["lead"], "Lead", anchor="table-closing")
    for helped in closing["industries"]:
        script.paper.write(helped.name, "Heading2")
        script.paper.write(helped.text, lead=str(helped.certainty))
        for part in helped.parts:
            strong = Markup("<strong>{}</strong>").format(part.title)
            script.paper.write(strong, "Caption", after=_unmark(part.note))
            script.enumerate(part.items)
    if closing["cut"]:
        script.paper.write(closing["cut"], "Quiet")


def _write_changes(script: _Script, changes: Mapping[str, Any]) -> None:
    script.lead("changes.lead", changes["period"])
    if changes["summary"]:
        script.paper.write(changes["summary"])
    script.table(changes["table"])
    script.enumerate(changes["names"])
    if changes["industries"]:
        script.table(changes["industries"])
    if changes["reading"]:
        script.paper.write(changes["reading"], "Quiet")


def _write_tiers(script: _Script, tiers: Mapping[str, Any]) -> None:
    script.lead("tiers.lead")
    if tiers["chart"]:
        script.figure(tiers["chart"], script.say("tiers.chart"), "table-tier-counts")
        for sentence in filter(None, (tiers["treeless"], tiers["near"])):
            script.paper.write(sentence)
        script.table(tiers["counts"])
        for table in tiers["groups"]:
            script.table(table)
    script.table(tiers["table"])


def _write_movement(script: _Script, movement: Mapping[str, Any]) -> None:
    script.lead("movement.lead")
    script.caution(movement["caution"])
    if movement["summary"]:
        script.paper.write(movement["summary"])
    script.figure(movement["chart"], movement["title"], "table-tier-moves")
    script.table(movement["moves"])
    if movement["told"]:
        for part in ("steps", "promotions"):
            script.head(f"movement.{part}")
            script.lead(f"movement.{part}_lead")
            script.table(movement[part])


def _write_renewals(script: _Script, renewals: Mapping[str, Any]) -> None:
    script.lead("renewals.lead")
    script.caution(renewals["caution"])
    if renewals["summary"]:
        script.paper.write(renewals["summary"])
    script.figure(renewals["chart"], renewals["title"], "table-expiring")
    if renewals["expiring"].rows:
        script.table(renewals["counts"])
    script.table(renewals["expiring"])
    script.head("renewals.near")
    script.lead("renewals.near_lead")
    if renewals["wanting"]:
        script.table(renewals["wanting"])
    script.table(renewals["near"])
    script.head("renewals.links")
    script.lead("renewals.links_lead", renewals["recorded"])
    script.table(renewals["links"])


def _write_targets(script: _Script, targets: Mapping[str, Any]) -> None:
    script.lead("targets.lead")
    if targets["summary"]:
        script.paper.write(targets["summary"])
    script.figure(targets["chart"], targets["title"], "table-targets")
    script.table(targets["table"])
    script.head("targets.thermometer")
    script.lead("targets.thermometer_lead")
    script.table(targets["thermometer"])


def _write_events(script: _Script, events: Mapping[str, Any]) -> None:
    script.lead("events.lead")
    script.figure(events["chart"], events["title"], "table-funnel")
    for table in events["tables"]:
        script.table(table)
    if events["silent"]:
        script.paper.write(events["silent"], "Empty")


def _write_leaders(script: _Script, leaders: Mapping[str, Any]) -> None:
    script.lead("leaders.lead")
    script.figure(leaders["chart"], leaders["title"], "table-centrality")
    if leaders["sure"]:
        script.paper.write(leaders["sure"], "Quiet")
    script.table(leaders["table"])
    for caution in leaders["cautions"]:
        script.paper.write(caution, "Lead")
    if leaders["between"].rows:
        script.head("leaders.between_heading")
        script.lead("leaders.between_lead")
        script.table(leaders["between"])
    script.head("leaders.communities_heading")
    if leaders["communities"].rows:
        script.paper.write(leaders["lead"], "Lead")
    script.table(leaders["communities"])


def _write_dimensions(script: _Script, dimensions: Mapping[str, Any]) -> None:
    script.lead("dimensions.lead")
    script.figure(dimensions["chart"], dimensions["title"], "table-dimensions")
    if dimensions["reading"]:
        script.paper.write(dimensions["reading"], "Quiet")
    script.table(dimensions["table"])


def _write_coverage(script: _Script, coverage: Mapping[str, Any]) -> None:
    script.lead("coverage.lead")
    script.head("coverage.summary", anchor="table-summary")
    for table in coverage["summary"]:
        script.table(table)
    if not coverage["summary"]:
        script.paper.write(coverage["empty"], "Empty")
    script.head("coverage.heading")
    script.table(coverage["table"])


def _write_evidence(script: _Script, evidence: Mapping[str, Any]) -> None:
    """Write how figures are traced; lists of agreements would take more paper than they help."""
    script.paper.write(evidence["lead"], "Lead")
    for proof in evidence["proofs"]:
        script.paper.write(proof.title, "ListBullet")
    script.table(evidence["traces"])


def _write_data(script: _Script, data: Mapping[str, Any]) -> None:
    script.lead("data.lead", data["even"])
    script.table(data["accounts"])
    script.head("data.problems_heading")
    if data["problems"]:
        script.table(data["codes"])
    script.table(data["list"])
    script.head("data.sources_heading")
    script.table(data["sources"])


def _write_method(script: _Script, method: Mapping[str, Any]) -> None:
    for paragraph in method["paragraphs"]:
        script.paper.write(paragraph)
    script.table(method["settings"])
    script.head("method.glossary")
    for term, text in method["glossary"]:
        script.paper.write(term, "Term")
        script.paper.write(text)


_WRITERS: Mapping[str, Callable[[_Script, Any], None]] = {
    "findings": _write_findings,
    "gaps": _write_gaps,
    "closing": _write_closing,
    "changes": _write_changes,
    "tiers": _write_tiers,
    "movement": _write_movement,
    "renewals": _write_renewals,
    "targets": _write_targets,
    "events": _write_events,
    "leaders": _write_leaders,
    "dimensions": _write_dimensions,
    "coverage": _write_coverage,
    "evidence": _write_evidence,
    "data": _write_data,
    "method": _write_method,
}
