// The legend: what symbols and lines mean, how many are seen, and a switch for each.

import { describeColours } from "../appearance.js";
import type { ColourEntry } from "../appearance.js";
import { make } from "../dom.js";
import type { Page } from "../page.js";
import { toHex } from "../palette.js";
import type { LineKind, Model, NodeKind, State } from "../types.js";
import { shownColour } from "./lookup.js";
import { button, drawStroke, drawSymbol, formatCount, listWithMore, replace, whenChanged } from "./parts.js";

const MOST = 12; // colours shown at once; communities can be many

export interface KindCount {
  seen: number;
  total: number;
}

/** The legend of nodes, of colours and of lines. */
export function mountLegend(page: Page): HTMLElement {
  const place = make("div", { class: "legend" });
  const colours = make("div", { class: "colours" });
  whenChanged(page, () => [page.store.state.lang, page.store.state.colour, page.derived.scene.dark], () => {
    replace(place, [buildNodes(page), colours, ...buildLines(page)]);
    updateCounts(page, place);
  });
  whenChanged(page, () => [page.derived], () => {
    updateCounts(page, place);
    updateColours(page, colours);
  });
  return place;
}

/** How many of each kind of node or line there are, and how many of them are seen. */
export function countKinds(kinds: number, kindOf: Uint8Array, seen: Uint8Array): KindCount[] {
  const counted = Array.from({ length: kinds }, () => ({ seen: 0, total: 0 }));
  for (let i = 0; i < kindOf.length; i += 1) {
    const count = counted[kindOf[i]];
    count.total += 1;
    count.seen += seen[i];
  }
  return counted;
}

/** The keys of the kinds of lines that are switched on. */
export function listShownLines(model: Model, state: State): string[] {
  return state.shownLines ?? model.lineKinds.filter(({ shown }) => shown).map(({ key }) => key);
}

function buildNodes(page: Page): HTMLElement {
  const kinds = page.model.nodeKinds;
  const colours = describeNow(page);
  const totals = presentCounts(page).nodes;
  const entries = kinds.filter((_, i) => totals[i].total > 0).map((kind) => buildNodeEntry(page, kind, colours));
  const setAll = (shown: boolean): void => page.store.set({ hiddenKinds: shown ? [] : kinds.map(({ key }) => key) });
  return buildGroup(page, "nodes", entries, setAll);
}

function buildNodeEntry(page: Page, kind: NodeKind, colours: ColourEntry[]): HTMLElement {
  const colour = colours.find(({ key }) => key === kind.key || key === `kind:${kind.key}`)?.colour;
  const symbol = drawSymbol(kind.shape, colour === undefined ? null : toHex(colour));
  return buildEntry(page, `node-${kind.key}`, symbol, kind.label[page.store.state.lang], (shown) => {
    const others = page.store.state.hiddenKinds.filter((key) => key !== kind.key);
    page.store.set({ hiddenKinds: shown ? others : [...others, kind.key] });
  });
}

function buildLines(page: Page): HTMLElement[] {
  const totals = presentCounts(page).lines;
  return (["agreements", "structure"] as const).flatMap((group) => {
    const kinds = page.model.lineKinds.filter((kind, i) => kind.group === group && totals[i].total > 0);
    if (kinds.length === 0) return [];
    const entries = kinds.map((kind) => buildLineEntry(page, kind));
    return [buildGroup(page, group, entries, (shown) => switchLines(page, kinds.map(({ key }) => key), shown))];
  });
}

function buildLineEntry(page: Page, kind: LineKind): HTMLElement {
  const sample = drawStroke(shownColour(page, kind.colour), kind.dashed, kind.group === "agreements" ? 3.5 : 2);
  return buildEntry(page, `line-${kind.key}`, sample, kind.label[page.store.state.lang], (shown) => {
    switchLines(page, [kind.key], shown);
  });
}

function switchLines(page: Page, keys: string[], shown: boolean): void {
  const { model, store } = page;
  const others = listShownLines(model, store.state).filter((key) => !keys.includes(key));
  const wanted = new Set(shown ? [...others, ...keys] : others);
  const atFirst = model.lineKinds.every((kind) => kind.shown === wanted.has(kind.key));
  const shownLines = model.lineKinds.map(({ key }) => key).filter((key) => wanted.has(key));
  store.set({ shownLines: atFirst ? null : shownLines });
}

function buildGroup(page: Page, key: string, entries: HTMLElement[], setAll: (shown: boolean) => void): HTMLElement {
  const title = page.say(`legend.${key}`);
  const named = (text: string): Record<string, string> => ({
    class: "link", "data-key": `${text}-${key}`, "aria-label": `${page.say(`legend.${text}`)}: ${title}`,
  });
  const both = make("span", { class: "all-none" }, [
    button(page.say("legend.all"), () => setAll(true), named("all")),
    button(page.say("legend.none"), () => setAll(false), named("none")),
  ]);
  const head = make("div", { class: "group-head" }, [make("h2", {}, [title]), ...(entries.length > 1 ? [both] : [])]);
  return make("div", { class: "legend-group", role: "group", "aria-label": title }, [head, ...entries]);
}

function buildEntry(page: Page, key: string, sign: SVGElement, label: string, set: (on: boolean) => void): HTMLElement {
  const box = make("input", { type: "checkbox", "data-key": key });
  box.addEventListener("change", () => set(box.checked));
  const count = make("span", { class: "count" });
  return make("label", { class: "entry", title: page.say("legend.toggle") }, [
    box, sign, make("span", { class: "entry-label" }, [label]), count,
  ]);
}

function presentCounts(page: Page): { nodes: KindCount[]; lines: KindCount[] } {
  const { model, derived } = page;
  return {
    nodes: countKinds(model.nodeKinds.length, model.nodes.kind, derived.visible.nodes),
    lines: countKinds(model.lineKinds.length, model.lines.kind, derived.visible.lines),
  };
}

function updateCounts(page: Page, place: HTMLElement): void {
  const { model, store } = page;
  const counts = presentCounts(page);
  const shownLines = listShownLines(model, store.state);
  const entries = new Map([...place.querySelectorAll<HTMLElement>(".entry")].map((entry) => [entryKey(entry), entry]));
  model.nodeKinds.forEach(({ key }, i) => {
    updateEntry(page, entries.get(`node-${key}`), !store.state.hiddenKinds.includes(key), counts.nodes[i]);
  });
  model.lineKinds.forEach(({ key }, i) => {
    updateEntry(page, entries.get(`line-${key}`), shownLines.includes(key), counts.lines[i]);
  });
}

function entryKey(entry: HTMLElement): string {
  return entry.querySelector("input")?.dataset["key"] ?? "";
}

function updateEntry(page: Page, entry: HTMLElement | undefined, on: boolean, count: KindCount): void {
  const box = entry?.querySelector("input");
  const text = entry?.querySelector(".count");
  if (!entry || !box || !text) return;
  box.checked = on;
  entry.classList.toggle("off", !on);
  const [seen, total] = [formatCount(count.seen), formatCount(count.total)];
  text.textContent = count.seen === count.total ? total : page.say("legend.count", { seen, total });
}

function updateColours(page: Page, place: HTMLElement): void {
  place.hidden = page.store.state.colour === "kind";
  if (place.hidden) return replace(place, []);
  const entries = describeNow(page).filter(({ key }) => !key.startsWith("kind:"));
  const title = page.say("legend.colour_by", { what: nameColour(page) });
  const list = listWithMore(page, entries, MOST, (entry) => buildColour(page, entry), "colour-list");
  replace(place, [make("h2", {}, [title]), list]);
}

function describeNow(page: Page): ColourEntry[] {
  const { model, store, derived } = page;
  return describeColours(model, store.state, derived.visible, derived.scene.dark);
}

function nameColour(page: Page): string {
  const { colour, lang } = page.store.state;
  const measure = page.model.nodes.measures.find(({ key }) => `measure:${key}` === colour);
  return measure?.label[lang] ?? page.say(`look.by.${colour}`);
}

function buildColour(page: Page, entry: ColourEntry): HTMLElement {
  const swatch = drawSymbol(entry.shape ?? "dot", toHex(entry.colour));
  return make("li", { class: "colour" }, [
    swatch, make("span", { class: "entry-label" }, [entry.label[page.store.state.lang]]),
    make("span", { class: "count" }, [formatCount(entry.count)]),
  ]);
}
