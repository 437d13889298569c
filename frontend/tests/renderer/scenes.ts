// Small scenes drawn by hand for the tests of the renderer.

import type { Hull, Model, Scene } from "../../src/types.js";

export interface Sketch {
  places: [number, number][];
  lines?: [number, number, number?][]; // source, target, kind
  labels?: string[];
  radius?: number;
  hulls?: Hull[];
}

export function makeScene({ places, lines = [], labels, radius = 5, hulls = [] }: Sketch): Scene {
  const nodes = places.length;
  const count = lines.length;
  const model = {
    nodes: { count: nodes, kind: new Uint8Array(nodes) },
    nodeKinds: [{ key: "company" }],
    lines: {
      count,
      source: Uint32Array.from(lines, ([source]) => source),
      target: Uint32Array.from(lines, ([, target]) => target),
      kind: Uint8Array.from(lines, ([, , kind]) => kind ?? 0),
      weight: new Float32Array(count).fill(1),
    },
  } as unknown as Model;
  return {
    model,
    visible: {
      nodes: new Uint8Array(nodes).fill(1), lines: new Uint8Array(count).fill(1), change: new Int8Array(count),
      nodeCount: nodes, lineCount: count,
    },
    placement: {
      x: Float32Array.from(places, ([x]) => x), y: Float32Array.from(places, ([, y]) => y),
      placed: new Uint8Array(nodes).fill(1), unplaced: 0, guides: [],
    },
    dress: {
      nodeColour: new Uint32Array(nodes).fill(0x0b5c8e), nodeRadius: new Float32Array(nodes).fill(radius),
      nodeShape: new Uint8Array(nodes), lineColour: new Uint32Array(count).fill(0x334455),
      lineWidth: new Float32Array(count).fill(1), lineDashed: new Uint8Array(count),
      lineOpacity: new Float32Array(count).fill(1),
    },
    hulls,
    labels: labels ?? places.map((_, i) => `Node ${i}`),
    labelOrder: Uint32Array.from(places, (_, i) => i),
    near: null,
    selectedNode: -1,
    selectedLine: -1,
    dark: false,
    animateFrom: null,
  };
}
