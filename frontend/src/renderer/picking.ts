// What is under the pointer: nodes by a grid over the map, lines by a pass over typed arrays.

import type { Camera, Picked, Scene } from "../types.js";
import { toMap } from "./camera.js";
import { listDrawn } from "./drawn.js";
import type { Drawn } from "./drawn.js";
import { growth } from "./look.js";

/** Finds nodes and lines of one scene; its grid is made when first asked. */
export class Picker {
  private readonly scene: Scene;
  private readonly drawn: Drawn;
  private grid: Grid | null = null;

  constructor(scene: Scene) {
    this.scene = scene;
    this.drawn = listDrawn(scene);
  }

  /** The node whose symbol plus `tolerance` pixels covers a pixel of the stage, else the line within 6 pixels. */
  pick(camera: Camera, width: number, height: number, x: number, y: number, tolerance = 4): Picked {
    const at = toMap(camera, width, height, x, y);
    const node = this.pickNode(at.x, at.y, camera.scale, growth(this.scene, camera, width, height), tolerance);
    if (node >= 0) return { type: "node", node };
    const line = this.pickLine(at.x, at.y, (LINE_TOLERANCE - 4 + Math.max(tolerance, 4)) / camera.scale);
    return line >= 0 ? { type: "line", line } : null;
  }

  private pickNode(x: number, y: number, scale: number, grown: number, tolerance: number): number {
    this.grid ??= makeGrid(this.scene, this.drawn.nodes);
    const grid = this.grid;
    const { nodeRadius } = this.scene.dress;
    const reach = (grid.largest * grown + tolerance) / scale;
    let nearest = -1;
    let best = Infinity;
    eachIn(grid, x - reach, y - reach, x + reach, y + reach, (node) => {
      const away = Math.hypot(this.scene.placement.x[node] - x, this.scene.placement.y[node] - y) * scale;
      if (away > nodeRadius[node] * grown + tolerance || away > best) return;
      nearest = node;
      best = away;
    });
    return nearest;
  }

  private pickLine(x: number, y: number, reach: number): number {
    const { lines, bend } = this.drawn;
    const { source, target } = this.scene.model.lines;
    const places = this.scene.placement;
    let nearest = -1;
    let best = reach;
    for (let k = 0; k < lines.length; k++) {
      const a = source[lines[k]];
      const b = target[lines[k]];
      const ax = places.x[a] - x;
      const ay = places.y[a] - y;
      const bx = places.x[b] - x;
      const by = places.y[b] - y;
      const room = bend[k] === 0 ? best : best + Math.abs(bend[k]) * (Math.abs(bx - ax) + Math.abs(by - ay));
      if ((ax > room && bx > room) || (ax < -room && bx < -room)) continue;
      if ((ay > room && by > room) || (ay < -room && by < -room)) continue;
      const away = bend[k] === 0 ? distanceToOrigin(ax, ay, bx, by) : distanceOfCurve(ax, ay, bx, by, bend[k]);
      if (away > best) continue;
      nearest = lines[k];
      best = away;
    }
    return nearest;
  }
}

const LINE_TOLERANCE = 6;
const PARTS = 12;

interface Grid {
  left: number;
  top: number;
  size: number;
  columns: number;
  rows: number;
  first: Uint32Array;
  nodes: Uint32Array;
  largest: number;
}

function makeGrid(scene: Scene, nodes: Uint32Array): Grid {
  const { x, y } = scene.placement;
  let [left, top, right, bottom, largest] = [Infinity, Infinity, -Infinity, -Infinity, 0];
  for (const node of nodes) {
    left = Math.min(left, x[node]);
    right = Math.max(right, x[node]);
    top = Math.min(top, y[node]);
    bottom = Math.max(bottom, y[node]);
    largest = Math.max(largest, scene.dress.nodeRadius[node]);
  }
  if (nodes.length === 0) [left, top, right, bottom] = [0, 0, 0, 0];
  const size = Math.max(Math.sqrt(((right - left + 1) * (bottom - top + 1)) / (nodes.length + 1)) * 1.5,
    Math.max(right - left, bottom - top) / 2000, 1e-6);
  const columns = Math.floor((right - left) / size) + 1;
  const rows = Math.floor((bottom - top) / size) + 1;
  const cell = (node: number) => Math.floor((y[node] - top) / size) * columns + Math.floor((x[node] - left) / size);
  const first = new Uint32Array(columns * rows + 1);
  for (const node of nodes) first[cell(node) + 1]++;
  for (let i = 1; i < first.length; i++) first[i] += first[i - 1];
  const next = first.slice();
  const sorted = new Uint32Array(nodes.length);
  for (const node of nodes) sorted[next[cell(node)]++] = node;
  return { left, top, size, columns, rows, first, nodes: sorted, largest };
}

function eachIn(
  grid: Grid, left: number, top: number, right: number, bottom: number, visit: (node: number) => void,
): void {
  const clamp = (value: number, most: number) => Math.min(Math.max(Math.floor(value), 0), most - 1);
  const from = clamp((left - grid.left) / grid.size, grid.columns);
  const to = clamp((right - grid.left) / grid.size, grid.columns);
  const last = clamp((bottom - grid.top) / grid.size, grid.rows);
  for (let row = clamp((top - grid.top) / grid.size, grid.rows); row <= last; row++) {
    const end = grid.first[row * grid.columns + to + 1];
    for (let k = grid.first[row * grid.columns + from]; k < end; k++) visit(grid.nodes[k]);
  }
}

/** How far a straight line is from 0, 0. */
function distanceToOrigin(ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(Math.max(-(ax * dx + ay * dy) / length, 0), 1);
  return Math.hypot(ax + dx * along, ay + dy * along);
}

/** How far a bent line is from 0, 0: a curve whose middle is off the straight by `bend` lengths. */
function distanceOfCurve(ax: number, ay: number, bx: number, by: number, bend: number): number {
  let nearest = Infinity;
  let [px, py] = [ax, ay];
  for (let i = 1; i <= PARTS; i++) {
    const t = i / PARTS;
    const off = 4 * t * (1 - t) * bend;
    const qx = ax + (bx - ax) * t + (by - ay) * off;
    const qy = ay + (by - ay) * t - (bx - ax) * off;
    nearest = Math.min(nearest, distanceToOrigin(px, py, qx, qy));
    [px, py] = [qx, qy];
  }
  return nearest;
}
