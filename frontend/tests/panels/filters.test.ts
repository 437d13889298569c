import { describe, expect, it } from "vitest";
import { describeSeen, mountChips, mountFilters, mountNothing, readAmount } from "../../src/panels/filters.js";
import { makeTown } from "../town.js";
import { makePage, pick, texts, type } from "./fake-page.js";
import type { FakePage } from "./fake-page.js";

function mount(page: FakePage): { filters: HTMLElement; strip: HTMLElement; nothing: HTMLElement } {
  const parts = { filters: mountFilters(page), strip: mountChips(page), nothing: mountNothing(page) };
  page.root.append(parts.filters, parts.strip, parts.nothing);
  return parts;
}

const choose = (place: HTMLElement, key: string, value: string): void =>
  type(pick<HTMLSelectElement>(place, `select[data-key="${key}"]`), value, "change");

describe("filters", () => {
  it("offers the values that occur, with how many have each", () => {
    const { filters } = mount(makePage());
    const offered = (key: string): string[] => texts(filters, `[data-key="filter-${key}"] option`);
    expect(offered("industry")).toEqual(["all industries", "Bricks (1)", "Textiles (2)"]);
    expect(offered("region")).toEqual(["all regions", "North (3)", "South (3)"]);
    expect(offered("tier")).toEqual(["all tiers", "seedling (1)", "shrub (1)", "tree (1)"]);
  });

  it("leaves out a control that has no data", () => {
    const town = makeTown();
    town.nodes.region.fill(-1);
    town.agreements.amount.fill(NaN);
    const { filters } = mount(makePage({}, town));
    expect(filters.querySelector("[data-key='filter-region']")).toBeNull();
    expect(filters.querySelector("[data-key='amountFrom']")).toBeNull();
  });

  it("shows each filter as a chip that removes it", () => {
    const page = makePage();
    const { filters, strip } = mount(page);
    choose(filters, "filter-region", "North");
    choose(filters, "filter-status", "signed");
    page.store.set({ hiddenKinds: ["platform"], focus: { id: "U1", steps: 2 } });
    expect(texts(strip, ".chips li")).toEqual(
      ["Region: North", "Status of agreements: signed", "Around Hill University (steps: 2)", "Without: Platform"]);
    pick(strip, "[data-key='region']").click();
    expect(page.store.state.filters.region).toBe("");
    expect(texts(strip, ".chips li")).toHaveLength(3);
    expect(pick<HTMLSelectElement>(filters, "[data-key='filter-region']").value).toBe("");
  });

  it("moves the focus to the next chip when one is removed", () => {
    const page = makePage();
    const { filters, strip } = mount(page);
    choose(filters, "filter-region", "North");
    choose(filters, "filter-tier", "tree");
    pick(strip, "[data-key='region']").focus();
    pick(strip, "[data-key='region']").click();
    expect(document.activeElement).toBe(pick(strip, "[data-key='tier']"));
  });

  it("counts what is seen", () => {
    const page = makePage();
    const { strip } = mount(page);
    expect(texts(strip, ".seen")).toEqual(["7 of 7 organisations, 11 of 13 lines"]);
    page.store.set({ hiddenKinds: ["enterprise"] });
    expect(describeSeen(page)).toBe("4 of 7 organisations, 4 of 13 lines"); // 2, 5, 9 and 10
    page.store.set({ lang: "zh" });
    expect(texts(strip, ".seen")).toEqual(["显示 4 / 7 家单位、4 / 13 条连线"]);
  });

  it("says so when nothing is left, and takes it back", () => {
    const page = makePage();
    const { nothing } = mount(page);
    expect(nothing.hidden).toBe(true);
    page.store.set({ hiddenKinds: page.model.nodeKinds.map(({ key }) => key) });
    expect(nothing.hidden).toBe(false);
    expect(page.said).toContain("Nothing meets these filters.");
    pick(nothing, "button").click();
    expect(page.store.state.hiddenKinds).toEqual([]);
    expect(nothing.hidden).toBe(true);
  });

  it("reads amounts in the unit of the language", () => {
    const page = makePage();
    const { filters } = mount(page);
    type(pick<HTMLInputElement>(filters, "[data-key='amountFrom']"), "0.5", "change");
    expect(page.store.state.filters.amountFrom).toBe(500_000);
    page.store.set({ lang: "zh" });
    expect(pick<HTMLInputElement>(filters, "[data-key='amountFrom']").value).toBe("50");
    type(pick<HTMLInputElement>(filters, "[data-key='amountTo']"), "１２0", "change");
    expect(page.store.state.filters.amountTo).toBe(1_200_000);
  });

  it("refuses what is no amount, and says why", () => {
    const page = makePage();
    const { filters } = mount(page);
    const input = pick<HTMLInputElement>(filters, "[data-key='amountFrom']");
    type(input, "much", "change");
    expect(page.store.state.filters.amountFrom).toBeNull();
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(pick(filters, "[role='alert']").textContent).toContain("not an amount");
    type(input, "1", "change");
    expect(input.getAttribute("aria-invalid")).toBe("false");
    expect(pick(filters, "[role='alert']").textContent).toBe("");
  });

  it.each([
    ["", 1e4, null], ["1,250.5", 1e4, 12_505_000], [" .5 ", 1e6, 500_000], ["-3", 1e6, NaN], ["1e3", 1e6, NaN],
    ["0.07", 1e4, 700],
  ])("reads %j in steps of %d", (text, unit, amount) => {
    expect(readAmount(text, unit)).toBe(amount);
  });
});
