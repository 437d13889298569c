import { expect, test } from "vitest";
import { fitCamera, limitScale, panBy, toMap, toScreen, zoomAt } from "../../src/renderer/camera.js";
import { makeScene } from "./scenes.js";

const size = { width: 800, height: 600 };
const whole = { x: 0, y: 0, scale: 1 };

test("the whole map is as large as the narrower side allows", () => {
  const { placement, visible } = makeScene({ places: [[-360, -10], [360, 90]] });
  expect(fitCamera(placement, visible, 800, 600, 40)).toEqual({ x: 0, y: 40, scale: 1 });
});

test("hidden nodes and nodes without a place do not count", () => {
  const { placement, visible } = makeScene({ places: [[0, 0], [360, 0], [9000, 0], [0, 9000]] });
  visible.nodes[2] = 0;
  placement.placed[3] = 0;
  expect(fitCamera(placement, visible, 800, 600, 40)).toEqual({ x: 180, y: 0, scale: 2 });
});

test("a map without nodes and a map of one node have a camera", () => {
  const empty = makeScene({ places: [] });
  expect(fitCamera(empty.placement, empty.visible, 800, 600)).toEqual({ x: 0, y: 0, scale: 1 });
  const one = makeScene({ places: [[7, 8]] });
  expect(fitCamera(one.placement, one.visible, 800, 600)).toEqual({ x: 7, y: 8, scale: 2.5 });
});

test("screen and map are each other's inverse", () => {
  const camera = { x: 10, y: 20, scale: 2 };
  expect(toScreen(camera, 800, 600, 20, 10)).toEqual({ x: 420, y: 280 });
  expect(toMap(camera, 800, 600, 420, 280)).toEqual({ x: 20, y: 10 });
});

test("zooming keeps the point under the pointer", () => {
  const camera = zoomAt({ x: 0, y: 0, scale: 1 }, 2, 600, 300, size, whole);
  expect(camera).toEqual({ x: 100, y: 0, scale: 2 });
  expect(toMap(camera, 800, 600, 600, 300)).toEqual({ x: 200, y: 0 });
});

test("zooming ends at a quarter and at eight times the whole map", () => {
  expect(limitScale({ x: 1, y: 2, scale: 0.01 }, whole)).toEqual({ x: 1, y: 2, scale: 0.25 });
  expect(limitScale({ x: 1, y: 2, scale: 99 }, whole)).toEqual({ x: 1, y: 2, scale: 8 });
  expect(zoomAt({ x: 5, y: 5, scale: 8 }, 2, 0, 0, size, whole)).toEqual({ x: 5, y: 5, scale: 8 });
});

test("panning moves the map with the pointer", () => {
  expect(panBy({ x: 0, y: 0, scale: 2 }, 10, -4)).toEqual({ x: -5, y: 2, scale: 2 });
});
