// The map as SVG: the same camera, shapes, lines and labels as on the screen, on a sheet with title and legend.
// Nothing in it runs or is loaded; neighbours of one style share a group, so that the file stays small.

import { SHAPES, toHex } from "../palette.js";
import { toScreen } from "../renderer/camera.js";
import { HULL_PADDING, hullOpacity, listCaptions } from "../renderer/captions.js";
import { findVeil, listDrawn, veiledOpacity } from "../renderer/drawn.js";
import { outlineHull } from "../renderer/hulls.js";
import { LINE_HEIGHT, placeLabels } from "../renderer/labels.js";
import {
  borderOf, DASH, FAMILY, GAP, growth, inkOf, nodeStrength, REACH_OF_RING,
} from "../renderer/look.js";
import { CORNERS, REACH } from "../renderer/shapes.js";
import type { Camera, Hull, Scene } from "../types.js";
import { short } from "./numbers.js";
import { inksOf } from "./sheet.js";
import type { Mark, Measure, Sheet } from "./sheet.js";
import { escapeXml } from "./xml.js";

/** Write a sheet, and the map on it, as SVG. */
export function renderSvg(scene: Scene, camera: Camera, sheet: Sheet, measure: Measure): string {
  const { map, marks } = sheet;
  const inks = inksOf(sheet.dark);
  const grown = growth(scene, camera, map.width, map.height);
  const veil = findVeil(scene, camera, map.width, map.height);
  const view: View = { scene, camera, width: map.width, height: map.height, grown, veil, ground: sheet.ground };
  const [width, height] = [short(sheet.width), short(sheet.height)];
  const frame = `width="${short(map.width)}" height="${short(map.height)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="${width}" height="${height}"`
      + ` viewBox="0 0 ${width} ${height}" font-family='${FAMILY}'>\n`,
    `<title>${escapeXml(scene.model.title)}</title>\n`,
    `<defs><clipPath id="ecograph-frame"><rect ${frame}/></clipPath></defs>\n`,
    `<rect width="${width}" height="${height}" fill="${inks.paper}"/>\n`,
    `<g transform="translate(${short(map.x)} ${short(map.y)})">\n<rect ${frame} fill="${sheet.ground}"/>\n`,
    '<g clip-path="url(#ecograph-frame)">\n',
    ...layer("guides", drawGuides(view)), ...layer("hulls", drawHulls(view)),
    ...layer("lines", drawLines(view)), ...layer("nodes", drawNodes(view)),
    ...layer("captions", drawCaptions(view)), ...layer("labels", drawLabels(view, measure)),
    `</g>\n<rect ${frame} fill="none" stroke="${inks.line}"/>\n</g>\n`,
    ...layer("words", marks.map(drawMark)), "</svg>\n",
  ].join("");
}

const SIZE = 12; // of labels
const MIDDLE = 0.35; // from the middle of letters to their foot, in font sizes
const FOOT = 0.85; // from their top

interface View {
  scene: Scene;
  camera: Camera;
  width: number;
  height: number;
  grown: number; // by how much symbols are larger than when the whole map is seen
  veil: number; // by how much many lines are thinned
  ground: string;
}

function layer(name: string, parts: string[]): string[] {
  return parts.length === 0 ? [] : [`<g id="ecograph-${name}">\n`, ...parts, "</g>\n"];
}

// A run of elements of one style becomes one group; the order on the screen stays.
class Groups {
  readonly parts: string[] = [];
  private style = "";

  add(style: string, element: string): void {
    if (style !== this.style) {
      this.close();
      this.parts.push(`<g ${style}>`);
      this.style = style;
    }
    this.parts.push(element);
  }

  close(): string[] {
    if (this.style !== "") this.parts.push("</g>\n");
    this.style = "";
    return this.parts;
  }
}

function drawGuides(view: View): string[] {
  const { scene } = view;
  const paths = scene.placement.guides.map(({ path }) => (path === null ? [] : project(view, path)))
    .filter((path) => touches(view, path));
  return paths.map((path) => `<path d="${writePath(path)}" fill="none" stroke="${toHex(inkOf(scene).line)}"/>\n`);
}

function drawHulls(view: View): string[] {
  const { fill, stroke } = hullOpacity(view.scene);
  return view.scene.hulls.flatMap((hull) => {
    const outline = [...outlineHull(placeMembers(view, hull), HULL_PADDING)];
    const colour = toHex(hull.colour);
    return !touches(view, outline) ? [] : [`<path d="${writePath(outline)}z" fill="${colour}" stroke="${colour}"`
      + ` fill-opacity="${fill}" stroke-opacity="${stroke}"/>\n`];
  });
}

function placeMembers(view: View, hull: Hull): Float32Array {
  const { placement, visible } = view.scene;
  const members = [...hull.members].filter((i) => placement.placed[i] === 1 && visible.nodes[i] === 1);
  return Float32Array.from(project(view, members.flatMap((i) => [placement.x[i], placement.y[i]])));
}

function drawLines(view: View): string[] {
  const { lines, bend } = listDrawn(view.scene);
  const groups = new Groups();
  for (let n = 0; n < lines.length; n += 1) {
    const line = lines[n];
    const points = placeLine(view, line, bend[n]);
    if (!touches(view, points)) continue;
    groups.add(`fill="none" ${styleLine(view, line)}`, `<path d="${writeCurve(points)}"/>`);
  }
  return groups.close();
}

function styleLine({ scene, grown, veil }: View, line: number): string {
  const { lineColour, lineWidth, lineDashed } = scene.dress;
  const chosen = line === scene.selectedLine;
  const opacity = veiledOpacity(scene, line, veil);
  const dashes = lineDashed[line] === 1 ? ` stroke-dasharray="${DASH} ${GAP}"` : "";
  return `stroke="${toHex(chosen ? inkOf(scene).ink : lineColour[line])}" stroke-opacity="${short(opacity)}"`
    + ` stroke-width="${short((lineWidth[line] + (chosen ? 2 : 0)) * grown)}"${dashes}`;
}

// The two ends, and for a bent line the handle of its curve between them.
function placeLine({ scene, camera, width, height }: View, line: number, bend: number): number[] {
  const { x, y } = scene.placement;
  const { source, target } = scene.model.lines;
  const a = toScreen(camera, width, height, x[source[line]], y[source[line]]);
  const b = toScreen(camera, width, height, x[target[line]], y[target[line]]);
  if (bend === 0) return [a.x, a.y, b.x, b.y];
  return [a.x, a.y, (a.x + b.x) / 2 + 2 * bend * (b.y - a.y), (a.y + b.y) / 2 - 2 * bend * (b.x - a.x), b.x, b.y];
}

function drawNodes(view: View): string[] {
  const { scene, camera, width, height, grown } = view;
  const { placement, dress } = scene;
  const groups = new Groups();
  for (const node of listDrawn(scene).nodes) {
    const { x, y } = toScreen(camera, width, height, placement.x[node], placement.y[node]);
    const radius = dress.nodeRadius[node] * grown;
    if (!isInside(view, x, y, radius * REACH)) continue;
    const symbol = writeSymbol(dress.nodeShape[node], x, y, radius);
    const border = borderOf(radius);
    if (node === scene.selectedNode) groups.add(styleRing(scene, border), symbol);
    groups.add(styleNode(scene, node, border), symbol);
  }
  return groups.close();
}

// The border is outside the symbol; where paint-order is not known, it covers a little of it.
function styleNode(scene: Scene, node: number, border: number): string {
  const strength = nodeStrength(scene, node);
  const stroke = border === 0 ? "" : ` stroke="${toHex(inkOf(scene).border)}" stroke-width="${short(2 * border)}"`
    + ' stroke-linejoin="round" paint-order="stroke"';
  return `fill="${toHex(scene.dress.nodeColour[node])}"${stroke}${strength < 1 ? ` opacity="${strength}"` : ""}`;
}

function styleRing(scene: Scene, border: number): string {
  const width = short(2 * (border + REACH_OF_RING));
  return `fill="none" stroke="${toHex(inkOf(scene).accent)}" stroke-width="${width}" stroke-linejoin="round"`;
}

function drawCaptions(view: View): string[] {
  const { scene, camera, width, height } = view;
  return writeTwice(view, listCaptions(scene, camera, width, height).map(({ text, x, y, align, colour }) =>
    ({ text, x, y: y + 13 * MIDDLE, size: 13, bold: true, colour: toHex(colour), align, opacity: 1 })));
}

function drawLabels(view: View, measure: Measure): string[] {
  const { scene, camera, width, height } = view;
  const placed = placeLabels(scene, camera, width, height, (text, bold) => measure(text, SIZE, bold));
  const colour = toHex(inkOf(scene).ink);
  return writeTwice(view, placed.flatMap(({ lines, x, y, bold, faint }) => {
    const style = { size: SIZE, bold, colour, align: "center" as const, opacity: faint ? 0.3 : 1 };
    return lines.map((text, row) => ({ ...style, text, x, y: y + 1 + row * LINE_HEIGHT + SIZE * FOOT }));
  }));
}

// First broad in the colour of the ground, then in ink: paint-order, which does both at once, is not known everywhere.
function writeTwice(view: View, written: Written[]): string[] {
  const write = (style: (one: Written) => string): string[] => {
    const groups = new Groups();
    for (const one of written) groups.add(`${fontStyle(one)} ${style(one)}`, placeText(one));
    return groups.close();
  };
  if (written.length === 0) return [];
  const halo = `fill="${view.ground}" stroke="${view.ground}" stroke-width="3.5" stroke-linejoin="round"`;
  const behind = write(({ opacity }) => `${halo} opacity="${short(0.92 * opacity)}"`);
  const before = write(({ colour, opacity }) => `fill="${colour}" opacity="${short(opacity)}"`);
  return ['<g class="halo" aria-hidden="true">\n', ...behind, '</g>\n<g class="ink">\n', ...before, "</g>\n"];
}

function drawMark(mark: Mark): string {
  if (mark.type === "text") {
    return `<g ${fontStyle({ ...mark, align: "left", opacity: 1 })} fill="${mark.colour}">${placeText(mark)}</g>\n`;
  }
  if (mark.type === "symbol") {
    return `<g fill="${mark.colour}">${writeSymbol(SHAPES.indexOf(mark.shape), mark.x, mark.y, mark.radius)}</g>\n`;
  }
  const dashes = mark.dashed ? ' stroke-dasharray="5 3"' : "";
  return `<path d="M${short(mark.x)} ${short(mark.y)}h${short(mark.length)}" stroke="${mark.colour}"`
    + ` stroke-width="${short(mark.width)}"${dashes}/>\n`;
}

interface Written {
  text: string;
  x: number;
  y: number;
  size: number;
  bold: boolean;
  colour: string;
  align: "left" | "center" | "right";
  opacity: number;
}

function fontStyle({ size, bold, align }: Omit<Written, "text" | "x" | "y">): string {
  const anchor = { left: "", center: ' text-anchor="middle"', right: ' text-anchor="end"' }[align];
  return `font-size="${size}"${bold ? ' font-weight="600"' : ""}${anchor}`;
}

function placeText({ text, x, y }: { text: string; x: number; y: number }): string {
  return `<text x="${short(x)}" y="${short(y)}">${escapeXml(text)}</text>`;
}

function writeSymbol(shape: number, x: number, y: number, radius: number): string {
  const corners = CORNERS[shape];
  if (corners.length === 0) return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"/>`;
  return `<path d="${writePath(corners.map((at, n) => at * radius + (n % 2 === 0 ? x : y)))}z"/>`;
}

function writePath(points: ArrayLike<number>): string {
  let path = "M";
  for (let n = 0; n < points.length; n += 2) path += `${n === 0 ? "" : " "}${short(points[n])} ${short(points[n + 1])}`;
  return path;
}

// Four numbers are a straight line, six a curve with its handle in the middle.
function writeCurve(p: number[]): string {
  const start = `M${short(p[0])} ${short(p[1])}`;
  if (p.length === 4) return `${start}L${short(p[2])} ${short(p[3])}`;
  return `${start}Q${short(p[2])} ${short(p[3])} ${short(p[4])} ${short(p[5])}`;
}

function project({ camera, width, height }: View, points: ArrayLike<number>): number[] {
  return Array.from(points, (at, n) => (n % 2 === 0
    ? (at - camera.x) * camera.scale + width / 2 : (at - camera.y) * camera.scale + height / 2));
}

function isInside({ width, height }: View, x: number, y: number, reach: number): boolean {
  return x > -reach && x < width + reach && y > -reach && y < height + reach;
}

// Whether the box around points meets the frame.
function touches({ width, height }: View, points: number[]): boolean {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let n = 0; n < points.length; n += 2) {
    left = Math.min(left, points[n]);
    right = Math.max(right, points[n]);
    top = Math.min(top, points[n + 1]);
    bottom = Math.max(bottom, points[n + 1]);
  }
  return right > -2 && left < width + 2 && bottom > -2 && top < height + 2;
}
