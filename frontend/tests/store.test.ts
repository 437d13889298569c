import { expect, it, vi } from "vitest";

import { Store, startState } from "../src/store.js";
import { makeTown } from "./town.js";

const open = () => new Store(startState(makeTown()));

it("tells listeners of each change, with what was before", () => {
  const store = open();
  const heard = vi.fn();
  store.subscribe(heard);
  store.set({ hulls: true });
  store.set({ hulls: true });
  expect(heard).toHaveBeenCalledTimes(1);
  expect(heard.mock.calls[0]!.map((state: { hulls: boolean }) => state.hulls)).toEqual([true, false]);
});

it("keeps other filters when one is set", () => {
  const store = open();
  store.set({ filters: { year: 2024 } });
  store.set({ filters: { status: "signed" } });
  expect(store.state.filters).toMatchObject({ year: 2024, status: "signed" });
});

it("undoes and redoes steps, but not transient ones", () => {
  const store = open();
  store.set({ layout: "tiers" });
  store.set({ filters: { year: 2023 } }, { transient: true });
  store.set({ hulls: true });
  store.undo();
  expect([store.state.layout, store.state.filters.year, store.state.hulls]).toEqual(["tiers", 2023, false]);
  store.undo();
  expect(store.state.layout).toBe("network");
  expect(store.canUndo).toBe(false);
  store.redo();
  store.redo();
  expect(store.state.hulls).toBe(true);
  expect(store.canRedo).toBe(false);
});

it("forgets what was undone when something else is chosen", () => {
  const store = open();
  store.set({ layout: "tiers" });
  store.undo();
  store.set({ hulls: true });
  expect(store.canRedo).toBe(false);
});

it("resets all but language and theme, and can undo that", () => {
  const store = open();
  store.set({ lang: "zh", theme: "dark", layout: "tiers" });
  store.reset();
  expect(store.state).toMatchObject({ lang: "zh", theme: "dark", layout: "network" });
  store.undo();
  expect(store.state.layout).toBe("tiers");
});
