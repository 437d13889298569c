// What a state shows of the town, worked out from the drawing in town.ts.

import { beforeAll, describe, expect, it } from "vitest";
import { startState } from "../src/store.js";
import type { Filters, Model, State, Visible } from "../src/types.js";
import { countByYear, findLine, findNear, listYears, nameLine, numberOf, selectVisible } from "../src/visible.js";
import { makeCrowd, makeModel, makeTown } from "./town.js";

const town = makeTown();

function look(filters: Partial<Filters> = {}, patch: Partial<State> = {}, model = town): Visible {
  const start = startState(model);
  return selectVisible(model, { ...start, ...patch, filters: { ...start.filters, ...filters } });
}

function listNodes(visible: Visible, model = town): string {
  return model.nodes.id.filter((_, i) => visible.nodes[i] === 1).join(" ");
}

function listLines(visible: Visible): number[] {
  return [...visible.lines].flatMap((seen, i) => (seen === 1 ? [i] : []));
}

describe("what is shown at first", () => {
  it("shows every node and every line of a kind that is shown", () => {
    const visible = look();
    expect(visible.nodeCount).toBe(10);
    expect(listLines(visible)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(visible.lineCount).toBe(11);
    expect([...visible.change].every((change) => change === 0)).toBe(true);
  });

  it("hides kinds of nodes with their lines", () => {
    const visible = look({}, { hiddenKinds: ["university"] });
    expect(listNodes(visible)).toBe("P1 E1 E2 E3 I1 N1 N2 D1");
    expect(listLines(visible)).toEqual([4, 6, 7, 8]);
  });

  it("shows the chosen kinds of lines only", () => {
    expect(listLines(look({}, { shownLines: ["about", "hosts"] }))).toEqual([5, 11, 12]);
    expect(look({}, { shownLines: [] }).lineCount).toBe(0);
  });
});

describe("filters of agreements", () => {
  it("shows what was agreed until a year; unknown years never pass", () => {
    const visible = look({ year: 2024 });
    expect(listNodes(visible)).toBe("U1 U2 E1 E3 N1 N2 D1");
    expect(listLines(visible)).toEqual([0, 3, 6, 8, 9, 10]);
  });

  it("leaves structure alone but hides who has no agreement in the year", () => {
    const visible = look({ year: 2025, yearMode: "during" });
    expect(listNodes(visible)).toBe("U1 E2 E3 N1 N2 D1");
    expect(listLines(visible)).toEqual([1, 4, 7, 8, 9]);
  });

  it("compares a year with the one before", () => {
    const visible = look({ year: 2025, yearMode: "change" });
    expect(listNodes(visible)).toBe("U1 U2 E1 E2 E3 N1 N2 D1");
    expect([...visible.change]).toEqual([2, 1, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...look({ year: 2024, yearMode: "change" }).change.slice(0, 5)]).toEqual([3, 0, 0, 1, 0]);
  });

  it("compares lines that are shown only", () => {
    expect(look({ year: 2024, yearMode: "change" }).change[11]).toBe(0);
    expect(look({ year: 2024, yearMode: "change" }, { shownLines: ["about"] }).change[11]).toBe(2);
  });

  it("filters by status and by amount; an unknown amount never passes", () => {
    expect(listNodes(look({ status: "intent" }))).toBe("U2 E3 N2 D1");
    expect(listNodes(look({ amountFrom: 500_000 }))).toBe("U1 U2 E1 I1 N1 D1");
    expect(listLines(look({ amountTo: 50_000 }))).toEqual([4, 8]);
    expect(listNodes(look({ amountFrom: 500_000, year: 2024 }))).toBe("U1 E1 N1 D1");
  });

  it("shows nothing for a status that the data do not know", () => {
    expect(look({ status: "__proto__" }).nodeCount).toBe(0);
  });
});

describe("filters of organisations", () => {
  it("keeps an industry with its members and those who share an agreement with them", () => {
    const textiles = look({ industry: "N1" });
    expect(listNodes(textiles)).toBe("U1 E1 E2 N1");
    expect(listLines(textiles)).toEqual([0, 1, 6, 7]);
    expect(listNodes(look({ industry: "N2" }))).toBe("U2 E3 N2");
  });

  it("counts only agreements that pass towards an industry", () => {
    expect(listNodes(look({ industry: "N1", year: 2025, yearMode: "during" }))).toBe("U1 E2 N1");
    expect(listNodes(look({ industry: "N2", status: "active" }))).toBe("E3 N2");
  });

  it("keeps organisations of a region and what they are linked to", () => {
    const north = look({ region: "North" });
    expect(listNodes(north)).toBe("U1 P1 E1 N1 D1");
    expect(listLines(north)).toEqual([0, 5, 6, 9]);
  });

  it("keeps firms of a tier", () => {
    const trees = look({ tier: "tree" });
    expect(listNodes(trees)).toBe("E1 N1 D1");
    expect(listLines(trees)).toEqual([6]);
  });

  it("keeps industries by their own verdict", () => {
    const gaps = look({ verdict: "gap" });
    expect(listNodes(gaps)).toBe("E3 N2");
    expect(listLines(gaps)).toEqual([4, 8]);
  });

  it("never takes an unknown name for nodes that have none", () => {
    expect(look({ region: "Atlantis" }).nodeCount).toBe(0);
    expect(look({ tier: "cloud" }).nodeCount).toBe(0);
    expect(look({ industry: "N9" }).nodeCount).toBe(0);
  });
});

describe("focus", () => {
  it("shows what is within some lines of a node", () => {
    const near = look({}, { focus: { id: "U1", steps: 1 } });
    expect(listNodes(near)).toBe("U1 P1 E1 E2 D1");
    expect(listLines(near)).toEqual([0, 1, 5, 9]);
    expect(listNodes(look({}, { focus: { id: "U1", steps: 2 } }))).toBe("U1 U2 P1 E1 E2 N1 D1");
    expect(look({}, { focus: { id: "U1", steps: 3 } }).nodeCount).toBe(9);
  });

  it("adds the neighbours of expanded nodes", () => {
    const visible = look({}, { focus: { id: "U1", steps: 1 }, expanded: ["U2", "nobody"] });
    expect(listNodes(visible)).toBe("U1 U2 P1 E1 E2 E3 I1 D1");
    expect(listLines(visible)).toEqual([0, 1, 2, 3, 5, 9, 10]);
  });

  it("shows nothing around a node that a filter hides, and all around one that there is not", () => {
    expect(look({ region: "North" }, { focus: { id: "U2", steps: 1 } }).nodeCount).toBe(0);
    expect(look({}, { focus: { id: "constructor", steps: 1 } }).nodeCount).toBe(10);
  });
});

describe("years", () => {
  it("lists them from the first to the last and counts agreements", () => {
    expect(listYears(town)).toEqual([2023, 2024, 2025]);
    expect([...countByYear(town)]).toEqual([[2023, 1], [2024, 2], [2025, 2]]);
  });

  it("lists none where no agreement has one", () => {
    expect(listYears(makeModel({ nodes: [], lines: [] }))).toEqual([]);
  });
});

describe("selection", () => {
  it("finds the neighbours of a node and the ends of a line", () => {
    const near = (type: "node" | "line", id: string): string | null => {
      const marked = findNear(town, look(), { type, id });
      return marked && town.nodes.id.filter((_, i) => marked[i] === 1).join(" ");
    };
    expect(near("node", "U2")).toBe("U2 E3 I1 D1");
    expect(near("line", "U1\tE1\ttie")).toBe("U1 E1");
    expect(near("line", "U1\tD1\tabout")).toBeNull();
    expect(near("node", "toString")).toBeNull();
    expect(findNear(town, look(), null)).toBeNull();
    expect(findNear(town, look({ region: "South" }), { type: "node", id: "U1" })).toBeNull();
  });

  it("names lines and finds them again", () => {
    expect(nameLine(town, 9)).toBe("U1\tD1\toffers");
    for (let line = 0; line < town.lines.count; line += 1) expect(findLine(town, nameLine(town, line))).toBe(line);
    expect(findLine(town, "E1\tU1\ttie")).toBe(-1);
    expect(findLine(town, "U1\tE1")).toBe(-1);
    expect(findLine(town, "")).toBe(-1);
  });

  it("bears ids with tabs and the names of what all objects have", () => {
    const odd = makeModel({
      nodes: [{ id: "a\tb", name: "", kind: "platform" }, { id: "__proto__", name: "", kind: "platform" }],
      lines: [{ from: "a\tb", to: "__proto__", kind: "tie" }],
    });
    expect(findLine(odd, nameLine(odd, 0))).toBe(0);
    expect(numberOf(odd).get("__proto__")).toBe(1);
    expect(numberOf(odd)).toBe(numberOf(odd));
  });
});

describe("speed", () => {
  let crowd: Model;
  beforeAll(() => { crowd = makeCrowd(100_000, 300_000); }, 60_000);

  it("takes less than a tenth of a second for 100,000 nodes and 300,000 lines", { timeout: 60_000 }, () => {
    const filters: Partial<Filters> = { region: "North", industry: "n3", year: 2020, yearMode: "change" };
    const focus = { id: "n5000", steps: 3 } as const;
    const times = Array.from({ length: 6 }, () => {
      const before = performance.now();
      look(filters, {}, crowd);
      look({}, { focus }, crowd);
      return (performance.now() - before) / 2;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
