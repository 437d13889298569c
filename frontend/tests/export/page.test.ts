// What a page gives away: words of its sheet, paper, tables, and what is too large.

import { afterEach, describe, expect, it, vi } from "vitest";
import { dressUp } from "../../src/appearance.js";
import { exportCsv, mountPrinting, printPage } from "../../src/export/index.js";
import { fitPaper, takePicture } from "../../src/export/picture.js";
import { measurePng } from "../../src/export/png.js";
import { collectWords, describeFilters } from "../../src/export/words.js";
import { findHulls } from "../../src/hulls.js";
import type { Page } from "../../src/page.js";
import { startState, Store } from "../../src/store.js";
import type { Patch } from "../../src/store.js";
import type { Camera } from "../../src/types.js";
import { selectVisible } from "../../src/visible.js";
import { makeTown } from "../town.js";

afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe("describeFilters", () => {
  it("is empty where nothing is filtered", () => {
    expect(describeFilters(makePage())).toBe("");
  });

  it("names all that narrows what is seen", () => {
    const page = makePage({
      filters: { industry: "N1", tier: "tree", amountFrom: 1_000_000, year: 2024, yearMode: "until" },
      hiddenKinds: ["discipline"], focus: { id: "U1", steps: 2 },
    });
    expect(describeFilters(page)).toBe("export.filters(filters: filters.chip(what: column.industry(), value: Textiles)"
      + " · filters.chip(what: column.tier(), value: tree) · filters.above(from: 1, to: 0, unit: filters.unit_million(currency: CNY))"
      + " · time.chip.until(year: 2024, before: 2023) · filters.focus(name: Hill University, n: 2)"
      + " · filters.without(names: Discipline))");
  });
});

describe("collectWords", () => {
  it("lists in the legend only what is seen", () => {
    const page = makePage({ hiddenKinds: ["enterprise"] });
    const groups = collectWords(page, page.derived.scene).legend;
    expect(groups.map(({ entries }) => entries.map(({ text }) => text))).toEqual([
      ["University", "Platform", "Institution", "Discipline", "Industry"],
      ["Agreements together", "Hosts a platform", "Offers a discipline"],
      ["strength (agreements shared)"],
    ]);
  });

  it("tells colours apart from kinds where they stand for something else", () => {
    const page = makePage({ colour: "tier" });
    const [colours, kinds] = collectWords(page, page.derived.scene).legend;
    expect(colours.entries.slice(0, 3).map(({ text }) => text)).toEqual(["seedling", "shrub", "tree"]);
    expect(kinds.entries.map(({ text }) => text)).toEqual(["Enterprise"]); // all others are in the list of colours
  });
});

describe("pictures", () => {
  it("keep the camera of the screen", () => {
    const page = makePage({}, { x: 10, y: 20, scale: 3 });
    expect(takePicture(page).camera).toEqual({ x: 10, y: 20, scale: 3 });
    expect(takePicture(page).sheet.map).toMatchObject({ width: 800, height: 600 });
  });

  it("show on paper all that is on the screen", () => {
    const page = makePage({}, { x: 10, y: 20, scale: 3 });
    const { camera, sheet } = fitPaper(page, { width: 1000, height: 700 });
    expect(sheet.map.width).toBe(724); // 1000 - 3 margins of 20 - a legend of 216
    expect(sheet.height).toBe(700);
    expect([camera.x, camera.y]).toEqual([10, 20]);
    expect(camera.scale).toBeCloseTo(3 * Math.min(724 / 800, sheet.map.height / 600));
  });

  it("are refused where a canvas cannot hold them", () => {
    const { sheet } = takePicture(makePage());
    expect(measurePng({ ...sheet, width: 4096, height: 4096 }, 4)).toEqual({ width: 16384, height: 16384, fits: true });
    expect(measurePng({ ...sheet, width: 4097, height: 100 }, 4).fits).toBe(false);
  });
});

describe("printPage", () => {
  it("puts one sheet of SVG into the document while it prints", async () => {
    const page = makePage();
    mountPrinting(page);
    let seen: string[] = [];
    window.print = () => {
      window.dispatchEvent(new Event("beforeprint"));
      seen = [...document.querySelectorAll(".ecograph-print")].map((sheet) => sheet.className);
      expect(document.querySelectorAll(".ecograph-sheet > svg").length).toBe(1);
      window.dispatchEvent(new Event("afterprint"));
    };
    await printPage(page, "A3");
    expect(seen).toEqual(["ecograph-print a3"]);
    expect(document.querySelector(".ecograph-print")).toBeNull();
    window.dispatchEvent(new Event("beforeprint"));
    expect(document.querySelector(".ecograph-print")?.className).toBe("ecograph-print a4");
    window.dispatchEvent(new Event("afterprint"));
  });
});

describe("exportCsv", () => {
  it("saves nodes, and lines where their table is open", async () => {
    const saved: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      saved.push(blob as Blob);
      return "blob:1";
    });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockReturnValue();
    const page = makePage({ view: "table" });
    await exportCsv(page);
    const tab = document.createElement("button");
    tab.dataset["key"] = "tab-lines";
    tab.setAttribute("aria-pressed", "true");
    page.root.append(tab);
    await exportCsv(page);
    const [nodes, lines] = await Promise.all(saved.map((blob) => blob.text()));
    expect(nodes.trim().split("\r\n").length).toBe(11);
    expect(lines).toContain("Hill University,Mill One,Agreements together,2,2");
    expect(page.announce).toHaveBeenLastCalledWith("export.saved(file: Milltown 2025-06-30.csv)");
  });
});

function makePage(patch: Patch = {}, camera: Camera = { x: 120, y: 40, scale: 1 }): Page {
  const model = makeTown();
  const store = new Store(startState(model));
  store.set(patch);
  const { state } = store;
  const visible = selectVisible(model, state);
  const { x, y, count } = model.nodes;
  const placement = { x, y, placed: new Uint8Array(count).fill(1), unplaced: 0, guides: [] };
  const dress = dressUp(model, state, visible, false);
  const hulls = findHulls(model, visible, placement);
  const scene = {
    model, visible, placement, dress, hulls, labels: model.nodes.name, labelOrder: new Uint32Array(0),
    near: null, selectedNode: -1, selectedLine: -1, dark: false, animateFrom: null,
  };
  const root = document.createElement("div");
  document.body.append(root);
  return {
    root, model, store, camera, derived: { visible, placement, dress, hulls, scene, aspect: 1.5, paint: new Map() },
    stage: { width: 800, height: 600 }, say, announce: vi.fn(),
    reveal: vi.fn(), fit: vi.fn(), zoom: vi.fn(), follow: vi.fn(), onDraw: vi.fn(),
  };
}

function say(key: string, values: Record<string, string | number> = {}): string {
  if (key === "details.comma") return ", ";
  return `${key}(${Object.entries(values).map(([name, value]) => `${name}: ${value}`).join(", ")})`;
}
