import { expect, test } from "vitest";
import { findVeil, leastHeaviness, listDrawn, veiledOpacity } from "../../src/renderer/drawn.js";
import { makeScene } from "./scenes.js";

// 300 lines of length 100 on a square of 100 x 100: laid flat, they cover it three times.
const places: [number, number][] = [[0, 0], [100, 0], [100, 100]];
const lines = Array.from({ length: 300 }, (_, i): [number, number] => (i === 0 ? [1, 2] : [0, 1]));
const camera = { x: 50, y: 50, scale: 1 };

test("many lines are thinned until they cover 0.6 of the map; few are not", () => {
  const scene = makeScene({ places, lines });
  expect(findVeil(scene, camera, 180, 180)).toBeCloseTo(0.2, 5);
  expect(findVeil(makeScene({ places, lines: lines.slice(1) }), camera, 180, 180)).toBe(1);
  expect(findVeil(scene, { ...camera, scale: 100 }, 180, 180)).toBe(1);
});

test("what leads to the selection is not thinned, and nothing vanishes", () => {
  const scene = { ...makeScene({ places, lines }), selectedNode: 2, near: Uint8Array.of(0, 1, 1) };
  expect(veiledOpacity(scene, 0, 0.2)).toBe(1);
  expect(veiledOpacity(scene, 1, 0.2)).toBeCloseTo(0.02, 9); // 0.1 for what is far, thinned to a fifth
  expect(veiledOpacity(scene, 1, 0.001)).toBe(0.012);
});

test("a budget is kept, and all are drawn within it", () => {
  const drawn = listDrawn(makeScene({ places, lines }));
  const left = drawn.heaviness.filter((level) => level >= leastHeaviness(drawn, 100)).length;
  expect(left).toBeLessThanOrEqual(100);
  expect(left).toBeGreaterThan(80);
  expect(leastHeaviness(drawn, 300)).toBe(0);
});
