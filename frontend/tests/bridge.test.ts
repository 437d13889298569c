import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mountBridge } from "../src/bridge.js";
import type { Bridged, Frame } from "../src/bridge.js";
import type { Camera, State } from "../src/types.js";
import { numberOf } from "../src/visible.js";
import { makePage } from "./panels/fake-page.js";
import type { FakePage } from "./panels/fake-page.js";
import { makeModel, makeTown } from "./town.js";

type Message = Record<string, unknown>;

interface Notebook {
  page: FakePage & Bridged;
  heard: Message[]; // by the page around, since it was last asked
  say: (data: unknown, source?: unknown) => void;
  rest: () => Message; // what is told after a while, put together
}

/** A page in a frame, and the notebook around it. */
function open({ href = "about:srcdoc", first = {}, model = makeTown(), alone = false }: {
  href?: string; first?: Partial<State>; model?: ReturnType<typeof makeTown>; alone?: boolean;
} = {}): Notebook {
  const heard: Message[] = [];
  const listeners: ((event: MessageEvent) => void)[] = [];
  const parent = { postMessage: (message: unknown) => { heard.push(message as Message); } };
  const frame: Frame = {
    self: alone ? parent : {}, parent, location: { href }, addEventListener: (_, listener) => { listeners.push(listener); },
  };
  const fake = makePage(first, model);
  const page = Object.assign(fake, {
    isWhole: true,
    setCamera: vi.fn((camera: Camera) => Object.assign(fake, { camera, isWhole: false })),
    paint: vi.fn(),
  });
  mountBridge(page, frame);
  return {
    page, heard,
    say: (data, source = parent) => {
      listeners.forEach((listener) => listener({ data, source } as MessageEvent));
    },
    rest: () => {
      vi.advanceTimersByTime(1000);
      return Object.assign({}, ...heard.splice(0)) as Message;
    },
  };
}

const start = (more: Message = {}): Message => ({ ecograph: "set", view: "", selected: [], colours: {}, ...more });

/** Open, greet, and forget what was told at first. */
function greet(more: Parameters<typeof open>[0] = {}): Notebook {
  const notebook = open(more);
  notebook.say(start());
  notebook.rest();
  return notebook;
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

describe("the bridge", () => {
  it("says that it is ready, and nothing more before it is asked", () => {
    const { page, rest } = open();
    page.store.set({ selected: { type: "node", id: "E1" }, layout: "tiers" });
    expect(rest()).toEqual({ ecograph: "ready" });
  });

  it("tells at first what is visible", () => {
    const { say, rest } = open();
    say(start());
    expect(rest()).toEqual({
      ecograph: "state", visible: ["U1", "U2", "P1", "E1", "E2", "E3", "I1", "N1", "N2", "D1"],
    });
  });

  it.each(["https://example.org/map.html", "file:///map.html", "about:blank", "about:srcdocument"])(
    "is silent at %s", (href) => {
      const { page, heard, say } = open({ href });
      say(start({ selected: ["E1"] }));
      expect([heard, page.store.state.selected]).toEqual([[], null]);
    });

  it("is silent in a window of its own", () => {
    expect(open({ alone: true }).heard).toEqual([]);
  });

  it("tells a selection at once, and that there is none", () => {
    const { page, heard } = greet();
    page.store.set({ selected: { type: "node", id: "E1" } });
    expect(heard).toEqual([{ ecograph: "state", selected: ["E1"] }]);
    page.store.set({ selected: { type: "line", id: "U1\tE1\ttie" } });
    expect(heard[1]).toEqual({ ecograph: "state", selected: [] });
  });

  it("tells filters after a rest, once", () => {
    const { page, heard, rest } = greet();
    page.store.set({ hiddenKinds: ["enterprise"] });
    page.store.set({ hiddenKinds: ["enterprise", "industry"], colour: "tier" });
    expect(heard).toEqual([]);
    expect(rest()).toEqual({
      ecograph: "state", visible: ["U1", "U2", "P1", "I1", "D1"],
      view: "colour=tier&hiddenKinds=%5B%22enterprise%22%2C%22industry%22%5D",
    });
  });

  it("leaves the selection out of the view", () => {
    const { page, rest } = greet();
    page.store.set({ selected: { type: "node", id: "E1" } });
    expect(Object.keys(rest())).not.toContain("view");
  });
});

describe("what is asked for", () => {
  it("is shown, and not told back", () => {
    const { page, heard, say, rest } = greet();
    say({ ecograph: "set", view: "colour=tier", selected: ["E1"] });
    expect(page.store.state).toMatchObject({ colour: "tier", selected: { type: "node", id: "E1" } });
    expect(heard).toEqual([]);
    expect(Object.keys(rest())).toEqual(["ecograph", "visible"]);
  });

  it("keeps the selection when only the view is asked for, and the other way round", () => {
    const { page, say } = greet();
    say({ ecograph: "set", selected: ["E1"] });
    say({ ecograph: "set", view: "layout=tiers" });
    expect(page.store.state).toMatchObject({ layout: "tiers", selected: { type: "node", id: "E1" } });
    say({ ecograph: "set", selected: [] });
    expect(page.store.state).toMatchObject({ layout: "tiers", selected: null });
  });

  it("is told back as it was understood", () => {
    const { say, heard } = greet();
    say({ ecograph: "set", view: "layout=spiral&colour=%22tier%22" });
    expect(heard).toEqual([{ ecograph: "state", view: "colour=tier" }]);
  });

  it("takes the selection of an address, and tells it", () => {
    const { say, heard } = greet();
    say({ ecograph: "set", view: 'selected={"type":"node","id":"E1"}' });
    expect(heard).toEqual([{ ecograph: "state", view: "" }, { ecograph: "state", selected: ["E1"] }]);
  });

  it("does not swallow what a person did just before", () => {
    const { page, say, rest } = greet();
    page.store.set({ layout: "tiers" });
    say({ ecograph: "set", selected: ["E1"] });
    expect(rest()).toMatchObject({ view: "layout=tiers" });
  });

  it("tells that nothing is selected where nobody is known", () => {
    const { say, heard, page } = greet();
    say({ ecograph: "set", selected: ["nobody", "__proto__"] });
    expect([page.store.state.selected, heard]).toEqual([null, [{ ecograph: "state", selected: [] }]]);
  });

  it("brings a node into view that is seen, and leaves filters as they are for one that is not", () => {
    const { page, say } = greet();
    say({ ecograph: "set", selected: ["E1"] });
    expect(page.revealed).toEqual([numberOf(page.model).get("E1")]);
    say({ ecograph: "set", view: "hiddenKinds=[%22enterprise%22]", selected: ["E2"] });
    expect(page.revealed).toHaveLength(1);
    expect(page.store.state).toMatchObject({ hiddenKinds: ["enterprise"], selected: { id: "E2" } });
  });

  it("goes where the address says, not where the selection is", () => {
    const { page, say } = open();
    say(start({ view: "camera=1,2,3", selected: ["E1"] }));
    expect(page.setCamera).toHaveBeenCalledWith({ x: 1, y: 2, scale: 3 });
    expect(page.revealed).toEqual([]);
    expect(page.store.state.selected?.id).toBe("E1");
  });

  it("paints nodes by their id", () => {
    const { page, say } = greet();
    say({ ecograph: "set", colours: { E1: "#FF0000", nobody: "#00ff00" } });
    expect(page.paint).toHaveBeenLastCalledWith(new Map([[numberOf(page.model).get("E1"), 0xff0000]]));
  });

  it("may be a name that looks like something else", () => {
    const hostile = ["<img src=x onerror=alert(1)>", "__proto__", "constructor", "=cmd|' /C calc'!A0", "a\tb\u0000c"];
    const model = makeModel({ nodes: hostile.map((id) => ({ id, name: id, kind: "enterprise" })), lines: [] });
    const { page, say, rest } = greet({ model });
    for (const id of hostile) {
      say({ ecograph: "set", selected: [id] });
      expect(page.store.state.selected?.id).toBe(id);
    }
    const colours = JSON.parse('{"__proto__": "#010203", "constructor": "#040506"}') as unknown;
    say({ ecograph: "set", colours });
    expect(page.paint).toHaveBeenLastCalledWith(new Map([[1, 0x010203], [2, 0x040506]]));
    page.store.set({ colour: "tier" });
    expect(rest()).toMatchObject({ visible: hostile });
  });
});

describe("a message", () => {
  it.each([
    undefined, null, 7, "set", [], {}, { ecograph: "get" }, { view: "colour=tier" },
    start({ view: 7 }), start({ view: null }), start({ selected: "E1" }), start({ selected: [7] }), start({ selected: { 0: "E1" } }),
    start({ colours: [] }), start({ colours: { E1: "red" } }), start({ colours: { E1: "#ff0000;" } }), start({ colours: null }),
  ])("of another shape is ignored: %j", (data) => {
    const { page, heard, say } = greet();
    const before = page.store.state;
    vi.mocked(page.paint).mockClear();
    say(data);
    expect([page.store.state, heard]).toEqual([before, []]);
    expect(page.paint).not.toHaveBeenCalled();
  });

  it("from another window is ignored", () => {
    const { page, heard, say } = greet();
    say(start({ selected: ["E1"] }), window);
    say(start({ selected: ["E1"] }), null);
    expect([page.store.state.selected, heard]).toEqual([null, []]);
  });
});
