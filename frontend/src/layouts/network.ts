// The layout "network": where the data say, with a name over the nodes that have no line.

import { fill } from "../page.js";
import { textOf } from "../texts.js";
import { write } from "./spots.js";
import type { Guide, Lang, Model, Placement, Visible } from "../types.js";

/** Place every node where the data say; on a screen that is higher than wide, the whole turned over. */
export function placeNetwork(model: Model, visible: Visible, aspect: number, lang: Lang): Placement {
  const { x, y, count } = model.nodes;
  const places = aspect < 1 ? { x: y, y: x } : { x, y };
  return {
    ...places, placed: new Uint8Array(count).fill(1), unplaced: 0, guides: nameApart(model, visible, places, aspect < 1 ? "right" : "center", lang),
  };
}

/** Nodes without lines stand outside of the network: say under them what they are. */
function nameApart(
  model: Model, visible: Visible, { x, y }: Pick<Placement, "x" | "y">, align: "right" | "center", lang: Lang,
): Guide[] {
  const { first } = model.linesOf;
  const box = { left: Infinity, right: -Infinity, bottom: -Infinity, nodes: 0 };
  for (let i = 0; i < model.nodes.count; i += 1) {
    if (visible.nodes[i] === 0 || first[i] < first[i + 1]) continue;
    box.left = Math.min(box.left, x[i]);
    box.right = Math.max(box.right, x[i]);
    box.bottom = Math.max(box.bottom, y[i]);
    box.nodes += 1;
  }
  if (box.nodes === 0) return [];
  const text = fill(textOf(model, "frame.apart")[lang], { n: box.nodes });
  const at = align === "right" ? box.right : (box.left + box.right) / 2;
  return [write(text, at, box.bottom + UNDER, align)];
}

const UNDER = 50; // units below the lowest of them
