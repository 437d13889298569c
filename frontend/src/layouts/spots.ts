// What all layouts need: an empty placement to fill, guides, and quick sorting of nodes.

import { formatCount } from "../panels/parts.js";
import type { Guide, Model, Placement, Visible } from "../types.js";

/** A placement in which no node has a place yet. */
export function startPlacement(model: Model): Placement {
  const { count } = model.nodes;
  return {
    x: new Float32Array(count), y: new Float32Array(count), placed: new Uint8Array(count), unplaced: 0, guides: [],
  };
}

export function put(placement: Placement, node: number, x: number, y: number): void {
  placement.x[node] = x;
  placement.y[node] = y;
  placement.placed[node] = 1;
}

/** Count the visible nodes that a finished placement has no place for. */
export function countUnplaced(placement: Placement, visible: Visible): Placement {
  let unplaced = 0;
  for (let i = 0; i < visible.nodes.length; i += 1) unplaced += visible.nodes[i] & (1 - placement.placed[i]);
  return { ...placement, unplaced };
}

export function write(text: string, x: number, y: number, align: Guide["align"] = "center"): Guide {
  return { text, x, y, align, path: null };
}

export function trace(points: number[]): Guide {
  return { text: "", x: points[0] ?? 0, y: points[1] ?? 0, align: "left", path: Float32Array.from(points) };
}

/** Name a group with the number of its nodes. */
export function nameGroup(name: string, count: number): string {
  return `${name} · ${formatCount(count)}`;
}

/** Sort nodes by a whole number each (0 to 2^28 - 1); equal ones stay in their order. Linear in their number. */
export function sortNodes(nodes: ArrayLike<number>, keyOf: (node: number) => number): Uint32Array {
  const sorted = Uint32Array.from(nodes);
  const keys = new Uint32Array(sorted.length);
  for (let i = 0; i < sorted.length; i += 1) keys[i] = keyOf(sorted[i]);
  const half = { nodes: new Uint32Array(sorted.length), keys: new Uint32Array(sorted.length) };
  deal({ nodes: sorted, keys }, half, 0);
  deal(half, { nodes: sorted, keys }, DIGIT);
  return sorted;
}

const DIGIT = 14; // bits that are sorted by at once

interface Keyed {
  nodes: Uint32Array;
  keys: Uint32Array;
}

/** Deal nodes to their places by one digit of their keys. */
function deal(from: Keyed, to: Keyed, shift: number): void {
  const mask = 2 ** DIGIT - 1;
  const place = new Uint32Array(2 ** DIGIT + 1);
  for (const key of from.keys) place[((key >>> shift) & mask) + 1] += 1;
  for (let digit = 0; digit < mask; digit += 1) place[digit + 1] += place[digit];
  for (let i = 0; i < from.keys.length; i += 1) {
    const next = place[(from.keys[i] >>> shift) & mask]++;
    to.nodes[next] = from.nodes[i];
    to.keys[next] = from.keys[i];
  }
}
