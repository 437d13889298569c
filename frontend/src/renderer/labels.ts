// Names of nodes: the most important first, never one over another nor over a larger symbol.

import type { Camera, Scene } from "../types.js";
import { CAPTION_FONT, listCaptions } from "./captions.js";
import { FAMILY, css, growth, inkOf, nodeStrength } from "./look.js";

export const LABEL_FONT = `12px ${FAMILY}`;
export const BOLD_FONT = `600 12px ${FAMILY}`;
export const LINE_HEIGHT = 15;

export type Measure = (text: string, bold: boolean) => number;

export interface PlacedLabel {
  node: number;
  lines: string[];
  x: number; // of its middle
  y: number; // of its top
  bold: boolean;
  faint: boolean;
}

/** Choose and place the names that fit. Pure but for `measure`, the width of a text in pixels. */
export function placeLabels(
  scene: Scene, camera: Camera, width: number, height: number, measure: Measure,
): PlacedLabel[] {
  if (width < CELL_X || height < CELL_Y) return [];
  const view: View = { scene, camera, width, height, grown: growth(scene, camera, width, height), measure };
  const far = camera.scale * 80 < 22;
  const budget = Math.max(Math.round((width * height) / (far ? 24000 : 5500)), 4);
  const seen = listSeen(view, budget * 5);
  const cells = new Cells(width, height);
  occupyCaptions(cells, view);
  occupySymbols(cells, view, seen, far ? 5 : 3);
  const placed: PlacedLabel[] = [];
  for (const node of seen) {
    if (placed.length >= budget) break;
    const label = placeLabel(view, cells, node);
    if (label !== null) placed.push(label);
  }
  return placed;
}

/** Break a name into at most two lines of about equal width: anywhere in Chinese, at spaces in Latin. */
export function wrapName(name: string): string[] {
  const clean = name.slice(0, LONGEST).replace(UNSEEN, " ").split(/\s+/).join(" ").trim();
  const whole = measureLetters(clean);
  if (whole <= LETTERS) return clean === "" ? [] : [clean];
  const even = breakName(clean, Math.min(whole / 2 + 2, LETTERS));
  const lines = even.length > 2 ? breakName(clean, LETTERS) : even;
  return lines.length > 2 ? [lines[0], `${lines[1]}…`] : lines;
}

/** Write placed labels with a halo in the colour of the ground. */
export function paintLabels(context: CanvasRenderingContext2D, scene: Scene, labels: PlacedLabel[]): void {
  const ink = inkOf(scene);
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = css(ink.ground, 0.92);
  context.fillStyle = css(ink.ink);
  for (const { lines, x, y, bold, faint } of labels) {
    context.font = bold ? BOLD_FONT : LABEL_FONT;
    context.globalAlpha = faint ? 0.3 : 1;
    lines.forEach((line, row) => {
      context.strokeText(line, x, y + 1 + row * LINE_HEIGHT);
      context.fillText(line, x, y + 1 + row * LINE_HEIGHT);
    });
  }
  context.globalAlpha = 1;
}

/** Measure texts on a canvas; each once. */
export function measureOn(context: CanvasRenderingContext2D): Measure {
  const known = new Map<string, number>();
  return (text, bold) => {
    const key = bold ? `b${text}` : `n${text}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    context.font = bold ? BOLD_FONT : LABEL_FONT;
    const width = context.measureText(text).width;
    known.set(key, width);
    return width;
  };
}

const LETTERS = 22; // width of a line, in Latin letters
const LONGEST = 120; // letters of a name that can matter to two lines
const UNSEEN = /[\u0000-\u001f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const CELL_X = 12;
const CELL_Y = 5;
const HAN = "\u2e80";

interface View {
  scene: Scene;
  camera: Camera;
  width: number;
  height: number;
  grown: number;
  measure: Measure;
}

/** The cells of the screen that are taken. */
class Cells {
  private readonly columns: number;
  private readonly rows: number;
  private readonly taken: Uint8Array;

  constructor(width: number, height: number) {
    this.columns = Math.ceil(width / CELL_X);
    this.rows = Math.ceil(height / CELL_Y);
    this.taken = new Uint8Array(this.columns * this.rows);
  }

  isFree(left: number, top: number, right: number, bottom: number): boolean {
    for (let row = this.row(top); row <= this.row(bottom); row++) {
      for (let column = this.column(left); column <= this.column(right); column++) {
        if (this.taken[row * this.columns + column] === 1) return false;
      }
    }
    return true;
  }

  take(left: number, top: number, right: number, bottom: number): void {
    for (let row = this.row(top); row <= this.row(bottom); row++) {
      this.taken.fill(1, row * this.columns + this.column(left), row * this.columns + this.column(right) + 1);
    }
  }

  private column(x: number): number {
    return Math.min(Math.max(Math.floor(x / CELL_X), 0), this.columns - 1);
  }

  private row(y: number): number {
    return Math.min(Math.max(Math.floor(y / CELL_Y), 0), this.rows - 1);
  }
}

/** Nodes in the view, at most so many: the selected, what is near it, then the most important. */
function listSeen(view: View, most: number): number[] {
  const { scene } = view;
  const seen: number[] = [];
  const chosen = scene.selectedNode;
  if (chosen >= 0 && isSeen(view, chosen)) seen.push(chosen);
  const passes = scene.near === null ? [1] : [1, 0];
  for (const pass of passes) {
    for (let k = 0; k < scene.labelOrder.length && seen.length < most; k++) {
      const node = scene.labelOrder[k];
      if (node === chosen || (scene.near !== null && scene.near[node] !== pass)) continue;
      if (isSeen(view, node)) seen.push(node);
    }
  }
  return seen;
}

function isSeen({ scene, camera, width, height }: View, node: number): boolean {
  const { x, y, placed } = scene.placement;
  if (placed[node] === 0 || scene.visible.nodes[node] === 0) return false;
  const across = Math.abs((x[node] - camera.x) * camera.scale);
  const down = Math.abs((y[node] - camera.y) * camera.scale);
  return across < width / 2 + 20 && down < height / 2 + 20;
}

function spotOf({ scene, camera, width, height, grown }: View, node: number): { x: number; y: number; r: number } {
  return {
    x: (scene.placement.x[node] - camera.x) * camera.scale + width / 2,
    y: (scene.placement.y[node] - camera.y) * camera.scale + height / 2,
    r: scene.dress.nodeRadius[node] * grown,
  };
}

function occupySymbols(cells: Cells, view: View, seen: number[], smallest: number): void {
  for (const node of seen) {
    const { x, y, r } = spotOf(view, node);
    if (r < smallest || x + r < 0 || y + r < 0 || x - r > view.width || y - r > view.height) continue;
    const size = Math.max(r - 3, 1);
    cells.take(x - size, y - size, x + size, y + size);
  }
}

function occupyCaptions(cells: Cells, { scene, camera, width, height, measure }: View): void {
  for (const { text, x, y, align } of listCaptions(scene, camera, width, height)) {
    const wide = (measure(text, true) * CAPTION_SIZE) / 12;
    const left = align === "left" ? x : align === "right" ? x - wide : x - wide / 2;
    if (left > width || left + wide < 0 || y < 0 || y > height) continue;
    cells.take(left, y - 8, left + wide, y + 8);
  }
}

const CAPTION_SIZE = Number.parseInt(/(\d+)px/.exec(CAPTION_FONT)?.[1] ?? "13", 10);

function placeLabel(view: View, cells: Cells, node: number): PlacedLabel | null {
  const { scene, measure } = view;
  const lines = linesOf(scene.labels, node);
  if (lines.length === 0) return null;
  const chosen = node === scene.selectedNode;
  const bold = chosen || scene.model.nodeKinds[scene.model.nodes.kind[node]]?.key === "industry";
  const wide = Math.max(...lines.map((line) => measure(line, bold)));
  const tall = lines.length * LINE_HEIGHT;
  const spots = listSpots(spotOf(view, node), wide, tall);
  const free = spots.find(([x, y]) => fits(view, x, y, wide, tall)
    && cells.isFree(x - wide / 2 - 2, y + 1, x + wide / 2 + 2, y + tall));
  const spot = free ?? (chosen ? spots[0] : undefined);
  if (spot === undefined) return null;
  const [x, y] = spot;
  cells.take(x - wide / 2 - 2, y + 1, x + wide / 2 + 2, y + tall);
  return { node, lines, x, y, bold, faint: nodeStrength(scene, node) < 1 };
}

const wrapped = new WeakMap<string[], Map<number, string[]>>();

/** The lines of a node's name, wrapped once. */
function linesOf(labels: string[], node: number): string[] {
  const known = wrapped.get(labels) ?? new Map<number, string[]>();
  wrapped.set(labels, known);
  const before = known.get(node);
  if (before !== undefined) return before;
  const lines = wrapName(labels[node] ?? "");
  known.set(node, lines);
  return lines;
}

/** Below, above, right and left of a symbol: the middle and top of a label. */
function listSpots({ x, y, r }: { x: number; y: number; r: number }, wide: number, tall: number): [number, number][] {
  const away = r + 4;
  const beside = away + wide / 2 + 2;
  return [[x, y + away], [x, y - away - tall], [x + beside, y - tall / 2], [x - beside, y - tall / 2]];
}

function fits({ width, height }: View, x: number, y: number, wide: number, tall: number): boolean {
  return x - wide / 2 >= 2 && x + wide / 2 <= width - 2 && y >= 1 && y + tall <= height - 1;
}

/** Fill two lines up to a width; what does not fit is a third. */
function breakName(name: string, most: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of listWords(name)) {
    if (line !== "" && measureLetters(line + word.trimEnd()) > most && lines.length < 2) {
      lines.push(line.trim());
      line = "";
    }
    line += word;
  }
  return [...lines, line.trim()];
}

/** Split a name where a line may end: behind spaces and around Han characters. */
function listWords(name: string): string[] {
  const words: string[] = [];
  let word = "";
  for (const letter of name) {
    if (letter >= HAN || measureLetters(word) >= LETTERS) {
      words.push(word);
      word = "";
    }
    word += letter;
    if (letter === " " || letter >= HAN) {
      words.push(word);
      word = "";
    }
  }
  return [...words, word].filter((part) => part !== "");
}

function measureLetters(text: string): number {
  let wide = 0;
  for (const letter of text) wide += letter >= HAN ? 2 : 1;
  return wide;
}
