// Filters: what of the model is to be seen, and a plain word on how much of it that leaves.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import type { Filters, Model, State, Term } from "../types.js";
import { findNode, isOrganisation, termLabel } from "./lookup.js";
import { button, drawIcon, formatCount, replace, selectField, whenChanged } from "./parts.js";
import type { Choice, Field } from "./parts.js";

type ListKey = "industry" | "region" | "tier" | "verdict" | "status";
type AmountKey = "amountFrom" | "amountTo";
const LISTS: ListKey[] = ["industry", "region", "tier", "verdict", "status"];

/** The controls; one whose data are absent is left out. */
export function mountFilters(page: Page): HTMLElement {
  const place = make("div", { class: "filters" });
  let update = (): void => undefined;
  whenChanged(page, () => [page.store.state.lang], () => {
    const lists = LISTS.flatMap((key) => buildList(page, key));
    const amount = hasAmounts(page.model) ? [buildAmounts(page)] : [];
    const clear = button(page.say("filters.clear"), () => clearFilters(page), { class: "quiet", "data-key": "clear" });
    const note = make("p", { class: "note" }, [page.say("filters.note")]);
    replace(place, [note, ...lists.map(({ field }) => field.place), ...amount.map((part) => part.place), clear]);
    update = () => {
      const { filters } = page.store.state;
      lists.forEach(({ key, field }) => (field.select.value = filters[key]));
      amount.forEach((part) => part.update());
      clear.disabled = countFilters(page.store.state) === 0;
    };
  });
  whenChanged(page, () => [page.store.state], () => update());
  return place;
}

/** The strip above the map: how much is seen, and each filter with a way to remove it. */
export function mountChips(page: Page): HTMLElement {
  const seen = make("p", { class: "seen" });
  const chips = make("ul", { class: "chips" });
  const place = make("div", { class: "strip" }, [seen, chips]);
  whenChanged(page, () => [page.derived], () => (seen.textContent = describeSeen(page)));
  whenChanged(page, () => [page.store.state.lang, ...listParts(page.store.state)], () => {
    chips.setAttribute("aria-label", page.say("filters.active"));
    const listed = listChips(page);
    chips.hidden = listed.length === 0;
    const hadFocus = chips.contains(chips.ownerDocument.activeElement);
    replace(chips, listed.map((chip) => buildChip(page, chip)));
    if (hadFocus && !chips.contains(chips.ownerDocument.activeElement)) focusNext(page, chips);
  });
  return place;
}

/** The message where nothing is left to see. */
export function mountNothing(page: Page): HTMLElement {
  const text = make("p");
  const clear = button("", () => {
    clearFilters(page);
    page.root.querySelector<HTMLElement>(".stage")?.focus();
  }, { class: "primary" });
  const place = make("div", { class: "nothing", hidden: true }, [drawIcon("search"), text, clear]);
  whenChanged(page, () => [page.store.state.lang], () => {
    text.textContent = page.say("filters.nothing");
    clear.textContent = page.say("filters.show_all");
  });
  whenChanged(page, () => [page.derived.visible.nodeCount === 0], () => {
    place.hidden = page.derived.visible.nodeCount > 0;
    if (!place.hidden) page.announce(page.say("filters.nothing"));
  });
  return place;
}

/** How many filters are in force: the two ends of an amount are one. */
export function countFilters(state: State): number {
  const { filters } = state;
  const amount = filters.amountFrom !== null || filters.amountTo !== null;
  return LISTS.filter((key) => filters[key] !== "").length + Number(amount) + Number(filters.year !== null)
    + Number(state.focus !== null) + Number(state.hiddenKinds.length > 0);
}

/** "1,203 of 12,326 organisations, 3,411 of 9,000 lines". */
export function describeSeen(page: Page): string {
  const { model, derived } = page;
  let [seen, total] = [0, 0];
  for (let node = 0; node < model.nodes.count; node += 1) {
    if (!isOrganisation(model, node)) continue;
    total += 1;
    seen += derived.visible.nodes[node];
  }
  const text = page.say("filters.seen", {
    organisations: formatCount(seen), all: formatCount(total),
    lines: formatCount(derived.visible.lineCount), all_lines: formatCount(model.lines.count),
  });
  const { unplaced } = derived.placement;
  return unplaced === 0 ? text : text + page.say("filters.unplaced", { n: formatCount(unplaced) });
}

/** Read an amount as typed, in steps of a unit: null for empty, NaN for what is no amount. */
export function readAmount(text: string, unit: number): number | null {
  const plain = text.normalize("NFKC").replace(/[\s,]/g, "");
  if (plain === "") return null;
  return /^\d+(\.\d*)?$|^\.\d+$/.test(plain) ? Math.round(Number(plain) * unit * 100) / 100 : NaN;
}

function clearFilters(page: Page): void {
  const { filters, hiddenKinds } = page.store.start;
  page.store.set({ filters, hiddenKinds, focus: null, expanded: [] });
}

function buildList(page: Page, key: ListKey): { key: ListKey; field: Field }[] {
  const choices = listChoices(page.model, page.store.state, key);
  if (choices.length === 0) return [];
  const all = { value: "", label: page.say(`filters.all.${key}`) };
  const field = selectField(page.say(`column.${key}`), `filter-${key}`, [all, ...choices], (value) => {
    page.store.set({ filters: { [key]: value } });
  });
  return [{ key, field }];
}

/** The values that occur, with how many nodes (or agreements) have each. */
function listChoices(model: Model, state: State, key: ListKey): Choice[] {
  const { nodes } = model;
  if (key === "status") return listTerms(model.statuses, model.agreements.status, state);
  if (key === "tier") return listTerms(model.tiers, nodes.tier, state);
  if (key === "verdict") return listTerms(model.verdicts, nodes.verdict, state);
  const collator = new Intl.Collator(state.lang === "zh" ? "zh-CN" : "en", { numeric: true });
  const counted = tally(nodes[key]);
  if (key === "industry") listIndustries(model).forEach((node) => counted.set(node, counted.get(node) ?? 0));
  const found = [...counted].map(([number, count]) => {
    const name = key === "industry" ? nodes.name[number] : model.regions[number];
    return { value: key === "industry" ? nodes.id[number] : name, label: withCount(name, count) };
  });
  return found.sort((a, b) => collator.compare(a.label, b.label));
}

/** Industries also where no organisation names one as its own: agreements can be for it. */
function listIndustries(model: Model): number[] {
  const kind = model.nodeKinds.findIndex(({ key }) => key === "industry");
  return Array.from(model.nodes.kind.keys()).filter((node) => model.nodes.kind[node] === kind);
}

function listTerms(terms: Term[], values: Int8Array, state: State): Choice[] {
  const counted = tally(values);
  return terms.flatMap((term, i) => {
    const count = counted.get(i);
    return count === undefined ? [] : [{ value: term.key, label: withCount(term.label[state.lang], count) }];
  });
}

function tally(values: Int8Array | Int32Array): Map<number, number> {
  const counted = new Map<number, number>();
  for (const value of values) if (value >= 0) counted.set(value, (counted.get(value) ?? 0) + 1);
  return counted;
}

function withCount(name: string, count: number): string {
  const short = name.length > 60 ? `${name.slice(0, 59)}…` : name;
  return count === 0 ? short : `${short} (${formatCount(count)})`;
}

function hasAmounts(model: Model): boolean {
  return model.agreements.amount.some((amount) => !Number.isNaN(amount));
}

function amountUnit(page: Page): { size: number; label: string } {
  const inWan = page.store.state.lang === "zh" && page.model.currency === "CNY";
  const label = page.say(inWan ? "filters.unit_wan" : "filters.unit_million", { currency: page.model.currency });
  return { size: inWan ? 1e4 : 1e6, label };
}

function buildAmounts(page: Page): { place: HTMLElement; update: () => void } {
  const unit = amountUnit(page);
  const error = make("p", { class: "error", id: "amount-error", role: "alert" });
  const ends = (["amountFrom", "amountTo"] as const).map((key) => buildAmount(page, key, unit.size, error));
  const title = page.say("filters.amount", { unit: unit.label });
  const row = make("div", { class: "amounts" }, ends.map((end) => end.place));
  const place = make("fieldset", { class: "field" }, [make("legend", {}, [title]), row, error]);
  return { place, update: () => ends.forEach((end) => end.update()) };
}

function buildAmount(page: Page, key: AmountKey, unit: number, error: HTMLElement) {
  const label = page.say(key === "amountFrom" ? "filters.from" : "filters.to");
  const input = make("input", {
    inputmode: "decimal", autocomplete: "off", placeholder: label, "aria-label": label,
    "aria-describedby": "amount-error", "data-key": key, maxlength: 20,
  });
  const judge = (valid: boolean): void => {
    input.setAttribute("aria-invalid", String(!valid));
    error.textContent = valid ? "" : page.say("filters.invalid");
  };
  input.addEventListener("change", () => {
    const amount = readAmount(input.value, unit);
    judge(!Number.isNaN(amount));
    if (!Number.isNaN(amount)) page.store.set({ filters: { [key]: amount } });
  });
  const update = (): void => {
    const amount = page.store.state.filters[key];
    const shown = readAmount(input.value, unit);
    if (shown === amount || (Number.isNaN(shown) && input.ownerDocument.activeElement === input)) return;
    input.value = amount === null ? "" : String(amount / unit);
    judge(true);
  };
  return { place: input, update };
}

export interface Chip {
  key: string;
  text: string;
  remove: Partial<Omit<State, "filters">> & { filters?: Partial<Filters> };
}

function listParts(state: State): unknown[] {
  const { filters, hiddenKinds, focus } = state;
  return [JSON.stringify([filters, hiddenKinds, focus])];
}

/** What narrows what is seen, each in words and with what would remove it. */
export function listChips(page: Page): Chip[] {
  const { hiddenKinds, focus } = page.store.state;
  const chips = LISTS.flatMap((key) => listChip(page, key));
  chips.push(...amountChip(page), ...yearChip(page));
  if (focus !== null) {
    const name = page.model.nodes.name[findNode(page.model, focus.id)] ?? focus.id;
    const text = page.say("filters.focus", { name, n: focus.steps });
    chips.push({ key: "focus", text, remove: { focus: null, expanded: [] } });
  }
  if (hiddenKinds.length > 0) {
    const kinds = page.model.nodeKinds.filter(({ key }) => hiddenKinds.includes(key));
    const names = kinds.map(({ label }) => label[page.store.state.lang]).join(page.say("details.comma"));
    chips.push({ key: "kinds", text: page.say("filters.without", { names }), remove: { hiddenKinds: [] } });
  }
  return chips;
}

function listChip(page: Page, key: ListKey): Chip[] {
  const value = page.store.state.filters[key];
  if (value === "") return [];
  const text = page.say("filters.chip", { what: page.say(`column.${key}`), value: nameValue(page, key, value) });
  return [{ key, text, remove: { filters: { [key]: "" } } }];
}

function nameValue(page: Page, key: ListKey, value: string): string {
  const { model, store } = page;
  if (key === "industry") return model.nodes.name[findNode(model, value)] ?? value;
  if (key === "region") return value;
  const terms: Term[] = { tier: model.tiers, verdict: model.verdicts, status: model.statuses }[key];
  return termLabel(terms, terms.findIndex((term) => term.key === value), store.state.lang) || value;
}

function amountChip(page: Page): Chip[] {
  const { amountFrom, amountTo } = page.store.state.filters;
  if (amountFrom === null && amountTo === null) return [];
  const unit = amountUnit(page);
  const write = (amount: number): string => (amount / unit.size).toLocaleString("en", { maximumFractionDigits: 6 });
  const key = amountFrom === null ? "below" : amountTo === null ? "above" : "between";
  const values = { from: write(amountFrom ?? 0), to: write(amountTo ?? 0), unit: unit.label };
  const remove = { filters: { amountFrom: null, amountTo: null } };
  return [{ key: "amount", text: page.say(`filters.${key}`, values), remove }];
}

function yearChip(page: Page): Chip[] {
  const { year, yearMode } = page.store.state.filters;
  if (year === null) return [];
  const text = page.say(`time.chip.${yearMode}`, { year, before: year - 1 });
  return [{ key: "year", text, remove: { filters: { year: null } } }];
}

function buildChip(page: Page, chip: Chip): HTMLElement {
  const remove = make("button", {
    type: "button", "data-key": chip.key, title: page.say("filters.remove", { what: chip.text }),
    "aria-label": page.say("filters.remove", { what: chip.text }), click: () => page.store.set(chip.remove),
  }, [make("span", {}, [chip.text]), drawIcon("close")]);
  return make("li", {}, [remove]);
}

/** The chip with the focus is gone: go to the next one, or to the map. */
function focusNext(page: Page, chips: HTMLElement): void {
  const next = chips.querySelector<HTMLElement>("button") ?? page.root.querySelector<HTMLElement>(".stage");
  next?.focus({ preventScroll: true });
}
