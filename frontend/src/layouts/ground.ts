// The layout "places": nodes where they are on the ground, those of one point around it, outlines behind.

import { countUnplaced, put, startPlacement, trace, write } from "./spots.js";
import type { Guide, Model, Placement, Visible } from "../types.js";

/** Place nodes by their coordinates, or in the middle of their region; nodes with neither have no place. */
export function placeOnGround(model: Model, visible: Visible): Placement {
  const ground = grounds.get(model) ?? survey(model);
  grounds.set(model, ground);
  return countUnplaced({ ...ground, guides: [...ground.guides, ...nameRegions(model, visible, ground)] }, visible);
}

const grounds = new WeakMap<Model, Placement>(); // places do not depend on what is seen

/** Place all nodes of a model and trace its outline. */
function survey(model: Model): Placement {
  const spots = locate(model);
  const project = makeProjection(model, spots);
  const placement = startPlacement(model);
  const crowd = new Map<number, number>();
  for (let i = 0; i < model.nodes.count; i += 1) {
    const [latitude, longitude] = [spots.latitude[i], spots.longitude[i]];
    if (Number.isNaN(latitude)) continue;
    const point = Math.round((latitude + 90) * FINE) * 360 * FINE * 2 + Math.round((longitude + 180) * FINE);
    const before = crowd.get(point) ?? 0;
    crowd.set(point, before + 1);
    const [x, y] = project(longitude, latitude);
    const away = STEP * Math.sqrt(before);
    put(placement, i, x + away * Math.cos(before * GOLDEN), y + away * Math.sin(before * GOLDEN));
  }
  return { ...placement, guides: traceOutline(model, project) };
}

const FINE = 10_000; // points closer than a ten-thousandth of a degree are one
const STEP = 24; // from one node of a point to the next
const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const NEIGHBOUR = 100; // units a node has for itself, on average

type Project = (longitude: number, latitude: number) => [number, number];

interface Spots {
  latitude: Float64Array; // NaN where nothing is known
  longitude: Float64Array;
}

function locate(model: Model): Spots {
  const { count, latitude, longitude, region } = model.nodes;
  const spots = { latitude: new Float64Array(count).fill(NaN), longitude: new Float64Array(count).fill(NaN) };
  const sums = model.regions.map(() => ({ latitude: 0, longitude: 0, nodes: 0 }));
  for (let i = 0; i < count; i += 1) {
    if (!(Math.abs(latitude[i]) <= 90 && Math.abs(longitude[i]) <= 180)) continue;
    spots.latitude[i] = latitude[i];
    spots.longitude[i] = longitude[i];
    const sum = sums[region[i]];
    if (sum === undefined) continue;
    sum.latitude += latitude[i];
    sum.longitude += longitude[i];
    sum.nodes += 1;
  }
  for (let i = 0; i < count; i += 1) {
    const sum = sums[region[i]];
    if (!Number.isNaN(spots.latitude[i]) || sum === undefined || sum.nodes === 0) continue;
    spots.latitude[i] = sum.latitude / sum.nodes;
    spots.longitude[i] = sum.longitude / sum.nodes;
  }
  return spots;
}

/** Equirectangular about the middle, y downwards, as large as so many nodes need. */
function makeProjection(model: Model, spots: Spots): Project {
  const box = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity, nodes: 0, latitude: 0 };
  const widen = (longitude: number, latitude: number): void => {
    box.west = Math.min(box.west, longitude);
    box.east = Math.max(box.east, longitude);
    box.south = Math.min(box.south, latitude);
    box.north = Math.max(box.north, latitude);
  };
  for (let i = 0; i < spots.latitude.length; i += 1) {
    if (Number.isNaN(spots.latitude[i])) continue;
    widen(spots.longitude[i], spots.latitude[i]);
    box.latitude += spots.latitude[i];
    box.nodes += 1;
  }
  if (box.nodes === 0) return () => [0, 0];
  for (const path of model.outline ?? []) for (const [longitude, latitude] of path) widen(longitude, latitude);
  const squeeze = Math.cos((box.latitude / box.nodes) * (Math.PI / 180));
  const extent = Math.max((box.east - box.west) * squeeze, box.north - box.south) || 1;
  const scale = (NEIGHBOUR * Math.sqrt(Math.max(box.nodes, 25))) / extent;
  const middle = [(box.west + box.east) / 2, (box.south + box.north) / 2];
  return (longitude, latitude) => [(longitude - middle[0]) * squeeze * scale, (middle[1] - latitude) * scale];
}

function traceOutline(model: Model, project: Project): Guide[] {
  return (model.outline ?? []).filter((path) => path.length > 1).map(
    (path) => trace(path.flatMap(([longitude, latitude]) => project(longitude, latitude))),
  );
}

/** Name each region over the northernmost of its visible nodes. */
function nameRegions(model: Model, visible: Visible, { x, y, placed }: Placement): Guide[] {
  const boxes = model.regions.map(() => ({ sum: 0, nodes: 0, top: Infinity }));
  for (let i = 0; i < model.nodes.count; i += 1) {
    const box = boxes[model.nodes.region[i]];
    if (box === undefined || visible.nodes[i] === 0 || placed[i] === 0) continue;
    box.sum += x[i];
    box.nodes += 1;
    box.top = Math.min(box.top, y[i]);
  }
  return boxes.flatMap((box, region) =>
    box.nodes === 0 ? [] : [write(model.regions[region], box.sum / box.nodes, box.top - 40)]);
}
