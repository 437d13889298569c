// A page without a map, over the texts that are shipped; a text that does not exist is an error.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fill } from "../../src/page.js";
import type { Derived, Page } from "../../src/page.js";
import { startState, Store } from "../../src/store.js";
import type { Hull, Lang, Model, Scene, State } from "../../src/types.js";
import { dressUp } from "../../src/appearance.js";
import { selectVisible } from "../../src/visible.js";
import { makeTown } from "../town.js";

export interface FakePage extends Page {
  said: string[];
  revealed: number[];
}

export function makePage(first: Partial<State> = {}, model: Model = makeTown()): FakePage {
  document.body.replaceChildren();
  const root = document.createElement("div");
  document.body.append(root);
  const texts = readTexts();
  model.texts = texts;
  const start = startState(model);
  const store = new Store(start, { ...start, ...first });
  const followers: (() => void)[] = [];
  const page = {
    root, model, store, said: [] as string[], revealed: [] as number[],
    derived: derive(model, store.state),
    camera: { x: 0, y: 0, scale: 1 }, stage: { width: 900, height: 600 },
    say(key: string, values: Record<string, string | number> = {}): string {
      const text = texts[store.state.lang][key];
      if (text === undefined) throw new Error(`no text "${key}"`);
      return fill(text, values);
    },
    reveal(node: number): void {
      page.revealed.push(node);
      store.set({ selected: { type: "node", id: model.nodes.id[node] } });
    },
    fit: () => undefined,
    zoom: () => undefined,
    follow(listener: () => void): void {
      followers.push(listener);
      listener();
    },
    onDraw: () => undefined,
    announce: (text: string) => { page.said.push(text); },
  };
  store.subscribe(() => {
    page.derived = derive(model, store.state);
    followers.forEach((listener) => listener());
  });
  return page;
}

/** The one element of a page or a part that fits. */
export function pick<T extends HTMLElement = HTMLElement>(place: ParentNode, selector: string): T {
  const found = place.querySelector<T>(selector);
  if (found === null) throw new Error(`nothing is ${selector}`);
  return found;
}

export function texts(place: ParentNode, selector: string): string[] {
  return [...place.querySelectorAll(selector)].map((found) => found.textContent ?? "");
}

export function press(target: HTMLElement, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

export function type(input: HTMLInputElement | HTMLSelectElement, value: string, event = "input"): void {
  input.value = value;
  input.dispatchEvent(new Event(event, { bubbles: true }));
}

function derive(model: Model, state: State): Derived {
  const visible = selectVisible(model, state);
  const { x, y } = model.nodes;
  const placed = new Uint8Array(model.nodes.count).fill(1);
  const placement = { x, y, placed, unplaced: 0, guides: [] };
  const dress = dressUp(model, state, visible, false);
  const hulls: Hull[] = [];
  const scene: Scene = {
    model, visible, placement, dress, hulls, labels: model.nodes.name, labelOrder: new Uint32Array(), near: null,
    selectedNode: -1, selectedLine: -1, dark: false, animateFrom: null,
  };
  return { visible, placement, dress, hulls, scene, aspect: 1.5, paint: new Map() };
}

const ENTRY = /^( *)(\w+):(?: \{en: ("(?:[^"\\]|\\.)*"|[^,]*), zh: ("(?:[^"\\]|\\.)*"|[^}]*)\})?$/;

/** Read the section of the explorer of the shipped texts; each entry stands on a line of its own. */
function readTexts(): Record<Lang, Record<string, string>> {
  const here = dirname(fileURLToPath(import.meta.url));
  const lines = readFileSync(join(here, "../../../ecograph/texts.yaml"), "utf8").split("\n");
  const found: Record<Lang, Record<string, string>> = { en: {}, zh: {} };
  const path: string[] = [];
  for (const line of lines.slice(lines.indexOf("explorer:") + 1)) {
    const [, indent, key, en, zh] = ENTRY.exec(line) ?? [];
    if (indent === undefined || indent === "") break;
    path.splice(indent.length / 2 - 1, Infinity, key);
    if (en === undefined) continue;
    found.en[path.join(".")] = unquote(en);
    found.zh[path.join(".")] = unquote(zh);
  }
  return found;
}

function unquote(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
