// The page: header, side panel, map or table, details; all built from texts.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { mountDetails } from "./details.js";
import { countFilters, mountChips, mountFilters, mountNothing } from "./filters.js";
import { mountHelp } from "./help.js";
import { mountLegend } from "./legend.js";
import { mountLook } from "./look.js";
import { drawIcon, formatCount, iconButton, replace, whenChanged } from "./parts.js";
import { mountSearch } from "./searchbox.js";
import { mountTable } from "./table.js";
import { mountTimeline } from "./timeline.js";
import { mountToolbar, mountViewSwitch } from "./toolbar.js";

/** Fill the root of the page. The map is drawn into `stage`; what is announced is written into `live`. */
export function buildFrame(page: Page): { stage: HTMLElement; live: HTMLElement } {
  const { root } = page;
  root.classList.add("ecograph");
  const stage = make("section", { class: "stage", tabindex: 0 });
  const live = make("div", { class: "live", role: "status", "aria-live": "polite" });
  const side = mountSide(page);
  const help = mountHelp(page);
  const tools = mountToolbar(page, help.open);
  const map = make("div", { class: "map" }, [stage, mountOver(page)]);
  const upper = make("div", { class: "upper" }, [map, mountTable(page), mountDetails(page), live]);
  const middle = make("main", { class: "middle" }, [upper, mountTimeline(page)]);
  root.replaceChildren(buildHeader(page, side, tools), make("div", { class: "body" }, [side, middle]), help.place);
  whenChanged(page, () => [page.store.state.lang], () => {
    root.lang = page.store.state.lang === "zh" ? "zh-CN" : "en";
    stage.setAttribute("aria-label", page.say("frame.map"));
  });
  whenChanged(page, () => [page.store.state.view], () => (root.dataset["view"] = page.store.state.view));
  return { stage, live };
}

function buildHeader(page: Page, side: HTMLElement, tools: HTMLElement): HTMLElement {
  return make("header", { class: "header" }, [
    buildTitle(page), mountSearch(page), mountViewSwitch(page), tools,
    mountOpener(page, "frame.side", "sliders", side, "open-side"),
    mountOpener(page, "frame.tools", "more", tools, "open-tools"),
  ]);
}

function buildTitle(page: Page): HTMLElement {
  const line = make("p");
  const place = make("div", { class: "title" }, [make("h1", { title: page.model.title }, [page.model.title]), line]);
  whenChanged(page, () => [page.store.state.lang], () => {
    const asOf = page.model.asOf === "" ? [] : [make("span", {}, [page.say("frame.as_of", { date: page.model.asOf })])];
    const badge = page.model.synthetic ? [make("strong", { class: "badge" }, [page.say("frame.synthetic")])] : [];
    replace(line, [make("span", { class: "what" }, [page.say("frame.what")]), ...asOf, ...badge]);
  });
  return place;
}

/** On a narrow screen: a button that opens a part as a sheet over the map, and closes it. */
function mountOpener(page: Page, key: string, icon: "sliders" | "more", part: HTMLElement, name: string): HTMLElement {
  const open = (shown: boolean): void => {
    part.classList.toggle("open", shown);
    opener.setAttribute("aria-expanded", String(shown));
    if (shown) part.querySelector<HTMLElement>("button:not([disabled])")?.focus();
  };
  const opener = iconButton("", icon, () => open(!part.classList.contains("open")), {
    class: `icon-button ${name}`, "aria-expanded": "false",
  });
  const close = (): void => {
    if (!part.classList.contains("open")) return;
    open(false);
    opener.focus();
  };
  part.addEventListener("close-sheet", close);
  part.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !part.classList.contains("open")) return;
    event.stopPropagation();
    close();
  });
  page.root.addEventListener("pointerdown", (event) => {
    const inside = event.target instanceof Node && (part.contains(event.target) || opener.contains(event.target));
    if (!inside && part.classList.contains("open")) open(false);
  });
  whenChanged(page, () => [page.store.state.lang, name === "open-side" ? countFilters(page.store.state) : 0], () => {
    const filters = name === "open-side" ? countFilters(page.store.state) : 0;
    const dot = filters === 0 ? [] : [make("span", { class: "number-dot" }, [String(filters)])];
    opener.replaceChildren(drawIcon(icon), make("span", { class: "words" }, [page.say(key)]), ...dot);
    opener.title = page.say(key);
  });
  return opener;
}

/** The side panel: what there is, how it is drawn, the legend, and on a second leaf the filters. */
function mountSide(page: Page): HTMLElement {
  const side = make("aside", { class: "side" });
  const legend = make("div", { class: "leaf", id: "explorer-legend" }, [mountLook(page), mountLegend(page)]);
  const filters = make("div", { class: "leaf", id: "explorer-filters", hidden: true }, [mountFilters(page)]);
  const top = make("div", { class: "side-top" });
  const about = make("div", { class: "about" });
  const leaves = mountLeaves(page, legend, filters);
  side.append(top, make("div", { class: "side-scroll" }, [about, leaves, legend, filters]));
  whenChanged(page, () => [page.store.state.lang], () => {
    side.setAttribute("aria-label", page.say("frame.side"));
    const ask = (): void => void side.dispatchEvent(new CustomEvent("close-sheet"));
    const close = iconButton(page.say("frame.close"), "close", ask, { class: "icon-button close", "data-key": "close" });
    replace(top, [make("strong", {}, [page.say("frame.side")]), close]);
    replace(about, [buildSummary(page), ...buildNotes(page)]);
  });
  return side;
}

function mountLeaves(page: Page, legend: HTMLElement, filters: HTMLElement): HTMLElement {
  const place = make("div", { class: "segments leaves", role: "tablist" });
  const leaves = [legend, filters];
  const names = ["frame.legend", "frame.filters"];
  const tabs = leaves.map((leaf, i) => make("button", {
    type: "button", role: "tab", id: `${leaf.id}-tab`, "aria-controls": leaf.id, click: () => choose(i),
  }));
  function choose(chosen: number): void {
    leaves.forEach((leaf, i) => (leaf.hidden = i !== chosen));
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
    });
  }
  leaves.forEach((leaf) => {
    leaf.setAttribute("role", "tabpanel");
    leaf.setAttribute("aria-labelledby", `${leaf.id}-tab`);
  });
  place.append(...tabs);
  place.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const next = legend.hidden ? 0 : 1;
    choose(next);
    tabs[next].focus();
  });
  choose(0);
  whenChanged(page, () => [page.store.state.lang, countFilters(page.store.state)], () => {
    place.setAttribute("aria-label", page.say("frame.side"));
    const filtered = countFilters(page.store.state);
    tabs.forEach((tab, i) => tab.replaceChildren(page.say(names[i])));
    if (filtered > 0) tabs[1].append(" ", make("span", { class: "number-dot" }, [String(filtered)]));
  });
  return place;
}

function buildSummary(page: Page): HTMLElement {
  const { lang } = page.store.state;
  return make("ul", { class: "summary" }, page.model.summary.map(({ count, label }) =>
    make("li", {}, [make("b", {}, [formatCount(count)]), " ", label[lang]])));
}

/** What is not on the map, and why: an honest map says so before it is asked. */
function buildNotes(page: Page): HTMLElement[] {
  const { notes } = page.model;
  if (notes.length === 0) return [];
  const listed = notes.map((note) => make("p", { class: "note" }, [note[page.store.state.lang]]));
  return [make("details", { class: "notes", open: notes.length === 1 }, [
    make("summary", {}, [page.say("frame.notes", { n: notes.length })]), ...listed,
  ])];
}

/** What lies over the map: how much is seen, zoom, and the word where nothing is left. */
function mountOver(page: Page): HTMLElement {
  const zoom = make("div", { class: "zoom", role: "group" });
  whenChanged(page, () => [page.store.state.lang], () => {
    zoom.setAttribute("aria-label", page.say("frame.zoom"));
    replace(zoom, [
      iconButton(page.say("frame.zoom_in"), "plus", () => page.zoom(1.4), { "data-key": "in" }),
      iconButton(page.say("frame.zoom_out"), "minus", () => page.zoom(1 / 1.4), { "data-key": "out" }),
      iconButton(page.say("frame.fit"), "fit", () => page.fit(), { "data-key": "fit" }),
    ]);
  });
  return make("div", { class: "over" }, [mountChips(page), mountNothing(page), zoom]);
}
