// Speaks with the notebook that put this page into a frame: tells what a person chose, does what is asked for.
//
// Up:   { ecograph: "ready" }, then { ecograph: "state", selected?, view?, visible? } with what has changed.
// Down: { ecograph: "set", view?, selected?, colours? }. Before the first of them nothing of the data is sent.

import { readAddress, writeAddress } from "./address.js";
import type { Page } from "./page.js";
import { parseColour } from "./palette.js";
import { listVisible } from "./rows.js";
import type { Camera, Paint, State, Visible } from "./types.js";
import { numberOf } from "./visible.js";

const REST = 300; // milliseconds without a change before the view and what is visible are told

/** What of the explorer the bridge needs. */
export interface Bridged extends Page {
  readonly isWhole: boolean;
  setCamera(camera: Camera): void;
  paint(colours: Paint): void;
}

/** What of its window the bridge needs. */
export interface Frame {
  readonly self: unknown;
  readonly parent: { postMessage(message: unknown, target: string): void };
  readonly location: { readonly href: string };
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

interface Wish {
  view?: string;
  selected?: string[];
  colours?: Record<string, string>;
}

/** What the other side knows. */
interface Told {
  selected: string;
  view: string;
  visible: Visible | null;
}

/** Speak with the page around, if it is the one that wrote this page. */
export function mountBridge(page: Bridged, frame: Frame = window): void {
  if (isWritten(frame)) new Bridge(page, frame).open();
}

/** A page that was loaded from an address says nothing, so that no site can frame a map and ask for its data. */
function isWritten({ parent, self, location }: Frame): boolean {
  return parent !== self && location.href.split("#")[0] === "about:srcdoc";
}

class Bridge {
  private told: Told | null = null; // null: nothing may be told
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly page: Bridged, private readonly frame: Frame) {}

  open(): void {
    this.page.follow(() => {
      this.tellSelected();
      this.tellLater();
    });
    this.page.onDraw(() => this.tellLater());
    this.frame.addEventListener("message", (event) => {
      const wish = event.source === this.frame.parent ? readWish(event.data) : null;
      if (wish !== null) this.fulfil(wish);
    });
    this.send({ ecograph: "ready" });
  }

  private fulfil(wish: Wish): void {
    if (wish.view === undefined) this.tellView(); // what a person did just before
    const before = this.told;
    this.told = null;
    const { view, aimed } = wish.view === undefined ? { view: undefined, aimed: false } : show(this.page, wish.view);
    if (wish.selected !== undefined) select(this.page, wish.selected, !aimed);
    if (wish.colours !== undefined) this.page.paint(readPaint(this.page, wish.colours));
    if (view !== wish.view) this.send({ ecograph: "state", view });
    const selected = wish.selected === undefined ? before?.selected ?? "[]" : JSON.stringify(wish.selected);
    this.told = { selected, view: describeView(this.page), visible: before?.visible ?? null };
    this.tellSelected();
    this.tellLater();
  }

  private tellLater(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      this.tellView();
      this.tellVisible();
    }, REST);
  }

  private tellSelected(): void {
    const { selected: chosen } = this.page.store.state;
    const selected = chosen?.type === "node" ? [chosen.id] : [];
    if (this.told === null || this.told.selected === JSON.stringify(selected)) return;
    this.told.selected = JSON.stringify(selected);
    this.send({ ecograph: "state", selected });
  }

  private tellView(): void {
    const view = describeView(this.page);
    if (this.told === null || this.told.view === view) return;
    this.told.view = view;
    this.send({ ecograph: "state", view });
  }

  private tellVisible(): void {
    const { model, derived: { visible } } = this.page;
    if (this.told === null || this.told.visible === visible) return;
    this.told.visible = visible;
    this.send({ ecograph: "state", visible: listVisible(visible, "nodes").map((node) => model.nodes.id[node]) });
  }

  private send(message: object): void {
    this.frame.parent.postMessage(message, "*"); // whoever is around wrote this page
  }
}

/** The address without the selection, which is told apart. */
function describeView(page: Bridged): string {
  return writeView(page, page.store.state, page.isWhole ? null : page.camera);
}

function writeView({ store: { start } }: Bridged, state: State, camera: Camera | null): string {
  return writeAddress({ ...state, selected: start.selected }, start, camera);
}

/** Show an address; give it back as it was understood, and whether it says where the camera is. */
function show(page: Bridged, address: string): { view: string; aimed: boolean } {
  const { start, state: now } = page.store;
  const { state, camera } = readAddress(address, start);
  const wanted = { ...start, selected: now.selected, ...state };
  page.store.set(wanted);
  if (camera !== null) page.setCamera(camera);
  return { view: writeView(page, wanted, camera), aimed: camera !== null };
}

/** Select the first that is known; one that filters hide stays hidden, as whoever asks has set them too. */
function select(page: Bridged, ids: string[], move: boolean): void {
  const { model, store, derived: { visible } } = page;
  if (ids.length === 0) store.set({ selected: null });
  const id = ids.find((one) => numberOf(model).has(one));
  if (id === undefined) return;
  const node = numberOf(model).get(id)!;
  if (move && store.state.view === "map" && visible.nodes[node] === 1) page.reveal(node);
  else store.set({ selected: { type: "node", id } });
}

function readPaint({ model }: Bridged, colours: Record<string, string>): Paint {
  const known = Object.entries(colours).filter(([id]) => numberOf(model).has(id));
  return new Map(known.map(([id, colour]) => [numberOf(model).get(id)!, parseColour(colour)]));
}

/** Read a message; one that is not wholly of the shape that is agreed on is none. */
function readWish(data: unknown): Wish | null {
  if (!isRecord(data) || data["ecograph"] !== "set") return null;
  const { view, selected, colours } = data;
  if (view !== undefined && typeof view !== "string") return null;
  if (selected !== undefined && !(Array.isArray(selected) && selected.every(isText))) return null;
  if (colours !== undefined && !(isRecord(colours) && Object.values(colours).every(isColour))) return null;
  return { view, selected, colours } as Wish;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isColour(value: unknown): boolean {
  return isText(value) && /^#[0-9a-f]{6}$/i.test(value);
}
