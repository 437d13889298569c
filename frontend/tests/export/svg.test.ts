// The map as SVG: where the screen has it, whole, and well-formed whatever the data hold.

import { describe, expect, it } from "vitest";
import { dressUp } from "../../src/appearance.js";
import { guessWidth, layOutSheet, wrapText } from "../../src/export/sheet.js";
import type { Sheet, Words } from "../../src/export/sheet.js";
import { renderSvg } from "../../src/export/svg.js";
import { startState } from "../../src/store.js";
import type { Camera, Model, Scene } from "../../src/types.js";
import { makeTown } from "../town.js";

const WHOLE: Camera = { x: 120, y: 40, scale: 1 };
const HOSTILE = '</text><script>alert(1)</script> ]]> & "x" \u0001\u000b\ud800 😀 \u202eabc\ufffe';

describe("renderSvg", () => {
  it("draws a symbol for each visible node, a path for each visible line and names", () => {
    const read = parse(draw(makeTown(), { ...WHOLE, scale: 0.7 }));
    expect(symbols(read).length).toBe(10);
    expect(read.querySelectorAll("#ecograph-lines path").length).toBe(13);
    expect(texts(read, "#ecograph-labels .ink")).toContain("Hill University");
    expect(texts(read, "#ecograph-labels .halo")).toEqual(texts(read, "#ecograph-labels .ink"));
  });

  it("puts nodes where the camera has them", () => {
    // 400 by 300 pixels, the middle at (0, 0), two pixels a unit: Hill University is in the middle,
    // Mill One 80 units to its left, the mill's industry 80 further down and outside.
    const read = parse(draw(makeTown(), { x: 0, y: 0, scale: 2 }));
    const circles = [...read.querySelectorAll("#ecograph-nodes circle")];
    expect(circles.map((circle) => [circle.getAttribute("cx"), circle.getAttribute("cy")])).toEqual([["200", "150"]]);
    expect(pathsOf(read)).toContain("M200 150L40 150");
  });

  it("bends lines between the same two nodes apart", () => {
    // Hill University at (200, 150) and Chemistry at (440, 70) have two: their middles are 0.07 lengths off (320, 110),
    // by 5.6 and 16.8 pixels, and the handles of the curves twice as far.
    const paths = pathsOf(parse(draw(makeTown(), { x: 0, y: 0, scale: 2 })));
    expect(paths).toContain("M200 150Q331.2 143.6 440 70");
    expect(paths).toContain("M200 150Q308.8 76.4 440 70");
  });

  it("leaves out what is outside the frame and clips the rest", () => {
    const read = parse(draw(makeTown(), { x: -80, y: 80, scale: 4 }));
    // 100 by 75 units around Textiles: no other node, but its two lines.
    expect(symbols(read).length).toBe(1);
    expect(read.querySelectorAll("#ecograph-lines path").length).toBe(2);
    const layers = read.querySelector("#ecograph-nodes")?.parentElement;
    expect(layers?.getAttribute("clip-path")).toBe("url(#ecograph-frame)");
    expect(read.querySelector("#ecograph-frame rect")?.getAttribute("width")).toBe("400");
  });

  it("leaves out what is not visible or has no place", () => {
    const read = parse(draw(makeTown(), WHOLE, (scene) => {
      scene.visible.nodes[9] = 0;
      scene.visible.lines.fill(0, 9);
      scene.placement.placed[6] = 0;
    }));
    expect(symbols(read).length).toBe(8);
    expect(read.querySelectorAll("#ecograph-lines path").length).toBe(8); // 9 lines but the one to node 6
  });

  it("dashes planned lines", () => {
    const read = parse(draw(makeTown(), WHOLE));
    expect(read.querySelectorAll("#ecograph-lines g[stroke-dasharray] path").length).toBe(1);
  });

  it("is well-formed, and nothing in it runs or is loaded, with hostile names", () => {
    const model = makeTown();
    model.title = HOSTILE;
    model.nodes.name.fill(HOSTILE);
    const written = draw(model, WHOLE);
    expect(written).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe]|<script|href|<image|<style|url\((?!#)/);
    const read = parse(written);
    expect(read.querySelector("script")).toBeNull();
    expect(read.querySelector("title")?.textContent).toBe('</text><script>alert(1)</script> ]]> & "x" 😀 \u202eabc');
    expect(symbols(read).length).toBe(10);
  });

  it("writes guides and names of hulls as text", () => {
    const read = parse(draw(makeTown(), WHOLE, (scene) => {
      const path = Float32Array.of(0, 0, 80, 0);
      scene.placement.guides = [{ text: "<b>North</b>", x: 120, y: 40, align: "left", path }];
      scene.hulls = [{ name: "<i>", colour: 0xff0000, members: Uint32Array.of(0, 3, 4) }];
    }));
    expect(texts(read, "#ecograph-captions .ink")).toEqual(["<b>North</b>", "<i>"]);
    expect(read.querySelector("#ecograph-guides path")?.getAttribute("d")).toBe("M80 110 160 110");
    expect(read.querySelectorAll("#ecograph-hulls path").length).toBe(1);
  });
});

describe("layOutSheet", () => {
  it("sets the map under the words and the legend to its right", () => {
    const sheet = sheetOf(makeTown());
    expect(sheet.map).toEqual({ x: 20, y: 98, width: 400, height: 300 }); // 20 + 30 + 20 + 18 + 10
    expect(sheet.width).toBe(676); // 20 + 400 + 20 + 216 + 20
    const symbol = sheet.marks.find((mark) => mark.type === "symbol");
    expect([symbol?.x, symbol?.y]).toEqual([451, 127]); // a heading of 18 and 2 above, half a row of 18
  });

  it("grows with its legend", () => {
    const entries = Array.from({ length: 40 }, (_, i) => ({ text: `Kind ${i}`, sample: { type: "none" as const } }));
    const sheet = layOutSheet({ ...words(makeTown()), legend: [{ heading: "Kinds", entries }] },
      { width: 400, height: 300 }, guessWidth, false);
    expect(sheet.height).toBeGreaterThan(98 + 40 * 18);
  });
});

describe("wrapText", () => {
  const wide = (text: string): number => [...text].length;

  it("breaks at spaces, between characters of Chinese and in words that are too long", () => {
    expect(wrapText("one two three", 8, 9, wide)).toEqual(["one two", "three"]);
    expect(wrapText("山西陶瓷产业", 4, 9, wide)).toEqual(["山西陶瓷", "产业"]);
    expect(wrapText("abcdefgh", 3, 9, wide)).toEqual(["abc", "def", "gh"]);
  });

  it("ends in dots where there is no more room", () => {
    expect(wrapText("one two three", 5, 2, wide)).toEqual(["one", "two…"]);
  });
});

function draw(model: Model, camera: Camera, change: (scene: Scene) => void = () => undefined): string {
  const scene = makeScene(model);
  change(scene);
  return renderSvg(scene, camera, sheetOf(model), guessWidth);
}

function sheetOf(model: Model): Sheet {
  return layOutSheet(words(model), { width: 400, height: 300 }, guessWidth, false);
}

function words(model: Model): Words {
  const sample = { type: "symbol" as const, shape: "star" as const, colour: "#d55e00" };
  return {
    title: model.title, subtitle: "as of 2025-06-30", filters: "Textiles", footer: "town.xlsx",
    legend: [{ heading: "Kinds", entries: [{ text: "Industry", sample }] }],
  };
}

function makeScene(model: Model): Scene {
  const { nodes, lines } = model;
  const visible = {
    nodes: new Uint8Array(nodes.count).fill(1), lines: new Uint8Array(lines.count).fill(1),
    change: new Int8Array(lines.count), nodeCount: nodes.count, lineCount: lines.count,
  };
  const { x, y, count } = nodes;
  return {
    model, visible, hulls: [], labels: nodes.name, labelOrder: Uint32Array.from(nodes.id, (_, i) => i),
    placement: { x, y, placed: new Uint8Array(count).fill(1), unplaced: 0, guides: [] },
    dress: dressUp(model, startState(model), visible, false),
    near: null, selectedNode: -1, selectedLine: -1, dark: false, animateFrom: null,
  };
}

function parse(text: string): Document {
  const read = new DOMParser().parseFromString(text, "image/svg+xml");
  expect(read.querySelector("parsererror")?.textContent ?? "").toBe("");
  return read;
}

function symbols(read: Document): Element[] {
  return [...read.querySelectorAll("#ecograph-nodes circle, #ecograph-nodes path")];
}

function pathsOf(read: Document): (string | null)[] {
  return [...read.querySelectorAll("#ecograph-lines path")].map((path) => path.getAttribute("d"));
}

function texts(read: Document, within: string): (string | null)[] {
  return [...read.querySelectorAll(`${within} text`)].map((text) => text.textContent);
}
