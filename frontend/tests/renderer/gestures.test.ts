import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followGestures, keyCamera, pinch, wheelFactor } from "../../src/renderer/gestures.js";
import type { Camera } from "../../src/types.js";

const size = { width: 800, height: 600 };
const whole = { x: 0, y: 0, scale: 1 };
const start = { x: 0, y: 0, scale: 1 };
const fingers = { ax: 300, ay: 300, bx: 500, by: 300 };

test("the wheel zooms in upwards and out downwards by the same factor", () => {
  expect(wheelFactor(0, 0, false)).toBe(1);
  expect(wheelFactor(100, 0, false)).toBeCloseTo(0.8521, 4);
  expect(wheelFactor(100, 0, false) * wheelFactor(-100, 0, false)).toBeCloseTo(1, 9);
  expect(wheelFactor(3, 1, false)).toBeCloseTo(wheelFactor(48, 0, false), 9);
  expect(wheelFactor(-10, 0, true)).toBeCloseTo(1.1052, 4);
  expect(wheelFactor(1e6, 0, false)).toBe(0.4);
});

test("two fingers that part by twice their distance zoom by two and hold what they touch", () => {
  const parted = { ax: 200, ay: 300, bx: 600, by: 300 };
  const camera = pinch(start, fingers, parted, size, whole);
  expect(camera).toEqual({ x: 0, y: 0, scale: 2 });
});

test("two fingers that move together pan", () => {
  const moved = { ax: 320, ay: 290, bx: 520, by: 290 };
  const camera = pinch(start, fingers, moved, size, whole);
  expect(camera).toEqual({ x: -20, y: 10, scale: 1 });
});

test("keys move and zoom about the middle", () => {
  expect(keyCamera("ArrowRight", start, size, whole)).toEqual({ x: 60, y: 0, scale: 1 });
  expect(keyCamera("ArrowUp", start, size, whole)).toEqual({ x: 0, y: -60, scale: 1 });
  expect(keyCamera("+", { x: 5, y: 6, scale: 1 }, size, whole)).toEqual({ x: 5, y: 6, scale: 1.3 });
  expect(keyCamera("a", start, size, whole)).toBeNull();
});

let stage: HTMLElement;
let camera: Camera;
let told: string[];
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  stage = document.createElement("div");
  document.body.append(stage);
  camera = start;
  told = [];
  stop = followGestures(stage, {
    camera: () => camera,
    setCamera: (next, moving) => {
      camera = next;
      told.push(moving ? "moving" : "still");
    },
    size: () => size,
    whole: () => whole,
    fit: () => told.push("fit"),
    click: (x, y) => told.push(`click ${x} ${y}`),
    hover: () => told.push("hover"),
    leave: () => told.push("leave"),
  });
});

afterEach(() => {
  stop();
  stage.remove();
  vi.useRealTimers();
});

test("a press that moves under four pixels is a click", () => {
  send("pointerdown", 100, 100);
  send("pointermove", 102, 102);
  send("pointerup", 102, 102);
  expect(told).toEqual(["click 102 102"]);
  expect(camera).toEqual(start);
});

test("a drag pans, and is over a moment after its last motion", () => {
  send("pointerdown", 100, 100);
  send("pointermove", 130, 100);
  send("pointermove", 130, 120);
  send("pointerup", 130, 120);
  expect(camera).toEqual({ x: -30, y: -20, scale: 1 });
  expect(told).toEqual(["moving", "moving"]);
  vi.advanceTimersByTime(130);
  expect(told).toEqual(["moving", "moving", "still"]);
});

test("two taps of a finger zoom where they are", () => {
  for (let tap = 0; tap < 2; tap++) {
    send("pointerdown", 400, 300, "touch");
    send("pointerup", 400, 300, "touch");
  }
  expect(camera).toEqual({ x: 0, y: 0, scale: 2 });
  expect(told).toEqual(["click 400 300", "moving"]);
});

test("keys count on the stage only, and 0 shows all", () => {
  const button = document.createElement("button");
  stage.append(button);
  button.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
  expect(told).toEqual([]);
  stage.dispatchEvent(new KeyboardEvent("keydown", { key: "0" }));
  stage.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
  expect(told).toEqual(["fit", "moving"]);
  expect(camera).toEqual({ x: 0, y: 60, scale: 1 });
});

function send(type: string, clientX: number, clientY: number, pointerType = "mouse"): void {
  const pointer = { clientX, clientY, pointerType, pointerId: 1, button: 0, bubbles: true };
  stage.dispatchEvent(new PointerEvent(type, pointer));
}
