import { describe, expect, it } from "vitest";
import { mountTable } from "../../src/panels/table.js";
import { listRows } from "../../src/rows.js";
import { makeCrowd, makeTown } from "../town.js";
import { makePage, pick, texts } from "./fake-page.js";
import type { FakePage } from "./fake-page.js";

function mount(page: FakePage): HTMLElement {
  const table = mountTable(page);
  page.root.append(table);
  return table;
}

const names = (table: HTMLElement): string[] => texts(table, "tbody th");
const sort = (table: HTMLElement, key: string): void => pick(table, `[data-key="sort-${key}"]`).click();

describe("the table", () => {
  it("is empty while the map is seen", () => {
    const page = makePage();
    const table = mount(page);
    expect(table.hidden).toBe(true);
    expect(table.childElementCount).toBe(0);
    page.store.set({ view: "table" });
    expect(table.hidden).toBe(false);
    expect(names(table)).toHaveLength(10);
  });

  it("sorts numbers from the highest, and unknown ones last either way", () => {
    const table = mount(makePage({ view: "table" }));
    expect(pick(table, "[aria-sort]").getAttribute("aria-sort")).toBe("descending");
    expect(names(table).slice(0, 2)).toEqual(["Hill University", "Mill One"]);
    expect(names(table).slice(-3)).toEqual(["Textiles", "Bricks", "Chemistry"]);
    sort(table, "measure:strength");
    expect(pick(table, "[aria-sort]").getAttribute("aria-sort")).toBe("ascending");
    expect(names(table).slice(0, 2)).toEqual(["Loom Lab", "重庆砖厂"]);
    expect(names(table).slice(-3)).toEqual(["Textiles", "Bricks", "Chemistry"]);
  });

  it("keeps the focus on the head that was sorted by", () => {
    const table = mount(makePage({ view: "table" }));
    pick(table, "[data-key='sort-kind']").focus();
    sort(table, "kind");
    expect(document.activeElement).toBe(pick(table, "[data-key='sort-kind']"));
  });

  it("follows the filters and says what it shows", () => {
    const page = makePage({ view: "table" });
    const table = mount(page);
    page.store.set({ hiddenKinds: ["enterprise", "industry"] });
    expect(names(table)).toHaveLength(5);
    sort(table, "name");
    expect(names(table)).toEqual(["Chemistry", "Hill University", "Loom Lab", "Trade Board", "河东大学"]);
    expect(texts(table, "caption")[0]).toContain("5 nodes that the map shows");
    expect(texts(table, "caption")[0]).toContain("by Name, ascending");
  });

  it("leads from a name to the map", () => {
    const page = makePage({ view: "table" });
    const table = mount(page);
    pick(table, "tbody th button").click();
    expect(page.store.state.view).toBe("map");
    expect(page.revealed).toEqual([0]); // Hill University
  });

  it("lists lines on its second leaf, and selects one", () => {
    const page = makePage({ view: "table" });
    const table = mount(page);
    pick(table, "[data-key='tab-lines']").click();
    expect(names(table)).toHaveLength(11);
    expect(texts(table, "tbody tr:first-child > *")).toEqual(
      ["Hill University", "Mill One", "Agreements together", "2", "2"]);
    pick(table, "tbody th button").click();
    expect(page.store.state.selected).toEqual({ type: "line", id: "U1\tE1\ttie" });
  });

  it("marks the row that is selected", () => {
    const page = makePage({ view: "table" });
    const table = mount(page);
    page.store.set({ selected: { type: "node", id: "E2" } });
    expect(texts(table, "tr.selected th")).toEqual(["Dye Works"]);
  });

  it("has pages of a hundred rows", () => {
    const table = mount(makePage({ view: "table" }, makeCrowd(250, 300)));
    expect(names(table)).toHaveLength(100);
    expect(texts(table, ".pager-text")).toEqual(["1 to 100 of 250"]);
    pick(table, "[data-key='next']").click();
    pick(table, "[data-key='next']").click();
    expect(names(table)).toHaveLength(50);
    expect(texts(table, ".pager-text")).toEqual(["201 to 250 of 250"]);
    expect(pick<HTMLButtonElement>(table, "[data-key='next']").disabled).toBe(true);
  });
});

describe("rows", () => {
  it("have a cell for each column, null where nothing is known", () => {
    const page = makePage({}, makeTown());
    const { columns, rows } = listRows(page.model, page.derived.visible, page.store.state);
    expect(columns.map(({ label }) => label)).toEqual(["Name", "Kind", "Industry", "Region", "Tier",
      "Verdict of the industry", "Community", "strength (agreements shared)", "number of partners", "City", "Id"]);
    expect(rows[3]).toEqual(["Mill One", "Enterprise", "Textiles", "North", "tree", "as expected", "Hill University",
      2, 1, null, "E1"]);
    expect(rows).toHaveLength(10);
  });

  it("speak the language of the state", () => {
    const page = makePage({ lang: "zh" });
    const { columns, rows } = listRows(page.model, page.derived.visible, page.store.state, "lines");
    expect(columns.map(({ label }) => label)).toEqual(["一端", "另一端", "连线类别", "权重", "协议数"]);
    expect(rows[0]).toEqual(["Hill University", "Mill One", "共同协议", 2, 2]);
  });
});
