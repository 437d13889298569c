// The sheet that a map is given away on: title, filters in words, map, legend and sources, laid out as marks
// that the SVG and the picture draw alike.

import { FAMILY } from "../renderer/look.js";
import type { Shape } from "../types.js";

export interface Size {
  width: number;
  height: number;
}

export type Mark =
  | { type: "text"; x: number; y: number; text: string; size: number; bold: boolean; colour: string }
  | { type: "symbol"; x: number; y: number; radius: number; shape: Shape; colour: string }
  | { type: "line"; x: number; y: number; length: number; width: number; colour: string; dashed: boolean };

export type Sample =
  | { type: "symbol"; shape: Shape; colour: string }
  | { type: "line"; colour: string; width: number; dashed: boolean }
  | { type: "none" };

export interface LegendGroup {
  heading: string;
  entries: { text: string; sample: Sample }[];
}

/** All that a sheet says beside its map. */
export interface Words {
  title: string;
  subtitle: string;
  filters: string;
  legend: LegendGroup[];
  footer: string;
}

export interface Sheet {
  width: number;
  height: number;
  map: Size & { x: number; y: number };
  marks: Mark[];
  dark: boolean;
  ground: string; // of the map
}

/** The width of a text in pixels. */
export type Measure = (text: string, size: number, bold: boolean) => number;

/** The ground of a sheet and what is written on it. */
export function inksOf(dark: boolean): { ground: string; paper: string; ink: string; soft: string; line: string } {
  return dark
    ? { ground: "#0b121b", paper: "#111a26", ink: "#e6edf5", soft: "#9fb0c4", line: "#27364a" }
    : { ground: "#f6f8fa", paper: "#ffffff", ink: "#0f172a", soft: "#526077", line: "#e2e8f0" };
}

const MARGIN = 20;
const LEGEND = 216; // width
const ROW = 18; // height of a line of 12 px
const TEXT = 12;

/** Lay out a sheet around a map of the given size. */
export function layOutSheet(words: Words, size: Size, measure: Measure, dark: boolean): Sheet {
  const pen = new Pen(measure, dark, MARGIN + size.width + MARGIN + LEGEND);
  pen.writeHeader(words);
  const map = { x: MARGIN, y: pen.bottom, width: size.width, height: size.height };
  const under = pen.writeLegend(words, MARGIN + size.width + MARGIN, map.y);
  pen.bottom = Math.max(map.y + map.height, under) + 12;
  pen.writeFooter(words);
  const { marks, right, bottom } = pen;
  return { width: right + MARGIN, height: Math.ceil(bottom) + 14, map, marks, dark, ground: inksOf(dark).ground };
}

/** Lay out a sheet that has the shape of a paper: the map takes all that the words leave. */
export function fitSheet(words: Words, paper: Size, measure: Measure, dark: boolean): Sheet {
  const width = paper.width - MARGIN * 3 - LEGEND;
  const bare = layOutSheet({ ...words, legend: [] }, { width, height: 0 }, measure, dark);
  return layOutSheet(words, { width, height: Math.floor(paper.height - bare.height) }, measure, dark);
}

/** Break a text into lines no wider than asked, at spaces or between characters of Chinese, "…" after the most. */
export function wrapText(text: string, width: number, most: number, wide: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of splitPieces(text, width, wide)) {
    if (line !== "" && wide((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim() !== "") lines.push(line.trimEnd());
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), cutText(lines[most - 1] + "…", width, wide)];
}

/** Guess the width of a text where nothing can measure it: Chinese is as wide as high, letters about half. */
export function guessWidth(text: string, size: number, bold: boolean): number {
  let width = 0;
  for (const letter of text) width += (letter.codePointAt(0) ?? 0) >= 0x2e80 ? 1 : 0.56;
  return width * size * (bold ? 1.05 : 1);
}

/** Measure as a canvas of this browser writes, or guess where there is none. */
export function makeMeasure(): Measure {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return guessWidth;
  return (text, size, bold) => {
    context.font = fontOf(size, bold);
    return context.measureText(text).width;
  };
}

/** A font as canvas and CSS name it. */
export function fontOf(size: number, bold: boolean): string {
  return `${bold ? "600 " : ""}${size}px ${FAMILY}`;
}

class Pen {
  readonly marks: Mark[] = [];
  bottom = MARGIN;
  private readonly inks: ReturnType<typeof inksOf>;

  constructor(private readonly measure: Measure, dark: boolean, readonly right: number) {
    this.inks = inksOf(dark);
  }

  writeHeader(words: Words): void {
    const width = this.right - MARGIN;
    this.write(words.title, MARGIN, width, { size: 20, bold: true, most: 2, colour: this.inks.ink });
    this.write(words.subtitle, MARGIN, width, { size: 13, bold: false, most: 2, colour: this.inks.soft });
    this.write(words.filters, MARGIN, width, { size: TEXT, bold: false, most: 4, colour: this.inks.ink });
    this.bottom += 10;
  }

  writeLegend(words: Words, x: number, top: number): number {
    const after = this.bottom;
    this.bottom = top;
    for (const group of words.legend) this.writeGroup(group, x);
    const reached = this.bottom;
    this.bottom = after;
    return reached;
  }

  writeFooter(words: Words): void {
    this.write(words.footer, MARGIN, this.right - MARGIN, { size: 11, bold: false, most: 3, colour: this.inks.soft });
  }

  private writeGroup(group: LegendGroup, x: number): void {
    this.write(group.heading, x, LEGEND, { size: TEXT, bold: true, most: 2, colour: this.inks.ink });
    this.bottom += 2;
    for (const entry of group.entries) {
      const indent = this.drawSample(entry.sample, x, this.bottom + ROW / 2);
      this.write(entry.text, x + indent, LEGEND - indent, { size: TEXT, bold: false, most: 2, colour: this.inks.ink });
    }
    this.bottom += 12;
  }

  private drawSample(sample: Sample, x: number, y: number): number {
    if (sample.type === "none") return 0;
    if (sample.type === "symbol") {
      this.marks.push({ type: "symbol", x: x + 11, y, radius: 6, shape: sample.shape, colour: sample.colour });
    } else {
      const { colour, width, dashed } = sample;
      this.marks.push({ type: "line", x, y, length: 22, width, colour, dashed });
    }
    return 30;
  }

  private write(
    text: string, x: number, width: number, how: { size: number; bold: boolean; most: number; colour: string },
  ): void {
    const { size, bold, most, colour } = how;
    const height = Math.round(size * 1.5);
    for (const line of wrapText(text, width, most, (part) => this.measure(part, size, bold))) {
      this.marks.push({ type: "text", x, y: this.bottom + Math.round(size * 1.1), text: line, size, bold, colour });
      this.bottom += height;
    }
  }
}

// A character of East Asia with the marks that may not begin a line, or a word with the space behind it.
const EAST = "\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\uff00-\\uffef";
const PIECES = new RegExp(`[${EAST}][，。、；：）」』]*|[^\\s${EAST}]+\\s*|\\s+`, "gu");

function splitPieces(text: string, width: number, wide: (text: string) => number): string[] {
  const pieces = text.match(PIECES) ?? [];
  return pieces.flatMap((piece) => (wide(piece.trimEnd()) > width ? [...piece] : [piece]));
}

function cutText(text: string, width: number, wide: (text: string) => number): string {
  const letters = [...text];
  while (letters.length > 1 && wide(letters.join("")) > width) letters.splice(-2, 1);
  return letters.join("");
}
