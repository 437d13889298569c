// Search: find nodes by name, alias, id or the initials of a Chinese name.

import { spellInitials } from "./pinyin.js";
import type { Model } from "./types.js";

/** What of a node a query was found in. */
export type Field = "name" | "alias" | "id" | "initials";

export interface Found {
  node: number;
  matched: Field;
  text: string; // the name, alias or id that matched; for initials the name or alias that they are of
}

export interface SearchIndex {
  count: number;
  strength: Float32Array;
  words: Haystack;
  initials: Haystack;
}

/** Read all names of a model once, so that each search is quick. */
export function buildIndex(model: Model): SearchIndex {
  const entries = listEntries(model);
  const spelled = entries.map(({ field, text }) => (field === "id" ? "" : spellInitials(text)));
  return {
    count: model.nodes.count,
    strength: findStrength(model),
    words: stack(entries, entries.map(({ text }) => text)),
    initials: stack(
      entries.filter((_, i) => spelled[i] !== "").map((entry) => ({ ...entry, field: "initials" })),
      spelled.filter((initials) => initials !== ""),
    ),
  };
}

/** Find the nodes that a query fits best: whole names, then beginnings, words, parts, initials; strong ones first. */
export function search(index: SearchIndex, query: string, limit: number): Found[] {
  const wanted = fold(query.replaceAll("\n", " ")).trim();
  if (wanted === "" || limit < 1) return [];
  const hits: Hits = { rank: new Uint8Array(index.count).fill(NO_RANK), entry: new Int32Array(index.count) };
  collect(index.words, wanted, hits, RANKS.words);
  if (/^[a-z0-9]+$/.test(wanted)) collect(index.initials, wanted, hits, RANKS.initials);
  return chooseBest(index, hits, limit).map((node) => describe(index, hits, node));
}

interface Entry {
  node: number;
  field: Field;
  text: string;
}

/** Many short texts in one long one, each after a line break: that is searched at once. */
interface Haystack {
  text: string;
  entries: Entry[];
  starts: Uint32Array; // where each entry begins, and the end
}

interface Hits {
  rank: Uint8Array; // of each node: the best of its entries
  entry: Int32Array;
}

/** Ranks of a whole entry, its beginning, the beginning of a word in it, and any part. */
const RANKS = { words: [0, 1, 2, 3], initials: [4, 4, 4, 5] };
const NO_RANK = 255;

/** Make texts comparable: full width like half width, small like capital letters, any space one space. */
function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^\S\n]+/g, " ");
}

function listEntries(model: Model): Entry[] {
  const { id, name, aliases, count } = model.nodes;
  const entries: Entry[] = [];
  for (let node = 0; node < count; node += 1) {
    entries.push({ node, field: "name", text: name[node] });
    for (const text of aliases.get(node) ?? []) entries.push({ node, field: "alias", text });
    entries.push({ node, field: "id", text: id[node] });
  }
  return entries;
}

function findStrength(model: Model): Float32Array {
  const { measures, count } = model.nodes;
  const measure = measures.find((one) => one.key === "strength") ?? measures[0];
  return measure === undefined ? new Float32Array(count) : measure.values.map((value) => (value > 0 ? value : 0));
}

/** Stack texts and fold them all at once, which is far quicker than one by one. */
function stack(entries: Entry[], texts: string[]): Haystack {
  const flat = texts.map((text) => (text.includes("\n") ? text.replaceAll("\n", " ") : text));
  const text = fold(`\n${flat.join("\n")}\n`).replace(/ ?\n ?/g, "\n");
  const starts = new Uint32Array(entries.length + 1);
  for (let i = 0, place = 0; i <= entries.length; i += 1) {
    starts[i] = place + 1;
    place = text.indexOf("\n", place + 1);
  }
  return { text, entries, starts };
}

/** Note the best rank that each node has in a haystack. */
function collect({ text, entries, starts }: Haystack, wanted: string, hits: Hits, ranks: number[]): void {
  let entry = 0;
  let place = text.indexOf(wanted);
  while (place >= 0) {
    while (starts[entry + 1] <= place) entry += 1;
    const fit = judge(text, wanted, place);
    const { node } = entries[entry];
    if (ranks[fit] < hits.rank[node]) {
      hits.rank[node] = ranks[fit];
      hits.entry[node] = entry;
    }
    place = text.indexOf(wanted, fit === PART ? place + 1 : starts[entry + 1]); // no later place is better
  }
}

const PART = 3;

/** 0 for a whole entry, 1 for its beginning, 2 for the beginning of a word, 3 for any other part. */
function judge(text: string, wanted: string, place: number): number {
  const before = text.charCodeAt(place - 1);
  if (before === 10) return text.charCodeAt(place + wanted.length) === 10 ? 0 : 1;
  return isLetter(before) ? PART : 2;
}

/** Say whether a unit of text is part of a word. */
function isLetter(unit: number): boolean {
  if (unit < 128) return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57);
  return (unit >= 0x4e00 && unit <= 0x9fff) || /[\p{L}\p{N}]/u.test(String.fromCharCode(unit));
}

/** Choose the best nodes; the list is short, so each one is put in its place. */
function chooseBest(index: SearchIndex, hits: Hits, limit: number): number[] {
  const best: number[] = [];
  const isBetter = (a: number, b: number): boolean =>
    hits.rank[a] !== hits.rank[b] ? hits.rank[a] < hits.rank[b] : index.strength[a] > index.strength[b];
  for (let node = 0; node < index.count; node += 1) {
    if (hits.rank[node] === NO_RANK) continue;
    if (best.length === limit && !isBetter(node, best[limit - 1])) continue;
    let place = Math.min(best.length, limit - 1);
    while (place > 0 && isBetter(node, best[place - 1])) {
      best[place] = best[place - 1];
      place -= 1;
    }
    best[place] = node;
  }
  return best;
}

function describe(index: SearchIndex, hits: Hits, node: number): Found {
  const stacked = hits.rank[node] >= RANKS.initials[0] ? index.initials : index.words;
  const { field, text } = stacked.entries[hits.entry[node]];
  return { node, matched: field, text };
}
