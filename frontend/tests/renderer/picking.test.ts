import { expect, test } from "vitest";
import { listDrawn } from "../../src/renderer/drawn.js";
import { Picker } from "../../src/renderer/picking.js";
import { makeScene } from "./scenes.js";

// A stage of 800 x 600; the map is 720 wide, whole at the scale 1: symbols are as large as their dress says.
const camera = { x: 0, y: 0, scale: 1 };
const pickIn = (picker: Picker, x: number, y: number, tolerance?: number) =>
  picker.pick(camera, 800, 600, x, y, tolerance);

test("a node is found on its symbol and four pixels around it", () => {
  const picker = new Picker(makeScene({ places: [[-360, 0], [360, 0], [0, 0]] }));
  expect(pickIn(picker, 400, 300)).toEqual({ type: "node", node: 2 });
  expect(pickIn(picker, 408.9, 300)).toEqual({ type: "node", node: 2 });
  expect(pickIn(picker, 409.1, 300)).toBeNull();
  expect(pickIn(picker, 415, 300, 16)).toEqual({ type: "node", node: 2 });
  expect(pickIn(picker, 42, 300)).toEqual({ type: "node", node: 0 });
});

test("the nearer of two nodes is found", () => {
  const picker = new Picker(makeScene({ places: [[-360, 0], [360, 0], [0, 0], [10, 0]] }));
  expect(pickIn(picker, 404, 300)).toEqual({ type: "node", node: 2 });
  expect(pickIn(picker, 406, 300)).toEqual({ type: "node", node: 3 });
});

test("a line is found within six pixels, beside nodes only", () => {
  const picker = new Picker(makeScene({ places: [[-360, 0], [360, 0]], lines: [[0, 1]] }));
  expect(pickIn(picker, 400, 305.9)).toEqual({ type: "line", line: 0 });
  expect(pickIn(picker, 400, 306.1)).toBeNull();
  expect(pickIn(picker, 45, 300)).toEqual({ type: "node", node: 0 });
});

test("parallel lines are bent apart whichever way they run, and found where they are drawn", () => {
  const scene = makeScene({ places: [[-360, 0], [360, 0]], lines: [[0, 1], [1, 0]] });
  const { lines, bend } = listDrawn(scene);
  expect([...lines].sort()).toEqual([0, 1]);
  expect(bend[0]).toBeCloseTo(-0.07, 5); // half of 0.14 lengths to either side; the second runs back,
  expect(bend[1]).toBeCloseTo(-0.07, 5); // so that its left is the first one's right
  const picker = new Picker(scene);
  expect(pickIn(picker, 400, 300)).toBeNull();
  expect(pickIn(picker, 400, 300 + 0.07 * 720)).toEqual({ type: "line", line: 0 });
  expect(pickIn(picker, 400, 300 - 0.07 * 720)).toEqual({ type: "line", line: 1 });
});

test("of three parallel lines the middle one is straight", () => {
  const { bend } = listDrawn(makeScene({ places: [[0, 0], [9, 0]], lines: [[0, 1], [0, 1], [0, 1]] }));
  expect([...bend].map((value) => Math.round(value * 100) / 100)).toEqual([-0.14, 0, 0.14]);
});

test("the first kind of line lies uppermost, what is selected above all; hidden lines are not drawn", () => {
  const scene = makeScene({ places: [[0, 0], [9, 0], [0, 9]], lines: [[0, 1, 0], [1, 2, 2], [0, 2, 1]] });
  expect([...listDrawn(scene).lines]).toEqual([1, 2, 0]);
  expect([...listDrawn({ ...scene, selectedLine: 1 }).lines]).toEqual([2, 0, 1]);
  const hidden = { ...scene, visible: { ...scene.visible, lines: Uint8Array.of(0, 1, 1) } };
  expect([...listDrawn(hidden).lines]).toEqual([1, 2]);
});

test("nothing is found in an empty scene", () => {
  expect(pickIn(new Picker(makeScene({ places: [] })), 400, 300)).toBeNull();
});
