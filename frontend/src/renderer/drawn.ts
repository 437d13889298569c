// What of a scene is drawn, in which order: worked out once a scene, in typed arrays.

import type { Camera, Scene } from "../types.js";
import { growth, lineStrength, nodeStrength } from "./look.js";

export interface Drawn {
  nodes: Uint32Array; // lowest first
  lines: Uint32Array; // lowest first
  bend: Float32Array; // of each of `lines`: its middle's way off the straight, in lengths of the line; 0 straight
  heaviness: Uint16Array; // of each of `lines`, below LEVELS
  heavier: Uint32Array; // how many of `lines` are of at least a heaviness
  ink: number; // how deep the lines lie on the map's rectangle, were they one unit wide at one pixel a unit
}

const LEVELS = 4096;
const KINDS = 256;
const STEPS = 8; // of width within a kind
const APART = 0.14;

/** What is drawn of a scene; found once. */
export function listDrawn(scene: Scene): Drawn {
  const known = lists.get(scene);
  if (known) return known;
  const nodes = orderNodes(scene);
  const lines = orderLines(scene);
  const made = { nodes, lines, bend: bendLines(scene, lines), ...weighLines(scene, lines), ink: sumInk(scene, lines) };
  lists.set(scene, made);
  return made;
}

/** The least heaviness that leaves at most `budget` lines. */
export function leastHeaviness(drawn: Drawn, budget: number): number {
  if (drawn.lines.length <= budget) return 0;
  let level = LEVELS - 1;
  while (level > 0 && drawn.heavier[level - 1] <= budget) level--;
  return level;
}

/** How far all lines are thinned so that very many of them stay legible: 1 not at all. */
export function findVeil(scene: Scene, camera: Camera, width: number, height: number): number {
  const depth = (listDrawn(scene).ink * growth(scene, camera, width, height)) / camera.scale;
  return Math.min(1, MOST_INK / depth);
}

/** The opacity of a line under a veil: what leads to the selection is not veiled, nothing vanishes. */
export function veiledOpacity(scene: Scene, line: number, veil: number): number {
  if (line === scene.selectedLine) return 1;
  const opacity = scene.dress.lineOpacity[line] * lineStrength(scene, line);
  return isUnveiled(scene, line) ? opacity : Math.max(opacity * veil, Math.min(opacity, LEAST_OPACITY));
}

/** Whether a line keeps its opacity among however many others. */
export function isUnveiled(scene: Scene, line: number): boolean {
  return line === scene.selectedLine || (scene.near !== null && lineStrength(scene, line) === 1);
}

export const LEAST_OPACITY = 0.012; // less than this is lost in the 256 steps of a colour
const MOST_INK = 0.6;
const FEW = 300; // lines that are never too many
const lists = new WeakMap<Scene, Drawn>();

function orderNodes(scene: Scene): Uint32Array {
  const { visible, placement, labelOrder } = scene;
  const count = placement.x.length;
  const order = new Uint32Array(count);
  const listed = new Uint8Array(count);
  let end = 0;
  const add = (node: number, strong: boolean) => {
    if (listed[node] === 1 || visible.nodes[node] === 0 || placement.placed[node] === 0) return;
    if (node === scene.selectedNode || nodeStrength(scene, node) === 1 !== strong) return;
    listed[node] = 1;
    order[end++] = node;
  };
  const named = new Uint8Array(count);
  for (const node of labelOrder) named[node] = 1;
  for (const strong of [false, true]) {
    for (let i = 0; i < count; i++) if (named[i] === 0) add(i, strong);
    for (let i = labelOrder.length - 1; i >= 0; i--) add(labelOrder[i], strong);
  }
  const chosen = scene.selectedNode;
  if (chosen >= 0 && visible.nodes[chosen] === 1 && placement.placed[chosen] === 1) order[end++] = chosen;
  return order.slice(0, end);
}

/** Faint lines lowest, then by kind with the first kind uppermost, in it the widest uppermost: a counting sort. */
function orderLines(scene: Scene): Uint32Array {
  const { lines } = scene.model;
  const { lineWidth } = scene.dress;
  const place = new Int32Array(lines.count).fill(-1);
  const starts = new Uint32Array(3 * KINDS * STEPS + 1);
  for (let i = 0; i < lines.count; i++) {
    if (!isDrawn(scene, i)) continue;
    const strength = lineStrength(scene, i);
    const layer = strength === 1 ? 2 : strength > 0.2 ? 1 : 0;
    const width = Math.min(Math.max(Math.floor(lineWidth[i] * 1.5), 0), STEPS - 1);
    place[i] = (layer * KINDS + KINDS - 1 - lines.kind[i]) * STEPS + width;
    starts[place[i] + 1]++;
  }
  for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
  const order = new Uint32Array(starts[starts.length - 1]);
  for (let i = 0; i < lines.count; i++) if (place[i] >= 0) order[starts[place[i]]++] = i;
  return raiseSelected(order, scene.selectedLine);
}

function isDrawn(scene: Scene, line: number): boolean {
  const { visible, placement } = scene;
  const source = scene.model.lines.source[line];
  const target = scene.model.lines.target[line];
  return visible.lines[line] === 1 && source !== target
    && visible.nodes[source] === 1 && visible.nodes[target] === 1
    && placement.placed[source] === 1 && placement.placed[target] === 1;
}

function raiseSelected(order: Uint32Array, selected: number): Uint32Array {
  const at = selected < 0 ? -1 : order.indexOf(selected);
  if (at < 0) return order;
  order.copyWithin(at, at + 1);
  order[order.length - 1] = selected;
  return order;
}

/** Bend lines between the same two nodes apart. A line's way off is to the left of its own direction. */
function bendLines(scene: Scene, order: Uint32Array): Float32Array {
  const { source, target } = scene.model.lines;
  const nodes = scene.placement.x.length;
  const first = new Uint32Array(nodes + 1); // lines listed at the lower of their two ends
  for (const line of order) first[Math.min(source[line], target[line]) + 1]++;
  for (let i = 0; i < nodes; i++) first[i + 1] += first[i];
  const listed = new Uint32Array(order.length);
  const next = first.slice();
  for (let k = 0; k < order.length; k++) listed[next[Math.min(source[order[k]], target[order[k]])]++] = k;
  const bend = new Float32Array(order.length);
  const shared = new Uint32Array(nodes);
  const lane = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const higher = (at: number) => Math.max(source[order[listed[at]]], target[order[listed[at]]]);
    for (let at = first[node]; at < first[node + 1]; at++) shared[higher(at)]++;
    for (let at = first[node]; at < first[node + 1]; at++) {
      const other = higher(at);
      const off = (lane[other]++ - (shared[other] - 1) / 2) * APART;
      bend[listed[at]] = source[order[listed[at]]] === node ? off : -off;
    }
    for (let at = first[node]; at < first[node + 1]; at++) shared[higher(at)] = lane[higher(at)] = 0;
  }
  return bend;
}

/** Rank lines by width and strength; equals are told apart by a scatter, so that a budget thins evenly. */
function weighLines(scene: Scene, order: Uint32Array): Pick<Drawn, "heaviness" | "heavier"> {
  const { lineWidth, lineOpacity } = scene.dress;
  const heaviness = new Uint16Array(order.length);
  const heavier = new Uint32Array(LEVELS);
  for (let k = 0; k < order.length; k++) {
    const line = order[k];
    const seen = lineWidth[line] * Math.sqrt(lineOpacity[line]) * lineStrength(scene, line);
    const level = Math.min(Math.floor(seen * 8), 62);
    const scattered = (Math.imul(line, 2654435761) >>> 26) & 63;
    heaviness[k] = line === scene.selectedLine ? LEVELS - 1 : level * 64 + scattered;
    heavier[heaviness[k]]++;
  }
  for (let i = LEVELS - 2; i >= 0; i--) heavier[i] += heavier[i + 1];
  return { heaviness, heavier };
}

function sumInk(scene: Scene, order: Uint32Array): number {
  if (order.length < FEW) return 0;
  const { x, y } = scene.placement;
  const { source, target } = scene.model.lines;
  const { lineWidth, lineOpacity } = scene.dress;
  let [left, top, right, bottom, ink] = [Infinity, Infinity, -Infinity, -Infinity, 0];
  for (const line of order) {
    const a = source[line];
    const b = target[line];
    left = Math.min(left, x[a], x[b]);
    right = Math.max(right, x[a], x[b]);
    top = Math.min(top, y[a], y[b]);
    bottom = Math.max(bottom, y[a], y[b]);
    if (isUnveiled(scene, line)) continue;
    ink += Math.hypot(x[a] - x[b], y[a] - y[b]) * lineWidth[line] * lineOpacity[line] * lineStrength(scene, line);
  }
  const [across, down] = [right - left, bottom - top];
  return ink === 0 ? 0 : ink / (Math.max(across, down / 4) * Math.max(down, across / 4));
}
