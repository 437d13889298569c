// How large and in which colours a scene is drawn at a camera.

import type { Camera, Scene } from "../types.js";
import { findExtent, fitExtent } from "./camera.js";
import type { Extent } from "./camera.js";

export const PADDING = 40;
export const FAMILY = [
  '"Noto Sans"', '"Noto Sans CJK SC"', '"Source Han Sans SC"', '"Microsoft YaHei"', '"PingFang SC"',
  '"Helvetica Neue"', "Arial", "sans-serif",
].join(",");
export const DASH = 7;
export const GAP = 5;
export const REACH_OF_RING = 3.5; // pixels around the border of what is selected

export interface Ink {
  ground: number;
  ink: number;
  soft: number;
  line: number;
  border: number;
  accent: number;
}

const LIGHT: Ink = {
  ground: 0xf6f8fa, ink: 0x0f172a, soft: 0x526077, line: 0xe2e8f0, border: 0xffffff, accent: 0x0b5c8e,
};
const DARK: Ink = {
  ground: 0x0b121b, ink: 0xe6edf5, soft: 0x9fb0c4, line: 0x27364a, border: 0x111a26, accent: 0x6bb6e6,
};

export function inkOf(scene: Scene): Ink {
  return scene.dark ? DARK : LIGHT;
}

/** A colour of CSS. */
export function css(colour: number, alpha = 1): string {
  const parts = `${(colour >> 16) & 255},${(colour >> 8) & 255},${colour & 255}`;
  return alpha === 1 ? `rgb(${parts})` : `rgba(${parts},${alpha})`;
}

/** By how much symbols grow at a camera: the root of the zoom against the whole map, within reason. */
export function growth(scene: Scene, camera: Camera, width: number, height: number): number {
  const { extent, least } = sizeUp(scene);
  const fit = fitExtent(extent, width, height, PADDING).scale;
  return Math.min(Math.sqrt(camera.scale / fit), Math.max(MOST / least, 1));
}

/** How strongly a node is drawn: 1, or less where it is far from what is selected. */
export function nodeStrength(scene: Scene, node: number): number {
  return scene.near === null || scene.near[node] === 1 || node === scene.selectedNode ? 1 : 0.22;
}

/** How strongly a line is drawn: lines at the selected node stand out from those between its neighbours. */
export function lineStrength(scene: Scene, line: number): number {
  const { near, selectedNode } = scene;
  if (near === null || line === scene.selectedLine) return 1;
  const source = scene.model.lines.source[line];
  const target = scene.model.lines.target[line];
  if (near[source] === 0 || near[target] === 0) return 0.1;
  return selectedNode < 0 || source === selectedNode || target === selectedNode ? 1 : 0.4;
}

/** The border around a symbol, in pixels: none around specks. */
export function borderOf(radius: number): number {
  return radius < 2.5 ? 0 : radius < 5 ? 0.7 : 1.2;
}

interface Sizes {
  extent: Extent | null;
  least: number;
}

const MOST = 26; // pixels of the smallest symbol when nearest
const sizes = new WeakMap<Scene, Sizes>();

function sizeUp(scene: Scene): Sizes {
  const known = sizes.get(scene);
  if (known) return known;
  const { placement, visible, dress } = scene;
  let least = Infinity;
  for (let i = 0; i < dress.nodeRadius.length; i++) {
    if (visible.nodes[i] === 1 && placement.placed[i] === 1 && dress.nodeRadius[i] < least) least = dress.nodeRadius[i];
  }
  const found = { extent: findExtent(placement, visible), least: Math.max(Math.min(least, MOST), 0.5) };
  sizes.set(scene, found);
  return found;
}
