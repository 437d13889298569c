// Opens the explorer in the page that it stands in, and keeps its state in the address.

import { readAddress, writeAddress } from "./address.js";
import { mountBridge } from "./bridge.js";
import { decode } from "./decode.js";
import { find } from "./dom.js";
import { Explorer } from "./explorer.js";
import { mountPrinting } from "./export/index.js";
import { startState } from "./store.js";
import type { Camera, State } from "./types.js";
import { findLine, nameLine, numberOf } from "./visible.js";

const WAIT = 300; // milliseconds of rest before the address is written

declare global {
  interface Window {
    ecograph: ReturnType<typeof offer> | { ready: Promise<void> };
  }
}

async function open(): Promise<void> {
  const model = await decode(find("data").textContent ?? "");
  const { hash, search } = window.location;
  const address = readAddress(hash, startState(model));
  const explorer = new Explorer(find("explorer"), model, {
    address,
    forceCanvas: new URLSearchParams(search).get("renderer") === "canvas",
  });
  mountPrinting(explorer);
  keepAddress(explorer);
  explorer.drawNow(false);
  explorer.renderer.finish();
  mountBridge(explorer);
  window.ecograph = offer(explorer);
}

/** Write the address after changes, and follow it when a person edits it or goes back. */
function keepAddress(explorer: Explorer): void {
  let waiting = 0;
  let written = window.location.hash.replace(/^#/, "");
  const write = (): void => {
    const { state, start } = explorer.store;
    written = writeAddress(state, start, explorer.isWhole ? null : explorer.camera);
    try {
      window.history.replaceState(null, "", `#${written}`);
    } catch {
      // A page inside a sandboxed frame has no address of its own.
    }
  };
  const later = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(write, WAIT);
  };
  explorer.follow(later);
  explorer.onDraw(later);
  window.addEventListener("hashchange", () => {
    if (window.location.hash.replace(/^#/, "") === written) return;
    const { state, camera } = readAddress(window.location.hash, explorer.store.start);
    explorer.store.set({ ...explorer.store.start, ...state });
    if (camera !== null) explorer.setCamera(camera);
  });
}

/** What tests, benchmarks and the curious can reach from the console. */
function offer(explorer: Explorer) {
  const { model, store, renderer } = explorer;
  const marked = (marks: Uint8Array): number[] => [...marks.keys()].filter((i) => marks[i] === 1);
  const select = (id: string): void => {
    const node = numberOf(model).get(id);
    if (node !== undefined) explorer.reveal(node);
  };
  return {
    ready: Promise.resolve(),
    explorer, model, store, select,
    get renderer(): string { return renderer.name; },
    get state(): State { return store.state; },
    get camera(): Camera { return explorer.camera; },
    visibleNodes: () => marked(explorer.derived.visible.nodes).map((i) => model.nodes.id[i]!),
    visibleLines: () => marked(explorer.derived.visible.lines).map((i) => nameLine(model, i)),
    selectLine: (id: string) => { if (findLine(model, id) >= 0) store.set({ selected: { type: "line", id } }); },
    moveTo: (camera: Camera, moving: boolean) => { explorer.setCamera(camera, moving); explorer.drawNow(moving); },
    finish: () => renderer.finish(),
  };
}

/** A page that cannot be read says so, instead of waiting for ever. */
function complain(error: unknown): never {
  const place = find("explorer").querySelector("p");
  if (place !== null) place.textContent = place.dataset["failed"] ?? "";
  throw error;
}

window.ecograph = { ready: open().catch(complain) };
