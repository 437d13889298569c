// What is visible as rows of a table: the table view shows them, the export writes them.

import type { Lang, Model, State, Visible } from "./types.js";
import { nameLine } from "./visible.js";

export type Cell = string | number | null;
export type RowsOf = "nodes" | "lines";

export interface Column {
  key: string;
  label: string;
  number: boolean;
}

/** The columns and the cells of all that is visible, in the order of the model. */
export function listRows(model: Model, visible: Visible, state: State, of: RowsOf = "nodes"): {
  columns: Column[];
  rows: Cell[][];
} {
  const columns = listColumns(model, state.lang, of);
  const read = (entry: number): Cell[] => columns.map(({ key }) => readCell(model, of, entry, key, state.lang));
  const rows = listVisible(visible, of).map(read);
  return { columns, rows };
}

/** The numbers of the visible nodes or lines. */
export function listVisible(visible: Visible, of: RowsOf): number[] {
  const seen = of === "nodes" ? visible.nodes : visible.lines;
  const numbers: number[] = [];
  for (let i = 0; i < seen.length; i += 1) if (seen[i] === 1) numbers.push(i);
  return numbers;
}

/** The columns that the data can fill; `texts` of the model name them. */
export function listColumns(model: Model, lang: Lang, of: RowsOf): Column[] {
  const say = (key: string): string => model.texts[lang][`column.${key}`] ?? key;
  const text = (key: string): Column => ({ key, label: say(key), number: false });
  if (of === "lines") return [text("source"), text("target"), text("line"), { ...text("weight"), number: true },
    { ...text("agreements"), number: true }];
  return [
    ...["name", "kind", ...NODE_COLUMNS.filter((key) => isKnown(model, key))].map(text),
    ...model.nodes.measures.map(({ key, label }) => ({ key: `measure:${key}`, label: label[lang], number: true })),
    ...model.nodes.facts.map(({ key, label }) => ({ key: `fact:${key}`, label: label[lang], number: false })),
    text("id"),
  ];
}

/** One cell: null where nothing is known. */
export function readCell(model: Model, of: RowsOf, entry: number, key: string, lang: Lang): Cell {
  return of === "nodes" ? readNode(model, entry, key, lang) : readLine(model, entry, key, lang);
}

/** The id that a selection of a row has. */
export function rowId(model: Model, of: RowsOf, entry: number): string {
  return of === "nodes" ? model.nodes.id[entry] : nameLine(model, entry);
}

const NODE_COLUMNS = ["industry", "region", "tier", "verdict", "community"] as const;

function isKnown(model: Model, key: (typeof NODE_COLUMNS)[number]): boolean {
  return model.nodes[key].some((value) => value >= 0);
}

function readNode(model: Model, node: number, key: string, lang: Lang): Cell {
  const { nodes } = model;
  if (key === "name") return nodes.name[node];
  if (key === "id") return nodes.id[node];
  if (key === "kind") return model.nodeKinds[nodes.kind[node]].label[lang];
  if (key === "industry") return nodes.name[nodes.industry[node]] ?? null;
  if (key === "region") return model.regions[nodes.region[node]] ?? null;
  if (key === "tier") return model.tiers[nodes.tier[node]]?.label[lang] ?? null;
  if (key === "verdict") return model.verdicts[nodes.verdict[node]]?.label[lang] ?? null;
  if (key === "community") return model.communities[nodes.community[node]]?.name ?? null;
  return readFurther(model, node, key);
}

function readFurther(model: Model, node: number, key: string): Cell {
  const [group, name] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  if (group === "measure") {
    const value = model.nodes.measures.find((measure) => measure.key === name)?.values[node] ?? NaN;
    return Number.isNaN(value) ? null : value;
  }
  const fact = model.nodes.facts.find((known) => known.key === name);
  return fact?.texts[fact.values[node]] ?? null;
}

function readLine(model: Model, line: number, key: string, lang: Lang): Cell {
  const { lines, nodes } = model;
  if (key === "source") return nodes.name[lines.source[line]];
  if (key === "target") return nodes.name[lines.target[line]];
  if (key === "line") return model.lineKinds[lines.kind[line]].label[lang];
  if (key === "weight") return lines.weight[line];
  return lines.first[line + 1] - lines.first[line];
}
