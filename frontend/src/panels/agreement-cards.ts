// Agreements as cards: name, status, date, amount, who signed, what it is about, and where it is written.

import { make } from "../dom.js";
import { formatAmount } from "../page.js";
import type { Page } from "../page.js";
import type { End } from "../types.js";
import { counts, termLabel } from "./lookup.js";
import { button, heading, formatCount, listWithMore } from "./parts.js";

const FIRST = 20; // cards shown at once
const ENDS = 8; // names shown of one agreement

/** The agreements that count, and apart from them those that are planned or in talks. */
export function listAgreements(page: Page, title: string, agreements: number[], self: number | null): HTMLElement[] {
  const counted = agreements.filter((agreement) => counts(page.model, agreement));
  const planned = agreements.filter((agreement) => !counts(page.model, agreement));
  return [
    ...listGroup(page, title, counted, self),
    ...listGroup(page, page.say("details.planned"), planned, self),
  ];
}

/** A link that selects a node, or a plain name of one that is not on the map. */
export function nameEnd(page: Page, end: End): HTMLElement {
  if (typeof end === "string") return make("span", { title: page.say("details.not_on_map") }, [end]);
  return button(page.model.nodes.name[end], () => page.reveal(end), { class: "link" });
}

function listGroup(page: Page, title: string, agreements: number[], self: number | null): HTMLElement[] {
  if (agreements.length === 0) return [];
  const cards = listWithMore(page, agreements, FIRST, (agreement) => buildCard(page, agreement, self), "cards");
  return [heading(title, formatCount(agreements.length)), cards];
}

function buildCard(page: Page, agreement: number, self: number | null): HTMLElement {
  const { agreements, places } = page.model;
  const parties = agreements.parties[agreement].filter((end) => end !== self);
  const topics = agreements.topics[agreement].filter((end) => end !== self && !parties.includes(end));
  const place = places[agreements.source[agreement]];
  return make("li", {}, [
    make("p", { class: "card-name" }, [agreements.name[agreement] || agreements.id[agreement]]),
    make("p", { class: "card-line" }, [buildStatus(page, agreement), listFacts(page, agreement)]),
    ...listEnds(page, page.say(self === null ? "details.parties" : "details.with"), parties),
    ...listEnds(page, page.say("details.topics"), topics),
    ...(place === undefined ? [] : [make("p", { class: "card-line source" }, [page.say("details.source", { place })])]),
  ]);
}

function buildStatus(page: Page, agreement: number): HTMLElement {
  const { statuses, agreements } = page.model;
  const label = termLabel(statuses, agreements.status[agreement], page.store.state.lang);
  const planned = !counts(page.model, agreement);
  return make("span", { class: planned ? "status planned" : "status" }, [label || page.say("details.no_status")]);
}

function listFacts(page: Page, agreement: number): string {
  const { agreements, modes, currency } = page.model;
  const { lang } = page.store.state;
  const amount = agreements.amount[agreement];
  return [
    agreements.date[agreement] || page.say("details.no_date"),
    Number.isNaN(amount) ? page.say("details.no_amount") : formatAmount(amount, currency, lang),
    termLabel(modes, agreements.mode[agreement], lang),
  ].filter(Boolean).join(" · ");
}

function listEnds(page: Page, title: string, ends: End[]): HTMLElement[] {
  if (ends.length === 0) return [];
  const names = make("span", { class: "names" }, ends.slice(0, ENDS).map((end) => nameEnd(page, end)));
  if (ends.length > ENDS) names.append(showRest(page, names, ends.slice(ENDS)));
  return [make("p", { class: "card-line ends" }, [make("span", { class: "ends-title" }, [title]), names])];
}

function showRest(page: Page, names: HTMLElement, rest: End[]): HTMLElement {
  const more = button(page.say("details.more", { n: formatCount(rest.length) }), () => {
    const added = rest.map((end) => nameEnd(page, end));
    more.remove();
    names.append(...added);
    added[0].focus();
  }, { class: "link more" });
  return more;
}
