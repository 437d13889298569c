// Around whom a line is drawn.

import { describe, expect, it } from "vitest";
import { findHulls } from "../src/hulls.js";
import { place } from "../src/layouts.js";
import { pickCategory } from "../src/palette.js";
import { startState } from "../src/store.js";
import type { Hull, Model } from "../src/types.js";
import { selectVisible } from "../src/visible.js";
import { makeModel, makeTown } from "./town.js";

function hulls(model: Model, hiddenKinds: string[] = []): Hull[] {
  const state = { ...startState(model), hiddenKinds };
  const visible = selectVisible(model, state);
  return findHulls(model, visible, place(model, state, visible, 1.6));
}

describe("hulls", () => {
  it("are around communities of at least four visible organisations", () => {
    expect(hulls(makeTown())).toEqual([
      { name: "Hill University", colour: pickCategory(0, false), members: Uint32Array.from([0, 2, 3, 4]) },
    ]);
    expect(hulls(makeTown(), ["platform"])).toEqual([]);
  });

  it("leave out a member that is far away", () => {
    const town = makeTown();
    town.nodes.y[4] = 800; // ten times as far from the middle as the others
    expect([...hulls(town)[0].members]).toEqual([0, 2, 3]);
    town.nodes.y[4] = 240; // just within three median distances
    expect([...hulls(town)[0].members]).toEqual([0, 2, 3, 4]);
  });

  it("are at most forty, the largest", () => {
    const nodes = Array.from({ length: 50 * 4 + 1 }, (_, i) => ({
      id: `n${i}`, name: "", kind: "platform", community: i === 200 ? 49 : Math.floor(i / 4), x: i, y: 0,
    }));
    const communities = Array.from({ length: 50 }, (_, i) => `Group ${i}`);
    const found = hulls(makeModel({ nodes, lines: [], communities }));
    expect(found.length).toBe(40);
    expect(found[0].name).toBe("Group 49");
    expect(found[39].name).toBe("Group 38");
  });
});
