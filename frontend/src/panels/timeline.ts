// The timeline under the map: a year, how it is meant, and the agreements of each year behind the slider.

import { draw, make } from "../dom.js";
import type { Page } from "../page.js";
import { CHANGE_COLOURS, toHex } from "../palette.js";
import type { YearMode } from "../types.js";
import { countByYear, listYears } from "../visible.js";
import { shownColour } from "./lookup.js";
import { button, drawIcon, drawStroke, formatCount, iconButton, replace, sayCount, whenChanged } from "./parts.js";

const PACE = 1000; // milliseconds a year while playing
const MODES: YearMode[] = ["until", "during", "change"];
const THUMB = 16; // pixels

interface Clock {
  years: number[];
  timer: number | null;
  moving: boolean; // by the slider or by playing: one step to undo for the whole movement
  update: () => void; // show on the controls what is so
}

/** The timeline; hidden where the data tell of fewer than two years. */
export function mountTimeline(page: Page): HTMLElement {
  const clock: Clock = { years: listYears(page.model), timer: null, moving: false, update: () => undefined };
  const place = make("section", { class: "timeline" });
  if (clock.years.length < 2) {
    place.hidden = true;
    return place;
  }
  const note = make("div", { class: "time-note" });
  whenChanged(page, () => [page.store.state.lang], () => {
    place.setAttribute("aria-label", page.say("time.name"));
    const controls = buildControls(page, clock);
    const slider = buildSlider(page, clock);
    const modes = buildModes(page);
    replace(place, [controls.place, slider.place, modes.place, note]);
    clock.update = () => [controls, slider, modes].forEach((part) => part.update());
  });
  whenChanged(page, () => [page.derived, page.store.state.lang], () => {
    if (page.store.state.filters.year === null) stop(clock);
    clock.update();
    updateNote(page, note);
  });
  return place;
}

/** Count the lines of agreements that are new, lost and kept; what these are about is not counted again. */
export function countChanges(page: Page): { new: number; lost: number; kept: number } {
  const counted = [0, 0, 0, 0];
  const { change, lines } = page.derived.visible;
  const { lineKinds, lines: { kind } } = page.model;
  const asked = lineKinds.map(({ group }) => group === "agreements");
  for (let i = 0; i < change.length; i += 1) if (lines[i] === 1 && asked[kind[i]]) counted[change[i]] += 1;
  return { new: counted[1], lost: counted[2], kept: counted[3] };
}

interface Part {
  place: HTMLElement;
  update: () => void;
}

function setYear(page: Page, clock: Clock, year: number, moving: boolean): void {
  page.store.set({ filters: { year } }, { transient: moving && clock.moving });
  clock.moving = moving;
}

function stepYear(page: Page, clock: Clock, step: number): void {
  const { years } = clock;
  const { year } = page.store.state.filters;
  const next = year === null ? (step > 0 ? years[0] : years[years.length - 1]) : year + step;
  setYear(page, clock, Math.min(Math.max(next, years[0]), years[years.length - 1]), clock.timer !== null);
}

function play(page: Page, clock: Clock): void {
  const last = clock.years[clock.years.length - 1];
  const { year } = page.store.state.filters;
  clock.moving = false;
  clock.timer = window.setInterval(() => {
    stepYear(page, clock, 1);
    if (page.store.state.filters.year === last) pause(page, clock);
  }, PACE);
  setYear(page, clock, year === null || year >= last ? clock.years[0] : year, true);
  clock.update();
}

function pause(page: Page, clock: Clock): void {
  stop(clock);
  clock.update();
  page.announce(describeYear(page));
}

function stop(clock: Clock): void {
  if (clock.timer !== null) window.clearInterval(clock.timer);
  clock.timer = null;
  clock.moving = false;
}

function buildControls(page: Page, clock: Clock): Part {
  const key = (name: string): Record<string, string> => ({ "data-key": name });
  const back = iconButton(page.say("time.previous"), "back", () => stepYear(page, clock, -1), key("back"));
  const forward = iconButton(page.say("time.next"), "forward", () => stepYear(page, clock, 1), key("forward"));
  const toggle = iconButton(page.say("time.play"), "play", () => {
    if (clock.timer === null) play(page, clock);
    else pause(page, clock);
  }, { class: "icon-button play", ...key("play") });
  function update(): void {
    const next = clock.timer === null ? "play" : "pause";
    const words = page.say(`time.${next}`);
    toggle.replaceChildren(drawIcon(next), make("span", { class: "words" }, [words]));
    toggle.title = words;
    const { year } = page.store.state.filters;
    back.disabled = year === clock.years[0];
    forward.disabled = year === clock.years[clock.years.length - 1];
  }
  return { place: make("div", { class: "time-controls" }, [back, toggle, forward]), update };
}

function buildSlider(page: Page, clock: Clock): Part {
  const { years } = clock;
  const [first, last] = [years[0], years[years.length - 1]];
  const counted = countByYear(page.model);
  const bars = drawBars(years, counted);
  const range = make("input", {
    type: "range", min: first, max: last, step: 1, "aria-label": page.say("time.year"), "data-key": "year",
  });
  const half = `100% / ${years.length * 2}`;
  range.style.marginInline = `calc(${half} - ${THUMB / 2}px)`;
  range.style.width = `calc(100% - ${half} * 2 + ${THUMB}px)`;
  range.addEventListener("input", () => {
    if (clock.timer !== null) window.clearInterval(clock.timer);
    clock.timer = null;
    setYear(page, clock, Number(range.value), true);
  });
  range.addEventListener("change", () => (clock.moving = false));
  const update = (): void => {
    const { year, yearMode } = page.store.state.filters;
    range.value = String(year ?? last);
    range.classList.toggle("all", year === null);
    const count = counted.get(year ?? last) ?? 0;
    range.setAttribute("aria-valuetext", year === null ? page.say("time.all")
      : page.say("time.value", { year, agreements: sayCount(page, "details.count", count) }));
    markBars(bars, years, year, yearMode);
  };
  const ends = make("div", { class: "time-ends", "aria-hidden": "true" }, labelYears(years));
  return { place: make("div", { class: "time-slider" }, [bars, range, ends]), update };
}

function drawBars(years: number[], counted: Map<number, number>): SVGElement {
  const most = Math.max(1, ...counted.values());
  const bars = years.map((year, i) => {
    const count = counted.get(year) ?? 0;
    const height = count === 0 ? 0 : Math.max(2, (count / most) * 26);
    const title = draw("title", {}, [`${year}: ${formatCount(count)}`]);
    return draw("rect", { x: i + 0.14, width: 0.72, y: 28 - height, height }, [title]);
  });
  return draw("svg", {
    class: "bars", viewBox: `0 0 ${years.length} 28`, preserveAspectRatio: "none", "aria-hidden": "true",
  }, bars);
}

function markBars(bars: SVGElement, years: number[], year: number | null, mode: YearMode): void {
  [...bars.children].forEach((bar, i) => {
    const within = year === null || years[i] === year || (mode === "until" && years[i] < year)
      || (mode === "change" && years[i] === year - 1);
    bar.setAttribute("class", within ? (years[i] === year ? "now" : "within") : "out");
  });
}

/** As many years as can be read under the bars; the first and the last always. */
function labelYears(years: number[]): HTMLElement[] {
  const every = Math.ceil(years.length / 8);
  return years.map((year, i) => {
    const left = years.length - 1 - i;
    const shown = left === 0 || (i % every === 0 && left >= every);
    return make("span", {}, [shown ? String(year) : ""]);
  });
}

function buildModes(page: Page): Part {
  const number = make("output", { class: "year-now" });
  const setAll = (): void => page.store.set({ filters: { year: null } });
  const all = button(page.say("time.all"), setAll, { "data-key": "all-years" });
  const modes = MODES.map((mode) => button(page.say(`time.mode.${mode}`), () => chooseMode(page, mode), {
    "data-key": `mode-${mode}`, title: page.say(`time.mode_note.${mode}`),
  }));
  const update = (): void => {
    const { year, yearMode } = page.store.state.filters;
    number.textContent = year === null ? "" : String(year);
    all.setAttribute("aria-pressed", String(year === null));
    modes.forEach((choice, i) => choice.setAttribute("aria-pressed", String(year !== null && MODES[i] === yearMode)));
  };
  const named = { class: "segments", role: "group", "aria-label": page.say("time.meaning") };
  const group = make("div", named, [all, ...modes]);
  return { place: make("div", { class: "time-modes" }, [number, group]), update };
}

/** A mode without a year means the last one. */
function chooseMode(page: Page, yearMode: YearMode): void {
  const years = listYears(page.model);
  const year = page.store.state.filters.year ?? Math.max(...years);
  page.store.set({ filters: { yearMode, year } });
  page.announce(describeYear(page));
}

function describeYear(page: Page): string {
  const { year, yearMode } = page.store.state.filters;
  return year === null ? page.say("time.all") : page.say(`time.chip.${yearMode}`, { year, before: year - 1 });
}

function updateNote(page: Page, note: HTMLElement): void {
  const { year, yearMode } = page.store.state.filters;
  const undated = countUndated(page);
  const parts: HTMLElement[] = [];
  if (year !== null && yearMode === "change") parts.push(...buildChanges(page));
  if (year !== null && undated > 0) {
    parts.push(make("span", { class: "undated" }, [sayCount(page, "time.undated", undated)]));
  }
  note.hidden = parts.length === 0;
  replace(note, parts);
}

function countUndated(page: Page): number {
  return page.model.agreements.year.reduce((count, year) => count + Number(year === 0), 0);
}

function buildChanges(page: Page): HTMLElement[] {
  const counted = countChanges(page);
  return (["new", "lost", "kept"] as const).map((key) => make("span", { class: "change" }, [
    drawStroke(shownColour(page, toHex(CHANGE_COLOURS[key])), key === "lost", 3.5),
    page.say(`time.${key}`), make("b", {}, [formatCount(counted[key])]),
  ]));
}
