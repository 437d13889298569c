// What the details panel says of a node: facts, measures and their rank, partners, agreements, source.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import type { Measure, Model, Term } from "../types.js";
import { listAgreements, nameEnd } from "./agreement-cards.js";
import { agreementsBehind, agreementsOf, counts, isOrganisation, linesAt, shownColour, termLabel } from "./lookup.js";
import { button, drawSymbol, formatCount, formatValue, heading, listWithMore, sayCount } from "./parts.js";

const FIRST = 20; // partners and links shown at once

export interface Partner {
  node: number;
  weight: number; // of lines that count
  counted: number; // agreements
  planned: number;
}

/** Heading first, then the parts of the panel. */
export function describeNode(page: Page, node: number): HTMLElement[] {
  const { nodes } = page.model;
  const agreements = agreementsOf(page.model, node);
  return [
    make("h2", { tabindex: -1 }, [nodes.name[node]]),
    buildKind(page, node),
    buildSteps(page, node),
    buildFacts(page, node),
    ...buildMeasures(page, node),
    ...buildPartners(page, node),
    ...listAgreements(page, page.say("details.agreements"), agreements, node),
    ...(agreements.length === 0 ? [make("p", { class: "note" }, [page.say("details.no_agreement")])] : []),
    ...buildLinks(page, node),
    ...buildSource(page, node),
  ];
}

/** The buttons for the surroundings show what is in force. */
export function updateSteps(page: Page, place: HTMLElement): void {
  const { focus, expanded, selected } = page.store.state;
  for (const step of place.querySelectorAll<HTMLElement>("[data-steps]")) {
    const on = focus !== null && focus.id === selected?.id && String(focus.steps) === step.dataset["steps"];
    step.setAttribute("aria-pressed", String(on));
  }
  const expand = place.querySelector<HTMLButtonElement>("[data-key=expand]");
  if (expand === null) return;
  expand.hidden = focus === null;
  expand.disabled = selected === null || expanded.includes(selected.id);
  const end = place.querySelector<HTMLElement>("[data-key=unfocus]");
  if (end !== null) end.hidden = focus === null;
}

/** The organisations that a node has agreements with, the closest first. */
export function listPartners(model: Model, node: number): Partner[] {
  const found = new Map<number, { weight: number; behind: Set<number> }>();
  if (!isOrganisation(model, node)) return [];
  for (const line of linesAt(model, node)) {
    const other = otherEnd(model, line, node);
    if (!isPartnerLine(model, line)) continue;
    const known = found.get(other) ?? { weight: 0, behind: new Set() };
    if (!model.lineKinds[model.lines.kind[line]].dashed) known.weight += model.lines.weight[line];
    agreementsBehind(model, line).forEach((agreement) => known.behind.add(agreement));
    found.set(other, known);
  }
  const partners = [...found].map(([other, { weight, behind }]) => {
    const counted = [...behind].filter((agreement) => counts(model, agreement)).length;
    return { node: other, weight, counted, planned: behind.size - counted };
  });
  return partners.sort((a, b) =>
    b.weight - a.weight || b.counted - a.counted || b.planned - a.planned || a.node - b.node);
}

/** The place of a node among the organisations that have a value of a measure: 1 for the highest. */
export function rankOf(model: Model, measure: Measure, node: number): { rank: number; of: number } | null {
  const value = measure.values[node];
  if (Number.isNaN(value) || !isOrganisation(model, node)) return null;
  let [rank, of] = [1, 0];
  for (let i = 0; i < model.nodes.count; i += 1) {
    if (Number.isNaN(measure.values[i]) || !isOrganisation(model, i)) continue;
    of += 1;
    if (measure.values[i] > value) rank += 1;
  }
  return { rank, of };
}

/** A rank in words of English: 1st, 2nd, 3rd, 11th. */
export function ordinal(rank: number): string {
  const teens = rank % 100 >= 11 && rank % 100 <= 13;
  const end = teens ? "th" : ["th", "st", "nd", "rd"][rank % 10] ?? "th";
  return `${formatCount(rank)}${end}`;
}

function otherEnd(model: Model, line: number, node: number): number {
  const { source, target } = model.lines;
  return source[line] === node ? target[line] : source[line];
}

function isPartnerLine(model: Model, line: number): boolean {
  const { source, target, kind } = model.lines;
  if (model.lineKinds[kind[line]].group !== "agreements" || source[line] === target[line]) return false;
  return isOrganisation(model, source[line]) && isOrganisation(model, target[line]);
}

function buildKind(page: Page, node: number): HTMLElement {
  const kind = page.model.nodeKinds[page.model.nodes.kind[node]];
  const symbol = drawSymbol(kind.shape, shownColour(page, kind.colour));
  return make("p", { class: "kind" }, [symbol, kind.label[page.store.state.lang]]);
}

function buildSteps(page: Page, node: number): HTMLElement {
  const id = page.model.nodes.id[node];
  const step = (steps: 1 | 2 | 3): HTMLElement => button(String(steps), () => {
    const { focus } = page.store.state;
    const same = focus?.id === id && focus.steps === steps;
    page.store.set({ focus: same ? null : { id, steps }, expanded: [] });
  }, { "data-steps": steps, "data-key": `steps-${steps}`, "aria-label": sayCount(page, "details.steps", steps),
    title: sayCount(page, "details.steps", steps) });
  const expand = button(page.say("details.expand"), () => {
    page.store.set({ expanded: [...page.store.state.expanded, id] });
  }, { class: "quiet", "data-key": "expand", title: page.say("details.expand_note") });
  const end = button(page.say("details.unfocus"), () => page.store.set({ focus: null, expanded: [] }), {
    class: "link", "data-key": "unfocus",
  });
  const place = make("div", { class: "steps", role: "group", "aria-label": page.say("details.surroundings") }, [
    make("span", { class: "steps-title" }, [page.say("details.only_within")]),
    make("span", { class: "segments" }, [step(1), step(2), step(3)]),
    make("span", { class: "steps-title" }, [page.say("details.step_unit")]), expand, end,
  ]);
  updateSteps(page, place);
  return place;
}

function buildFacts(page: Page, node: number): HTMLElement {
  const { nodes, regions, tiers, reasons, verdicts, communities } = page.model;
  const { lang } = page.store.state;
  const pairs: [string, string | HTMLElement | undefined][] = [
    ["industry", nodes.industry[node] < 0 ? undefined : nameEnd(page, nodes.industry[node])],
    ["verdict", describeVerdict(page, verdicts[nodes.verdict[node]])],
    ["tier", describeTier(termLabel(tiers, nodes.tier[node], lang), reasons[nodes.reason[node]]?.[lang])],
    ["region", regions[nodes.region[node]]],
    ["community", communities[nodes.community[node]]?.name],
    ["aliases", nodes.aliases.get(node)?.join(page.say("details.comma"))],
    ["id", nodes.id[node]],
  ];
  const known = pairs.flatMap(([key, value]) => (value ? [pair(page.say(`column.${key}`), value)] : []));
  const facts = nodes.facts.flatMap(({ label, texts, values }) => {
    const text = texts[values[node]];
    return text === undefined ? [] : [pair(label[lang], text)];
  });
  return make("dl", { class: "facts" }, [...known.slice(0, -1), ...facts, ...known.slice(-1)]);
}

function pair(name: string, value: string | HTMLElement): HTMLElement {
  return make("div", {}, [make("dt", {}, [name]), make("dd", {}, [value])]);
}

function describeTier(tier: string, reason: string | undefined): HTMLElement | string {
  if (reason === undefined) return tier;
  return make("span", {}, [tier, make("small", {}, [reason])]);
}

/** A verdict with what it means: a planner should not have to look it up. */
function describeVerdict(page: Page, verdict: Term | undefined): HTMLElement | undefined {
  if (verdict === undefined) return undefined;
  const meaning = page.say(`verdict.${verdict.key}`);
  return make("span", {}, [verdict.label[page.store.state.lang], make("small", {}, [meaning])]);
}

function buildMeasures(page: Page, node: number): HTMLElement[] {
  const { lang } = page.store.state;
  const rows = page.model.nodes.measures.flatMap((measure) => {
    const place = rankOf(page.model, measure, node);
    const value = measure.values[node];
    if (Number.isNaN(value)) return [];
    const rank = place === null ? "" : page.say("details.rank", {
      rank: lang === "zh" ? formatCount(place.rank) : ordinal(place.rank), n: formatCount(place.of),
    });
    return [make("tr", {}, [make("th", { scope: "row" }, [measure.label[lang]]),
      make("td", { class: "number" }, [formatValue(value)]), make("td", { class: "rank" }, [rank])])];
  });
  if (rows.length === 0) return [];
  return [heading(page.say("details.measures")), make("table", { class: "measures" }, [make("tbody", {}, rows)])];
}

function buildPartners(page: Page, node: number): HTMLElement[] {
  const partners = listPartners(page.model, node);
  if (partners.length === 0) return [];
  const most = Math.max(...partners.map(({ weight }) => weight), 1);
  const list = listWithMore(page, partners, FIRST, (partner) => buildPartner(page, partner, most), "partners");
  return [heading(page.say("details.partners"), formatCount(partners.length)), list];
}

function buildPartner(page: Page, partner: Partner, most: number): HTMLElement {
  const kind = page.model.nodeKinds[page.model.nodes.kind[partner.node]];
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${Math.round((partner.weight / most) * 100)}%`;
  const counted = partner.counted > 0 ? [sayCount(page, "details.count", partner.counted)] : [];
  const planned = partner.planned > 0 ? [page.say("details.count_planned", { n: formatCount(partner.planned) })] : [];
  return make("li", {}, [
    drawSymbol(kind.shape, shownColour(page, kind.colour)),
    nameEnd(page, partner.node),
    make("small", {}, [[...counted, ...planned].join(" · ") || formatValue(partner.weight)]),
    bar,
  ]);
}

/** Lines that are no cooperation between organisations, by what they say. */
function buildLinks(page: Page, node: number): HTMLElement[] {
  const groups = new Map<number, Set<number>>();
  for (const line of linesAt(page.model, node)) {
    if (isPartnerLine(page.model, line)) continue;
    const kind = page.model.lines.kind[line];
    groups.set(kind, (groups.get(kind) ?? new Set()).add(otherEnd(page.model, line, node)));
  }
  return [...groups].flatMap(([number, ends]) => {
    const label = page.model.lineKinds[number].label[page.store.state.lang];
    const build = (end: number): HTMLElement => make("li", {}, [nameEnd(page, end)]);
    return [heading(label, formatCount(ends.size)), listWithMore(page, [...ends], FIRST, build, "links")];
  });
}

function buildSource(page: Page, node: number): HTMLElement[] {
  const place = page.model.places[page.model.nodes.source[node]];
  return place === undefined ? [] : [make("p", { class: "note source" }, [page.say("details.source", { place })])];
}
