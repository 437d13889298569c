// Where the camera stands: pure functions between units of the map and pixels of the stage.

import type { Camera, Placement, Visible } from "../types.js";

export interface Extent {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The rectangle that all visible placed nodes and the names beside them lie in; null without any. */
export function findExtent(placement: Placement, visible: Visible): Extent | null {
  const { x, y, placed } = placement;
  const extent = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  const add = (px: number, py: number): void => {
    if (px < extent.left) extent.left = px;
    if (px > extent.right) extent.right = px;
    if (py < extent.top) extent.top = py;
    if (py > extent.bottom) extent.bottom = py;
  };
  for (let i = 0; i < x.length; i++) if (placed[i] === 1 && visible.nodes[i] === 1) add(x[i], y[i]);
  if (extent.left <= extent.right) for (const guide of placement.guides) if (guide.text !== "") add(guide.x, guide.y);
  return extent.left <= extent.right ? extent : null;
}

/** The camera that shows an extent whole, with `padding` pixels free on each side. */
export function fitExtent(extent: Extent | null, width: number, height: number, padding: number): Camera {
  if (extent === null) return { x: 0, y: 0, scale: 1 };
  const across = Math.max(width - 2 * padding, 40) / (extent.right - extent.left);
  const down = Math.max(height - 2 * padding, 40) / (extent.bottom - extent.top);
  const scale = Math.min(across, down, NEAREST);
  return { x: (extent.left + extent.right) / 2, y: (extent.top + extent.bottom) / 2, scale };
}

/** The camera that shows all visible nodes. */
export function fitCamera(
  placement: Placement, visible: Visible, width: number, height: number, padding = 40,
): Camera {
  return fitExtent(findExtent(placement, visible), width, height, padding);
}

/** A place of the map in pixels from the left top of the stage. */
export function toScreen(camera: Camera, width: number, height: number, x: number, y: number): Point {
  return { x: (x - camera.x) * camera.scale + width / 2, y: (y - camera.y) * camera.scale + height / 2 };
}

/** A pixel of the stage in units of the map. */
export function toMap(camera: Camera, width: number, height: number, x: number, y: number): Point {
  return { x: (x - width / 2) / camera.scale + camera.x, y: (y - height / 2) / camera.scale + camera.y };
}

/** Zoom so that the pixel `x`, `y` of the stage stays where it is; `whole` is the camera that shows all. */
export function zoomAt(camera: Camera, factor: number, x: number, y: number, size: Size, whole: Camera): Camera {
  const { scale } = limitScale({ ...camera, scale: camera.scale * factor }, whole);
  const moved = 1 / camera.scale - 1 / scale;
  return { x: camera.x + (x - size.width / 2) * moved, y: camera.y + (y - size.height / 2) * moved, scale };
}

/** Move the map by pixels: to the right where `x` is positive. */
export function panBy(camera: Camera, x: number, y: number): Camera {
  return { ...camera, x: camera.x - x / camera.scale, y: camera.y - y / camera.scale };
}

/** The camera no farther out or in than makes sense, given the one that shows all. */
export function limitScale(camera: Camera, whole: Camera): Camera {
  const scale = Math.min(Math.max(camera.scale, whole.scale / 4), Math.max(whole.scale * 8, 6));
  return { ...camera, scale };
}

const NEAREST = 2.5; // a map of few nodes does not fill the stage with giants
