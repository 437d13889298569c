// The passage from one placement of the nodes to the next.

import type { Placement, Scene } from "../types.js";

const DURATION = 350; // milliseconds

/** Where nodes are while they move; starts at the first look. */
export class Motion {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly from: Placement | null;
  private readonly to: Placement;
  private began = -1;
  private seen = -1;

  constructor(scene: Scene) {
    this.to = scene.placement;
    this.from = scene.animateFrom === null || isCalm() ? null : scene.animateFrom;
    this.x = this.from === null ? this.to.x : new Float32Array(this.to.x.length);
    this.y = this.from === null ? this.to.y : new Float32Array(this.to.y.length);
  }

  get isOver(): boolean {
    return this.from === null || this.seen >= 1;
  }

  /** How far the passage is at a time, 0 to 1, eased. */
  share(now: number): number {
    if (this.from === null) return 1;
    if (this.began < 0) this.began = now;
    this.seen = Math.min((now - this.began) / DURATION, 1);
    return this.seen * this.seen * (3 - 2 * this.seen);
  }

  /** Put each node where it is at a share of the passage. */
  move(share: number): void {
    if (this.from === null || (share === 1 && this.moved === 1)) return;
    for (let i = 0; i < this.x.length; i++) {
      const came = this.from.placed[i] === 1;
      this.x[i] = came ? this.from.x[i] + (this.to.x[i] - this.from.x[i]) * share : this.to.x[i];
      this.y[i] = came ? this.from.y[i] + (this.to.y[i] - this.from.y[i]) * share : this.to.y[i];
    }
    this.moved = share;
  }

  private moved = -1;
}

function isCalm(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}
