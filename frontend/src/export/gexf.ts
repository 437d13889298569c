// The map as GEXF 1.3, as Gephi opens it: places, colours, sizes, kinds and all that is known of each node.

import type { Dress, Lang, Model, Placement, Term, Visible } from "../types.js";
import { plain, short } from "./numbers.js";
import { cleanText, escapeXml } from "./xml.js";

interface Column {
  name: string;
  type: "string" | "double" | "integer";
  write: (index: number) => string; // "" where unknown
}

// Made of parts: the page as shipped holds no address that could be loaded.
const SPACE = ["http:", "", "gexf.net", "1.3"].join("/");
const OUTLINES = new Map([
  ["square", "square"], ["diamond", "diamond"], ["triangle", "triangle"], ["triangleDown", "triangle"],
]);

/** Write what is seen as GEXF. Texts of closed lists are in the language asked for, keys are the same in all. */
export function renderGexf(
  model: Model, visible: Visible, placement: Placement, dress: Dress, lang: Lang = model.lang,
): string {
  const nodeColumns = listNodeColumns(model, lang);
  const lineColumns = listLineColumns(model, lang);
  const ids = giveIds(model.nodes.id);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<gexf xmlns="${SPACE}" xmlns:viz="${SPACE}/viz" version="1.3">\n`,
    ...describeFile(model),
    '<graph defaultedgetype="undirected" mode="static" idtype="string">\n',
    ...declare("node", nodeColumns), ...declare("edge", lineColumns),
    "<nodes>\n", ...seen(visible.nodes, (i) => writeNode(model, placement, dress, nodeColumns, ids, i)), "</nodes>\n",
    "<edges>\n", ...seen(visible.lines, (i) => writeLine(model, dress, lineColumns, ids, i)), "</edges>\n",
    "</graph>\n</gexf>\n",
  ].join("");
}

function describeFile(model: Model): string[] {
  const day = /^\d{4}-\d\d-\d\d$/.test(model.asOf) ? ` lastmodifieddate="${model.asOf}"` : "";
  const about = [model.title, ...model.sources].map(cleanText).filter((part) => part !== "").join("; ");
  return [`<meta${day}>\n<creator>${escapeXml(model.made)}</creator>\n`,
    `<description>${escapeXml(about)}</description>\n</meta>\n`];
}

function listNodeColumns(model: Model, lang: Lang): Column[] {
  const { nodes } = model;
  const columns: Column[] = [
    text("kind", (i) => model.nodeKinds[nodes.kind[i]]?.label[lang]),
    text("industry", (i) => nodes.name[nodes.industry[i]]),
    text("region", (i) => model.regions[nodes.region[i]]),
    text("tier", termOf(model.tiers, nodes.tier, lang)),
    text("verdict", termOf(model.verdicts, nodes.verdict, lang)),
    text("community", (i) => model.communities[nodes.community[i]]?.name),
    number("latitude", nodes.latitude),
    number("longitude", nodes.longitude),
    ...nodes.measures.map((measure) => number(measure.key, measure.values)),
    ...nodes.facts.map((fact) => text(fact.key, (i) => fact.texts[fact.values[i]])),
    text("aliases", (i) => nodes.aliases.get(i)?.join(" | ")),
    text("source", (i) => model.places[nodes.source[i]]),
  ];
  return nameApart(columns);
}

function listLineColumns(model: Model, lang: Lang): Column[] {
  const { first, kind } = model.lines;
  return nameApart([
    text("relation", (i) => model.lineKinds[kind[i]]?.label[lang]),
    { name: "agreements", type: "integer", write: (i) => String(first[i + 1] - first[i] || "") },
  ]);
}

function text(key: string, find: (index: number) => string | undefined): Column {
  const known = new Map<string, string>([["", ""]]); // the same few texts come again and again
  return {
    name: key,
    type: "string",
    write: (i) => {
      const found = find(i) ?? "";
      const written = known.get(found) ?? escapeXml(found);
      known.set(found, written);
      return written;
    },
  };
}

function number(key: string, values: Float32Array): Column {
  const write = (i: number) => (Number.isFinite(values[i]) ? plain(values[i]) : "");
  return { name: key, type: "double", write };
}

function termOf(terms: Term[], values: Int8Array, lang: Lang): (index: number) => string | undefined {
  return (i) => terms[values[i]]?.label[lang];
}

// Readers go by the title, and data may call a fact "kind" or "label": no two columns may have one name.
function nameApart(columns: Column[]): Column[] {
  const taken = new Set(["", "id", "label", "weight", "viz", "start", "end"]);
  return columns.map((column) => {
    const name = firstFree(cleanText(column.name), taken);
    taken.add(name);
    return { ...column, name: escapeXml(name) };
  });
}

function giveIds(ids: string[]): string[] {
  const taken = new Set([""]);
  return ids.map((id) => {
    const given = firstFree(cleanText(id), taken);
    taken.add(given);
    return escapeXml(given);
  });
}

function firstFree(name: string, taken: Set<string>): string {
  if (!taken.has(name)) return name;
  let n = 2;
  while (taken.has(`${name}_${n}`)) n += 1;
  return `${name}_${n}`;
}

function declare(of: "node" | "edge", columns: Column[]): string[] {
  const entries = columns.map(({ name, type }) => `<attribute id="${name}" title="${name}" type="${type}"/>\n`);
  return [`<attributes class="${of}" mode="static">\n`, ...entries, "</attributes>\n"];
}

function seen(flags: Uint8Array, write: (index: number) => string): string[] {
  const written: string[] = [];
  for (let i = 0; i < flags.length; i += 1) if (flags[i] === 1) written.push(write(i));
  return written;
}

function writeNode(
  model: Model, placement: Placement, dress: Dress, columns: Column[], ids: string[], i: number,
): string {
  const outline = OUTLINES.get(model.nodeKinds[model.nodes.kind[i]]?.shape ?? "") ?? "disc";
  // Gephi counts upwards, the map downwards.
  const place = placement.placed[i] === 1
    ? `<viz:position x="${short(placement.x[i])}" y="${short(-placement.y[i])}" z="0"/>` : "";
  return `<node id="${ids[i]}" label="${escapeXml(model.nodes.name[i])}">${writeValues(columns, i)}`
    + `${writeColour(dress.nodeColour[i], 1)}<viz:size value="${short(dress.nodeRadius[i])}"/>`
    + `<viz:shape value="${outline}"/>${place}</node>\n`;
}

function writeLine(model: Model, dress: Dress, columns: Column[], ids: string[], i: number): string {
  const { source, target, weight, kind } = model.lines;
  const weighs = Number.isFinite(weight[i]) ? plain(weight[i]) : "1";
  const key = escapeXml(model.lineKinds[kind[i]]?.key ?? "");
  return `<edge id="${i}" source="${ids[source[i]]}" target="${ids[target[i]]}" weight="${weighs}" kind="${key}">`
    + `${writeValues(columns, i)}${writeColour(dress.lineColour[i], dress.lineOpacity[i])}`
    + `<viz:thickness value="${short(dress.lineWidth[i])}"/></edge>\n`;
}

function writeValues(columns: Column[], i: number): string {
  let written = "";
  for (const column of columns) {
    const value = column.write(i);
    if (value !== "") written += `<attvalue for="${column.name}" value="${value}"/>`;
  }
  return written === "" ? "" : `<attvalues>${written}</attvalues>`;
}

function writeColour(colour: number, opacity: number): string {
  const [red, green, blue] = [colour >> 16 & 255, colour >> 8 & 255, colour & 255];
  return `<viz:color r="${red}" g="${green}" b="${blue}" a="${short(opacity)}"/>`;
}
