// Follows pointers, wheel and keys on the stage, and says where the camera goes and what was meant.

import type { Camera } from "../types.js";
import { panBy, zoomAt } from "./camera.js";
import type { Size } from "./camera.js";

export interface Gestures {
  camera(): Camera;
  setCamera(camera: Camera, moving: boolean): void;
  size(): Size;
  whole(): Camera; // the camera that shows all
  fit(): void;
  click(x: number, y: number, touch: boolean): void;
  hover(x: number, y: number): void; // at most once a frame, never while dragging
  leave(): void;
}

/** Follow gestures on a stage. Returns a function that ends it. */
export function followGestures(stage: HTMLElement, gestures: Gestures): () => void {
  const follower = new Follower(stage, gestures);
  const signal = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(type: K, listen: (event: HTMLElementEventMap[K]) => void) =>
    stage.addEventListener(type, listen, { signal: signal.signal, passive: false });
  stage.style.touchAction = "none";
  on("pointerdown", (event) => follower.press(event));
  on("pointermove", (event) => follower.move(event));
  on("pointerup", (event) => follower.release(event));
  on("pointercancel", (event) => follower.cancel(event));
  on("pointerleave", (event) => follower.leave(event));
  on("wheel", (event) => follower.turnWheel(event));
  on("dblclick", (event) => follower.doubleClick(event));
  on("keydown", (event) => follower.pressKey(event));
  return () => {
    signal.abort();
    follower.stop();
  };
}

/** By how much a turn of the wheel zooms: pinches on a trackpad come in finer steps. */
export function wheelFactor(delta: number, mode: number, pinch: boolean): number {
  const pixels = delta * (mode === 1 ? 16 : mode === 2 ? 400 : 1);
  return Math.min(Math.max(Math.exp(-pixels * (pinch ? 0.01 : 0.0016)), 0.4), 2.5);
}

/** The camera after two fingers moved from one pair of points to another: they keep what they hold. */
export function pinch(camera: Camera, from: Pair, to: Pair, size: Size, whole: Camera): Camera {
  const middle = { x: (from.ax + from.bx) / 2, y: (from.ay + from.by) / 2 };
  const moved = panBy(camera, (to.ax + to.bx) / 2 - middle.x, (to.ay + to.by) / 2 - middle.y);
  const apart = Math.hypot(from.bx - from.ax, from.by - from.ay);
  const factor = apart < 1 ? 1 : Math.hypot(to.bx - to.ax, to.by - to.ay) / apart;
  return zoomAt(moved, factor, (to.ax + to.bx) / 2, (to.ay + to.by) / 2, size, whole);
}

/** Where a key moves the camera; null where it does not. */
export function keyCamera(key: string, camera: Camera, size: Size, whole: Camera): Camera | null {
  const step = 60;
  const middle = [size.width / 2, size.height / 2] as const;
  switch (key) {
    case "ArrowLeft": return panBy(camera, step, 0);
    case "ArrowRight": return panBy(camera, -step, 0);
    case "ArrowUp": return panBy(camera, 0, step);
    case "ArrowDown": return panBy(camera, 0, -step);
    case "+": case "=": return zoomAt(camera, 1.3, ...middle, size, whole);
    case "-": case "_": return zoomAt(camera, 1 / 1.3, ...middle, size, whole);
    default: return null;
  }
}

export interface Pair {
  ax: number;
  ay: number;
  bx: number;
  by: number;
}

const STILL = 4; // pixels that a click may move
const REST = 120; // milliseconds after which a motion is over
const TWICE = 320; // milliseconds between the taps of a double tap

interface Point {
  x: number;
  y: number;
}

class Follower {
  private readonly held = new Map<number, Point>();
  private start: Point = { x: 0, y: 0 };
  private dragged = false;
  private rest = 0;
  private frame = 0;
  private lastTap = { x: 0, y: 0, time: -Infinity };

  constructor(private readonly stage: HTMLElement, private readonly gestures: Gestures) {}

  press(event: PointerEvent): void {
    if (event.button !== 0 || !this.isOurs(event)) return;
    const point = this.place(event);
    this.held.set(event.pointerId, point);
    if (this.held.size > 1) this.dragged = true;
    else {
      this.start = point;
      this.dragged = false;
    }
  }

  move(event: PointerEvent): void {
    const point = this.place(event);
    const before = this.held.get(event.pointerId);
    if (before === undefined) {
      if (this.held.size === 0 && event.pointerType !== "touch") this.hoverSoon(point);
      return;
    }
    if (!this.dragged && Math.hypot(point.x - this.start.x, point.y - this.start.y) < STILL) return;
    if (!this.dragged) this.capture(event.pointerId);
    this.dragged = true;
    if (this.held.size === 1) this.go(panBy(this.gestures.camera(), point.x - before.x, point.y - before.y));
    else this.pinchTo(event.pointerId, point);
    this.held.set(event.pointerId, point);
  }

  release(event: PointerEvent): void {
    if (!this.held.delete(event.pointerId) || this.dragged) return;
    const { x, y } = this.place(event);
    const touch = event.pointerType === "touch";
    if (touch && this.isSecondTap(x, y, event.timeStamp)) this.zoom(2, x, y);
    else this.gestures.click(x, y, touch);
  }

  cancel(event: PointerEvent): void {
    this.held.delete(event.pointerId);
  }

  leave(event: PointerEvent): void {
    if (this.held.has(event.pointerId)) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.gestures.leave();
  }

  turnWheel(event: WheelEvent): void {
    if (!this.isOurs(event)) return;
    event.preventDefault();
    const { x, y } = this.place(event);
    this.zoom(wheelFactor(event.deltaY, event.deltaMode, event.ctrlKey), x, y);
  }

  doubleClick(event: MouseEvent): void {
    if (!this.isOurs(event)) return;
    event.preventDefault();
    const { x, y } = this.place(event);
    this.zoom(event.shiftKey ? 0.5 : 2, x, y);
  }

  pressKey(event: KeyboardEvent): void {
    if (event.target !== this.stage || event.ctrlKey || event.metaKey || event.altKey) return;
    const { gestures } = this;
    if (event.key === "0") gestures.fit();
    const camera = keyCamera(event.key, gestures.camera(), gestures.size(), gestures.whole());
    if (camera !== null) this.go(camera);
    if (camera !== null || event.key === "0") event.preventDefault();
  }

  stop(): void {
    window.clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
  }

  private go(camera: Camera): void {
    this.gestures.setCamera(camera, true);
    window.clearTimeout(this.rest);
    this.rest = window.setTimeout(() => this.gestures.setCamera(this.gestures.camera(), false), REST);
  }

  private zoom(factor: number, x: number, y: number): void {
    this.go(zoomAt(this.gestures.camera(), factor, x, y, this.gestures.size(), this.gestures.whole()));
  }

  private pinchTo(moved: number, point: Point): void {
    const other = [...this.held].find(([id]) => id !== moved)?.[1];
    const before = this.held.get(moved);
    if (other === undefined || before === undefined) return;
    const from = { ax: before.x, ay: before.y, bx: other.x, by: other.y };
    const to = { ax: point.x, ay: point.y, bx: other.x, by: other.y };
    this.go(pinch(this.gestures.camera(), from, to, this.gestures.size(), this.gestures.whole()));
  }

  private hoverSoon(point: Point): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.gestures.hover(point.x, point.y));
  }

  private isSecondTap(x: number, y: number, time: number): boolean {
    const last = this.lastTap;
    const second = time - last.time < TWICE && Math.hypot(x - last.x, y - last.y) < 30;
    this.lastTap = { x, y, time: second ? -Infinity : time };
    return second;
  }

  /** Whether an event is on the map itself, not on a button that lies over it. */
  private isOurs(event: Event): boolean {
    return event.target === this.stage || event.target instanceof HTMLCanvasElement;
  }

  private capture(pointer: number): void {
    try {
      this.stage.setPointerCapture(pointer);
    } catch {
      // the pointer has gone already
    }
  }

  private place(event: MouseEvent): Point {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}
