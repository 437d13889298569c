import { expect, test } from "vitest";
import { Motion } from "../../src/renderer/motion.js";
import { Raster } from "../../src/renderer/raster.js";
import { shapeDistance } from "../../src/renderer/shapes.js";
import { makeScene } from "./scenes.js";

// A picture of 100 x 100 pixels whose map is 40 wide: whole at the scale 1, the least that is left beside the padding.
const camera = { x: 0, y: 0, scale: 1 };

test("a symbol has its colour in the middle, and the ground stays beside it", () => {
  const scene = makeScene({ places: [[-20, 0], [20, 0]] });
  const raster = paint(scene);
  expect(colourAt(raster, 30, 50)).toBe(0x0b5c8e);
  expect(colourAt(raster, 50, 50)).toBe(0xf6f8fa);
  expect(colourAt(raster, 30, 62)).toBe(0xf6f8fa);
});

test("a line runs from node to node, and half of its colour is in it where it is half transparent", () => {
  const scene = makeScene({ places: [[-20, 0.5], [20, 0.5]], lines: [[0, 1]] });
  scene.dress.lineColour[0] = 0x000000;
  expect(colourAt(paint(scene), 50, 50)).toBe(0x000000);
  scene.dress.lineOpacity[0] = 0.5;
  expect(colourAt(paint(scene), 50, 50)).toBe(0x7b7c7d);
  expect(colourAt(paint(scene), 50, 52)).toBe(0xf6f8fa);
});

test("a wide line is as wide as its dress says, upright or level", () => {
  for (const places of [[[-20, 0], [20, 0]], [[0, -20], [0, 20]]] as [number, number][][]) {
    const scene = makeScene({ places, lines: [[0, 1]] });
    scene.dress.lineColour[0] = 0x000000;
    scene.dress.lineWidth[0] = 6;
    const raster = paint(scene);
    const upright = places[0][0] === 0;
    const across = (off: number) => colourAt(raster, upright ? 50 + off : 50, upright ? 50 : 50 + off);
    expect([-4, -3, 2, 3].map(across)).toEqual([0xf6f8fa, 0x000000, 0x000000, 0xf6f8fa]);
  }
});

test("a budget leaves the widest lines", () => {
  const scene = makeScene({ places: [[-20, 0.5], [20, 0.5], [-20, 20.5], [20, 20.5]], lines: [[0, 1], [2, 3]] });
  scene.dress.lineWidth[1] = 2;
  const raster = paint(scene, 1);
  expect(colourAt(raster, 50, 50)).toBe(0xf6f8fa);
  expect(colourAt(raster, 50, 70)).not.toBe(0xf6f8fa);
});

test("lines and nodes far outside do no harm", () => {
  const scene = makeScene({ places: [[-1e6, -1e6], [1e6, 1e6], [0, 9e5]], lines: [[0, 1], [1, 2]] });
  expect(() => paint(scene)).not.toThrow();
});

test("distances from the outlines of shapes", () => {
  expect(shapeDistance(0, 3, 4)).toBeCloseTo(4, 9);
  expect(shapeDistance(1, 0, 0)).toBeCloseTo(-0.89, 9);
  expect(shapeDistance(1, 1.89, 0)).toBeCloseTo(1, 9);
  for (let shape = 0; shape < 7; shape++) expect(shapeDistance(shape, 0, 0)).toBeLessThan(-0.5);
});

function paint(scene: ReturnType<typeof makeScene>, budget = Infinity): Raster {
  const context = {
    createImageData: (width: number, height: number) => (
      { width, height, data: new Uint8ClampedArray(4 * width * height) }
    ),
  } as unknown as CanvasRenderingContext2D;
  const raster = new Raster(context, { width: 100, height: 100, ratio: 1 });
  raster.clear(0xf6f8fa, null);
  raster.paintLines(scene, camera, new Motion(scene), budget);
  raster.paintNodes(scene, camera, new Motion(scene));
  return raster;
}

function colourAt({ image }: Raster, x: number, y: number): number {
  const [red, green, blue] = image.data.slice(4 * (y * image.width + x));
  return (red << 16) | (green << 8) | blue;
}
