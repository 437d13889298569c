// The layout "bipartite": industries at the left, disciplines at the right, organisations between them,
// each column in an order in which few lines cross.

import { countUnplaced, nameGroup, put, sortNodes, startPlacement, write } from "./spots.js";
import type { Guide, Lang, Model, Placement, Visible } from "../types.js";

/** Place the visible nodes in columns by kind, about as wide by their height as the stage. */
export function placeBetween(model: Model, visible: Visible, aspect: number, lang: Lang): Placement {
  const groups = gather(model, visible);
  const sizes = groups.map((group) => group.nodes.length);
  const rows = chooseRows(sizes, aspect);
  const pitch = Math.min(MOST_ROW, Math.max(ROW, measureWidth(sizes, rows) / aspect / rows));
  order(model, visible, groups);
  const placement = startPlacement(model);
  let left = 0;
  for (const group of groups) {
    const columns = Math.ceil(group.nodes.length / rows);
    fill(placement, group, { left, columns, height: rows * pitch, pitch });
    const middle = left + ((columns - 1) * COLUMN) / 2;
    const kind = model.nodeKinds[group.kind];
    placement.guides.push(nameColumn(nameGroup(kind.label[lang], group.nodes.length), middle, rows * pitch));
    left += (columns - 1) * COLUMN + GAP;
  }
  return countUnplaced(placement, visible);
}

const ROW = 26; // least distance of rows, so that labels fit
const MOST_ROW = 120;
const COLUMN = 90; // between the columns of a kind
const GAP = 240; // between kinds
const SWEEPS = 4;
const FINE = 2 ** 27; // heights that are told apart
const ORDER = ["industry", "enterprise", "institution", "", "platform", "university", "discipline"]; // "": all else

interface Group {
  kind: number;
  nodes: Uint32Array;
}

/** The nodes of each kind that is seen, from left to right. */
function gather(model: Model, visible: Visible): Group[] {
  const nodes: number[][] = model.nodeKinds.map(() => []);
  for (let i = 0; i < model.nodes.count; i += 1) if (visible.nodes[i] === 1) nodes[model.nodes.kind[i]].push(i);
  return model.nodeKinds
    .map((entry, kind) => ({ kind, nodes: Uint32Array.from(nodes[kind]), place: placeOf(entry.key) }))
    .filter((group) => group.nodes.length > 0)
    .sort((a, b) => a.place - b.place || a.kind - b.kind);
}

function placeOf(kind: string): number {
  return ORDER.indexOf(ORDER.includes(kind) ? kind : "");
}

/** The fewest rows with which the whole is no wider than the stage; no more than the largest kind needs. */
function chooseRows(sizes: number[], aspect: number): number {
  let [low, high] = [1, Math.max(1, ...sizes)];
  while (low < high) {
    const rows = (low + high) >> 1;
    if (measureWidth(sizes, rows) <= aspect * rows * ROW) high = rows;
    else low = rows + 1;
  }
  return low;
}

function measureWidth(sizes: number[], rows: number): number {
  return sizes.reduce((width, size) => width + (Math.ceil(size / rows) - 1) * COLUMN + GAP, 0);
}

/** Sweep from left to right and back: each node goes to the mean height of those that it has lines to. */
function order(model: Model, visible: Visible, groups: Group[]): void {
  const height = new Float32Array(model.nodes.count);
  const across = listAcross(model, visible);
  groups.forEach((group) => setHeights(group, height));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const swept = sweep % 2 === 0 ? groups : groups.toReversed();
    for (const group of swept) {
      group.nodes = sortNodes(group.nodes, (node) => Math.round(meanHeight(across, height, node) * FINE));
      setHeights(group, height);
    }
  }
}

/** The far ends of each node's visible lines to other kinds: ends[first[i]] .. ends[first[i + 1] - 1]. */
interface Across {
  first: Uint32Array;
  ends: Uint32Array;
}

function listAcross(model: Model, visible: Visible): Across {
  const { count, kind } = model.nodes;
  const { source, target } = model.lines;
  const drawn = visible.lines.map((seen, i) => (kind[source[i]] === kind[target[i]] ? 0 : seen));
  const first = new Uint32Array(count + 1);
  for (let i = 0; i < drawn.length; i += 1) {
    first[source[i] + 1] += drawn[i];
    first[target[i] + 1] += drawn[i];
  }
  for (let i = 0; i < count; i += 1) first[i + 1] += first[i];
  const next = first.slice();
  const ends = new Uint32Array(first[count]);
  for (let i = 0; i < drawn.length; i += 1) {
    if (drawn[i] === 0) continue;
    ends[next[source[i]]++] = target[i];
    ends[next[target[i]]++] = source[i];
  }
  return { first, ends };
}

function setHeights({ nodes }: Group, height: Float32Array): void {
  for (let i = 0; i < nodes.length; i += 1) height[nodes[i]] = (i + 0.5) / nodes.length;
}

/** The mean height of those that a node has lines to; its own where there are none. */
function meanHeight({ first, ends }: Across, height: Float32Array, node: number): number {
  let sum = 0;
  for (let k = first[node]; k < first[node + 1]; k += 1) sum += height[ends[k]];
  return first[node] === first[node + 1] ? height[node] : sum / (first[node + 1] - first[node]);
}

/** Fill the columns of a kind row by row, so that the order is kept from top to bottom. */
function fill(
  placement: Placement, { nodes }: Group, space: { left: number; columns: number; height: number; pitch: number },
): void {
  const rows = Math.ceil(nodes.length / space.columns);
  const step = Math.min(3 * space.pitch, space.height / rows);
  nodes.forEach((node, i) => {
    const row = Math.floor(i / space.columns);
    put(placement, node, space.left + (i % space.columns) * COLUMN, (row - (rows - 1) / 2) * step);
  });
}

function nameColumn(text: string, x: number, height: number): Guide {
  return write(text, x, -height / 2 - 30);
}
