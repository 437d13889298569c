// What a sheet says beside its map, in the language of the page: title, filters in words, legend, sources.

import { describeColours } from "../appearance.js";
import type { ColourEntry } from "../appearance.js";
import type { Page } from "../page.js";
import { parseColour, suitGround, toHex } from "../palette.js";
import { describeSeen, listChips } from "../panels/filters.js";
import { countKinds } from "../panels/legend.js";
import type { Scene } from "../types.js";
import { inksOf } from "./sheet.js";
import type { LegendGroup, Sample, Words } from "./sheet.js";

const MOST = 20; // colours in a legend

/** Put into words what a page shows; the colours of the legend are those of the scene. */
export function collectWords(page: Page, scene: Scene): Words {
  const { model } = page;
  const comma = page.say("details.comma");
  const sources = model.sources.length === 0 ? "" : page.say("export.sources", { files: model.sources.join(comma) });
  return {
    title: model.title,
    subtitle: join([
      page.say("export.heading"),
      model.asOf === "" ? "" : page.say("export.as_of", { date: model.asOf }),
      model.synthetic ? page.say("export.synthetic") : "",
      describeSeen(page),
    ]),
    filters: describeFilters(page),
    legend: describeLegend(page, scene),
    footer: join([sources, page.say("export.made", { program: model.made })]),
  };
}

/** All that narrows what is seen, in the words of the chips above the map; "" where nothing does. */
export function describeFilters(page: Page): string {
  const parts = join(listChips(page).map(({ text }) => text));
  return parts === "" ? "" : page.say("export.filters", { filters: parts });
}

function join(parts: string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

function describeLegend(page: Page, scene: Scene): LegendGroup[] {
  const { dark } = scene;
  const groups = [describeTheColours(page, dark), describeKinds(page, dark), describeLines(page, dark),
    describeChanges(page, scene), describeSize(page)];
  return groups.filter((group) => group.entries.length > 0);
}

function describeTheColours(page: Page, dark: boolean): LegendGroup {
  const { model, store: { state } } = page;
  const seen = listColours(page, dark);
  const listed: LegendGroup["entries"] = seen.slice(0, MOST).map(({ label, colour, shape }) => ({
    text: label[state.lang], sample: { type: "symbol", shape: shape ?? "dot", colour: toHex(colour) },
  }));
  const more = seen.length - listed.length;
  if (more > 0) listed.push({ text: page.say("details.more", { n: more }), sample: { type: "none" } });
  const what = model.nodes.measures.find(({ key }) => `measure:${key}` === state.colour)?.label[state.lang];
  const heading = page.say("filters.chip", {
    what: page.say("legend.colour"), value: what ?? page.say(`look.by.${state.colour}`),
  });
  return { heading, entries: listed };
}

// Colours of kinds are told with their shapes.
function listColours({ model, store: { state }, derived: { visible } }: Page, dark: boolean): ColourEntry[] {
  return state.colour === "kind" ? [] : describeColours(model, state, visible, dark).filter(({ count }) => count > 0);
}

function describeKinds(page: Page, dark: boolean): LegendGroup {
  const { model, store: { state }, derived: { visible } } = page;
  const counted = countKinds(model.nodeKinds.length, model.nodes.kind, visible.nodes);
  const told = listColours(page, dark);
  const kinds = model.nodeKinds.filter(({ key }, i) =>
    counted[i].seen > 0 && !told.some((entry) => entry.key === `kind:${key}`));
  const plain = inksOf(dark).soft; // where colour stands for something else
  return {
    heading: page.say("legend.nodes"),
    entries: kinds.map(({ label, shape, colour }) => ({
      text: label[state.lang],
      sample: { type: "symbol", shape, colour: state.colour === "kind" ? asSeen(colour, dark) : plain },
    })),
  };
}

function describeLines(page: Page, dark: boolean): LegendGroup {
  const { model, store: { state }, derived: { visible } } = page;
  const byKind = visible.lines.map((seen, i) => (visible.change[i] === 0 ? seen : 0));
  const counted = countKinds(model.lineKinds.length, model.lines.kind, byKind);
  const kinds = model.lineKinds.filter((_, i) => counted[i].seen > 0);
  return {
    heading: page.say("export.lines"),
    entries: kinds.map(({ label, colour, dashed, group }) => ({
      text: label[state.lang],
      sample: { type: "line", colour: asSeen(colour, dark), dashed, width: group === "agreements" ? 3.5 : 2 },
    })),
  };
}

// Lines that are compared with the year before have the colour of what became of them.
function describeChanges(page: Page, { visible, dress }: Scene): LegendGroup {
  const entries = (["new", "lost", "kept"] as const).flatMap((key, n) => {
    const line = visible.change.findIndex((change, i) => change === n + 1 && visible.lines[i] === 1);
    if (line < 0) return [];
    const sample: Sample = {
      type: "line", colour: toHex(dress.lineColour[line]), dashed: dress.lineDashed[line] === 1, width: 3.5,
    };
    return [{ text: page.say(`time.${key}`), sample }];
  });
  return { heading: page.say("time.mode.change"), entries };
}

function asSeen(colour: string, dark: boolean): string {
  return toHex(suitGround(parseColour(colour), dark));
}

function describeSize(page: Page): LegendGroup {
  const { lang, size } = page.store.state;
  const measure = page.model.nodes.measures.find(({ key }) => key === size);
  return {
    heading: page.say("export.size"),
    entries: measure === undefined ? [] : [{ text: measure.label[lang], sample: { type: "none" } }],
  };
}
