import { expect, test } from "vitest";
import { convexHull, outlineHull } from "../../src/renderer/hulls.js";

test("the hull of a square with a point inside is the square", () => {
  const corners = convexHull(Float32Array.of(0, 0, 10, 0, 5, 5, 10, 10, 0, 10, 5, 0));
  expect([...corners]).toEqual([0, 0, 10, 0, 10, 10, 0, 10]);
});

test("an outline keeps its distance from a square", () => {
  const outline = outlineHull(Float32Array.of(0, 0, 10, 0, 10, 10, 0, 10), 5);
  expect(boundsOf(outline)).toEqual([-5, -5, 15, 15]);
  expect(distances(outline, [[0, 0], [10, 0], [10, 10], [0, 10]])).toEqual({ least: 5, most: 5 });
});

test("around one point it is a circle, around two a pill, around none nothing", () => {
  expect(distances(outlineHull(Float32Array.of(3, 4), 5), [[3, 4]])).toEqual({ least: 5, most: 5 });
  expect(boundsOf(outlineHull(Float32Array.of(3, 4, 3, 4), 5))).toEqual([-2, -1, 8, 9]);
  expect(boundsOf(outlineHull(Float32Array.of(0, 0, 10, 0), 5))).toEqual([-5, -5, 15, 5]);
  expect(boundsOf(outlineHull(Float32Array.of(0, 0, 5, 0, 10, 0), 5))).toEqual([-5, -5, 15, 5]);
  expect(outlineHull(new Float32Array(0), 5).length).toBe(0);
});

function boundsOf(path: Float32Array): number[] {
  const xs = [...path].filter((_, i) => i % 2 === 0);
  const ys = [...path].filter((_, i) => i % 2 === 1);
  const bounds = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return bounds.map((value) => Math.round(value * 100) / 100);
}

/** How near and far the outline's points are from the nearest of the given corners. */
function distances(path: Float32Array, corners: [number, number][]): { least: number; most: number } {
  const all = Array.from({ length: path.length / 2 }, (_, i) =>
    Math.min(...corners.map(([x, y]) => Math.hypot(path[2 * i] - x, path[2 * i + 1] - y))));
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return { least: round(Math.min(...all)), most: round(Math.max(...all)) };
}
