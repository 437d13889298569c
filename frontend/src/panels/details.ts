// The panel of the selected node or line: what is known of it, and where that comes from.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { describeLine } from "./line-details.js";
import { findNode } from "./lookup.js";
import { describeNode, updateSteps } from "./node-details.js";
import { iconButton, replace, whenChanged } from "./parts.js";
import { findLine } from "../visible.js";

/** The panel; hidden while nothing is selected. Its heading takes the focus when a link in it was followed. */
export function mountDetails(page: Page): HTMLElement {
  const place = make("aside", { class: "details", hidden: true });
  let opener: Element | null = null;
  const read = (): unknown[] => {
    const { lang, selected } = page.store.state;
    return [lang, selected?.id, selected?.type, page.derived.scene.dark];
  };
  whenChanged(page, read, () => {
    const { activeElement } = place.ownerDocument;
    const inside = activeElement !== null && place.contains(activeElement);
    if (place.hidden) opener = activeElement;
    render(page, place);
    if (inside) focusAfter(page, place, opener);
  });
  whenChanged(page, () => [page.store.state.focus, page.store.state.expanded], () => updateSteps(page, place));
  page.root.addEventListener("keydown", (event) => {
    const inDialog = event.target instanceof Element && event.target.closest("dialog") !== null;
    if (event.key === "Escape" && !inDialog) page.store.set({ selected: null });
  });
  return place;
}

function render(page: Page, place: HTMLElement): void {
  const content = describe(page);
  place.hidden = content === null;
  place.setAttribute("aria-label", page.say("details.name"));
  if (content === null) return place.replaceChildren();
  const [title, ...parts] = content;
  const close = iconButton(page.say("details.close"), "close", () => page.store.set({ selected: null }), {
    class: "icon-button close", "data-key": "close",
  });
  const body = make("div", { class: "details-body" }, parts);
  replace(place, [make("div", { class: "details-top" }, [title, close]), body]);
}

function describe(page: Page): HTMLElement[] | null {
  const { selected } = page.store.state;
  if (selected === null) return null;
  const isNode = selected.type === "node";
  const number = isNode ? findNode(page.model, selected.id) : findLine(page.model, selected.id);
  if (number < 0) return null;
  return isNode ? describeNode(page, number) : describeLine(page, number);
}

function focusAfter(page: Page, place: HTMLElement, opener: Element | null): void {
  const stage = page.root.querySelector<HTMLElement>(".stage");
  const known = opener instanceof HTMLElement && opener.isConnected && opener !== opener.ownerDocument.body;
  const back = known ? opener : stage;
  const target = place.hidden ? back : place.querySelector<HTMLElement>("h2");
  target?.focus({ preventScroll: true });
}
