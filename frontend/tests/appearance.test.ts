// How the town looks: numbers worked out from the drawing in town.ts.

import { describe, expect, it } from "vitest";
import { describeColours, dressUp, orderLabels } from "../src/appearance.js";
import {
  contrast, GREY, GROUND, listSteps, mix, mute, parseColour, pickCategory, SHAPES, suitGround, toHex,
} from "../src/palette.js";
import { startState } from "../src/store.js";
import type { Dress, Filters, State } from "../src/types.js";
import { selectVisible } from "../src/visible.js";
import { makeCrowd, makeTown } from "./town.js";

const town = makeTown();
const [U1, U2, P1, E1, E2, E3, I1, N1, N2, D1] = town.nodes.id.keys();

function choose(patch: Partial<State> = {}, filters: Partial<Filters> = {}): State {
  const start = startState(town);
  return { ...start, ...patch, filters: { ...start.filters, ...filters } };
}

function dress(patch: Partial<State> = {}, filters: Partial<Filters> = {}, dark = false): Dress {
  const state = choose(patch, filters);
  return dressUp(town, state, selectVisible(town, state), dark);
}

function legend(patch: Partial<State>, filters: Partial<Filters> = {}): [string, string, number][] {
  const state = choose(patch, filters);
  const entries = describeColours(town, state, selectVisible(town, state));
  return entries.map(({ key, label, count }) => [key, label.en, count]);
}

// How colours look to colour-blind eyes: Machado and others 2009, severity 1, on linear light.
const SIGHT = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const CONES = [
  0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376,
  0.6299787005,
];
const OKLAB = [
  0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662,
  -0.808675766,
];

function turn(matrix: number[], [a, b, c]: number[]): number[] {
  return [0, 3, 6].map((row) => matrix[row] * a + matrix[row + 1] * b + matrix[row + 2] * c);
}

/** A colour in OKLab as eyes of a kind see it. */
function see(colour: number, sight: keyof typeof SIGHT): number[] {
  const light = [16, 8, 0].map((shift) => {
    const share = ((colour >> shift) & 255) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const seen = turn(SIGHT[sight], light).map((value) => Math.min(1, Math.max(0, value)));
  return turn(OKLAB, turn(CONES, seen).map(Math.cbrt));
}

function distance(one: number[], other: number[]): number {
  return Math.hypot(...one.map((value, i) => value - other[i]));
}

describe("palette", () => {
  it("reads and writes colours", () => {
    expect(parseColour("#0072B2")).toBe(0x0072b2);
    expect(parseColour("red; }")).toBe(GREY);
    expect(toHex(0x0072b2)).toBe("#0072b2");
    expect(mix(0x000000, 0xff8000, 0.5)).toBe(0x804000);
  });

  it("measures contrast as WCAG does", () => {
    expect(contrast(0xffffff, 0x000000)).toBeCloseTo(21, 5);
    expect(contrast(0x777777, 0xffffff)).toBeCloseTo(4.48, 2);
  });

  it("makes dark colours lighter on dark ground only", () => {
    expect(suitGround(0x475569, false)).toBe(0x475569);
    expect(contrast(suitGround(0x475569, true), GROUND.dark)).toBeGreaterThan(3.5);
    expect(suitGround(0x56b4e9, true)).toBe(0x56b4e9);
  });

  it("has ten categories that differ and begin anew", () => {
    const colours = Array.from({ length: 10 }, (_, i) => pickCategory(i, false));
    expect(new Set(colours).size).toBe(10);
    expect(pickCategory(10, false)).toBe(colours[0]);
  });

  it.each(["normal", "protanopia", "deuteranopia", "tritanopia"] as const)("tells categories apart in %s", (sight) => {
    for (const dark of [false, true]) {
      const seen = Array.from({ length: 10 }, (_, i) => see(pickCategory(i, dark), sight));
      const gaps = seen.flatMap((one, i) => seen.slice(0, i).map((other) => distance(one, other)));
      expect(Math.min(...gaps)).toBeGreaterThan(0.08); // of OKLab; 0.02 is about the least that is noticed
    }
  });

  it("goes one way from little to much", () => {
    const light = listSteps(5, false).map((colour) => contrast(colour, GROUND.light));
    const dark = listSteps(5, true).map((colour) => contrast(colour, GROUND.dark));
    expect(light).toEqual(light.toSorted((a, b) => a - b));
    expect(dark).toEqual(dark.toSorted((a, b) => a - b));
  });
});

describe("nodes", () => {
  it("may be painted one by one, whatever colours stand for; all others stay as they are", () => {
    const state = choose({ colour: "tier" });
    const visible = selectVisible(town, state);
    const painted = dressUp(town, state, visible, false, new Map([[E1, 0x123456]]));
    const expected = dress({ colour: "tier" }).nodeColour.with(E1, 0x123456);
    expect(painted.nodeColour).toEqual(expected);
    const dark = dressUp(town, state, visible, true, new Map([[E1, 0x123456]])).nodeColour[E1];
    expect(contrast(dark, GROUND.dark)).toBeGreaterThan(3);
  });

  it("have the colour and shape of their kind", () => {
    const { nodeColour, nodeShape } = dress();
    expect(nodeColour[U1]).toBe(0x0072b2);
    expect(nodeColour[N2]).toBe(0xd55e00);
    expect([U1, P1, E1, I1, D1, N1].map((i) => SHAPES[nodeShape[i]]))
      .toEqual(["dot", "square", "triangle", "hexagon", "diamond", "star"]);
  });

  it("have the colour of their tier; kinds that have none a faint one", () => {
    const { nodeColour } = dress({ colour: "tier" });
    expect([E1, E2, E3].map((i) => nodeColour[i])).toEqual([0x00572d, 0x41ae76, 0xa6d96a]);
    expect(nodeColour[U1]).toBe(mute(0x0072b2, false));
  });

  it("have the colour of their verdict, industries too", () => {
    const { nodeColour } = dress({ colour: "verdict" });
    expect(nodeColour[N2]).toBe(0xd55e00);
    expect(nodeColour[E3]).toBe(0xd55e00);
    expect(nodeColour[N1]).toBe(0x56b4e9);
  });

  it("have the colour of their community where it is large enough", () => {
    const { nodeColour } = dress({ colour: "community" });
    expect([U1, P1, E1, E2].map((i) => nodeColour[i])).toEqual(Array(4).fill(pickCategory(0, false)));
    expect([U2, E3, I1].map((i) => nodeColour[i])).toEqual([GREY, GREY, GREY]);
  });

  it("are as large as their measure: the area, not the radius", () => {
    const { nodeRadius } = dress();
    expect(nodeRadius[U1]).toBeCloseTo(8 + 12.8, 4);
    expect(nodeRadius[E1]).toBeCloseTo(8 + 12.8 * Math.sqrt(2 / 3), 4);
    expect(nodeRadius[P1]).toBe(8);
    expect(nodeRadius[D1]).toBeCloseTo(8 + 8, 4); // 4 lines, the most of all others
    expect(nodeRadius[N1]).toBeCloseTo(8 + 3.2 + 8 * Math.SQRT1_2, 4); // 2 lines
    expect(dress({ size: "same" }).nodeRadius[U1]).toBe(12);
  });

  it("are smaller where there are many", () => {
    const crowd = makeCrowd(5000, 5000);
    const visible = selectVisible(crowd, startState(crowd));
    const radius = dressUp(crowd, startState(crowd), visible, false).nodeRadius;
    expect(Math.min(...radius)).toBeCloseTo(4 * Math.sqrt(2000 / 5000), 4);
  });
});

describe("lines", () => {
  it("are wider for more agreements, and dashed where planned", () => {
    const { lineWidth, lineDashed, lineColour } = dress();
    expect(lineWidth[0]).toBeCloseTo(1.4 + 3.2 * 0.5, 5);
    expect(lineWidth[1]).toBeCloseTo(1.4, 5);
    expect(lineWidth[3]).toBeCloseTo(1.2, 5);
    expect(lineWidth[5]).toBeCloseTo(0.9, 5);
    expect([...lineDashed].map((dashed, i) => (dashed === 1 ? i : -1)).filter((i) => i >= 0)).toEqual([3]);
    expect(lineColour[0]).toBe(0x475569);
  });

  it("are fainter where there are many", () => {
    expect(dress().lineOpacity[0]).toBeCloseTo(0.75, 5);
    const crowd = makeCrowd(2000, 14_000);
    const visible = selectVisible(crowd, startState(crowd));
    const tie = crowd.lines.kind.indexOf(0);
    const expected = 0.75 * Math.sqrt(700 / visible.lineCount);
    expect(dressUp(crowd, startState(crowd), visible, false).lineOpacity[tie]).toBeCloseTo(expected, 5);
  });

  it("say what is new, lost and kept by colour and by form", () => {
    const in2025 = dress({}, { year: 2025, yearMode: "change" });
    expect([in2025.lineColour[1], in2025.lineDashed[1]]).toEqual([0x0072b2, 0]); // new
    expect([in2025.lineColour[0], in2025.lineDashed[0]]).toEqual([0xd55e00, 1]); // lost
    expect(in2025.lineWidth[1]).toBeCloseTo(1.4 * 1.6, 5);
    const in2024 = dress({}, { year: 2024, yearMode: "change" });
    expect([in2024.lineColour[0], in2024.lineDashed[0]]).toEqual([GREY, 0]); // kept
    expect([in2024.lineColour[3], in2024.lineDashed[3]]).toEqual([0x0072b2, 0]); // a new plan
  });
});

describe("legend", () => {
  it("counts the visible nodes of each kind", () => {
    expect(legend({}, { region: "North" })).toEqual([
      ["university", "University", 1], ["platform", "Platform", 1], ["enterprise", "Enterprise", 1],
      ["institution", "Institution", 0], ["discipline", "Discipline", 1], ["industry", "Industry", 1],
    ]);
  });

  it("names the values that nodes have, and what has none", () => {
    expect(legend({ colour: "tier" })).toEqual([
      ["seedling", "seedling", 1], ["shrub", "shrub", 1], ["tree", "tree", 1],
      ["kind:university", "University", 2], ["kind:platform", "Platform", 1], ["kind:institution", "Institution", 1],
      ["kind:discipline", "Discipline", 1], ["kind:industry", "Industry", 2],
    ]);
    expect(legend({ colour: "community" }).slice(0, 2)).toEqual([
      ["0", "Hill University", 4], ["none", "in no community, or in a small one", 3],
    ]);
  });

  it("parts a measure into fifths, fewer where values are the same", () => {
    expect(legend({ colour: "measure:strength" })).toEqual([
      ["0", "0", 2], ["1", "1", 3], ["2", "2", 1], ["3", "3", 1],
      ["kind:discipline", "Discipline", 1], ["kind:industry", "Industry", 2],
    ]);
  });

  it("takes an unknown colouring for that by kind", () => {
    expect(legend({ colour: "measure:luck" })).toEqual(legend({ colour: "kind" }));
  });

  it("tells the colours that nodes have", () => {
    const state = choose({ colour: "verdict" });
    const visible = selectVisible(town, state);
    for (const dark of [false, true]) {
      const colours = new Set(describeColours(town, state, visible, dark).map((entry) => entry.colour));
      for (const colour of dressUp(town, state, visible, dark).nodeColour) expect(colours.has(colour)).toBe(true);
    }
  });
});

describe("labels", () => {
  it("come for industries first, then for the largest, equal ones by number", () => {
    const state = choose();
    const visible = selectVisible(town, state);
    const order = orderLabels(town, state, visible, dressUp(town, state, visible, false));
    expect([...order]).toEqual([N1, N2, U1, E1, D1, U2, E2, I1, P1, E3]);
  });
});
