import { describe, expect, it } from "vitest";
import { buildFrame } from "../../src/panels/frame.js";
import { applyTheme } from "../../src/panels/toolbar.js";
import { makePage, pick, press, texts } from "./fake-page.js";

function mount(first = {}) {
  const page = makePage(first);
  return { page, ...buildFrame(page) };
}

function pictureSize(item: HTMLElement): number[] {
  return (item.querySelector("small")?.textContent ?? "").split(" × ").map(Number);
}

describe("the frame", () => {
  it("has a stage with a name that the keyboard reaches, and a polite voice", () => {
    const { stage, live } = mount();
    expect(stage.tabIndex).toBe(0);
    expect(stage.getAttribute("aria-label")).toContain("Network map");
    expect(live.getAttribute("aria-live")).toBe("polite");
  });

  it("says what it is, of which day, and that data are synthetic", () => {
    const { page } = mount();
    expect(texts(page.root, "h1")).toEqual(["Milltown"]);
    expect(texts(page.root, ".title p > *")).toEqual(
      ["Map of cooperation", "as of 2025-06-30", "合成数据 / synthetic data"]);
  });

  it("speaks the other language at once", () => {
    const { page } = mount();
    pick(page.root, "[data-key='language']").click();
    expect(page.root.lang).toBe("zh-CN");
    expect(pick(page.root, "[data-key='language']").textContent).toBe("English");
    expect(texts(page.root, ".leaves [role='tab']")).toEqual(["图例", "筛选"]);
  });

  it("undoes and redoes, by button and by key", () => {
    const { page } = mount();
    const undo = pick<HTMLButtonElement>(page.root, "[data-key='undo']");
    expect(undo.disabled).toBe(true);
    page.store.set({ colour: "tier" });
    expect(undo.disabled).toBe(false);
    undo.click();
    expect(page.store.state.colour).toBe("kind");
    press(document.body, "y", { ctrlKey: true });
    expect(page.store.state.colour).toBe("tier");
    press(document.body, "z", { ctrlKey: true });
    expect(page.store.state.colour).toBe("kind");
  });

  it("turns to the table and back", () => {
    const { page } = mount();
    pick(page.root, ".views [data-key='table']").click();
    expect(page.root.dataset["view"]).toBe("table");
    expect(pick(page.root, ".table-view").hidden).toBe(false);
  });

  it("goes through the leaves of the side panel with arrows", () => {
    const { page } = mount();
    const tabs = page.root.querySelectorAll<HTMLElement>("[role='tab']");
    press(tabs[0], "ArrowRight");
    expect(document.activeElement).toBe(tabs[1]);
    expect(pick(page.root, "#explorer-legend").hidden).toBe(true);
    expect(pick(page.root, "#explorer-filters").hidden).toBe(false);
  });

  it("counts active filters on the leaf of filters", () => {
    const { page } = mount();
    page.store.set({ filters: { region: "North", tier: "tree" } });
    expect(texts(page.root, "#explorer-filters-tab")).toEqual(["Filters 2"]);
  });

  it("opens the menu of files and walks it by keys", () => {
    const { page } = mount();
    const opener = pick(page.root, "[data-key='save']");
    opener.click();
    const items = page.root.querySelectorAll<HTMLElement>("[role='menuitem']");
    expect(items).toHaveLength(8);
    expect(items[0].textContent?.startsWith("Picture (PNG), 1×")).toBe(true);
    expect(pictureSize(items[1])).toEqual(pictureSize(items[0]).map((side) => 2 * side));
    expect(pictureSize(items[0]).every((side, i) => side > [900, 600][i])).toBe(true); // title and legend are added
    expect(document.activeElement).toBe(items[0]);
    press(items[0], "ArrowUp");
    expect(document.activeElement).toBe(items[7]);
    press(items[7], "ArrowDown");
    expect(document.activeElement).toBe(items[0]);
    press(items[0], "Escape");
    expect(pick(page.root, "[role='menu']").hidden).toBe(true);
    expect(document.activeElement).toBe(opener);
  });

  it("does not offer a layout or a colour without data", () => {
    const { page } = mount();
    expect(texts(page.root, "[data-key='colour'] option")).toEqual(
      ["kind", "community", "tier", "verdict of the industry", "strength (agreements shared)", "number of partners"]);
    page.model.nodes.latitude.fill(NaN);
    page.store.set({ lang: "zh" });
    expect(pick<HTMLButtonElement>(page.root, "[data-key='places']").disabled).toBe(true);
    expect(pick<HTMLButtonElement>(page.root, "[data-key='tiers']").disabled).toBe(false);
  });

  it("opens the side panel as a sheet and gives the focus back", () => {
    const { page } = mount();
    const opener = pick(page.root, ".open-side");
    opener.click();
    const side = pick(page.root, ".side");
    expect(side.classList.contains("open")).toBe(true);
    expect(opener.getAttribute("aria-expanded")).toBe("true");
    pick(side, ".close").click();
    expect(side.classList.contains("open")).toBe(false);
    expect(document.activeElement).toBe(opener);
  });

  it("wears the theme that was chosen", () => {
    const { page } = mount();
    applyTheme(page.root, "dark");
    expect(page.root.dataset["theme"]).toBe("dark");
    applyTheme(page.root, "light");
    expect(page.root.dataset["theme"]).toBe("light");
  });
});
