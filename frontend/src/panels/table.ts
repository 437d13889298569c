// The table that can replace the map: all that is visible, sorted by any column, a hundred rows a page.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { listColumns, listVisible, readCell, rowId } from "../rows.js";
import type { Cell, Column, RowsOf } from "../rows.js";
import type { Lang } from "../types.js";
import { shownColour } from "./lookup.js";
import {
  button, drawIcon, drawStroke, drawSymbol, formatCount, formatValue, iconButton, replace, whenChanged,
} from "./parts.js";

const ROWS = 100; // of a page

interface Shown {
  of: RowsOf;
  key: string;
  ascending: boolean;
  sheet: number;
  order: number[];
}

/** The table view; it is hidden, and not computed, while the map is seen. */
export function mountTable(page: Page): HTMLElement {
  const shown: Shown = { of: "nodes", sheet: 0, order: [], ...firstSort(page, "nodes") };
  const place = make("section", { class: "table-view", "data-key": "table" });
  const read = (): unknown[] => {
    const { view, lang } = page.store.state;
    return [view === "table", lang, readVisible(page), page.derived.scene.dark];
  };
  whenChanged(page, read, () => {
    place.hidden = page.store.state.view !== "table";
    if (place.hidden) return replace(place, []);
    place.setAttribute("aria-label", page.say("table.name"));
    sortAgain(page, shown);
    render(page, place, shown);
  });
  whenChanged(page, () => [page.store.state.selected?.id], () => {
    if (!place.hidden) render(page, place, shown);
  });
  return place;
}

/** Sort entries by one column; what is not known comes last, whatever the direction. */
export function sortRows(page: Page, of: RowsOf, entries: number[], column: Column, ascending: boolean): number[] {
  const { model, store } = page;
  const cells = entries.map((entry) => readCell(model, of, entry, column.key, store.state.lang));
  const ranks = rankCells(cells, store.state.lang);
  const count = entries.length;
  const keys = Float64Array.from(cells, (cell, i) => {
    const rank = cell === null ? count : ascending ? ranks.get(cell) ?? 0 : ranks.size - 1 - (ranks.get(cell) ?? 0);
    return rank * count + i;
  });
  return Array.from(keys.sort(), (key) => entries[key % count]);
}

/** The place of each distinct cell in the order of its kind: few comparisons of texts, which are slow. */
function rankCells(cells: Cell[], lang: Lang): Map<Cell, number> {
  const compareTexts = new Intl.Collator(lang === "zh" ? "zh-CN" : "en", { numeric: true }).compare;
  const distinct = [...new Set(cells)].filter((cell) => cell !== null);
  distinct.sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : compareTexts(String(a), String(b)));
  return new Map(distinct.map((cell, rank) => [cell, rank]));
}

/** What the table depends on: the visible of the present state, compared by its counts and its filters. */
function readVisible(page: Page): string {
  const { view, filters, hiddenKinds, shownLines, focus, expanded } = page.store.state;
  return view === "table" ? JSON.stringify([filters, hiddenKinds, shownLines, focus, expanded]) : "";
}

/** At first the strongest come first. */
function firstSort(page: Page, of: RowsOf): { key: string; ascending: boolean } {
  if (of === "lines") return { key: "weight", ascending: false };
  const [measure] = page.model.nodes.measures;
  return measure === undefined ? { key: "name", ascending: true } : { key: `measure:${measure.key}`, ascending: false };
}

function sortAgain(page: Page, shown: Shown): void {
  const columns = listColumns(page.model, page.store.state.lang, shown.of);
  const column = columns.find(({ key }) => key === shown.key) ?? columns[0];
  shown.key = column.key;
  shown.order = sortRows(page, shown.of, listVisible(page.derived.visible, shown.of), column, shown.ascending);
  shown.sheet = Math.min(shown.sheet, lastSheet(shown));
}

function lastSheet(shown: Shown): number {
  return Math.max(0, Math.ceil(shown.order.length / ROWS) - 1);
}

function render(page: Page, place: HTMLElement, shown: Shown): void {
  const again = (): void => render(page, place, shown);
  const old = place.querySelector(".table-scroll");
  const across = old?.scrollLeft ?? 0;
  replace(place, [
    make("div", { class: "table-bar" }, [buildTabs(page, shown, again), buildPager(page, place, shown, again)]),
    buildTable(page, shown, again),
  ]);
  const scroll = place.querySelector(".table-scroll");
  if (scroll !== null) scroll.scrollLeft = across;
}

function buildTabs(page: Page, shown: Shown, again: () => void): HTMLElement {
  const { nodeCount, lineCount } = page.derived.visible;
  const tab = (of: RowsOf, count: number): HTMLElement => {
    const label = `${page.say(`table.${of}`)} ${formatCount(count)}`;
    return button(label, () => {
      Object.assign(shown, { of, sheet: 0, ...firstSort(page, of) });
      sortAgain(page, shown);
      again();
    }, { "aria-pressed": String(shown.of === of), "data-key": `tab-${of}` });
  };
  return make("div", { class: "segments", role: "group", "aria-label": page.say("table.choose") }, [
    tab("nodes", nodeCount), tab("lines", lineCount),
  ]);
}

function buildPager(page: Page, place: HTMLElement, shown: Shown, again: () => void): HTMLElement {
  const last = lastSheet(shown);
  const turn = (sheet: number) => (): void => {
    shown.sheet = sheet;
    again();
    place.querySelector(".table-scroll")?.scrollTo({ top: 0 });
    page.announce(describeSheet(page, shown));
  };
  return make("div", { class: "pager", role: "group", "aria-label": page.say("table.pages") }, [
    iconButton(page.say("table.previous"), "back", turn(shown.sheet - 1),
      { disabled: shown.sheet === 0, "data-key": "previous" }),
    make("span", { class: "pager-text" }, [describeSheet(page, shown)]),
    iconButton(page.say("table.next"), "forward", turn(shown.sheet + 1),
      { disabled: shown.sheet >= last, "data-key": "next" }),
  ]);
}

function describeSheet(page: Page, shown: Shown): string {
  const total = shown.order.length;
  if (total === 0) return page.say("table.none");
  const [from, to] = [shown.sheet * ROWS + 1, Math.min(total, (shown.sheet + 1) * ROWS)];
  return page.say("table.rows", { from: formatCount(from), to: formatCount(to), total: formatCount(total) });
}

function buildTable(page: Page, shown: Shown, again: () => void): HTMLElement {
  const columns = listColumns(page.model, page.store.state.lang, shown.of);
  const entries = shown.order.slice(shown.sheet * ROWS, (shown.sheet + 1) * ROWS);
  const table = make("table", {}, [
    make("caption", {}, [make("span", {}, [describeTable(page, shown, columns)])]),
    make("thead", {}, [make("tr", {}, columns.map((column) => buildHead(page, shown, column, again)))]),
    make("tbody", {}, entries.map((entry) => buildRow(page, shown.of, entry, columns))),
  ]);
  return make("div", { class: "table-scroll", tabindex: 0, role: "group", "aria-label": page.say("table.name"),
    "data-key": "scroll" }, [table]);
}

function describeTable(page: Page, shown: Shown, columns: Column[]): string {
  const column = columns.find(({ key }) => key === shown.key)?.label ?? "";
  const n = formatCount(shown.order.length);
  return page.say(`table.caption.${shown.of}`, { n, column, order: sayOrder(page, shown) });
}

function sayOrder(page: Page, shown: Shown): string {
  return page.say(shown.ascending ? "table.ascending" : "table.descending");
}

function buildHead(page: Page, shown: Shown, column: Column, again: () => void): HTMLElement {
  const sorted = shown.key === column.key;
  const sort = (): void => {
    shown.ascending = sorted ? !shown.ascending : !column.number;
    Object.assign(shown, { key: column.key, sheet: 0 });
    sortAgain(page, shown);
    again();
    page.announce(page.say("table.sorted", { column: column.label, order: sayOrder(page, shown) }));
  };
  const arrow = make("span", { class: "arrow", "aria-hidden": "true" }, [sorted ? (shown.ascending ? "▲" : "▼") : ""]);
  return make("th", {
    scope: "col",
    class: column.number ? "number" : null,
    "aria-sort": sorted ? (shown.ascending ? "ascending" : "descending") : null,
  }, [make("button", { type: "button", "data-key": `sort-${column.key}`, click: sort }, [column.label, arrow])]);
}

function buildRow(page: Page, of: RowsOf, entry: number, columns: Column[]): HTMLElement {
  const { model, store } = page;
  const { selected, lang } = store.state;
  const isSelected = selected?.id === rowId(model, of, entry);
  return make("tr", { class: isSelected ? "selected" : null }, columns.map((column, i) => {
    const cell = readCell(model, of, entry, column.key, lang);
    if (i > 0) return make("td", column.number ? { class: "number" } : {}, [writeCell(cell)]);
    return make("th", { scope: "row" }, [buildName(page, of, entry, writeCell(cell))]);
  }));
}

function writeCell(cell: Cell): string {
  return cell === null ? "" : typeof cell === "number" ? formatValue(cell) : cell;
}

function buildName(page: Page, of: RowsOf, entry: number, name: string): HTMLElement {
  return make("button", { type: "button", class: "link row-name", click: () => showOnMap(page, of, entry) }, [
    drawMark(page, of, entry), make("span", {}, [name]), drawIcon("map"),
  ]);
}

function showOnMap(page: Page, of: RowsOf, entry: number): void {
  if (of === "nodes") {
    page.store.set({ view: "map" });
    page.reveal(entry);
  } else {
    page.store.set({ view: "map", selected: { type: "line", id: rowId(page.model, of, entry) } });
  }
}

function drawMark(page: Page, of: RowsOf, entry: number): SVGElement {
  const { model } = page;
  if (of === "nodes") {
    const kind = model.nodeKinds[model.nodes.kind[entry]];
    return drawSymbol(kind.shape, shownColour(page, kind.colour));
  }
  const kind = model.lineKinds[model.lines.kind[entry]];
  return drawStroke(shownColour(page, kind.colour), kind.dashed, kind.group === "agreements" ? 3 : 2);
}
