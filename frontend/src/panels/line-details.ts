// What the details panel says of a line: its two ends and the agreements behind it.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { nameLine } from "../visible.js";
import { listAgreements, nameEnd } from "./agreement-cards.js";
import { agreementsBehind, linesAt, shownColour } from "./lookup.js";
import { button, drawStroke, drawSymbol, heading } from "./parts.js";

/** Heading first, then the parts of the panel. */
export function describeLine(page: Page, line: number): HTMLElement[] {
  const { lines, lineKinds } = page.model;
  const kind = lineKinds[lines.kind[line]];
  const stroke = drawStroke(shownColour(page, kind.colour), kind.dashed, kind.group === "agreements" ? 3.5 : 2);
  const agreements = agreementsBehind(page.model, line);
  return [
    make("h2", { tabindex: -1 }, [kind.label[page.store.state.lang]]),
    make("p", { class: "kind" }, [stroke, page.say(`details.group.${kind.group}`)]),
    buildEnds(page, line),
    ...(agreements.length === 0
      ? [make("p", { class: "note" }, [page.say("details.from_tables")])]
      : listAgreements(page, page.say("details.behind"), agreements, null)),
    ...listParallel(page, line),
  ];
}

function buildEnds(page: Page, line: number): HTMLElement {
  const { nodes, nodeKinds, lines } = page.model;
  const end = (node: number): HTMLElement => {
    const kind = nodeKinds[nodes.kind[node]];
    const label = make("small", {}, [kind.label[page.store.state.lang]]);
    return make("li", {}, [drawSymbol(kind.shape, shownColour(page, kind.colour)), nameEnd(page, node), label]);
  };
  return make("ul", { class: "line-ends" }, [end(lines.source[line]), end(lines.target[line])]);
}

/** Other lines between the same two ends, each a link of its own. */
function listParallel(page: Page, line: number): HTMLElement[] {
  const { lines, lineKinds } = page.model;
  const ends = (number: number): string => [lines.source[number], lines.target[number]].sort((a, b) => a - b).join();
  const others = linesAt(page.model, lines.source[line])
    .filter((other) => other !== line && ends(other) === ends(line));
  if (others.length === 0) return [];
  const items = others.map((other) => {
    const kind = lineKinds[lines.kind[other]];
    const select = (): void => page.store.set({ selected: { type: "line", id: nameLine(page.model, other) } });
    return make("li", {}, [drawStroke(shownColour(page, kind.colour), kind.dashed, 3),
      button(kind.label[page.store.state.lang], select, { class: "link" })]);
  });
  return [heading(page.say("details.parallel"), String(others.length)), make("ul", { class: "line-ends" }, items)];
}
