// The state in the address of the page, so that a link or a bookmark opens the same picture.

import type { Camera, State } from "./types.js";

export interface Address {
  state: Partial<State>;
  camera: Camera | null;
}

const LAYOUTS = ["network", "bipartite", "places", "tiers"];
const CHOICES: Record<string, readonly string[]> = {
  lang: ["en", "zh"], theme: ["auto", "light", "dark"], view: ["map", "table"], layout: LAYOUTS,
};
const MODES = ["until", "during", "change"];

/** Write what differs from the state in which the page opens, and where the camera is. */
export function writeAddress(state: State, start: State, camera: Camera | null): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (JSON.stringify(value) !== JSON.stringify(start[name as keyof State])) parts.set(name, write(value));
  }
  if (camera !== null) parts.set("camera", [camera.x, camera.y, camera.scale].map((n) => Number(n.toPrecision(6))).join(","));
  return parts.toString();
}

/** Read an address; whatever it has that a state cannot be is ignored. */
export function readAddress(hash: string, start: State): Address {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const state = new Map<string, unknown>();
  for (const [name, text] of parts) {
    const value = parse(text);
    if (Object.hasOwn(start, name) && fits(name, value, start)) state.set(name, value);
  }
  return { state: Object.fromEntries(state) as Partial<State>, camera: readCamera(parts.get("camera")) };
}

/** A word stands without quotes where it cannot be taken for anything else. */
function write(value: unknown): string {
  return typeof value === "string" && parse(value) === value ? value : JSON.stringify(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function fits(name: string, value: unknown, start: State): boolean {
  if (Object.hasOwn(CHOICES, name)) return CHOICES[name]!.includes(value as string);
  if (name === "filters") return fitsFilters(value, start);
  if (name === "focus") return value === null || (isRecord(value) && typeof value.id === "string" && [1, 2, 3].includes(value.steps as number));
  if (name === "selected") return value === null || (isRecord(value) && typeof value.id === "string" && ["node", "line"].includes(value.type as string));
  if (name === "shownLines") return value === null || isTexts(value);
  if (Array.isArray(start[name as keyof State])) return isTexts(value);
  return typeof value === typeof start[name as keyof State];
}

function fitsFilters(value: unknown, start: State): boolean {
  const keys = Object.keys(start.filters);
  if (!isRecord(value) || !keys.every((key) => Object.hasOwn(value, key)) || Object.keys(value).length > keys.length) return false;
  return Object.entries(value).every(([key, entry]) => {
    if (key === "yearMode") return MODES.includes(entry as string);
    const first = start.filters[key as keyof State["filters"]];
    return first === null ? entry === null || Number.isFinite(entry) : typeof entry === typeof first;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function readCamera(text: string | null): Camera | null {
  const [x, y, scale, ...more] = (text ?? "").split(",").map(Number);
  if (more.length > 0 || ![x, y, scale].every(Number.isFinite) || !(scale! > 0)) return null;
  return { x: x!, y: y!, scale: scale! };
}
