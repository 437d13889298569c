// A scene packed for the GPU: one record for each node and line, uploaded once a scene.

import type { Placement, Scene } from "../types.js";
import { isUnveiled, listDrawn, veiledOpacity } from "./drawn.js";
import { inkOf, nodeStrength } from "./look.js";

export const NODE_BYTES = 28; // from x, y, to x, y, radius; colour and strength; shape, selected
export const LINE_BYTES = 48; // both placements of both ends, width, bend; colour and opacity; heaviness, dashed (2: unveiled)

/** Nodes in the order in which they are drawn. */
export function packNodes(scene: Scene, from: Placement | null): ArrayBuffer {
  const { nodes } = listDrawn(scene);
  const { nodeRadius, nodeColour, nodeShape } = scene.dress;
  const buffer = new ArrayBuffer(nodes.length * NODE_BYTES);
  const floats = new Float32Array(buffer);
  const bytes = new Uint8Array(buffer);
  nodes.forEach((node, k) => {
    const at = (k * NODE_BYTES) / 4;
    putPlace(floats, at, scene, from, node);
    putPlace(floats, at + 2, scene, null, node);
    floats[at + 4] = nodeRadius[node];
    putColour(bytes, 4 * at + 20, nodeColour[node], nodeStrength(scene, node));
    bytes[4 * at + 24] = nodeShape[node];
    bytes[4 * at + 25] = node === scene.selectedNode ? 1 : 0;
  });
  return buffer;
}

/** Straight lines first, bent ones after them: how many are straight, and the records. */
export function packLines(scene: Scene, from: Placement | null): { buffer: ArrayBuffer; straight: number } {
  const { lines, bend } = listDrawn(scene);
  const buffer = new ArrayBuffer(lines.length * LINE_BYTES);
  const pack = makePacker(scene, from, buffer);
  let next = 0;
  for (let k = 0; k < lines.length; k++) if (bend[k] === 0) pack(k, next++);
  const straight = next;
  for (let k = 0; k < lines.length; k++) if (bend[k] !== 0) pack(k, next++);
  return { buffer, straight };
}

function makePacker(scene: Scene, from: Placement | null, buffer: ArrayBuffer): (k: number, slot: number) => void {
  const { lines, bend, heaviness } = listDrawn(scene);
  const { source, target } = scene.model.lines;
  const { lineColour, lineWidth, lineDashed } = scene.dress;
  const floats = new Float32Array(buffer);
  const bytes = new Uint8Array(buffer);
  const halves = new Uint16Array(buffer);
  return (k, slot) => {
    const line = lines[k];
    const at = (slot * LINE_BYTES) / 4;
    const chosen = line === scene.selectedLine;
    putPlace(floats, at, scene, from, source[line]);
    putPlace(floats, at + 2, scene, from, target[line]);
    putPlace(floats, at + 4, scene, null, source[line]);
    putPlace(floats, at + 6, scene, null, target[line]);
    floats[at + 8] = lineWidth[line] + (chosen ? 2 : 0);
    floats[at + 9] = bend[k];
    putColour(bytes, 4 * at + 40, chosen ? inkOf(scene).ink : lineColour[line], veiledOpacity(scene, line, 1));
    halves[2 * at + 22] = heaviness[k];
    halves[2 * at + 23] = lineDashed[line] + (isUnveiled(scene, line) ? 2 : 0);
  };
}

function putPlace(floats: Float32Array, at: number, scene: Scene, from: Placement | null, node: number): void {
  const { x, y } = from !== null && from.placed[node] === 1 ? from : scene.placement;
  floats[at] = x[node];
  floats[at + 1] = y[node];
}

function putColour(bytes: Uint8Array, at: number, colour: number, strength: number): void {
  bytes[at] = (colour >> 16) & 255;
  bytes[at + 1] = (colour >> 8) & 255;
  bytes[at + 2] = colour & 255;
  bytes[at + 3] = Math.round(Math.min(Math.max(strength, 0), 1) * 255);
}
