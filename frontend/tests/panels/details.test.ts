import { describe, expect, it } from "vitest";
import { mountDetails } from "../../src/panels/details.js";
import { listPartners, ordinal, rankOf } from "../../src/panels/node-details.js";
import { makeModel, makeTown } from "../town.js";
import { makePage, pick, press, texts } from "./fake-page.js";
import type { FakePage } from "./fake-page.js";

function mount(page: FakePage): HTMLElement {
  const details = mountDetails(page);
  page.root.append(details);
  return details;
}

const showNode = (id: string): { selected: { type: "node"; id: string } } => ({ selected: { type: "node", id } });
const showLine = (id: string): { selected: { type: "line"; id: string } } => ({ selected: { type: "line", id } });

describe("the details of a node", () => {
  it("are hidden while nothing is selected", () => {
    const page = makePage();
    const details = mount(page);
    expect(details.hidden).toBe(true);
    page.store.set(showNode("U1"));
    expect(details.hidden).toBe(false);
    pick(details, ".close").click();
    expect(page.store.state.selected).toBeNull();
    expect(details.hidden).toBe(true);
  });

  it("tell facts, tier with its reason, and the verdict in words", () => {
    const details = mount(makePage(showNode("E1")));
    expect(texts(details, "h2")).toEqual(["Mill One"]);
    const facts = new Map([...details.querySelectorAll(".facts > div")].map((row) =>
      [row.querySelector("dt")?.textContent, row.querySelector("dd")?.textContent]));
    expect(facts.get("Industry")).toBe("Textiles");
    expect(facts.get("Tier")).toBe("tree1,200 people");
    expect(facts.get("Verdict of the industry")).toContain("as expectedabout as many links");
    expect(facts.get("Id")).toBe("E1");
  });

  it("rank organisations, equal ones alike", () => {
    const town = makeTown();
    const [strength] = town.nodes.measures;
    expect(rankOf(town, strength, 0)).toEqual({ rank: 1, of: 7 }); // 3 of 3, 1, 0, 2, 1, 0, 1
    expect(rankOf(town, strength, 4)).toEqual({ rank: 3, of: 7 });
    expect(rankOf(town, strength, 7)).toBeNull();
    const details = mount(makePage(showNode("E2"), town));
    expect(texts(details, ".rank")).toEqual(["3rd of 7", "2nd of 7"]);
  });

  it.each([
    [1, "1st"], [2, "2nd"], [3, "3rd"], [4, "4th"], [11, "11th"], [12, "12th"], [13, "13th"], [21, "21st"],
    [112, "112th"], [1001, "1,001st"],
  ])("say %d as %s", (rank, text) => {
    expect(ordinal(rank)).toBe(text);
  });

  it("list partners by weight, planned ones last", () => {
    const town = makeTown();
    expect(listPartners(town, 0)).toEqual([
      { node: 3, weight: 2, counted: 2, planned: 0 }, { node: 4, weight: 1, counted: 1, planned: 0 },
    ]);
    const details = mount(makePage(showNode("U2"), town));
    expect(texts(details, ".partners .link")).toEqual(["Trade Board", "重庆砖厂"]);
    expect(texts(details, ".partners small")).toEqual(["1 agreement", "1 planned"]);
  });

  it("list agreements, the newest first, planned ones apart", () => {
    const page = makePage(showNode("U1"));
    const details = mount(page);
    expect(texts(details, ".card-name")).toEqual(["Water of the dye works", "Second loom", "Fast dyes"]);
    expect(texts(details, ".cards li:last-child .card-line")[0]).toContain("2023-03-01 · CNY 100,000 · joint research");
    page.store.set(showNode("E3"));
    expect(texts(details, ".card-name")).toEqual(["Clay for bricks", "Talks on kilns"]);
    expect(texts(details, ".status.planned")).toEqual(["intent"]);
    expect(texts(details, "h3")).toContain("Planned or in talks, not counted 1");
  });

  it("name parties that are not on the map without a link", () => {
    const details = mount(makePage(showNode("E2")));
    expect(texts(details, ".cards .names > *")).toEqual(["Hill University", "Far Firm"]);
    expect(texts(details, ".cards .names button")).toEqual(["Hill University"]);
    expect(texts(details, ".cards .source")).toEqual(["From: town.xlsx · agreements"]);
  });

  it("lead on to a partner and move the focus to its heading", () => {
    const page = makePage(showNode("U1"));
    const details = mount(page);
    const link = pick(details, ".partners .link");
    link.focus();
    link.click();
    expect(page.revealed).toEqual([3]);
    expect(document.activeElement).toBe(pick(details, "h2"));
    expect(document.activeElement?.textContent).toBe("Mill One");
  });

  it("narrow the map to the surroundings, and widen it from another node", () => {
    const page = makePage(showNode("U1"));
    const details = mount(page);
    expect(pick(details, "[data-key='expand']").hidden).toBe(true);
    pick(details, "[data-steps='1']").click();
    expect(page.store.state.focus).toEqual({ id: "U1", steps: 1 });
    expect(pick(details, "[data-steps='1']").getAttribute("aria-pressed")).toBe("true");
    page.store.set(showNode("E1"));
    expect(pick(details, "[data-steps='1']").getAttribute("aria-pressed")).toBe("false");
    pick(details, "[data-key='expand']").click();
    expect(page.store.state.expanded).toEqual(["E1"]);
    expect(page.derived.visible.nodes[7]).toBe(1); // Textiles, the industry of E1
    pick(details, "[data-key='unfocus']").click();
    expect(page.store.state).toMatchObject({ focus: null, expanded: [] });
  });

  it("show twenty partners, and more on demand", () => {
    const others = Array.from({ length: 27 }, (_, i) => ({ id: `E${i}`, name: `Firm ${i}`, kind: "enterprise" }));
    const model = makeModel({
      nodes: [{ id: "U", name: "University", kind: "university" }, ...others],
      lines: others.map(({ id }) => ({ from: "U", to: id, kind: "tie" })),
    });
    const details = mount(makePage(showNode("U"), model));
    expect(texts(details, ".partners li")).toHaveLength(20);
    expect(pick(details, ".more").textContent).toBe("7 more");
    pick(details, ".more").click();
    expect(texts(details, ".partners li")).toHaveLength(27);
    expect(details.querySelector(".more")).toBeNull();
  });

  it("take names as text, never as HTML", () => {
    const town = makeTown();
    town.nodes.name[0] = "<img src=x onerror=alert(1)>";
    const details = mount(makePage(showNode("U1"), town));
    expect(details.querySelector("img")).toBeNull();
    expect(texts(details, "h2")).toEqual(["<img src=x onerror=alert(1)>"]);
  });

  it("close with Escape, wherever the focus is on the page", () => {
    const page = makePage(showNode("U1"));
    press(pick(mount(page), ".close"), "Escape");
    expect(page.store.state.selected).toBeNull();
    page.store.set(showNode("U2"));
    press(page.root, "Escape");
    expect(page.store.state.selected).toBeNull();
  });
});

describe("the details of a line", () => {
  it("list its ends and the agreements behind it", () => {
    const details = mount(makePage(showLine("U1\tE1\ttie")));
    expect(texts(details, "h2")).toEqual(["Agreements together"]);
    expect(texts(details, ".line-ends .link")).toEqual(["Hill University", "Mill One"]);
    expect(texts(details, ".card-name")).toEqual(["Second loom", "Fast dyes"]);
  });

  it("say where a line without agreements comes from", () => {
    const details = mount(makePage(showLine("U1\tP1\thosts")));
    expect(texts(details, ".note")).toEqual(["This line comes from the tables of organisations and platforms."]);
  });

  it("name parallel lines apart", () => {
    const page = makePage(showLine("E3\tN2\tsingle"));
    const details = mount(page);
    expect(texts(details, "h3")).toContain("Other lines between the two 1");
    const links = details.querySelectorAll<HTMLElement>(".line-ends .link");
    links[2].click();
    expect(page.store.state.selected).toEqual({ type: "line", id: "E3\tN2\tworks_in" });
  });
});
