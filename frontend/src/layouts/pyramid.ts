// The layout "tiers": firms as a pyramid with the highest tier at its top, those without a tier under it,
// universities and platforms in bands beneath, so that lines to them can be seen.

import { countUnplaced, nameGroup, put, sortNodes, startPlacement, trace, write } from "./spots.js";
import { textOf } from "../texts.js";
import type { Label, Lang, Model, Placement, Visible } from "../types.js";

/** Place the visible firms by tier, and universities and platforms beneath them. */
export function placeTiers(model: Model, visible: Visible, aspect: number, lang: Lang): Placement {
  const { steps, bands } = gather(model, visible);
  const slope = chooseSlope(steps, bands, aspect);
  const placement = startPlacement(model);
  let row = 0;
  let y = 0;
  for (const step of steps) {
    const rows = countRows(step.nodes.length, row, slope);
    fillStep(placement, step, { row, rows, slope, y }, lang);
    row += rows;
    y += rows * DOT + BETWEEN;
  }
  const width = widthOf(row, slope);
  for (const band of bands) {
    const rows = fillBand(placement, band, { width, y }, lang);
    y += rows * band.pitch + BETWEEN;
  }
  return countUnplaced(placement, visible);
}

const DOT = 26; // between dots of a tier
const WIDE = 52; // between universities or platforms, whose labels should fit
const BETWEEN = 60; // between tiers, with room for a name
const NAME = 34; // from the name of a band to its first row
const BANDS = ["university", "platform"];

interface Tier {
  label: Label;
  nodes: Uint32Array;
}

interface Band extends Tier {
  pitch: number;
}

/** Part the visible nodes: tiers, highest first; then firms without one, universities, platforms, where there are. */
function gather(model: Model, visible: Visible): { steps: Tier[]; bands: Band[] } {
  const { count, kind, tier, industry } = model.nodes;
  const tiers: number[][] = model.tiers.map(() => []);
  const none: number[] = [];
  const others: number[][] = BANDS.map(() => []);
  const band = model.nodeKinds.map((entry) => BANDS.indexOf(entry.key));
  const firm = model.nodeKinds.map((entry) => entry.key === "enterprise");
  for (let i = 0; i < count; i += 1) {
    if (visible.nodes[i] === 0) continue;
    if (tier[i] >= 0) tiers[tier[i]].push(i);
    else if (firm[kind[i]]) none.push(i);
    else if (band[kind[i]] >= 0) others[band[kind[i]]].push(i);
  }
  const sort = (nodes: number[]): Uint32Array => sortNodes(nodes, (node) => industry[node] + 1);
  const bands = [
    { label: textOf(model, "none.tier"), nodes: sort(none), pitch: DOT },
    ...BANDS.map((key, i) => ({ label: labelOf(model, key), nodes: Uint32Array.from(others[i]), pitch: WIDE })),
  ];
  return {
    steps: model.tiers.map(({ label }, i) => ({ label, nodes: sort(tiers[i]) })).reverse(),
    bands: bands.filter(({ nodes }) => nodes.length > 0),
  };
}

function labelOf(model: Model, kind: string): Label {
  return model.nodeKinds.find((entry) => entry.key === kind)?.label ?? { en: kind, zh: kind };
}

/** By how many dots a row is wider than the one above: as few as make the whole as wide as the stage. */
function chooseSlope(steps: Tier[], bands: Band[], aspect: number): number {
  let slope = 1;
  while (measureShape(steps, bands, slope) < aspect) slope *= 1.1;
  return slope;
}

/** The width of the whole by its height. */
function measureShape(steps: Tier[], bands: Band[], slope: number): number {
  const rows = steps.reduce((sum, step) => sum + countRows(step.nodes.length, sum, slope), 0);
  const width = widthOf(rows, slope);
  const height = bands.reduce(
    (sum, band) => sum + Math.ceil(band.nodes.length / countEach(width, band.pitch)) * band.pitch + BETWEEN,
    rows * DOT + steps.length * BETWEEN,
  );
  return (width * DOT) / Math.max(height, DOT);
}

/** How many of a band fit into one row. */
function countEach(width: number, pitch: number): number {
  return Math.max(1, Math.floor((width * DOT) / pitch));
}

/** The width in dots of a row of the pyramid. */
function widthOf(row: number, slope: number): number {
  return 1 + Math.round(row * slope);
}

/** The rows that a tier needs from a row of the pyramid on; an empty one keeps one row, so that it is seen. */
function countRows(dots: number, from: number, slope: number): number {
  let [rows, room] = [1, widthOf(from, slope)];
  while (room < dots) {
    room += widthOf(from + rows, slope);
    rows += 1;
  }
  return rows;
}

/** Spread a tier over its rows by their widths, each row in the middle. */
function fillStep(
  placement: Placement, { label, nodes }: Tier,
  { row, rows, slope, y }: { row: number; rows: number; slope: number; y: number }, lang: Lang,
): void {
  const widths = Array.from({ length: rows }, (_, i) => widthOf(row + i, slope));
  const room = widths.reduce((sum, width) => sum + width, 0);
  let [before, first] = [0, 0];
  widths.forEach((width, i) => {
    before += width;
    const last = Math.round((nodes.length * before) / room);
    centre(placement, nodes.subarray(first, last), DOT, y + i * DOT);
    first = last;
  });
  const [top, bottom] = [y - DOT * 0.75, y + (rows - 0.25) * DOT];
  const [narrow, wide] = [(widths[0] * DOT) / 2 + DOT / 2, (widths[rows - 1] * DOT) / 2 + DOT / 2];
  placement.guides.push(
    trace([-narrow, top, narrow, top, wide, bottom, -wide, bottom, -narrow, top]),
    write(nameGroup(label[lang], nodes.length), -narrow - DOT / 2, top - DOT / 4, "right"),
  );
}

/** Fill rows of one width with a band, and name it over its left end; returns the number of its rows. */
function fillBand(
  placement: Placement, { label, nodes, pitch }: Band, { width, y }: { width: number; y: number }, lang: Lang,
): number {
  const each = countEach(width, pitch);
  const rows = Math.ceil(nodes.length / each);
  for (let row = 0; row < rows; row += 1) {
    centre(placement, nodes.subarray(row * each, (row + 1) * each), pitch, y + row * pitch);
  }
  placement.guides.push(write(nameGroup(label[lang], nodes.length), -(width * DOT) / 2, y - NAME, "left"));
  return rows;
}

function centre(placement: Placement, nodes: Uint32Array, pitch: number, y: number): void {
  nodes.forEach((node, i) => put(placement, node, (i - (nodes.length - 1) / 2) * pitch, y));
}
