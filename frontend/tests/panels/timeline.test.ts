import { afterEach, describe, expect, it, vi } from "vitest";
import { countChanges, mountTimeline } from "../../src/panels/timeline.js";
import { makeTown } from "../town.js";
import { makePage, pick, texts, type } from "./fake-page.js";
import type { FakePage } from "./fake-page.js";

function mount(page: FakePage): HTMLElement {
  const timeline = mountTimeline(page);
  page.root.append(timeline);
  return timeline;
}

const key = (timeline: HTMLElement, name: string): HTMLElement => pick(timeline, `[data-key="${name}"]`);

describe("the timeline", () => {
  afterEach(() => void vi.useRealTimers());

  it("is hidden where there is but one year", () => {
    const town = makeTown();
    town.agreements.year.fill(2024);
    expect(mount(makePage({}, town)).hidden).toBe(true);
  });

  it("has a step for each year and a bar as high as its agreements", () => {
    const timeline = mount(makePage());
    const range = pick<HTMLInputElement>(timeline, "input");
    expect([range.min, range.max]).toEqual(["2023", "2025"]);
    expect([...timeline.querySelectorAll("rect")].map((bar) => bar.getAttribute("height"))).toEqual(["13", "26", "26"]);
  });

  it("says how many agreements no year shows", () => {
    const page = makePage();
    const timeline = mount(page);
    expect(pick(timeline, ".time-note").hidden).toBe(true);
    type(pick<HTMLInputElement>(timeline, "input"), "2024");
    expect(page.store.state.filters.year).toBe(2024);
    expect(texts(timeline, ".undated")).toEqual(["1 agreement without a year is not shown"]);
    expect(texts(timeline, "output")).toEqual(["2024"]);
    key(timeline, "all-years").click();
    expect(page.store.state.filters.year).toBeNull();
  });

  it("makes one step to undo of a whole drag", () => {
    const page = makePage();
    const range = pick<HTMLInputElement>(mount(page), "input");
    type(range, "2023");
    type(range, "2024");
    type(range, "2025", "input");
    range.dispatchEvent(new Event("change"));
    page.store.undo();
    expect(page.store.state.filters.year).toBeNull();
  });

  it("compares a year with the one before", () => {
    const page = makePage();
    const timeline = mount(page);
    type(pick<HTMLInputElement>(timeline, "input"), "2024");
    key(timeline, "mode-change").click();
    // 2024 has A1 between U1 and E1, as 2023 had A0, and A4 between U2 and E3
    expect(countChanges(page)).toEqual({ new: 1, lost: 0, kept: 1 });
    expect(texts(timeline, ".change")).toEqual(["new1", "lost0", "kept1"]);
    expect(key(timeline, "mode-change").getAttribute("aria-pressed")).toBe("true");
  });

  it("means the last year when a mode is chosen first", () => {
    const page = makePage();
    key(mount(page), "mode-during").click();
    expect(page.store.state.filters).toMatchObject({ year: 2025, yearMode: "during" });
  });

  it("steps back and forth within the years", () => {
    const page = makePage();
    const timeline = mount(page);
    key(timeline, "forward").click();
    expect(page.store.state.filters.year).toBe(2023);
    expect((key(timeline, "back") as HTMLButtonElement).disabled).toBe(true);
    key(timeline, "forward").click();
    expect(page.store.state.filters.year).toBe(2024);
  });

  it("plays a year a second and stops at the last", () => {
    vi.useFakeTimers();
    const page = makePage();
    const timeline = mount(page);
    key(timeline, "play").click();
    expect(page.store.state.filters.year).toBe(2023);
    vi.advanceTimersByTime(1000);
    expect(page.store.state.filters.year).toBe(2024);
    expect(key(timeline, "play").title).toBe("Pause");
    vi.advanceTimersByTime(5000);
    expect(page.store.state.filters.year).toBe(2025);
    expect(key(timeline, "play").title).toBe("Play the years");
    page.store.undo();
    expect(page.store.state.filters.year).toBeNull();
  });

  it("stops playing when a person takes over", () => {
    vi.useFakeTimers();
    const page = makePage();
    const timeline = mount(page);
    key(timeline, "play").click();
    type(pick<HTMLInputElement>(timeline, "input"), "2024");
    vi.advanceTimersByTime(5000);
    expect(page.store.state.filters.year).toBe(2024);
    expect(key(timeline, "play").title).toBe("Play the years");
  });
});
