// How nodes and lines look: colours, sizes, widths; and what the legend says of them.

import { CHANGE_COLOURS, GREY, listSteps, mute, parseColour, pickCategory, SHAPES, suitGround } from "./palette.js";
import { textOf } from "./texts.js";
import type { ColourBy, Dress, Label, LineKind, Measure, Model, Paint, Shape, State, Term, Visible } from "./types.js";

/** Communities of fewer members have no colour and no hull. */
export const LEAST_COMMUNITY = 4;

/** An entry of the legend of colours. */
export interface ColourEntry {
  key: string;
  label: Label;
  colour: number;
  shape: Shape | null;
  count: number; // of visible nodes
}

/** Dress every node and line of a model; what is not visible is dressed too. */
export function dressUp(model: Model, state: State, visible: Visible, dark: boolean, paint: Paint = new Map()): Dress {
  const scheme = makeScheme(model, state.colour, dark);
  const nodeColour = scheme.entryOf.slice();
  for (let i = 0; i < nodeColour.length; i += 1) nodeColour[i] = scheme.entries[nodeColour[i]].colour;
  for (const [node, colour] of paint) nodeColour[node] = suitGround(colour, dark);
  const shapes = model.nodeKinds.map((kind) => SHAPES.indexOf(kind.shape));
  return {
    nodeColour,
    nodeRadius: sizeNodes(model, state, visible),
    nodeShape: model.nodes.kind.map((kind) => shapes[kind]),
    ...dressLines(model, visible, dark),
  };
}

/** List what the colours of nodes stand for, each with the number of visible nodes. */
export function describeColours(model: Model, state: State, visible: Visible, dark = false): ColourEntry[] {
  const { entries, entryOf } = makeScheme(model, state.colour, dark);
  const used = new Uint8Array(entries.length);
  const counts = new Uint32Array(entries.length);
  for (let i = 0; i < entryOf.length; i += 1) {
    used[entryOf[i]] = 1;
    counts[entryOf[i]] += visible.nodes[i];
  }
  return entries.map((entry, i) => ({ ...entry, count: counts[i] })).filter((_, i) => used[i] === 1);
}

/** Colour communities by their number, the largest ones first; small ones have none (-1). */
export function colourCommunities(model: Model, dark: boolean): Int32Array {
  const colours = new Int32Array(model.communities.length).fill(-1);
  rankCommunities(model).forEach((community, rank) => (colours[community] = pickCategory(rank, dark)));
  return colours;
}

/** Order visible nodes for their labels: industries, then by size; equal ones by number. */
export function orderLabels(model: Model, _state: State, visible: Visible, dress: Dress): Uint32Array {
  const { count, kind } = model.nodes;
  const industry = model.nodeKinds.findIndex((entry) => entry.key === "industry");
  const keys = new Float64Array(visible.nodeCount);
  let filled = 0;
  for (let i = 0; i < count; i += 1) {
    if (visible.nodes[i] === 0) continue;
    const weight = (kind[i] === industry ? 2048 : 0) + dress.nodeRadius[i];
    keys[filled++] = (4096 * 512 - Math.round(weight * 512)) * NODES + i;
  }
  keys.sort();
  const order = new Uint32Array(keys.length);
  for (let n = 0; n < order.length; n += 1) order[n] = keys[n] % NODES;
  return order;
}

const NODES = 2 ** 24; // more than a page ever holds
const STEPS = 5;
const MANY = 4000; // lines of which each is a hair
const ABSENT = -1; // a node has no value
const UNNAMED = -2; // it has one that is too small for an entry
const CHANGES = [
  { colour: CHANGE_COLOURS.new, widen: 1.6, dashed: 0, opacity: { least: 0.6, times: 1 } }, // new
  { colour: CHANGE_COLOURS.lost, widen: 1.3, dashed: 1, opacity: { least: 0.6, times: 1 } }, // lost
  { colour: CHANGE_COLOURS.kept, widen: 1, dashed: 0, opacity: { least: 0, times: 0.5 } }, // kept
];
type ChangeLook = (typeof CHANGES)[number];


type Entry = Omit<ColourEntry, "count">;

interface Scheme {
  entries: Entry[];
  entryOf: Uint32Array; // of each node: the number of its entry
}

// Colours of nodes

function makeScheme(model: Model, by: ColourBy, dark: boolean): Scheme {
  const measure = model.nodes.measures.find((one) => `measure:${one.key}` === by);
  if (measure !== undefined) return colourByMeasure(model, measure, dark);
  if (by === "community") return colourByCommunity(model, dark);
  if (by === "tier") return colourByTerm(model, model.tiers, model.nodes.tier, textOf(model, "none.tier"), dark);
  if (by === "verdict") return colourByTerm(model, model.verdicts, model.nodes.verdict, textOf(model, "none.verdict"), dark);
  const entries = model.nodeKinds.map(
    ({ key, label, colour, shape }) => ({ key, label, colour: suitGround(parseColour(colour), dark), shape }),
  );
  return { entries, entryOf: Uint32Array.from(model.nodes.kind) };
}

function colourByTerm(model: Model, terms: Term[], values: Int8Array, none: Label, dark: boolean): Scheme {
  const entries = terms.map(
    ({ key, label, colour }) => ({ key, label, colour: suitGround(parseColour(colour), dark), shape: null }),
  );
  return addOthers(model, entries, values, none, dark);
}

function colourByCommunity(model: Model, dark: boolean): Scheme {
  const ranks = rankCommunities(model);
  const rankOf = new Int32Array(model.communities.length).fill(UNNAMED);
  ranks.forEach((community, rank) => (rankOf[community] = rank));
  const entries = ranks.map((community, rank): Entry => {
    const { name } = model.communities[community];
    return { key: String(community), label: { en: name, zh: name }, colour: pickCategory(rank, dark), shape: null };
  });
  const values = model.nodes.community.map((community) => (community < 0 ? ABSENT : rankOf[community]));
  return addOthers(model, entries, values, textOf(model, "none.community"), dark);
}

function colourByMeasure(model: Model, measure: Measure, dark: boolean): Scheme {
  const sorted = measure.values.filter((value) => Number.isFinite(value)).sort();
  const tops = findTops(sorted);
  const colours = listSteps(tops.length, dark);
  const entries = tops.map((top, step): Entry => {
    const low = step === 0 ? sorted[0] : sorted[countUpTo(sorted, tops[step - 1])];
    return { key: String(step), label: nameRange(low, top), colour: colours[step], shape: null };
  });
  const values = new Int8Array(measure.values.length).fill(ABSENT);
  for (let i = 0; i < values.length; i += 1) {
    if (Number.isFinite(measure.values[i])) values[i] = tops.findIndex((top) => measure.values[i] <= top);
  }
  return addOthers(model, entries, values, textOf(model, "none.measure"), dark);
}

/** Give nodes without a value grey where others of their kind have one; all other kinds a faint colour of their own. */
function addOthers(
  model: Model, terms: Entry[], values: Int32Array | Int8Array, none: Label, dark: boolean,
): Scheme {
  const { kind } = model.nodes;
  const apt = new Uint8Array(model.nodeKinds.length);
  for (let i = 0; i < values.length; i += 1) if (values[i] !== ABSENT) apt[kind[i]] = 1;
  const kinds = model.nodeKinds.map((one): Entry => {
    const colour = mute(suitGround(parseColour(one.colour), dark), dark);
    return { key: `kind:${one.key}`, label: one.label, colour, shape: one.shape };
  });
  const entries = [...terms, { key: "none", label: none, colour: GREY, shape: null }, ...kinds];
  const entryOf = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    entryOf[i] = values[i] >= 0 ? values[i] : terms.length + (apt[kind[i]] === 1 ? 0 : 1 + kind[i]);
  }
  return { entries, entryOf };
}

/** List the communities that are large enough, the largest first; equal ones by number. */
function rankCommunities(model: Model): number[] {
  const { communities } = model;
  return communities
    .map((_, i) => i)
    .filter((i) => communities[i].members >= LEAST_COMMUNITY)
    .sort((a, b) => communities[b].members - communities[a].members || a - b);
}

/** The highest value of each fifth of sorted values; fewer where fifths end at the same value. */
function findTops(sorted: Float32Array): number[] {
  if (sorted.length === 0) return [];
  const tops = Array.from({ length: STEPS }, (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / STEPS) - 1]);
  return [...new Set(tops)];
}

/** Count the values up to one, of sorted values. */
function countUpTo(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nameRange(low: number, high: number): Label {
  const [from, to] = [low, high].map((value) => value.toLocaleString("en", { maximumSignificantDigits: 3 }));
  const text = from === to ? from : `${from} – ${to}`;
  return { en: text, zh: text };
}

// Sizes of nodes

/** Choose radii: the area of an organisation grows with its measure, that of all others with their lines. */
function sizeNodes(model: Model, state: State, visible: Visible): Float32Array {
  const { count, kind } = model.nodes;
  const least = chooseLeast(state.focus === null ? count : visible.nodeCount);
  const organisation = model.nodeKinds.map((entry) => entry.organisation);
  const base = model.nodeKinds.map((entry) => least * (entry.key === "industry" ? 1.4 : 1));
  const share = { measure: shareMeasure(model, state.size), links: shareLinks(model, organisation) };
  const radius = new Float32Array(count);
  for (let i = 0; i < count; i += 1) {
    if (!organisation[kind[i]]) radius[i] = base[kind[i]] + least * Math.sqrt(share.links[i]);
    else if (state.size === "same") radius[i] = 1.5 * least;
    else radius[i] = least + 1.6 * least * Math.sqrt(share.measure[i]);
  }
  return radius;
}

/** The measure of each node as a share of the highest; 0 where it is not known. */
function shareMeasure(model: Model, size: string): Float32Array {
  const values = model.nodes.measures.find((measure) => measure.key === size)?.values;
  return shareOfMost(values?.map((value) => (value > 0 && value < Infinity ? value : 0))
    ?? new Float32Array(model.nodes.count));
}

/** The lines of each node that is no organisation, as a share of the most that one of them has. */
function shareLinks(model: Model, organisation: boolean[]): Float32Array {
  const { kind, count } = model.nodes;
  const { first } = model.linesOf;
  const links = new Float32Array(count);
  for (let i = 0; i < count; i += 1) if (!organisation[kind[i]]) links[i] = first[i + 1] - first[i];
  return shareOfMost(links);
}

function shareOfMost(values: Float32Array): Float32Array {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most === 0 ? values : values.map((value) => value / most);
}

/** The least radius in pixels: more nodes, smaller ones. */
function chooseLeast(nodes: number): number {
  const some = Math.min(8, Math.max(4, 9 - nodes / 150));
  return Math.max(1.2, some * Math.min(1, Math.sqrt(2000 / Math.max(1, nodes))));
}

// Lines

type LineDress = Pick<Dress, "lineColour" | "lineWidth" | "lineDashed" | "lineOpacity">;

function dressLines(model: Model, visible: Visible, dark: boolean): LineDress {
  const { count, kind, weight } = model.lines;
  const colours = model.lineKinds.map((entry) => suitGround(parseColour(entry.colour), dark));
  const dashed = model.lineKinds.map((entry) => (entry.dashed ? 1 : 0));
  const opacity = model.lineKinds.map((entry) => chooseOpacity(entry, visible.lineCount));
  const changes = CHANGES.map((change) => ({ ...change, colour: suitGround(change.colour, dark) }));
  const widths = chooseWidths(model);
  const dress: LineDress = {
    lineColour: new Uint32Array(count), lineWidth: new Float32Array(count),
    lineDashed: new Uint8Array(count), lineOpacity: new Float32Array(count),
  };
  for (let i = 0; i < count; i += 1) {
    const k = kind[i];
    const { least, grows, heaviest } = widths[k];
    dress.lineColour[i] = colours[k];
    dress.lineWidth[i] = grows ? least + 3.2 * Math.sqrt(Math.max(weight[i] - 1, 0) / heaviest) : least;
    dress.lineDashed[i] = dashed[k];
    dress.lineOpacity[i] = opacity[k];
    if (visible.change[i] !== 0) dressChange(dress, i, changes[visible.change[i] - 1]);
  }
  return dress;
}

/** Tell what is new, lost and kept by colour and by form. */
function dressChange(dress: LineDress, line: number, { colour, widen, dashed, opacity }: ChangeLook): void {
  dress.lineColour[line] = colour;
  dress.lineWidth[line] *= widen;
  dress.lineDashed[line] = dashed;
  dress.lineOpacity[line] = Math.max(opacity.least, opacity.times * dress.lineOpacity[line]);
}

/** How lines of each kind grow with their weight: by its root, as far as the heaviest of the kind. */
function chooseWidths(model: Model): { least: number; grows: boolean; heaviest: number }[] {
  const heaviest = findHeaviest(model);
  const least = model.lines.count > MANY ? 1 : 1.4;
  return model.lineKinds.map(({ key }, i) => {
    const grows = key === "tie" || key === "single";
    return { least: grows ? least : key === "planned" ? 1.2 : 0.9, grows, heaviest: Math.max(heaviest[i] - 1, 4) };
  });
}

/** More lines are fainter, so that many over one another are still a shade and not a blot. */
function chooseOpacity({ key, group }: LineKind, lines: number): number {
  const dense = Math.min(1, Math.max(0.06, Math.sqrt(700 / Math.max(1, lines))));
  return (group === "structure" ? 0.95 : key === "tie" ? 0.75 : 0.9) * dense;
}

function findHeaviest(model: Model): Float32Array {
  const heaviest = new Float32Array(model.lineKinds.length);
  const { count, kind, weight } = model.lines;
  for (let i = 0; i < count; i += 1) if (weight[i] > heaviest[kind[i]]) heaviest[kind[i]] = weight[i];
  return heaviest;
}
