// Questions to the model that panels ask: which number has this id, which agreements name this node.

import type { Page } from "../page.js";
import { parseColour, suitGround, toHex } from "../palette.js";
import { numberOf } from "../visible.js";
import type { Agreements, End, Lang, Model } from "../types.js";

/** The number of a node, -1 if there is none of this id. */
export function findNode(model: Model, id: string): number {
  return numberOf(model).get(id) ?? -1;
}

/** A colour of the data as the map shows it on its present ground. */
export function shownColour(page: Page, colour: string): string {
  return toHex(suitGround(parseColour(colour), page.derived.scene.dark));
}

/** The lines at a node. */
export function linesAt(model: Model, node: number): number[] {
  const { first, lines } = model.linesOf;
  return [...lines.subarray(first[node], first[node + 1])];
}

/** The agreements behind a line, the newest first. */
export function agreementsBehind(model: Model, line: number): number[] {
  const { first, behind } = model.lines;
  return newestFirst(model.agreements, [...behind.subarray(first[line], first[line + 1])]);
}

/** The agreements that name a node as a party or a topic, the newest first. */
export function agreementsOf(model: Model, node: number): number[] {
  const all = agreementsOfNodes.get(model) ?? listAgreements(model);
  agreementsOfNodes.set(model, all);
  return newestFirst(model.agreements, all.get(node) ?? []);
}

/** Whether an agreement counts: planned ones and talks do not. */
export function counts(model: Model, agreement: number): boolean {
  return model.agreements.counts[agreement] === 1;
}

/** The name of an end of an agreement. */
export function endName(model: Model, end: End): string {
  return typeof end === "number" ? model.nodes.name[end] : end;
}

/** The label of an entry of a closed list, "" where there is none. */
export function termLabel(terms: readonly { label: Record<Lang, string> }[], number: number, lang: Lang): string {
  return terms[number]?.label[lang] ?? "";
}

/** Whether a node is an organisation. */
export function isOrganisation(model: Model, node: number): boolean {
  return model.nodeKinds[model.nodes.kind[node]].organisation;
}

const agreementsOfNodes = new WeakMap<Model, Map<number, number[]>>();

function listAgreements(model: Model): Map<number, number[]> {
  const all = new Map<number, number[]>();
  const { parties, topics, count } = model.agreements;
  for (let i = 0; i < count; i += 1) {
    for (const end of new Set([...parties[i], ...topics[i]])) {
      if (typeof end !== "number") continue;
      const known = all.get(end);
      if (known === undefined) all.set(end, [i]);
      else known.push(i);
    }
  }
  return all;
}

function newestFirst(agreements: Agreements, numbers: readonly number[]): number[] {
  const { year, date, name } = agreements;
  return [...numbers].sort((a, b) =>
    year[b] - year[a] || compare(date[b], date[a]) || compare(name[a], name[b]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
