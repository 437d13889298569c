// What of the model is to be seen: filters, focus, and what is close to a selection.

import type { Filters, Model, Selection, State, Visible } from "./types.js";

/** Choose the nodes and lines that a state shows. */
export function selectVisible(model: Model, state: State): Visible {
  const { open, change } = openLines(model, state.filters);
  const shown = showLineKinds(model, state);
  const nodes = showNodeKinds(model, state);
  keepMatching(model, state.filters, nodes);
  if (state.filters.industry !== "") keepIndustry(model, state.filters.industry, open, nodes);
  if (asksAgreements(state.filters)) keepSigning(model, open, nodes);
  if (asksNodes(state.filters)) keepContext(nodes, model, linkContext(model, open, nodes));
  let lines = drawLines(model, nodes, open, shown);
  if (asksAgreements(state.filters)) keepContext(nodes, model, markEnds(model, lines));
  const start = state.focus === null ? undefined : numberOf(model).get(state.focus.id);
  if (state.focus !== null && start !== undefined) {
    keepOnly(nodes, reach(model, nodes, lines, start, state.focus.steps, state.expanded));
    lines = drawLines(model, nodes, open, shown);
  }
  return { nodes, lines, change: maskChange(change, lines), nodeCount: count(nodes), lineCount: count(lines) };
}

/** List all years from the first to the last that an agreement has. */
export function listYears(model: Model): number[] {
  const years = [...countByYear(model).keys()];
  if (years.length === 0) return [];
  const [first, last] = [Math.min(...years), Math.max(...years)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Count the agreements of each year; those of unknown year are in none. */
export function countByYear(model: Model): Map<number, number> {
  const counts = new Map<number, number>();
  for (const year of model.agreements.year) if (year !== 0) counts.set(year, (counts.get(year) ?? 0) + 1);
  return counts;
}

/** Mark the selected node with its visible neighbours, or the ends of the selected line; null if none is seen. */
export function findNear(model: Model, visible: Visible, selection: Selection | null): Uint8Array | null {
  if (selection === null) return null;
  if (selection.type === "line") return markLine(model, visible, findLine(model, selection.id));
  const node = numberOf(model).get(selection.id);
  if (node === undefined || visible.nodes[node] === 0) return null;
  const near = new Uint8Array(model.nodes.count);
  near[node] = 1;
  markNeighbours(model, visible.nodes, visible.lines, node, near);
  return near;
}

/** Find the line of a selection's id, "source id<tab>target id<tab>kind"; -1 if there is none. */
export function findLine(model: Model, id: string): number {
  const parts = id.split("\t");
  const kind = model.lineKinds.findIndex((entry) => entry.key === parts[parts.length - 1]);
  for (let cut = 1; cut < parts.length - 1; cut += 1) {
    const source = numberOf(model).get(parts.slice(0, cut).join("\t"));
    const target = numberOf(model).get(parts.slice(cut, -1).join("\t"));
    const line = source === undefined || target === undefined ? -1 : findBetween(model, source, target, kind);
    if (line >= 0) return line;
  }
  return -1;
}

/** Name a line as a selection does. */
export function nameLine(model: Model, line: number): string {
  const { id } = model.nodes;
  const { source, target, kind } = model.lines;
  return [id[source[line]], id[target[line]], model.lineKinds[kind[line]].key].join("\t");
}

/** The number of each node by its id. */
export function numberOf(model: Model): Map<string, number> {
  let numbers = numbered.get(model);
  if (numbers === undefined) {
    numbers = new Map(model.nodes.id.map((id, i) => [id, i]));
    numbered.set(model, numbers);
  }
  return numbers;
}

const numbered = new WeakMap<Model, Map<string, number>>();
const NOT_KNOWN = -2; // unlike -1, which stands for "none", no node has it
const OF_INDUSTRY = new Set(["works_in", "advances"]);

// Agreements and lines

function asksAgreements(filters: Filters): boolean {
  return filters.status !== "" || filters.amountFrom !== null || filters.amountTo !== null || filters.year !== null;
}

function asksNodes(filters: Filters): boolean {
  return filters.region !== "" || filters.tier !== "" || filters.verdict !== "";
}

/** Say which lines the agreements behind them keep open: all without agreements, others if one passes. */
function openLines(model: Model, filters: Filters): { open: Uint8Array; change: Int8Array } {
  const { count: lines, first, behind } = model.lines;
  const moments = timeAgreements(model, filters);
  const compares = filters.year !== null && filters.yearMode === "change";
  const open = new Uint8Array(lines);
  const change = new Int8Array(lines);
  for (let line = 0; line < lines; line += 1) {
    let seen = first[line] === first[line + 1] ? 4 : 0;
    for (let k = first[line]; k < first[line + 1]; k += 1) seen |= moments[behind[k]];
    open[line] = seen === 0 ? 0 : 1;
    if (compares && seen < 4) change[line] = seen;
  }
  return { open, change };
}

/** Give each agreement that passes 1, but 2 if it is of the year before the one compared; all others 0. */
function timeAgreements(model: Model, filters: Filters): Uint8Array {
  const { count: all, status, amount, year } = model.agreements;
  const wanted = findKey(model.statuses, filters.status);
  const { amountFrom, amountTo } = filters;
  const moments = new Uint8Array(all);
  for (let i = 0; i < all; i += 1) {
    if (filters.status !== "" && status[i] !== wanted) continue;
    if (amountFrom !== null && !(amount[i] >= amountFrom)) continue;
    if (amountTo !== null && !(amount[i] <= amountTo)) continue;
    moments[i] = judgeYear(year[i], filters);
  }
  return moments;
}

function judgeYear(year: number, filters: Filters): number {
  if (filters.year === null) return 1;
  if (year === 0) return 0;
  if (filters.yearMode === "until") return year <= filters.year ? 1 : 0;
  if (year === filters.year) return 1;
  return filters.yearMode === "change" && year === filters.year - 1 ? 2 : 0;
}

function showLineKinds(model: Model, state: State): Uint8Array {
  const keys = state.shownLines === null ? null : new Set(state.shownLines);
  return Uint8Array.from(model.lineKinds, (kind) => ((keys === null ? kind.shown : keys.has(kind.key)) ? 1 : 0));
}

function drawLines(model: Model, nodes: Uint8Array, open: Uint8Array, shown: Uint8Array): Uint8Array {
  const { count: all, source, target, kind } = model.lines;
  const lines = new Uint8Array(all);
  for (let i = 0; i < all; i += 1) lines[i] = open[i] & shown[kind[i]] & nodes[source[i]] & nodes[target[i]];
  return lines;
}

function maskChange(change: Int8Array, lines: Uint8Array): Int8Array {
  for (let i = 0; i < lines.length; i += 1) if (lines[i] === 0) change[i] = 0;
  return change;
}

// Nodes

function showNodeKinds(model: Model, state: State): Uint8Array {
  const hidden = new Set(state.hiddenKinds);
  const shown = Uint8Array.from(model.nodeKinds, (kind) => (hidden.has(kind.key) ? 0 : 1));
  return model.nodes.kind.map((kind) => shown[kind]);
}

/** Keep organisations of the wanted region, tier and verdict, and industries of the wanted verdict. */
function keepMatching(model: Model, filters: Filters, nodes: Uint8Array): void {
  const { kind, region, tier, verdict } = model.nodes;
  const organisation = model.nodeKinds.map((entry) => entry.organisation);
  const judged = model.nodeKinds.map((entry) => entry.organisation || entry.key === "industry");
  if (filters.region !== "") keepValue(nodes, kind, organisation, region, findText(model.regions, filters.region));
  if (filters.tier !== "") keepValue(nodes, kind, organisation, tier, findKey(model.tiers, filters.tier));
  if (filters.verdict !== "") keepValue(nodes, kind, judged, verdict, findKey(model.verdicts, filters.verdict));
}

function keepValue(
  nodes: Uint8Array, kind: Uint8Array, asked: boolean[], values: Int32Array | Int8Array, wanted: number,
): void {
  for (let i = 0; i < nodes.length; i += 1) if (asked[kind[i]] && values[i] !== wanted) nodes[i] = 0;
}

/** Keep an industry, its members and their partners, and all that agreements for the industry name. */
function keepIndustry(model: Model, id: string, open: Uint8Array, nodes: Uint8Array): void {
  const industry = numberOf(model).get(id) ?? NOT_KNOWN;
  const members = markMembers(model, industry);
  const within = markNamed(model, industry, members);
  const { count: all, source, target, first } = model.lines;
  for (let i = 0; i < all; i += 1) {
    if (open[i] === 0 || first[i] === first[i + 1]) continue;
    if (members[source[i]] === 1) within[target[i]] |= isOrganisation(model, target[i]);
    if (members[target[i]] === 1) within[source[i]] |= isOrganisation(model, source[i]);
  }
  keepOnly(nodes, within);
}

/** Mark those whose own industry it is. */
function markMembers(model: Model, industry: number): Uint8Array {
  const members = new Uint8Array(model.nodes.count);
  if (industry === NOT_KNOWN) return members;
  model.nodes.industry.forEach((own, i) => { members[i] = own === industry ? 1 : 0; });
  for (const [line, other] of linesAt(model, industry)) {
    if (OF_INDUSTRY.has(model.lineKinds[model.lines.kind[line]].key)) members[other] = 1;
  }
  return members;
}

/** Add the industry itself, whoever has an agreement for it, and the disciplines of those agreements. */
function markNamed(model: Model, industry: number, members: Uint8Array): Uint8Array {
  const named = members.slice();
  if (industry === NOT_KNOWN) return named;
  named[industry] = 1;
  for (const [, other] of linesAt(model, industry)) named[other] = 1;
  const { parties, topics } = model.agreements;
  topics.forEach((ends, agreement) => {
    if (!ends.includes(industry)) return;
    for (const end of [...ends, ...parties[agreement]]) if (typeof end === "number") named[end] |= isNoIndustry(model, end);
  });
  return named;
}

/** List the lines of a node, each with its other end. */
function linesAt(model: Model, node: number): [line: number, other: number][] {
  const { source, target } = model.lines;
  const { first, lines } = model.linesOf;
  return Array.from(lines.subarray(first[node], first[node + 1]), (line) =>
    [line, source[line] === node ? target[line] : source[line]]);
}

function isNoIndustry(model: Model, node: number): number {
  return model.nodeKinds[model.nodes.kind[node]].key === "industry" ? 0 : 1;
}

/** Of the organisations, keep those with an open line that has agreements behind it. */
function keepSigning(model: Model, open: Uint8Array, nodes: Uint8Array): void {
  const { count: all, source, target, first } = model.lines;
  const signing = new Uint8Array(nodes.length);
  for (let i = 0; i < all; i += 1) {
    if (open[i] === 1 && first[i] < first[i + 1]) signing[source[i]] = signing[target[i]] = 1;
  }
  for (let i = 0; i < nodes.length; i += 1) nodes[i] &= signing[i] | (1 - isOrganisation(model, i));
}

/** Mark what an open line, or its own entry, ties to a visible organisation. */
function linkContext(model: Model, open: Uint8Array, nodes: Uint8Array): Uint8Array {
  const linked = new Uint8Array(nodes.length);
  const { count: all, source, target } = model.lines;
  const speaks = nodes.map((seen, i) => seen & isOrganisation(model, i));
  for (let i = 0; i < all; i += 1) {
    if (open[i] === 0) continue;
    linked[source[i]] |= speaks[target[i]];
    linked[target[i]] |= speaks[source[i]];
  }
  model.nodes.industry.forEach((industry, i) => { if (industry >= 0) linked[industry] |= speaks[i]; });
  return linked;
}

function markEnds(model: Model, lines: Uint8Array): Uint8Array {
  const ends = new Uint8Array(model.nodes.count);
  const { source, target } = model.lines;
  for (let i = 0; i < lines.length; i += 1) if (lines[i] === 1) ends[source[i]] = ends[target[i]] = 1;
  return ends;
}

/** Keep all organisations, and of industries, disciplines and the like those that are marked. */
function keepContext(nodes: Uint8Array, model: Model, marked: Uint8Array): void {
  for (let i = 0; i < nodes.length; i += 1) nodes[i] &= marked[i] | isOrganisation(model, i);
}

function keepOnly(nodes: Uint8Array, marked: Uint8Array): void {
  for (let i = 0; i < nodes.length; i += 1) nodes[i] &= marked[i];
}

function isOrganisation(model: Model, node: number): number {
  return model.nodeKinds[model.nodes.kind[node]].organisation ? 1 : 0;
}

// Focus

/** Mark what is within so many lines of a node, with the neighbours of every expanded node. */
function reach(
  model: Model, nodes: Uint8Array, lines: Uint8Array, start: number, steps: number, expanded: string[],
): Uint8Array {
  const reached = new Uint8Array(nodes.length);
  if (nodes[start] === 0) return reached;
  reached[start] = 1;
  let front = [start];
  for (let step = 0; step < steps; step += 1) {
    front = front.flatMap((node) => markNeighbours(model, nodes, lines, node, reached));
  }
  for (const id of expanded) {
    const node = numberOf(model).get(id);
    if (node === undefined || nodes[node] === 0) continue;
    reached[node] = 1;
    markNeighbours(model, nodes, lines, node, reached);
  }
  return reached;
}

/** Mark the visible neighbours of a node, and list those that were not marked before. */
function markNeighbours(
  model: Model, nodes: Uint8Array, lines: Uint8Array, node: number, marked: Uint8Array,
): number[] {
  const { first, lines: around } = model.linesOf;
  const { source, target } = model.lines;
  const fresh: number[] = [];
  for (let k = first[node]; k < first[node + 1]; k += 1) {
    const line = around[k];
    const other = source[line] === node ? target[line] : source[line];
    if (lines[line] === 0 || nodes[other] === 0 || marked[other] === 1) continue;
    marked[other] = 1;
    fresh.push(other);
  }
  return fresh;
}

// Small things

function markLine(model: Model, visible: Visible, line: number): Uint8Array | null {
  if (line < 0 || visible.lines[line] === 0) return null;
  const near = new Uint8Array(model.nodes.count);
  near[model.lines.source[line]] = near[model.lines.target[line]] = 1;
  return near;
}

function findBetween(model: Model, source: number, target: number, kind: number): number {
  const { first, lines } = model.linesOf;
  for (let k = first[source]; k < first[source + 1]; k += 1) {
    const line = lines[k];
    const same = model.lines.source[line] === source && model.lines.target[line] === target;
    if (same && model.lines.kind[line] === kind) return line;
  }
  return -1;
}

function findKey(list: readonly { key: string }[], key: string): number {
  const found = list.findIndex((entry) => entry.key === key);
  return found < 0 ? NOT_KNOWN : found;
}

function findText(list: readonly string[], text: string): number {
  const found = list.indexOf(text);
  return found < 0 ? NOT_KNOWN : found;
}

function count(marked: Uint8Array): number {
  let sum = 0;
  for (const one of marked) sum += one;
  return sum;
}
