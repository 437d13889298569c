import { describe, expect, it } from "vitest";
import { mountLegend } from "../../src/panels/legend.js";
import { makePage, pick, texts } from "./fake-page.js";
import type { FakePage } from "./fake-page.js";

function mount(page: FakePage): HTMLElement {
  const legend = mountLegend(page);
  page.root.append(legend);
  return legend;
}

const box = (legend: HTMLElement, key: string): HTMLInputElement =>
  pick<HTMLInputElement>(legend, `[data-key="${key}"]`);
const count = (legend: HTMLElement, key: string): string | null =>
  box(legend, key).closest(".entry")?.querySelector(".count")?.textContent ?? null;

describe("the legend", () => {
  it("lists the kinds that occur, with how many there are", () => {
    const legend = mount(makePage());
    expect(texts(legend, "[aria-label='Who is on the map'] .entry-label")).toEqual(
      ["University", "Platform", "Enterprise", "Institution", "Discipline", "Industry"]);
    expect(count(legend, "node-enterprise")).toBe("3");
    expect(count(legend, "line-tie")).toBe("3");
    expect(count(legend, "line-about")).toBe("0 / 2");
    expect(box(legend, "line-about").checked).toBe(false);
  });

  it("hides and shows a kind of node, and says how many are left", () => {
    const page = makePage();
    const legend = mount(page);
    box(legend, "node-enterprise").click();
    expect(page.store.state.hiddenKinds).toEqual(["enterprise"]);
    expect(count(legend, "node-enterprise")).toBe("0 / 3");
    expect(count(legend, "line-tie")).toBe("1 / 3");
    box(legend, "node-enterprise").click();
    expect(page.store.state.hiddenKinds).toEqual([]);
  });

  it("keeps its boxes while counts change, so that the focus stays", () => {
    const page = makePage();
    const legend = mount(page);
    const first = box(legend, "node-platform");
    first.focus();
    first.click();
    expect(box(legend, "node-platform")).toBe(first);
    expect(document.activeElement).toBe(first);
  });

  it("keeps the focus when the language changes", () => {
    const page = makePage();
    const legend = mount(page);
    box(legend, "node-platform").focus();
    page.store.set({ lang: "zh" });
    expect(document.activeElement).toBe(box(legend, "node-platform"));
    expect(texts(legend, ".entry-label")[0]).toBe("高校");
  });

  it("calls the lines of the start null, so that an address stays short", () => {
    const page = makePage();
    const legend = mount(page);
    box(legend, "line-about").click();
    expect(page.store.state.shownLines).toEqual(["tie", "single", "planned", "hosts", "works_in", "offers", "about"]);
    box(legend, "line-about").click();
    expect(page.store.state.shownLines).toBeNull();
  });

  it("switches a group on or off at once", () => {
    const page = makePage();
    const legend = mount(page);
    pick(legend, "[data-key='none-structure']").click();
    expect(page.store.state.shownLines).toEqual(["tie", "single", "planned"]);
    pick(legend, "[data-key='all-structure']").click();
    expect(page.store.state.shownLines).toEqual(["tie", "single", "planned", "hosts", "works_in", "offers", "about"]);
    pick(legend, "[data-key='none-nodes']").click();
    expect(page.store.state.hiddenKinds).toHaveLength(6);
  });

  it("says what colours mean when they do not mean kinds", () => {
    const page = makePage();
    const legend = mount(page);
    expect(pick(legend, ".colours").hidden).toBe(true);
    page.store.set({ colour: "tier" });
    expect(pick(legend, ".colours").hidden).toBe(false);
    expect(texts(legend, ".colours h2")).toEqual(["Colour: tier"]);
    expect(texts(legend, ".colour")).toEqual(["seedling1", "shrub1", "tree1"]);
  });
});
