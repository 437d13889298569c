import { expect, test } from "vitest";
import { LINE_HEIGHT, placeLabels, wrapName } from "../../src/renderer/labels.js";
import type { PlacedLabel } from "../../src/renderer/labels.js";
import { makeScene } from "./scenes.js";

const measure = (text: string) => [...text].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 12 : 7), 0);
const camera = { x: 0, y: 0, scale: 1 };

test("a Chinese name breaks anywhere into two lines of about equal width", () => {
  expect(wrapName("山西省纺织装备数智化研发与应用技术创新中心")).toEqual(["山西省纺织装备数智化研", "发与应用技术创新中心"]);
});

test("a Latin name breaks at spaces, and what is left over is cut", () => {
  expect(wrapName("Zhejiang University of Technology")).toEqual(["Zhejiang University of", "Technology"]);
  expect(wrapName("One two three four five six seven eight nine ten eleven twelve")).toEqual([
    "One two three four", "five six seven eight…",
  ]);
});

test("short, empty and endless names", () => {
  expect(wrapName("浙江大学")).toEqual(["浙江大学"]);
  expect(wrapName(" \u202e ")).toEqual([]);
  const long = wrapName("x".repeat(300));
  expect(long).toEqual(["x".repeat(22), `${"x".repeat(22)}…`]);
});

test("a label stands below its node, the next place is above", () => {
  const scene = makeScene({ places: [[0, 0], [0, 20]], labels: ["A", "B"] });
  const labels = placeLabels(scene, { ...camera, scale: 2.5 }, 400, 300, measure);
  expect(labels.map(({ node, x, y }) => [node, x, y])).toEqual([[0, 200, 159], [1, 200, 209]]);
});

test("no label lies over another", () => {
  const place = (i: number): [number, number] => [(i % 20) * 37 - 370, Math.floor(i / 20) * 29 - 290];
  const places = Array.from({ length: 400 }, (_, i) => place(i));
  const names = places.map((_, i) => (i % 2 ? `纺织企业第${i}号有限责任公司` : `Company number ${i}`));
  const scene = makeScene({ places, labels: names });
  const labels = placeLabels(scene, camera, 800, 600, measure);
  expect(labels.length).toBeGreaterThan(30);
  expect(labels.length).toBeLessThanOrEqual(87); // 800 x 600 / 5,500
  const boxes = labels.map(boxOf);
  const over = boxes.filter((a, i) => boxes.some((b, k) => k > i
    && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
  expect(over).toEqual([]);
  for (const box of boxes) expect(box.left >= 0 && box.right <= 800 && box.top >= 0 && box.bottom <= 600).toBe(true);
});

test("what is selected is named even in a crowd, and bold; what is far from it is faint", () => {
  const scene = makeScene({ places: Array.from({ length: 50 }, (_, i): [number, number] => [i, 0]) });
  scene.selectedNode = 25;
  scene.near = new Uint8Array(50);
  scene.near[25] = 1;
  const labels = placeLabels(scene, camera, 800, 600, measure);
  expect(labels[0]).toMatchObject({ node: 25, bold: true, faint: false });
  expect(labels.slice(1).every(({ faint, bold }) => faint && !bold)).toBe(true);
});

test("nothing is named where nothing is, nor beyond the stage", () => {
  expect(placeLabels(makeScene({ places: [] }), camera, 800, 600, measure)).toEqual([]);
  const far = makeScene({ places: [[0, 0], [5000, 0]] });
  expect(placeLabels(far, camera, 800, 600, measure).map(({ node }) => node)).toEqual([0]);
});

function boxOf({ lines, x, y }: PlacedLabel): { left: number; right: number; top: number; bottom: number } {
  const wide = Math.max(...lines.map(measure));
  return { left: x - wide / 2, right: x + wide / 2, top: y, bottom: y + lines.length * LINE_HEIGHT };
}
