// Where the nodes of the town are in each layout.

import { beforeAll, describe, expect, it } from "vitest";
import { place } from "../src/layouts.js";
import { startState } from "../src/store.js";
import type { LayoutName, Model, Placement, State } from "../src/types.js";
import { selectVisible } from "../src/visible.js";
import { makeCrowd, makeModel, makeTown } from "./town.js";

const town = makeTown();
const [U1, U2, P1, E1, E2, E3, I1, N1, N2, D1] = town.nodes.id.keys();

function lay(layout: LayoutName, model: Model = town, patch: Partial<State> = {}, aspect = 1.6): Placement {
  const state = { ...startState(model), layout, ...patch };
  return place(model, state, selectVisible(model, state), aspect);
}

function at(placement: Placement, node: number): number[] {
  return [placement.x[node], placement.y[node]].map((value) => Math.round(value * 100) / 100);
}

function texts(placement: Placement): string[] {
  return placement.guides.map((guide) => guide.text).filter((text) => text !== "");
}

describe("network", () => {
  it("is as the data say", () => {
    const placement = lay("network");
    expect(at(placement, I1)).toEqual([320, 0]);
    expect(placement.unplaced).toBe(0);
    expect(placement.guides).toEqual([]);
  });

  it("names the nodes without lines", () => {
    const nodes = [{ id: "a", name: "a", kind: "platform", x: 10, y: 200 }];
    const placement = lay("network", makeModel({ nodes, lines: [] }));
    expect(texts(placement)).toEqual(["No line on this map (1)"]);
    expect([placement.guides[0].x, placement.guides[0].y]).toEqual([10, 250]);
  });
});

describe("bipartite", () => {
  it("has a column for each kind, industries left, disciplines right", () => {
    const placement = lay("bipartite");
    expect([N1, E1, I1, P1, U1, D1].map((node) => placement.x[node])).toEqual([0, 240, 480, 720, 960, 1200]);
    expect([E1, E2, E3].map((node) => placement.y[node])).toEqual([-120, 0, 120]);
    expect([N1, N2].map((node) => placement.y[node])).toEqual([-90, 90]);
    expect(texts(placement)).toEqual([
      "Industry · 2", "Enterprise · 3", "Institution · 1", "Platform · 1", "University · 2", "Discipline · 1",
    ]);
    expect(placement.unplaced).toBe(0);
  });

  it("speaks the language of the page", () => {
    expect(texts(lay("bipartite", town, { lang: "zh" }))[0]).toBe("产业 · 2");
  });

  it("uncrosses lines", () => {
    const firm = (id: string) => ({ id, name: id, kind: "enterprise" });
    const industry = (id: string) => ({ id, name: id, kind: "industry" });
    const model = makeModel({
      nodes: [firm("a"), firm("b"), firm("c"), industry("A"), industry("B"), industry("C")],
      lines: [["a", "C"], ["b", "A"], ["c", "B"]].map(([from, to]) => ({ from, to, kind: "works_in" })),
    });
    const { y } = lay("bipartite", model);
    expect([y[0], y[1], y[2]]).toEqual([y[5], y[3], y[4]]);
    expect(new Set(y).size).toBe(3);
  });

  it("wraps many nodes, is about as wide as the stage, and leaves room for labels", () => {
    const placement = lay("bipartite", makeCrowd(3000, 3000));
    const width = Math.max(...placement.x) - Math.min(...placement.x);
    const height = Math.max(...placement.y) - Math.min(...placement.y);
    expect(width / height).toBeGreaterThan(1.3);
    expect(width / height).toBeLessThan(1.9);
    const column = [...placement.y].filter((_, i) => placement.x[i] === 0).sort((a, b) => a - b);
    column.slice(1).forEach((y, i) => expect(y - column[i]).toBeGreaterThanOrEqual(25.99));
  });

  it("has no place for what is not seen", () => {
    const placement = lay("bipartite", town, { hiddenKinds: ["university"] });
    expect([placement.placed[U1], placement.placed[E1], placement.unplaced]).toEqual([0, 1, 0]);
  });
});

describe("places", () => {
  // The middle of the box is 112 east and 35.5 north; 3 degrees from north to south are 500 units.
  it("puts nodes where they are on the ground, north upwards", () => {
    const placement = lay("places");
    const squeeze = Math.cos((212.5 / 6) * (Math.PI / 180)); // mean latitude of the six nodes
    expect(at(placement, U1)).toEqual([0, -83.33]);
    expect(placement.x[E1]).toBeCloseTo(squeeze * (500 / 3), 2);
    expect(placement.y[E1]).toBeCloseTo(-250, 2);
    expect(placement.y[I1]).toBeCloseTo(250, 2);
  });

  it("spreads nodes of one point around it", () => {
    const placement = lay("places");
    expect(Math.hypot(placement.x[P1] - placement.x[U1], placement.y[P1] - placement.y[U1])).toBeCloseTo(24, 3);
  });

  it("puts a node without coordinates in the middle of its region", () => {
    const placement = lay("places");
    expect(placement.x[E2]).toBeCloseTo(placement.x[U2], 3);
    expect(placement.y[E2]).toBeCloseTo((placement.y[U2] + placement.y[I1]) / 2, 3);
  });

  it("counts the visible nodes that have no place", () => {
    expect(lay("places").unplaced).toBe(4); // E3, N1, N2, D1
    expect(lay("places", town, { hiddenKinds: ["industry"] }).unplaced).toBe(2);
    expect(lay("places").placed[E3]).toBe(0);
  });

  it("draws outlines and names regions", () => {
    const outline: [number, number][][] = [[[111, 34], [113, 34], [113, 37]]];
    const placement = lay("places", { ...town, outline });
    expect(placement.guides[0].path!.length).toBe(6);
    expect(placement.guides[0].path![1]).toBeCloseTo(250, 2);
    expect(texts(placement)).toEqual(["North", "South"]);
  });

  it("places nobody where nothing is known, and takes impossible coordinates for unknown", () => {
    const model = makeModel({ nodes: [{ id: "a", name: "a", kind: "platform", at: [112, 36] }], lines: [] });
    expect(lay("places", model).unplaced).toBe(1);
  });
});

describe("tiers", () => {
  it("is a pyramid with universities and platforms beneath", () => {
    const placement = lay("tiers");
    expect([E1, E2, E3].map((node) => at(placement, node))).toEqual([[0, 0], [0, 86], [0, 172]]);
    expect([U1, U2, P1].map((node) => at(placement, node))).toEqual([[-26, 258], [26, 258], [0, 370]]);
    expect(texts(placement)).toEqual(["tree · 1", "shrub · 1", "seedling · 1", "University · 2", "Platform · 1"]);
    expect(placement.unplaced).toBe(4); // I1, N1, N2, D1
  });

  it("marks firms without a tier, and keeps an empty tier in sight", () => {
    const model = makeModel({ nodes: [{ id: "a", name: "a", kind: "enterprise" }], lines: [] });
    const placement = lay("tiers", model);
    expect(texts(placement)).toEqual(["tree · 0", "shrub · 0", "seedling · 0", "no tier · 1"]);
    expect(at(placement, 0)).toEqual([0, 258]);
  });

  it("has wider rows further down, and as many dots as firms", () => {
    const tiers = [...Array(6).fill("tree"), ...Array(40).fill("shrub"), ...Array(300).fill("seedling")];
    const nodes = tiers.map((tier, i) => ({ id: `e${i}`, name: "", kind: "enterprise", tier: String(tier) }));
    const { x, y } = lay("tiers", makeModel({ nodes, lines: [] }));
    const rows = new Map<number, number[]>();
    y.forEach((height, i) => rows.set(height, [...(rows.get(height) ?? []), x[i]]));
    const widths = [...rows].sort(([a], [b]) => a - b).map(([, row]) => Math.max(...row) - Math.min(...row));
    expect(widths.at(-1)! / (Math.max(...y) - Math.min(...y))).toBeGreaterThan(1);
    expect(widths.at(-1)! / (Math.max(...y) - Math.min(...y))).toBeLessThan(2.2);
    expect(widths[0]).toBeLessThan(widths.at(-1)!);
    expect(new Set(x.map((left, i) => left * 1e5 + y[i])).size).toBe(346);
  });
});

describe("all layouts", () => {
  let crowd: Model;
  beforeAll(() => { crowd = makeCrowd(100_000, 300_000); }, 60_000);

  const layouts = ["bipartite", "places", "tiers"] as const;
  it.each(layouts)("%s is quick and the same each time", { timeout: 60_000 }, (layout) => {
    const run = (): [number, Placement] => {
      const before = performance.now();
      const placement = lay(layout, { ...crowd });
      return [performance.now() - before, placement];
    };
    const [[time, first], [again, second]] = [run(), run()];
    expect(Math.min(time, again)).toBeLessThan(3000);
    expect(first.x.every(Number.isFinite) && first.y.every(Number.isFinite)).toBe(true);
    expect(Buffer.compare(Buffer.from(first.x.buffer), Buffer.from(second.x.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.from(first.y.buffer), Buffer.from(second.y.buffer))).toBe(0);
  });
});

describe("the network on a screen held upright", () => {
  it("is turned over", () => {
    const [level, upright] = [lay("network"), lay("network", town, {}, 0.7)];
    expect([...upright.x]).toEqual([...level.y]);
    expect([...upright.y]).toEqual([...level.x]);
  });
});
