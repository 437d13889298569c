// Reads what ecograph packed into the page: see ecograph/render/explorer/payload.py for the form.

import type { Agreements, Community, End, Fact, Label, Lines, Measure, Model, Nodes } from "./types.js";

type Numbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
type Entry = [type: string, length: number, offset: number, differences: number];

/** The header as ecograph writes it; what a Model has under the same name is taken as it is. */
interface Header
  extends Pick<
    Model,
    | "title" | "asOf" | "lang" | "synthetic" | "currency" | "sources" | "made" | "notes" | "summary" | "size"
    | "nodeKinds" | "lineKinds" | "tiers" | "verdicts" | "statuses" | "modes" | "regions" | "reasons" | "outline" | "texts"
  > {
  ids: string[]; // "" where the id is the name
  names: string[];
  aliases: [number, ...string[]][];
  communities: Community[];
  places: string[];
  facts: { key: string; label: Label; texts: string[] }[];
  measures: { key: string; label: Label; whole: boolean }[];
  agreementIds: string[];
  agreementNames: string[];
  agreementPlaces: string[];
  dates: string[];
  outsiders: string[];
  columns: Record<string, Entry>;
}

const TYPES = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
  int32: Int32Array, uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
};

/** Read the text that stands in the page. */
export async function decode(text: string): Promise<Model> {
  return readModel(await inflate(text));
}

async function inflate(text: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Build the model from the bytes: length of the header, header, columns. */
export function readModel(bytes: Uint8Array): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Header;
  const column = (name: string) => readColumn(bytes.subarray(start), header.columns[name]);
  const nodes = readNodes(header, column);
  const lines = readLines(column);
  return {
    ...header,
    places: [...header.places, ...header.agreementPlaces],
    nodes,
    lines,
    agreements: readAgreements(header, column),
    linesOf: indexLines(nodes.count, lines),
  };
}

type Column = (name: string) => Numbers;

/** Put the bytes of a column back beside each other, and sum differences up. */
export function readColumn(bytes: Uint8Array, entry: Entry | undefined): Numbers {
  if (entry === undefined) throw new Error("a column is missing in the data of this page");
  const [type, length, offset, differences] = entry;
  const Type = TYPES[type as keyof typeof TYPES];
  const width = Type.BYTES_PER_ELEMENT;
  const whole = new Uint8Array(length * width);
  for (let place = 0; place < width; place += 1) {
    const plane = bytes.subarray(offset + place * length, offset + (place + 1) * length);
    for (let i = 0, at = place; i < length; i += 1, at += width) whole[at] = plane[i]!;
  }
  const values = new Type(whole.buffer);
  return differences ? sumUp(values) : values;
}

function sumUp(steps: Numbers): Numbers {
  const sums = new Int32Array(steps.length);
  let sum = 0;
  for (let i = 0; i < steps.length; i += 1) sums[i] = sum += steps[i]!;
  return sums;
}

function readNodes(header: Header, column: Column): Nodes {
  return {
    count: header.names.length,
    id: header.ids.map((id, i) => id || header.names[i]!),
    name: header.names,
    aliases: new Map(header.aliases.map(([node, ...names]) => [node, names])),
    kind: Uint8Array.from(column("nodes.kind")),
    x: Float32Array.from(column("nodes.x")),
    y: Float32Array.from(column("nodes.y")),
    industry: Int32Array.from(column("nodes.industry")),
    region: Int32Array.from(column("nodes.region")),
    tier: Int8Array.from(column("nodes.tier")),
    reason: Int32Array.from(column("nodes.reason")),
    verdict: Int8Array.from(column("nodes.verdict")),
    community: Int32Array.from(column("nodes.community")),
    latitude: Float32Array.from(column("nodes.latitude")),
    longitude: Float32Array.from(column("nodes.longitude")),
    source: Int32Array.from(column("nodes.source")),
    facts: header.facts.map((fact, i): Fact => ({ ...fact, values: Int32Array.from(column(`facts.${i}`)) })),
    measures: header.measures.map((measure) => readMeasure(measure, column(`measures.${measure.key}`))),
  };
}

/** Whole numbers come with -1 for none. */
function readMeasure(measure: Header["measures"][number], column: Numbers): Measure {
  const values = Float32Array.from(column);
  if (measure.whole) values.forEach((value, i) => { if (value < 0) values[i] = NaN; });
  return { key: measure.key, label: measure.label, values };
}

function readLines(column: Column): Lines {
  const source = Uint32Array.from(column("lines.source"));
  return {
    count: source.length,
    source,
    target: Uint32Array.from(column("lines.target")),
    kind: Uint8Array.from(column("lines.kind")),
    weight: Float32Array.from(column("lines.weight")),
    first: Uint32Array.from(column("lines.first")),
    behind: Uint32Array.from(column("lines.behind")),
  };
}

function readAgreements(header: Header, column: Column): Agreements {
  const dates = column("agreements.date");
  const places = column("agreements.source");
  const shift = header.places.length;
  return {
    count: header.agreementNames.length,
    id: header.agreementIds.map((id, i) => id || header.agreementNames[i]!),
    name: header.agreementNames,
    status: Int8Array.from(column("agreements.status")),
    mode: Int8Array.from(column("agreements.mode")),
    year: Int16Array.from(column("agreements.year")),
    date: Array.from(dates, (number) => header.dates[number] ?? ""),
    amount: Float64Array.from(column("agreements.amount")),
    source: Int32Array.from(places, (number) => (number < 0 ? -1 : number + shift)),
    counts: Uint8Array.from(column("agreements.counts")),
    parties: readEnds("parties", header, column),
    topics: readEnds("topics", header, column),
  };
}

/** Numbers of nodes stand for themselves; -2, -3 ... for the names of those that are not on the map. */
function readEnds(name: string, header: Header, column: Column): End[][] {
  const first = column(`agreements.${name}First`);
  const all = Array.from(column(`agreements.${name}`), (end): End => (end >= 0 ? end : header.outsiders[-2 - end]!));
  return header.agreementNames.map((_, i) => all.slice(first[i]!, first[i + 1]!));
}

/** List the lines of each node; a line from a node to itself once. */
export function indexLines(count: number, lines: Lines): Model["linesOf"] {
  const first = new Uint32Array(count + 1);
  const touch = (visit: (node: number, line: number) => void) => {
    for (let line = 0; line < lines.count; line += 1) {
      visit(lines.source[line]!, line);
      if (lines.target[line] !== lines.source[line]) visit(lines.target[line]!, line);
    }
  };
  touch((node) => { first[node + 1]! += 1; });
  for (let node = 0; node < count; node += 1) first[node + 1]! += first[node]!;
  const next = first.slice(0, count);
  const found = new Uint32Array(first[count]!);
  touch((node, line) => { found[next[node]!++] = line; });
  return { first, lines: found };
}
