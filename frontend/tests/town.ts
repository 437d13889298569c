// A small town drawn by hand, for tests: every number in them can be worked out from this file.

import type {
  Agreements, Community, End, Fact, Label, LineKind, Lines, Measure, Model, NodeKind, Nodes, Status, Term,
} from "../src/types.js";

export interface NodePart {
  id: string;
  name: string;
  kind: string;
  x?: number;
  y?: number;
  aliases?: string[];
  industry?: string; // id
  region?: string;
  tier?: string;
  reason?: string;
  verdict?: string;
  community?: number;
  at?: [latitude: number, longitude: number];
  city?: string;
  strength?: number; // NaN if left out
  degree?: number;
}

export interface LinePart {
  from: string;
  to: string;
  kind: string;
  weight?: number;
  behind?: string[]; // ids of agreements
}

export interface AgreementPart {
  id: string;
  name: string;
  status?: string;
  mode?: string;
  year?: number;
  date?: string;
  amount?: number;
  parties: string[]; // ids of nodes; any other text is the name of an end that is not on the map
  topics?: string[];
}

export interface Parts {
  nodes: NodePart[];
  lines: LinePart[];
  agreements?: AgreementPart[];
  communities?: string[]; // names
  synthetic?: boolean;
}

/** Ten nodes of a town of textiles and bricks, their thirteen lines and six agreements. */
export function makeTown(): Model {
  return makeModel({ nodes: NODES, lines: LINES, agreements: AGREEMENTS, communities: ["Hill University", "河东大学"] });
}

/** Those texts of the catalogue that stand in drawings, not in panels. */
const TEXTS: Model["texts"] = {
  en: {
    "none.tier": "no tier", "none.verdict": "no verdict", "none.community": "in no community, or in a small one",
    "none.measure": "not known", "frame.apart": "No line on this map ({n})",
  },
  zh: { "none.tier": "未入梯队", "frame.apart": "图中没有连线（{n}）" },
};

/** Build a model from parts written by hand. */
export function makeModel(parts: Parts): Model {
  const numbers = new Map(parts.nodes.map((node, i) => [node.id, i]));
  const agreements = parts.agreements ?? [];
  const regions = listTexts(parts.nodes.map((node) => node.region));
  const reasons = listTexts(parts.nodes.map((node) => node.reason));
  const lines = buildLines(parts.lines, numbers, agreements);
  return {
    title: "Milltown", asOf: "2025-06-30", lang: "en", synthetic: parts.synthetic ?? true, currency: "CNY",
    sources: ["town.xlsx"], made: "ecograph 0", notes: [],
    summary: [{ count: parts.nodes.length, label: both("nodes", "个节点") }],
    size: "strength", nodeKinds: NODE_KINDS, lineKinds: LINE_KINDS,
    tiers: TIERS, verdicts: VERDICTS, statuses: STATUSES, modes: MODES,
    regions, reasons: reasons.map((text) => both(text, text)),
    communities: listCommunities(parts.communities ?? [], parts.nodes),
    places: ["town.xlsx · nodes", "town.xlsx · agreements"], outline: null,
    texts: TEXTS,
    nodes: buildNodes(parts.nodes, numbers, regions, reasons),
    lines,
    agreements: buildAgreements(agreements, numbers),
    linesOf: listLinesOf(parts.nodes.length, lines),
  };
}

/** Make a large model at random, the same for the same seed; each third line has one agreement behind it. */
export function makeCrowd(nodeCount: number, lineCount: number, seed = 1): Model {
  const model = makeModel({ nodes: [], lines: [] });
  const random = makeRandom(seed);
  model.regions = ["North", "South"];
  model.communities = Array.from({ length: 100 }, (_, i) => ({ name: `Group ${i}`, members: 0 }));
  model.nodes = crowdNodes(nodeCount, random);
  for (const community of model.nodes.community) if (community >= 0) model.communities[community].members += 1;
  model.lines = crowdLines(lineCount, nodeCount, random);
  model.agreements = crowdAgreements(model.lines.behind.length, model.lines, random);
  model.linesOf = listLinesOf(nodeCount, model.lines);
  return model;
}

/** List the lines of every node; a line from a node to itself is listed once. */
export function listLinesOf(count: number, lines: Lines): Model["linesOf"] {
  const first = new Uint32Array(count + 1);
  eachEnd(lines, (node) => (first[node + 1] += 1));
  for (let i = 0; i < count; i += 1) first[i + 1] += first[i];
  const next = first.slice();
  const listed = new Uint32Array(first[count]);
  eachEnd(lines, (node, line) => (listed[next[node]++] = line));
  return { first, lines: listed };
}

function both(en: string, zh: string): Label {
  return { en, zh };
}

const NODE_KINDS: NodeKind[] = [
  { key: "university", label: both("University", "高校"), colour: "#0072b2", shape: "dot", organisation: true },
  { key: "platform", label: both("Platform", "平台"), colour: "#009e73", shape: "square", organisation: true },
  { key: "enterprise", label: both("Enterprise", "企业"), colour: "#e69f00", shape: "triangle", organisation: true },
  { key: "institution", label: both("Institution", "机构"), colour: "#cc79a7", shape: "hexagon", organisation: true },
  { key: "discipline", label: both("Discipline", "学科"), colour: "#56b4e9", shape: "diamond", organisation: false },
  { key: "industry", label: both("Industry", "产业"), colour: "#d55e00", shape: "star", organisation: false },
];

const LINE_KINDS: LineKind[] = [
  lineKind("tie", both("Agreements together", "共同协议"), "#475569", "agreements", true),
  lineKind("single", both("Agreement for an industry", "面向产业的协议"), "#8a6a4f", "agreements", true),
  { ...lineKind("planned", both("Planned or in talks", "规划、意向"), "#b4538a", "agreements", true), dashed: true },
  lineKind("hosts", both("Hosts a platform", "建设平台"), "#7cc4ac", "structure", true),
  lineKind("works_in", both("Works in an industry", "所属产业"), "#ebc37f", "structure", true),
  lineKind("offers", both("Offers a discipline", "开设学科"), "#9ccdeb", "structure", true),
  lineKind("about", both("Agreements about a discipline", "协议涉及学科"), "#b9c3e6", "structure", false),
];

function lineKind(key: string, label: Label, colour: string, group: LineKind["group"], shown: boolean): LineKind {
  return { key, label, colour, dashed: false, group, shown };
}

const TIERS: Term[] = [
  { key: "seedling", label: both("seedling", "草本"), colour: "#a6d96a" },
  { key: "shrub", label: both("shrub", "灌木"), colour: "#41ae76" },
  { key: "tree", label: both("tree", "乔木"), colour: "#00572d" },
];

const VERDICTS: Term[] = [
  { key: "gap", label: both("gap", "缺口"), colour: "#d55e00" },
  { key: "as_expected", label: both("as expected", "符合预期"), colour: "#56b4e9" },
  { key: "over_linked", label: both("over-linked", "高于预期"), colour: "#0072b2" },
  { key: "not_enough_data", label: both("not enough data", "数据不足"), colour: "#8c8c8c" },
  { key: "not_relevant", label: both("not relevant", "不相关"), colour: "#bdbdbd" },
];

const STATUSES: Status[] = [
  { key: "signed", label: both("signed", "已签"), colour: "#0072b2", counts: true },
  { key: "active", label: both("active", "在建"), colour: "#009e73", counts: true },
  { key: "ended", label: both("ended", "已结束"), colour: "#7f7f7f", counts: true },
  { key: "planned", label: both("planned", "规划"), colour: "#cc79a7", counts: false },
  { key: "intent", label: both("intent", "意向"), colour: "#b4538a", counts: false },
];

const MODES: Term[] = [
  { key: "joint_research", label: both("joint research", "联合研发"), colour: "#0072b2" },
  { key: "licence", label: both("licence", "技术许可"), colour: "#e69f00" },
];

const NODES: NodePart[] = [
  {
    id: "U1", name: "Hill University", kind: "university", x: 0, y: 0, aliases: ["HU", "山丘大学"], region: "North",
    community: 0, at: [36, 112], city: "Upton", strength: 3, degree: 2,
  },
  {
    id: "U2", name: "河东大学", kind: "university", x: 240, y: 0, aliases: ["Hedong University"], region: "South",
    community: 1, at: [35, 111], city: "Downton", strength: 1, degree: 1,
  },
  {
    id: "P1", name: "Loom Lab", kind: "platform", x: 0, y: -80, region: "North", community: 0, at: [36, 112],
    city: "Upton", strength: 0, degree: 0,
  },
  {
    id: "E1", name: "Mill One", kind: "enterprise", x: -80, y: 0, industry: "N1", region: "North", tier: "tree",
    reason: "1,200 people", verdict: "as_expected", community: 0, at: [37, 113], strength: 2, degree: 1,
  },
  {
    id: "E2", name: "Dye Works", kind: "enterprise", x: 0, y: 80, industry: "N1", region: "South", tier: "shrub",
    reason: "high-tech certificate", verdict: "as_expected", community: 0, strength: 1, degree: 1,
  },
  {
    id: "E3", name: "重庆砖厂", kind: "enterprise", x: 240, y: 80, industry: "N2", tier: "seedling",
    reason: "in the pool of seedlings", verdict: "gap", community: 1, strength: 0, degree: 0,
  },
  {
    id: "I1", name: "Trade Board", kind: "institution", x: 320, y: 0, region: "South", community: 1, at: [34, 111],
    city: "Downton", strength: 1, degree: 1,
  },
  { id: "N1", name: "Textiles", kind: "industry", x: -80, y: 80, verdict: "as_expected" },
  { id: "N2", name: "Bricks", kind: "industry", x: 240, y: 160, verdict: "gap" },
  { id: "D1", name: "Chemistry", kind: "discipline", x: 120, y: -40 },
];

const LINES: LinePart[] = [
  { from: "U1", to: "E1", kind: "tie", weight: 2, behind: ["A0", "A1"] }, // 0
  { from: "U1", to: "E2", kind: "tie", behind: ["A2"] }, // 1
  { from: "U2", to: "I1", kind: "tie", behind: ["A3"] }, // 2
  { from: "U2", to: "E3", kind: "planned", behind: ["A4"] }, // 3
  { from: "E3", to: "N2", kind: "single", behind: ["A5"] }, // 4
  { from: "U1", to: "P1", kind: "hosts" }, // 5
  { from: "E1", to: "N1", kind: "works_in" }, // 6
  { from: "E2", to: "N1", kind: "works_in" }, // 7
  { from: "E3", to: "N2", kind: "works_in" }, // 8
  { from: "U1", to: "D1", kind: "offers" }, // 9
  { from: "U2", to: "D1", kind: "offers" }, // 10
  { from: "U1", to: "D1", kind: "about", behind: ["A0"] }, // 11, not shown at first
  { from: "E1", to: "D1", kind: "about", behind: ["A0"] }, // 12, not shown at first
];

const AGREEMENTS: AgreementPart[] = [
  {
    id: "A0", name: "Fast dyes", status: "signed", mode: "joint_research", year: 2023, date: "2023-03-01",
    amount: 100_000, parties: ["U1", "E1"], topics: ["D1"],
  },
  {
    id: "A1", name: "Second loom", status: "active", mode: "licence", year: 2024, date: "2024", amount: 500_000,
    parties: ["U1", "E1"],
  },
  { id: "A2", name: "Water of the dye works", status: "ended", year: 2025, parties: ["U1", "E2", "Far Firm"] },
  { id: "A3", name: "Board and university", status: "signed", amount: 2_000_000, parties: ["U2", "I1"] },
  { id: "A4", name: "Talks on kilns", status: "intent", year: 2024, date: "2024-11", parties: ["U2", "E3"] },
  {
    id: "A5", name: "Clay for bricks", status: "active", mode: "joint_research", year: 2025, amount: 50_000,
    parties: ["E3"], topics: ["N2"],
  },
];

function listTexts(texts: (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

function listCommunities(names: string[], nodes: NodePart[]): Community[] {
  return names.map((name, i) => ({ name, members: nodes.filter((node) => node.community === i).length }));
}

function keyIn(list: { key: string }[], key: string | undefined): number {
  return key === undefined ? -1 : list.findIndex((entry) => entry.key === key);
}

function buildNodes(parts: NodePart[], numbers: Map<string, number>, regions: string[], reasons: string[]): Nodes {
  return {
    count: parts.length,
    id: parts.map((part) => part.id),
    name: parts.map((part) => part.name),
    aliases: new Map(parts.flatMap((part, i) => (part.aliases ? [[i, part.aliases] as [number, string[]]] : []))),
    kind: Uint8Array.from(parts, (part) => keyIn(NODE_KINDS, part.kind)),
    x: Float32Array.from(parts, (part) => part.x ?? 0),
    y: Float32Array.from(parts, (part) => part.y ?? 0),
    industry: Int32Array.from(parts, (part) => numbers.get(part.industry ?? "") ?? -1),
    region: Int32Array.from(parts, (part) => (part.region === undefined ? -1 : regions.indexOf(part.region))),
    tier: Int8Array.from(parts, (part) => keyIn(TIERS, part.tier)),
    reason: Int32Array.from(parts, (part) => (part.reason === undefined ? -1 : reasons.indexOf(part.reason))),
    verdict: Int8Array.from(parts, (part) => keyIn(VERDICTS, part.verdict)),
    community: Int32Array.from(parts, (part) => part.community ?? -1),
    latitude: Float32Array.from(parts, (part) => part.at?.[0] ?? NaN),
    longitude: Float32Array.from(parts, (part) => part.at?.[1] ?? NaN),
    source: new Int32Array(parts.length),
    facts: [listCities(parts)],
    measures: [
      listMeasure("strength", both("strength (agreements shared)", "合作强度"), parts.map((part) => part.strength)),
      listMeasure("degree", both("number of partners", "合作伙伴数"), parts.map((part) => part.degree)),
    ],
  };
}

function listCities(parts: NodePart[]): Fact {
  const texts = listTexts(parts.map((part) => part.city));
  const values = Int32Array.from(parts, (part) => (part.city === undefined ? -1 : texts.indexOf(part.city)));
  return { key: "city", label: both("City", "城市"), texts, values };
}

function listMeasure(key: string, label: Label, values: (number | undefined)[]): Measure {
  return { key, label, values: Float32Array.from(values, (value) => value ?? NaN) };
}

function buildLines(parts: LinePart[], numbers: Map<string, number>, agreements: AgreementPart[]): Lines {
  const places = new Map(agreements.map((agreement, i) => [agreement.id, i]));
  const first = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => (first[i + 1] = first[i] + (part.behind?.length ?? 0)));
  return {
    count: parts.length,
    source: Uint32Array.from(parts, (part) => demand(numbers, part.from)),
    target: Uint32Array.from(parts, (part) => demand(numbers, part.to)),
    kind: Uint8Array.from(parts, (part) => keyIn(LINE_KINDS, part.kind)),
    weight: Float32Array.from(parts, (part) => part.weight ?? 1),
    first,
    behind: Uint32Array.from(parts.flatMap((part) => (part.behind ?? []).map((id) => demand(places, id)))),
  };
}

function demand(numbers: Map<string, number>, id: string): number {
  const number = numbers.get(id);
  if (number === undefined) throw new Error(`there is no ${id}`);
  return number;
}

function buildAgreements(parts: AgreementPart[], numbers: Map<string, number>): Agreements {
  const ends = (ids: string[] = []): End[] => ids.map((id) => numbers.get(id) ?? id);
  return {
    count: parts.length,
    id: parts.map((part) => part.id),
    name: parts.map((part) => part.name),
    status: Int8Array.from(parts, (part) => keyIn(STATUSES, part.status)),
    mode: Int8Array.from(parts, (part) => keyIn(MODES, part.mode)),
    year: Int16Array.from(parts, (part) => part.year ?? 0),
    date: parts.map((part) => part.date ?? (part.year === undefined ? "" : String(part.year))),
    amount: Float64Array.from(parts, (part) => part.amount ?? NaN),
    source: Int32Array.from(parts, () => 1),
    counts: Uint8Array.from(parts, (part) => Number(STATUSES[keyIn(STATUSES, part.status)]?.counts ?? false)),
    parties: parts.map((part) => ends(part.parties)),
    topics: parts.map((part) => ends(part.topics)),
  };
}

function eachEnd(lines: Lines, visit: (node: number, line: number) => void): void {
  for (let line = 0; line < lines.count; line += 1) {
    visit(lines.source[line], line);
    if (lines.target[line] !== lines.source[line]) visit(lines.target[line], line);
  }
}

/** A small generator of numbers from 0 to below 1 (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function crowdNodes(count: number, random: () => number): Nodes {
  const some = (below: number): number => Math.floor(random() * below);
  const industries = Math.max(1, Math.floor(count / 100));
  const isIndustry = (i: number): boolean => i < industries;
  const kind = new Uint8Array(count).map((_, i) => (isIndustry(i) ? 5 : i % 50 === 0 ? 4 : some(4)));
  const side = Math.sqrt(count) * 80;
  const span = new Float32Array(count);
  const strength = span.map((_, i) => (kind[i] < 4 ? Math.floor(random() ** 4 * 60) : NaN));
  return {
    count,
    id: Array.from(span, (_, i) => `n${i}`),
    name: Array.from(span, (_, i) => `${i % 2 ? "Works" : "机械制造有限公司"} ${some(100_000)}`),
    aliases: new Map(),
    kind,
    x: span.map(() => random() * side),
    y: span.map(() => random() * side),
    industry: new Int32Array(count).map((_, i) => (kind[i] < 4 ? some(industries) : -1)),
    region: new Int32Array(count).map(() => some(2)),
    tier: new Int8Array(count).map((_, i) => (kind[i] === 2 ? some(4) - 1 : -1)),
    reason: new Int32Array(count).fill(-1),
    verdict: new Int8Array(count).map(() => some(5)),
    community: new Int32Array(count).map((_, i) => (kind[i] < 4 ? some(100) : -1)),
    latitude: span.map(() => 35 + random() * 3),
    longitude: span.map(() => 111 + random() * 3),
    source: new Int32Array(count),
    facts: [],
    measures: [{ key: "strength", label: both("strength", "合作强度"), values: strength }],
  };
}

function crowdLines(count: number, nodeCount: number, random: () => number): Lines {
  const some = (): number => Math.floor(random() * nodeCount);
  const kind = new Uint8Array(count).map((_, i) => (i % 3 === 0 ? Math.floor(random() * 3) : 3 + (i % 4)));
  const first = new Uint32Array(count + 1);
  for (let i = 0; i < count; i += 1) first[i + 1] = first[i] + (kind[i] < 3 ? 1 : 0);
  return {
    count,
    source: new Uint32Array(count).map(some),
    target: new Uint32Array(count).map(some),
    kind,
    weight: new Float32Array(count).map(() => 1 + Math.floor(random() ** 6 * 30)),
    first,
    behind: new Uint32Array(first[count]).map((_, i) => i),
  };
}

function crowdAgreements(count: number, lines: Lines, random: () => number): Agreements {
  const parties: End[][] = [];
  for (let line = 0; line < lines.count; line += 1) {
    if (lines.first[line + 1] > lines.first[line]) parties.push([lines.source[line], lines.target[line]]);
  }
  const span = new Int8Array(count);
  return {
    count,
    id: Array.from(span, (_, i) => `a${i}`),
    name: Array.from(span, (_, i) => `Agreement ${i}`),
    status: span.map(() => Math.floor(random() * 5)),
    mode: span.map(() => Math.floor(random() * 2)),
    year: new Int16Array(count).map(() => (random() < 0.1 ? 0 : 2015 + Math.floor(random() * 11))),
    date: Array.from(span, () => ""),
    amount: new Float64Array(count).map(() => (random() < 0.3 ? NaN : Math.floor(10 ** (random() * 8)))),
    source: new Int32Array(count),
    counts: new Uint8Array(count).fill(1),
    parties,
    topics: Array.from(span, () => []),
  };
}
