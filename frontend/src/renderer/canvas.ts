// The scene on a plain canvas: for machines without a GPU, and for pictures that are saved.

import type { Camera, Picked, Scene } from "../types.js";
import { hasBehind, paintBehind } from "./captions.js";
import { css, inkOf } from "./look.js";
import { addCanvas, sizeCanvas } from "./layers.js";
import type { Size } from "./layers.js";
import { Motion } from "./motion.js";
import { Overlay } from "./overlay.js";
import { Picker } from "./picking.js";
import { Raster } from "./raster.js";

/** Draws with the processor alone: lines and symbols by Raster, texts by the canvas. */
export class CanvasRenderer {
  readonly name = "canvas";
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D | null;
  private readonly overlay = new Overlay();
  private size: Size = { width: 1, height: 1, ratio: 1 };
  private pixels: Pixels | null = null;
  private scene: Scene | null = null;
  private motion: Motion | null = null;
  private picker: Picker | null = null;

  constructor(stage: HTMLElement) {
    this.canvas = addCanvas(stage);
    this.context = openContext(this.canvas);
  }

  show(scene: Scene): void {
    this.scene = scene;
    this.motion = new Motion(scene);
    this.picker = new Picker(scene);
  }

  resize(width: number, height: number, ratio: number): void {
    this.size = { width, height, ratio: Math.min(ratio, 2) };
    this.pixels = null;
    sizeCanvas(this.canvas, this.size);
  }

  draw(camera: Camera, moving: boolean): void {
    const { context, scene, motion } = this;
    if (context === null || scene === null || motion === null) return;
    motion.move(motion.share(performance.now()));
    const moves = moving || !motion.isOver;
    this.pixels ??= new Pixels(context, this.size);
    this.pixels.paint(scene, camera, motion, moves ? MOST_MOVING : Infinity);
    this.overlay.paint(context, scene, camera, this.size.width, this.size.height, moves, motion);
  }

  isAnimating(): boolean {
    return this.motion !== null && !this.motion.isOver;
  }

  pick(camera: Camera, x: number, y: number, tolerance?: number): Picked {
    return this.picker?.pick(camera, this.size.width, this.size.height, x, y, tolerance) ?? null;
  }

  finish(): void {
    this.context?.getImageData(0, 0, 1, 1);
  }

  destroy(): void {
    this.canvas.remove();
  }
}

/** Paint a whole scene on a canvas of its own, as it stands on the screen; null without memory for it. */
export function paintScene(scene: Scene, camera: Camera, size: Size): HTMLCanvasElement | null {
  const canvas = document.createElement("canvas");
  sizeCanvas(canvas, size);
  const context = openContext(canvas);
  if (context === null) return null;
  const motion = new Motion({ ...scene, animateFrom: null });
  new Pixels(context, size).paint(scene, camera, motion, Infinity);
  new Overlay().paint(context, scene, camera, size.width, size.height, false, motion);
  return canvas;
}

const MOST_MOVING = 3000; // lines drawn while the picture moves

function openContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  return canvas.getContext("2d", { alpha: false, willReadFrequently: true });
}

/** All of a scene but its names, in the pixels of a canvas of a size. */
class Pixels {
  private readonly raster: Raster;
  private readonly behind = document.createElement("canvas");

  constructor(private readonly context: CanvasRenderingContext2D, private readonly size: Size) {
    this.raster = new Raster(context, size);
  }

  paint(scene: Scene, camera: Camera, motion: Motion, budget: number): void {
    this.raster.clear(inkOf(scene).ground, motion.isOver ? this.paintBehind(scene, camera) : null);
    this.raster.paintLines(scene, camera, motion, budget);
    this.raster.paintNodes(scene, camera, motion);
    this.context.putImageData(this.raster.image, 0, 0);
    this.context.setTransform(this.size.ratio, 0, 0, this.size.ratio, 0, 0);
  }

  private paintBehind(scene: Scene, camera: Camera): ImageData | null {
    if (!hasBehind(scene)) return null;
    const { width, height, ratio } = this.size;
    sizeCanvas(this.behind, this.size);
    const context = openContext(this.behind);
    if (context === null) return null;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = css(inkOf(scene).ground);
    context.fillRect(0, 0, width, height);
    paintBehind(context, scene, camera, width, height);
    return context.getImageData(0, 0, this.behind.width, this.behind.height);
  }
}
