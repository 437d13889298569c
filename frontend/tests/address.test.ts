import { describe, expect, it } from "vitest";

import { readAddress, writeAddress } from "../src/address.js";
import { startState } from "../src/store.js";
import { makeTown } from "./town.js";

const start = startState(makeTown());

describe("the address", () => {
  it("is empty for the state in which the page opens", () => {
    expect(writeAddress(start, start, null)).toBe("");
  });

  it("brings back what was chosen", () => {
    const state = {
      ...start,
      layout: "tiers" as const,
      hiddenKinds: ["enterprise"],
      filters: { ...start.filters, industry: "新材料 & <b>", year: 2024, amountFrom: 1.5 },
      focus: { id: "U1", steps: 2 as const },
      selected: { type: "line" as const, id: "U1\tE1\ttie" },
    };
    const read = readAddress(`#${writeAddress(state, start, { x: 1.5, y: -20, scale: 0.25 })}`, start);
    expect({ ...start, ...read.state }).toEqual(state);
    expect(read.camera).toEqual({ x: 1.5, y: -20, scale: 0.25 });
  });

  it("writes words as they are, and reads them with quotes too", () => {
    const state = { ...start, layout: "tiers" as const, colour: "measure:strength" as const };
    expect(writeAddress(state, start, null)).toBe("layout=tiers&colour=measure%3Astrength");
    expect(readAddress("layout=%22tiers%22&colour=tier", start).state).toEqual({ layout: "tiers", colour: "tier" });
  });

  it.each(["7", "null", '"same"', "[1]"])("brings back the word %s, which looks like something else", (size) => {
    const address = writeAddress({ ...start, size }, start, null);
    expect(readAddress(address, start).state).toEqual({ size });
  });

  it.each([
    'layout="spiral"', "layout=1", "hiddenKinds=[1]", "hiddenKinds={}", "filters={}", 'filters={"year":"x"}',
    "focus={}", 'focus={"id":"U1","steps":9}', "selected=7", "hulls=1", "__proto__=1", "nothing=1", "lang=de", "hulls=true or so", "=",
    'filters={"industry":"","region":"","tier":"","verdict":"","status":"","amountFrom":null,"amountTo":null,"year":null,"yearMode":"never"}',
  ])("ignores %s", (text) => {
    expect(readAddress(text, start)).toEqual({ state: {}, camera: null });
  });

  it.each(["1,2", "1,2,0", "1,2,-3", "a,b,c", "1,2,3,4", ""])("ignores the camera %s", (text) => {
    expect(readAddress(`camera=${text}`, start).camera).toBeNull();
  });
});
