// The search box: a combobox that finds nodes by name, by other names, by the first letters of pinyin, by id.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { buildIndex, search } from "../search.js";
import type { Found, SearchIndex } from "../search.js";
import { shownColour } from "./lookup.js";
import { drawIcon, drawSymbol, sayCount, whenChanged } from "./parts.js";

const MOST = 10; // suggestions

interface Box {
  input: HTMLInputElement;
  list: HTMLUListElement;
  hits: Found[];
  active: number;
  composing: boolean;
  heard: HTMLElement; // says how many were found to those who do not see them
}

/** The search box with its suggestions. */
export function mountSearch(page: Page): HTMLElement {
  const box = buildBox();
  let index: SearchIndex | null = null; // built when it is first asked: it takes a while on a large map
  const find = (): void => {
    const query = box.input.value.trim();
    if (query !== "") index ??= buildIndex(page.model);
    box.hits = index === null || query === "" ? [] : search(index, query, MOST);
    box.active = 0;
    showHits(page, box, query !== "");
    box.heard.textContent = query === "" ? "" : countHits(page, box);
  };
  listen(page, box, find);
  listenForSlash(page, box);
  const label = make("span", { class: "search-icon" }, [drawIcon("search")]);
  whenChanged(page, () => [page.store.state.lang], () => {
    box.input.placeholder = page.say("search.hint");
    box.input.title = page.say("search.title");
    for (const part of [box.input, box.list]) part.setAttribute("aria-label", page.say("search.name"));
    showHits(page, box, false);
  });
  return make("div", { class: "search", role: "search" }, [label, box.input, box.list, box.heard]);
}

function buildBox(): Box {
  const list = make("ul", { id: "explorer-hits", role: "listbox", hidden: true });
  const input = make("input", {
    type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: 200,
    "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false", "aria-keyshortcuts": "/",
  });
  const heard = make("span", { class: "heard", role: "status" });
  return { input, list, hits: [], active: 0, composing: false, heard };
}

/** While an input method composes, what stands in the box is not yet a query, and Enter is its own. */
function listen(page: Page, box: Box, find: () => void): void {
  const { input } = box;
  input.addEventListener("compositionstart", () => (box.composing = true));
  input.addEventListener("compositionend", () => {
    box.composing = false;
    find();
  });
  input.addEventListener("input", () => {
    if (!box.composing) find();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => showHits(page, box, false));
  input.addEventListener("keydown", (event) => {
    if (!box.composing && !event.isComposing && event.keyCode !== 229) answerKey(page, box, event, find);
  });
}

function countHits(page: Page, box: Box): string {
  return box.hits.length === 0 ? page.say("search.none") : sayCount(page, "search.found", box.hits.length);
}

function answerKey(page: Page, box: Box, event: KeyboardEvent, find: () => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    if (box.list.hidden) return find();
    moveTo(box, (box.active + step + box.hits.length) % Math.max(1, box.hits.length));
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (box.list.hidden) find();
    choose(page, box, box.active);
  } else if (event.key === "Escape") {
    event.stopPropagation();
    if (box.list.hidden) box.input.value = "";
    showHits(page, box, false);
  }
}

function choose(page: Page, box: Box, place: number): void {
  const hit = box.hits[place];
  if (hit === undefined) return;
  box.input.value = page.model.nodes.name[hit.node];
  showHits(page, box, false);
  page.reveal(hit.node);
}

function showHits(page: Page, box: Box, open: boolean): void {
  const { input, list, hits } = box;
  const none = make("li", { class: "none", role: "option", "aria-disabled": "true" }, [page.say("search.none")]);
  list.replaceChildren(...(hits.length === 0 ? [none] : hits.map((hit, i) => buildHit(page, box, hit, i))));
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  moveTo(box, open ? box.active : -1);
}

function moveTo(box: Box, active: number): void {
  if (active >= 0) box.active = active;
  const options = [...box.list.children];
  options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active && box.hits.length > 0)));
  const chosen = box.hits.length > 0 ? options[active] : undefined;
  if (chosen === undefined) box.input.removeAttribute("aria-activedescendant");
  else {
    box.input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView?.({ block: "nearest" });
  }
}

function buildHit(page: Page, box: Box, hit: Found, i: number): HTMLElement {
  const { nodes, nodeKinds } = page.model;
  const kind = nodeKinds[nodes.kind[hit.node]];
  const name = nodes.name[hit.node];
  const also = hit.text === name ? [] : [make("small", { class: "also" }, [hit.text])];
  const option = make("li", { id: `explorer-hit-${i}`, role: "option" }, [
    drawSymbol(kind.shape, shownColour(page, kind.colour)),
    make("span", { class: "hit-name" }, [name, ...also]),
    make("small", {}, [kind.label[page.store.state.lang]]),
  ]);
  option.addEventListener("pointerdown", (event) => event.preventDefault());
  option.addEventListener("click", () => choose(page, box, i));
  return option;
}

/** "/" goes to the search box, unless something is being written. */
function listenForSlash(page: Page, box: Box): void {
  page.root.ownerDocument.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    event.preventDefault();
    box.input.focus();
  });
}

/** Whether keys go into a text at present. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
