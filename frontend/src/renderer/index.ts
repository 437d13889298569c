// The renderer of the stage: WebGL2 on a GPU, else pixels by the processor; it outlives the loss of the GPU.

import type { Camera, Picked, Renderer, Scene } from "../types.js";
import { CanvasRenderer } from "./canvas.js";
import { WebglRenderer } from "./webgl.js";

export interface RendererOptions {
  forceCanvas?: boolean;
  forceWebgl?: boolean; // even where WebGL is emulated on the processor and slower than pixels
}

export interface StageRenderer extends Renderer {
  isAnimating(): boolean;
  pick(camera: Camera, x: number, y: number, tolerance?: number): Picked;
}

/** The best renderer that this browser has, on a stage that belongs to the caller. */
export function createRenderer(stage: HTMLElement, options: RendererOptions = {}): StageRenderer {
  return new LastingRenderer(stage, options);
}

const PATIENCE = 3000; // milliseconds to wait for a lost GPU

/** Hands everything to the renderer that works at present. */
class LastingRenderer implements StageRenderer {
  private inner: WebglRenderer | CanvasRenderer;
  private scene: Scene | null = null;
  private size: [number, number, number] = [1, 1, 1];
  private camera: Camera | null = null;
  private waiting = 0;

  constructor(private readonly stage: HTMLElement, options: RendererOptions) {
    const webgl = options.forceCanvas === true ? null : WebglRenderer.create(stage, options.forceWebgl === true);
    this.inner = webgl ?? new CanvasRenderer(stage);
    webgl?.watch(() => this.lose(), () => this.restore());
  }

  get name(): "webgl" | "canvas" {
    return this.inner.name;
  }

  show(scene: Scene): void {
    this.scene = scene;
    this.inner.show(scene);
  }

  resize(width: number, height: number, ratio: number): void {
    this.size = [width, height, ratio];
    this.inner.resize(width, height, ratio);
  }

  draw(camera: Camera, moving: boolean): void {
    this.camera = camera;
    this.inner.draw(camera, moving);
  }

  isAnimating(): boolean {
    return this.inner.isAnimating();
  }

  pick(camera: Camera, x: number, y: number, tolerance?: number): Picked {
    return this.inner.pick(camera, x, y, tolerance);
  }

  finish(): void {
    this.inner.finish();
  }

  destroy(): void {
    window.clearTimeout(this.waiting);
    this.inner.destroy();
  }

  private lose(): void {
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.fallBack(), PATIENCE);
  }

  private restore(): void {
    window.clearTimeout(this.waiting);
    this.redraw();
  }

  private fallBack(): void {
    this.inner.destroy();
    this.inner = new CanvasRenderer(this.stage);
    this.redraw();
  }

  private redraw(): void {
    this.inner.resize(...this.size);
    if (this.scene !== null) this.inner.show({ ...this.scene, animateFrom: null });
    if (this.camera !== null) this.inner.draw(this.camera, false);
  }
}
