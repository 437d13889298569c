// Small parts that all panels are made of: buttons, symbols, strokes, lists, and drawing again only when needed.

import { draw, make } from "../dom.js";
import type { Page } from "../page.js";
import type { Shape } from "../types.js";

type Child = Node | string;
type Props = Record<string, string | number | boolean | null>;

/** A button with a text. */
export function button(text: string, action: () => void, props: Props = {}): HTMLButtonElement {
  return make("button", { type: "button", ...props, click: action }, [text]);
}

/** A button with a drawing; its words are seen where there is room for them, and always heard. */
export function iconButton(words: string, icon: IconName, action: () => void, props: Props = {}): HTMLButtonElement {
  const label = make("span", { class: "words" }, [words]);
  return make("button", { type: "button", class: "icon-button", title: words, ...props, click: action }, [
    drawIcon(icon),
    label,
  ]);
}

const ICONS = {
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H6",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H6.5a4 4 0 0 0 0 8H10",
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2v3h3",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  language: "M2 8a6 6 0 1 0 12 0A6 6 0 1 0 2 8h12M8 2c-4 4-4 8 0 12 4-4 4-8 0-12",
  save: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  help: "M5.7 6a2.4 2.4 0 1 1 3.5 2.1C8.3 8.6 8 9 8 10M8 12.6v.8",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  sliders: "M2 4.5h7M12 4.5h2M10.5 3v3M2 11.5h2M7 11.5h7M5.5 10v3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.5 3.5",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  play: "M4.5 3v10l8-5z",
  pause: "M5 3v10M11 3v10",
  back: "M10 3 5 8l5 5",
  forward: "M6 3l5 5-5 5",
  map: "M4 5a1.6 1.6 0 1 0 0-.01M12 4a1.6 1.6 0 1 0 0-.01M9 13a1.6 1.6 0 1 0 0-.01"
    + "M5.5 5l5-.8M5 6.3l3 5.5M11.5 5.3l-2 6",
  table: "M2 3h12v10H2zM2 6.5h12M2 9.8h12M6.5 3v10",
  network: "M4.5 4.5a1.6 1.6 0 1 0 0-.01M13 5a1.6 1.6 0 1 0 0-.01M9.5 12.5a1.6 1.6 0 1 0 0-.01"
    + "M4.5 4.5 9.8 5M3.6 5.9l3.6 5.2M10.8 6.4 8.6 11",
  bipartite: "M3 2.5v11M13 2.5v11M3 4l10 4M3 8l10-4M3 12l10-4M3 12h10",
  places: "M8 14C4.5 10 3.5 8.3 3.5 6.3a4.5 4.5 0 0 1 9 0C12.5 8.3 11.5 10 8 14zM8 6.4h.01",
  tiers: "M2 13.5h12M4 10h8M6 6.5h4M7.3 3h1.4",
} as const;
export type IconName = keyof typeof ICONS;

/** A drawing in the colour of the text around it. */
export function drawIcon(name: IconName): SVGElement {
  return draw("svg", { class: `icon icon-${name}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, [
    draw("path", { d: ICONS[name] }),
  ]);
}

const OUTLINES: Record<Shape, string> = {
  dot: "M-7 0A7 7 0 1 0 7 0A7 7 0 1 0-7 0Z",
  square: "M-6.5-6.5H6.5V6.5H-6.5Z",
  triangle: "M0-8 8 6H-8Z",
  triangleDown: "M0 8 8-6H-8Z",
  hexagon: "M-4-7H4L8 0 4 7H-4L-8 0Z",
  diamond: "M0-9 8 0 0 9-8 0Z",
  star: "M0-9 2.2-3 8.6-2.8 3.5 1.1 5.3 7.3 0 3.7-5.3 7.3-3.5 1.1-8.6-2.8-2.2-3Z",
};

/** The symbol of a kind of node; without a colour it takes that of the text. */
export function drawSymbol(shape: Shape, colour: string | null): SVGElement {
  return draw("svg", { class: "symbol", viewBox: "-10 -10 20 20", "aria-hidden": "true" }, [
    draw("path", { d: OUTLINES[shape], fill: colour ?? "currentColor" }),
  ]);
}

/** A short piece of a line as it is on the map. */
export function drawStroke(colour: string, dashed: boolean, width: number): SVGElement {
  const path = draw("path", { d: "M1 5H25", stroke: colour, "stroke-width": width });
  if (dashed) path.setAttribute("stroke-dasharray", "5 3");
  return draw("svg", { class: "stroke", viewBox: "0 0 26 10", "aria-hidden": "true" }, [path]);
}

/** A heading of a group of a panel, with a count. */
export function heading(text: string, count: string | null = null): HTMLHeadingElement {
  const parts: Child[] = count === null ? [text] : [text, " ", make("span", { class: "count" }, [count])];
  return make("h3", {}, parts);
}

/** Draw a part now, and again only when what it shows changed. */
export function whenChanged(page: Page, read: () => unknown[], render: () => void): void {
  let before: unknown[] | null = null;
  page.follow(() => {
    const now = read();
    if (before?.length === now.length && now.every((value, i) => Object.is(value, before?.[i]))) return;
    before = now;
    render();
  });
}

/** Put new children into a place; focus (by data-key) and scrolling stay as they are. */
export function replace(place: HTMLElement, children: Child[]): void {
  const focused = place.ownerDocument.activeElement;
  const key = focused !== null && place.contains(focused) ? focused.getAttribute("data-key") : null;
  const { scrollTop } = place;
  place.replaceChildren(...children);
  place.scrollTop = scrollTop;
  if (key === null) return;
  const again = [...place.querySelectorAll<HTMLElement>("[data-key]")].find((child) => child.dataset["key"] === key);
  again?.focus({ preventScroll: true });
}

/** A list that shows its first entries, and the next ones on demand. */
export function listWithMore<T>(page: Page, entries: readonly T[], first: number, build: (entry: T) => HTMLElement,
  className: string): HTMLElement {
  const list = make("ul", { class: className });
  const place = make("div", {}, [list]);
  let shown = 0;
  const more = button("", () => showNext(first * 5, true), { class: "link more" });
  function showNext(count: number, focus: boolean): void {
    const added = entries.slice(shown, shown + count).map(build);
    list.append(...added);
    shown += added.length;
    more.textContent = page.say("details.more", { n: formatCount(entries.length - shown) });
    if (shown >= entries.length) more.remove();
    if (focus) added[0]?.querySelector<HTMLElement>("button")?.focus();
  }
  if (entries.length > first) place.append(more);
  showNext(first, false);
  return place;
}

/** A number of things, as read: 12,326. Without Intl, whose first use alone takes a tenth of a second. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A value of a measure, as read: three digits are enough. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (Number.isInteger(value)) return formatCount(value);
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString("en", digits);
}

/** A text for one and a text for many: "1 agreement", "2 agreements". */
export function sayCount(page: Page, key: string, count: number): string {
  return page.say(`${key}.${count === 1 ? "one" : "many"}`, { n: formatCount(count) });
}

/** A choice from a closed list, under its name. */
export function selectField(label: string, key: string, options: Choice[], choose: (value: string) => void): Field {
  const select = make("select", { "data-key": key }, options.map(buildOption));
  select.addEventListener("change", () => choose(select.value));
  return { select, place: make("label", { class: "field" }, [make("span", {}, [label]), select]) };
}

export interface Choice {
  value: string;
  label: string;
}

export interface Field {
  place: HTMLElement;
  select: HTMLSelectElement;
}

function buildOption(choice: Choice): HTMLOptionElement {
  return make("option", { value: choice.value }, [choice.label]);
}
