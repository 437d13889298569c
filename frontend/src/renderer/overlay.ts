// Writes names over the picture: placed anew in a still picture, carried along while it moves.

import type { Camera, Scene } from "../types.js";
import { paintCaptions } from "./captions.js";
import { measureOn, paintLabels, placeLabels } from "./labels.js";
import type { Measure, PlacedLabel } from "./labels.js";
import type { Motion } from "./motion.js";

export class Overlay {
  private readonly measures = new WeakMap<CanvasRenderingContext2D, Measure>();
  private placed: Carried[] = [];
  private scene: Scene | null = null;
  private scale = 1;

  /** Write the names of a scene; the context is in pixels of CSS. */
  paint(
    context: CanvasRenderingContext2D, scene: Scene, camera: Camera,
    width: number, height: number, moving: boolean, motion: Motion,
  ): void {
    const zoomed = camera.scale / this.scale;
    const stale = this.scene !== scene || zoomed < 0.8 || zoomed > 1.4;
    if (!moving || (stale && motion.isOver)) this.place(context, scene, camera, width, height);
    if (motion.isOver) paintCaptions(context, scene, camera, width, height);
    if (this.scene !== scene) return;
    paintLabels(context, scene, this.placed.map(({ label, dx, dy }) => ({
      ...label,
      x: (motion.x[label.node] - camera.x) * camera.scale + width / 2 + dx,
      y: (motion.y[label.node] - camera.y) * camera.scale + height / 2 + dy,
    })));
  }

  private place(
    context: CanvasRenderingContext2D, scene: Scene, camera: Camera, width: number, height: number,
  ): void {
    const measure = this.measures.get(context) ?? measureOn(context);
    this.measures.set(context, measure);
    const { x, y } = scene.placement;
    this.placed = placeLabels(scene, camera, width, height, measure).map((label) => ({
      label,
      dx: label.x - (x[label.node] - camera.x) * camera.scale - width / 2,
      dy: label.y - (y[label.node] - camera.y) * camera.scale - height / 2,
    }));
    this.scene = scene;
    this.scale = camera.scale;
  }
}

interface Carried {
  label: PlacedLabel;
  dx: number; // from its node
  dy: number;
}
