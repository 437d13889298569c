// What stands behind the nodes: outlines of groups and the layout's guides, with their names.

import type { Camera, Hull, Scene } from "../types.js";
import { toScreen } from "./camera.js";
import { convexHull, outlineHull } from "./hulls.js";
import { FAMILY, css, inkOf } from "./look.js";

export const CAPTION_FONT = `600 13px ${FAMILY}`;
export const HULL_PADDING = 22;
const CAPTION_HEIGHT = 17; // pixels

export interface Caption {
  text: string;
  x: number;
  y: number; // of the middle of the text
  align: "left" | "center" | "right";
  colour: number;
}

/** The names of guides and groups, where they stand on the screen. */
export function listCaptions(scene: Scene, camera: Camera, width: number, height: number): Caption[] {
  const ink = inkOf(scene);
  const guides = scene.placement.guides.filter((guide) => guide.text !== "").map((guide) => ({
    text: guide.text, ...toScreen(camera, width, height, guide.x, guide.y), align: guide.align, colour: ink.soft,
  }));
  const hulls = outlines(scene, camera, width, height).map(({ hull, path }) => {
    const top = topOf(path);
    return { text: hull.name, x: top.x, y: top.y - 9, align: "center" as const, colour: ink.soft };
  });
  return keepApart([...guides, ...hulls]
    .filter(({ text, x, y }) => text !== "" && x > -300 && x < width + 300 && y > -20 && y < height + 20));
}

/** Leave out what would lie over a name before it: the largest groups come first. */
function keepApart(captions: Caption[]): Caption[] {
  const kept: { caption: Caption; left: number; right: number }[] = [];
  for (const caption of captions) {
    const wide = [...caption.text].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 13.5 : 8), 0);
    const left = caption.x - { left: 0, center: wide / 2, right: wide }[caption.align];
    const over = kept.some((other) => Math.abs(other.caption.y - caption.y) < CAPTION_HEIGHT
      && left < other.right + 6 && left + wide > other.left - 6);
    if (!over) kept.push({ caption, left, right: left + wide });
  }
  return kept.map(({ caption }) => caption);
}

/** How strong the area and the outline of a group are. */
export function hullOpacity(scene: Scene): { fill: number; stroke: number } {
  return { fill: scene.dark ? 0.14 : 0.1, stroke: 0.45 };
}

/** Paint guides' paths and groups' outlines. */
export function paintBehind(
  context: CanvasRenderingContext2D, scene: Scene, camera: Camera, width: number, height: number,
): void {
  context.lineWidth = 1;
  context.lineJoin = "round";
  context.strokeStyle = css(inkOf(scene).line);
  context.beginPath();
  for (const guide of scene.placement.guides) {
    if (guide.path !== null) trace(context, project(guide.path, camera, width, height), false);
  }
  context.stroke();
  for (const { hull, path } of outlines(scene, camera, width, height)) {
    context.beginPath();
    trace(context, path, true);
    const opacity = hullOpacity(scene);
    context.fillStyle = css(hull.colour, opacity.fill);
    context.strokeStyle = css(hull.colour, opacity.stroke);
    context.fill();
    context.stroke();
  }
}

/** Write the names of guides and groups, with a halo. */
export function paintCaptions(
  context: CanvasRenderingContext2D, scene: Scene, camera: Camera, width: number, height: number,
): void {
  context.font = CAPTION_FONT;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = css(inkOf(scene).ground, 0.92);
  for (const { text, x, y, align, colour } of listCaptions(scene, camera, width, height)) {
    context.textAlign = align;
    context.fillStyle = css(colour);
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}

/** Whether there is anything behind the nodes. */
export function hasBehind(scene: Scene): boolean {
  return scene.hulls.length > 0 || scene.placement.guides.length > 0;
}

const corners = new WeakMap<Hull, { of: Scene; points: Float32Array }>();

function outlines(
  scene: Scene, camera: Camera, width: number, height: number,
): { hull: Hull; path: Float32Array }[] {
  return scene.hulls.map((hull) => {
    const points = project(cornersOf(scene, hull), camera, width, height);
    return { hull, path: outlineHull(points, HULL_PADDING) };
  }).filter(({ path }) => path.length > 0);
}

function cornersOf(scene: Scene, hull: Hull): Float32Array {
  const known = corners.get(hull);
  if (known?.of === scene) return known.points;
  const { x, y, placed } = scene.placement;
  const members = hull.members.filter((i) => placed[i] === 1 && scene.visible.nodes[i] === 1);
  const all = new Float32Array(2 * members.length);
  members.forEach((node, k) => all.set([x[node], y[node]], 2 * k));
  const points = convexHull(all);
  corners.set(hull, { of: scene, points });
  return points;
}

function project(path: Float32Array, camera: Camera, width: number, height: number): Float32Array {
  const moved = new Float32Array(path.length);
  for (let i = 0; i < path.length; i += 2) {
    moved[i] = (path[i] - camera.x) * camera.scale + width / 2;
    moved[i + 1] = (path[i + 1] - camera.y) * camera.scale + height / 2;
  }
  return moved;
}

function trace(context: CanvasRenderingContext2D, path: Float32Array, closed: boolean): void {
  for (let i = 0; i < path.length; i += 2) {
    if (i === 0) context.moveTo(path[0], path[1]);
    else context.lineTo(path[i], path[i + 1]);
  }
  if (closed) context.closePath();
}

function topOf(path: Float32Array): { x: number; y: number } {
  let at = 0;
  for (let i = 2; i < path.length; i += 2) if (path[i + 1] < path[at + 1]) at = i;
  let last = at;
  while (last + 3 < path.length && Math.abs(path[last + 3] - path[at + 1]) < 0.5) last += 2;
  return { x: (path[at] + path[last]) / 2, y: path[at + 1] };
}
