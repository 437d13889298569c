// What all parts of the explorer speak of. The page's data are read once into a Model, which never
// changes; all that a person chooses is a State; everything seen follows from the two.

export type Lang = "en" | "zh";

/** A text in both languages of the page. */
export type Label = Record<Lang, string>;

export type Shape = "dot" | "square" | "triangle" | "triangleDown" | "hexagon" | "diamond" | "star";

export interface NodeKind {
  key: string;
  label: Label;
  colour: string; // "#rrggbb", colour-blind safe
  shape: Shape;
  organisation: boolean;
}

export interface LineKind {
  key: string; // tie, single, planned, hosts, works_in, ...
  label: Label;
  colour: string;
  dashed: boolean;
  group: "agreements" | "structure";
  shown: boolean; // at first
}

/** A value of a closed list: a status, a mode, a tier, a verdict. */
export interface Term {
  key: string;
  label: Label;
  colour: string;
}

export interface Status extends Term {
  counts: boolean; // whether an agreement of this status counts
}

/** A measure that size or colour can stand for; NaN where a node has none. */
export interface Measure {
  key: string;
  label: Label;
  values: Float32Array;
}

/** A further fact of nodes: texts by number, -1 where unknown. */
export interface Fact {
  key: string;
  label: Label;
  texts: string[];
  values: Int32Array;
}

/** All nodes, one place in each array for each. -1 is "none" in every array of numbers. */
export interface Nodes {
  count: number;
  id: string[];
  name: string[];
  aliases: Map<number, string[]>;
  kind: Uint8Array; // number in Model.nodeKinds
  x: Float32Array; // layout "network", y downwards; neighbours are about 80 apart
  y: Float32Array;
  industry: Int32Array; // the node that is its industry
  region: Int32Array; // number in Model.regions
  tier: Int8Array; // number in Model.tiers
  reason: Int32Array; // number in Model.reasons: why it is of its tier
  verdict: Int8Array; // number in Model.verdicts: of an industry, or of the node's industry
  community: Int32Array; // number in Model.communities
  latitude: Float32Array; // NaN where unknown
  longitude: Float32Array;
  source: Int32Array; // number in Model.places: the file and sheet it is from
  facts: Fact[];
  measures: Measure[];
}

/** All lines between nodes. Parallel lines of different kinds are apart. */
export interface Lines {
  count: number;
  source: Uint32Array;
  target: Uint32Array;
  kind: Uint8Array; // number in Model.lineKinds
  weight: Float32Array;
  first: Uint32Array; // count + 1 entries: behind[first[i]] .. behind[first[i + 1] - 1] are its agreements
  behind: Uint32Array;
}

/** An end of an agreement: the number of a node, or the name of one that is not on the map. */
export type End = number | string;

export interface Agreements {
  count: number;
  id: string[];
  name: string[];
  status: Int8Array; // number in Model.statuses, -1 unknown
  mode: Int8Array; // number in Model.modes, -1 unknown
  year: Int16Array; // of its start; 0 where unknown
  date: string[]; // as the data say; "" where unknown
  amount: Float64Array; // NaN where unknown
  source: Int32Array; // number in Model.places
  counts: Uint8Array; // 1 where it counts as an agreement: by its status, and not after the as-of day
  parties: End[][];
  topics: End[][];
}

export interface Community {
  name: string; // of its leading organisation, or as found
  members: number;
}

/** A line of a map: rings or paths of longitude, latitude. */
export type Outline = [number, number][][];

export interface Model {
  title: string;
  asOf: string; // ISO day or ""
  lang: Lang;
  synthetic: boolean;
  currency: string;
  sources: string[]; // files that the data come from
  made: string; // program and version
  notes: Label[]; // what is not on the map, and why
  summary: { count: number; label: Label }[];
  size: string; // key of the measure that sizes stand for at first
  nodeKinds: NodeKind[];
  lineKinds: LineKind[];
  tiers: Term[]; // lowest first: seedling, shrub, tree
  verdicts: Term[];
  statuses: Status[];
  modes: Term[];
  regions: string[];
  communities: Community[];
  reasons: Label[];
  places: string[];
  outline: Outline | null;
  texts: Record<Lang, Record<string, string>>;
  nodes: Nodes;
  lines: Lines;
  agreements: Agreements;
  linesOf: { first: Uint32Array; lines: Uint32Array }; // lines of node i: lines[first[i]] .. lines[first[i + 1] - 1]
}

export type LayoutName = "network" | "bipartite" | "places" | "tiers";
export type ColourBy = "kind" | "community" | "tier" | "verdict" | `measure:${string}`;
export type SizeBy = "same" | string; // or the key of a measure
export type Theme = "auto" | "light" | "dark";
export type YearMode = "until" | "during" | "change"; // up to the year; in the year; the year against the one before

export interface Selection {
  type: "node" | "line";
  id: string; // id of the node; or "source id\ttarget id\tkind" of the line
}

export interface Filters {
  industry: string; // id of an industry's node, "" for all
  region: string; // name, "" for all
  tier: string; // key, "" for all
  verdict: string;
  status: string;
  amountFrom: number | null; // in the currency of the data
  amountTo: number | null;
  year: number | null; // null: all years
  yearMode: YearMode;
}

/** All that a person chooses. Plain values only: it goes into the address and the history. */
export interface State {
  lang: Lang;
  theme: Theme;
  view: "map" | "table";
  layout: LayoutName;
  colour: ColourBy;
  size: SizeBy;
  hulls: boolean;
  hiddenKinds: string[]; // keys of node kinds
  shownLines: string[] | null; // keys of line kinds; null: as at first
  filters: Filters;
  focus: { id: string; steps: 1 | 2 | 3 } | null;
  expanded: string[]; // ids whose neighbours were added to the focus
  selected: Selection | null;
}

/** What of the model is to be seen in a state. */
export interface Visible {
  nodes: Uint8Array; // 1 where seen
  lines: Uint8Array;
  change: Int8Array; // of each line: 0 no comparison, 1 new, 2 lost, 3 kept
  nodeCount: number;
  lineCount: number;
}

/** Where nodes are in a layout, in the units of the map. */
export interface Placement {
  x: Float32Array;
  y: Float32Array;
  placed: Uint8Array; // 0: has no place in this layout and is not drawn
  unplaced: number; // visible nodes without a place
  guides: Guide[]; // what the layout draws behind nodes
}

/** A text or a path behind the nodes: names of columns and steps, outlines of counties. */
export interface Guide {
  text: string; // "" for none
  x: number;
  y: number;
  align: "left" | "center" | "right";
  path: Float32Array | null; // x, y, x, y, ...
}

/** How each node and line looks. Colours are 0xRRGGBB numbers. */
export interface Dress {
  nodeColour: Uint32Array;
  nodeRadius: Float32Array; // in pixels of the screen when the whole map is seen
  nodeShape: Uint8Array; // number in SHAPES of palette.ts
  lineColour: Uint32Array;
  lineWidth: Float32Array; // in pixels of the screen
  lineDashed: Uint8Array;
  lineOpacity: Float32Array;
}

/** Colours of single nodes by their number, set from outside the page: they go before what colours stand for. */
export type Paint = ReadonlyMap<number, number>;

export interface Hull {
  name: string;
  colour: number;
  members: Uint32Array;
}

/** Everything that a renderer draws. A new scene replaces the one before. */
export interface Scene {
  model: Model;
  visible: Visible;
  placement: Placement;
  dress: Dress;
  hulls: Hull[];
  labels: string[]; // of each node
  labelOrder: Uint32Array; // visible nodes, most important first
  near: Uint8Array | null; // 1 for what is close to the selection; all else is faint; null: nothing selected
  selectedNode: number; // -1 none
  selectedLine: number; // -1 none
  dark: boolean;
  animateFrom: Placement | null;
}

/** The middle of the view in the units of the map, and pixels of the screen a unit. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export type Picked = { type: "node"; node: number } | { type: "line"; line: number } | null;

/** What draws: WebGL2, or a plain canvas where there is none. */
export interface Renderer {
  readonly name: "webgl" | "canvas";
  show(scene: Scene): void;
  resize(width: number, height: number, ratio: number): void;
  draw(camera: Camera, moving: boolean): void;
  pick(camera: Camera, x: number, y: number): Picked;
  /** Wait until what was asked to be drawn is in the pixels. */
  finish(): void;
  destroy(): void;
}
