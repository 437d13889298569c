// What every panel of the page is given.

import type { Store } from "./store.js";
import type { Camera, Dress, Hull, Lang, Model, Paint, Placement, Scene, Visible } from "./types.js";

/** What follows from the model and the present state. */
export interface Derived {
  visible: Visible;
  placement: Placement;
  dress: Dress;
  hulls: Hull[];
  scene: Scene;
  aspect: number; // width to height that the placement was made for
  paint: Paint; // that the dress was made with
}

export interface Page {
  readonly root: HTMLElement;
  readonly model: Model;
  readonly store: Store;
  /** The present derived values; recomputed once for each change of state. */
  readonly derived: Derived;
  /** A text of the page in its present language, with {name} filled in. */
  say(key: string, values?: Record<string, string | number>): string;
  /** Select a node and bring it into view. */
  reveal(node: number): void;
  /** The camera as it stands, the size of the stage in CSS pixels, and ways to move. */
  readonly camera: Camera;
  readonly stage: { width: number; height: number };
  fit(): void;
  zoom(factor: number): void;
  /** Call a listener after every change of state, when `derived` is up to date; and once now. */
  follow(listener: () => void): void;
  /** Call a listener after every drawing of the map. */
  onDraw(listener: () => void): void;
  /** Say something to a person who cannot see the map (a polite live region), and show it for a moment. */
  announce(text: string): void;
}

/** Fill {name} places of a text. */
export function fill(text: string, values: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

const UNITS: Record<string, string> = { CNY: "元", EUR: "欧元", USD: "美元", GBP: "英镑", NOK: "挪威克朗" };

/** Write a sum of money for a reader, in the steps of the language. */
export function formatAmount(amount: number, currency: string, lang: Lang): string {
  const steps: [number, string][] = lang === "zh" ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, " bn"], [1e6, " M"]];
  const [size, step] = steps.find(([least]) => Math.abs(amount) >= least) ?? [1, ""];
  const number = (amount / size).toLocaleString("en", { maximumFractionDigits: 2 });
  return lang === "zh" ? `${number}${step}${UNITS[currency] ?? ` ${currency}`}` : `${currency} ${number}${step}`;
}
