// How the map is arranged and what colour and size stand for.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import type { ColourBy, LayoutName, Model } from "../types.js";
import { iconButton, replace, selectField, whenChanged } from "./parts.js";
import type { Choice } from "./parts.js";

const LAYOUTS: LayoutName[] = ["network", "bipartite", "places", "tiers"];

/** The layouts as buttons, colour and size as lists, and the areas of communities. */
export function mountLook(page: Page): HTMLElement {
  const place = make("div", { class: "look" });
  let update = (): void => undefined;
  whenChanged(page, () => [page.store.state.lang], () => {
    const parts = [buildLayouts(page), buildColour(page), buildSize(page), ...buildHulls(page)];
    replace(place, parts.map((part) => part.place));
    update = () => parts.forEach((part) => part.update());
  });
  whenChanged(page, () => [page.store.state], () => update());
  return place;
}

interface Part {
  place: HTMLElement;
  update: () => void;
}

function buildLayouts(page: Page): Part {
  const choices = LAYOUTS.map((layout) => iconButton(page.say(`look.layout.${layout}`), layout, () => {
    page.store.set({ layout, view: "map" });
  }, { "data-key": layout, disabled: !canArrange(page.model, layout), title: page.say(`look.layout_note.${layout}`) }));
  const title = page.say("look.arrange");
  const group = make("div", { class: "segments layouts", role: "group", "aria-label": title }, choices);
  const update = (): void => choices.forEach((choice, i) => {
    choice.setAttribute("aria-pressed", String(LAYOUTS[i] === page.store.state.layout));
  });
  return { place: make("div", { class: "field wide" }, [make("span", {}, [title]), group]), update };
}

/** A layout needs its data: coordinates for places, tiers for tiers. */
function canArrange(model: Model, layout: LayoutName): boolean {
  if (layout === "places") return model.nodes.latitude.some((latitude) => !Number.isNaN(latitude));
  return layout !== "tiers" || model.nodes.tier.some((tier) => tier >= 0);
}

function buildColour(page: Page): Part {
  const field = selectField(page.say("look.colour"), "colour", listColours(page), (colour) => {
    page.store.set({ colour: colour as ColourBy });
  });
  return { place: field.place, update: () => (field.select.value = page.store.state.colour) };
}

function listColours(page: Page): Choice[] {
  const { nodes } = page.model;
  const known = (["community", "tier", "verdict"] as const).filter((key) => nodes[key].some((value) => value >= 0));
  return [
    ...["kind", ...known].map((key) => ({ value: key, label: page.say(`look.by.${key}`) })),
    ...listMeasures(page).map(({ value, label }) => ({ value: `measure:${value}`, label })),
  ];
}

function buildSize(page: Page): Part {
  const choices = [{ value: "same", label: page.say("look.same") }, ...listMeasures(page)];
  const field = selectField(page.say("look.size"), "size", choices, (size) => page.store.set({ size }));
  return { place: field.place, update: () => (field.select.value = page.store.state.size) };
}

function listMeasures(page: Page): Choice[] {
  return page.model.nodes.measures.map(({ key, label }) => ({ value: key, label: label[page.store.state.lang] }));
}

function buildHulls(page: Page): Part[] {
  if (!page.model.nodes.community.some((community) => community >= 0)) return [];
  const box = make("input", { type: "checkbox", "data-key": "hulls" });
  box.addEventListener("change", () => page.store.set({ hulls: box.checked }));
  const label = make("span", { class: "entry-label" }, [page.say("look.hulls")]);
  const place = make("label", { class: "entry" }, [box, label]);
  return [{ place, update: () => (box.checked = page.store.state.hulls) }];
}
