// The map as GEXF: well-formed whatever the data hold, and nothing of it lost.

import { describe, expect, it } from "vitest";
import { renderGexf } from "../../src/export/gexf.js";
import type { Dress, Model, Placement, Visible } from "../../src/types.js";
import { makeTown } from "../town.js";

describe("renderGexf", () => {
  it("holds each visible node and line with place, colour, size, weight and kind", () => {
    const model = makeTown();
    const read = parse(renderGexf(model, showAll(model), place(model), dress(model)));
    expect([read.querySelectorAll("node").length, read.querySelectorAll("edge").length]).toEqual([10, 13]);
    const mill = find(read, "node", "E1");
    expect(mill.getAttribute("label")).toBe("Mill One");
    expect(values(mill)).toEqual({
      kind: "Enterprise", industry: "Textiles", region: "North", tier: "tree", verdict: "as expected",
      community: "Hill University", latitude: "37", longitude: "113", strength: "2", degree: "1",
      source: "town.xlsx · nodes",
    });
    expect(part(mill, "position")).toEqual({ x: "-80", y: "0", z: "0" });
    expect(part(mill, "color")).toEqual({ r: "0", g: "114", b: "178", a: "1" });
    expect(part(mill, "size")).toEqual({ value: "6.5" });
    const tie = find(read, "edge", "0");
    expect([tie.getAttribute("source"), tie.getAttribute("target")]).toEqual(["U1", "E1"]);
    expect([tie.getAttribute("weight"), tie.getAttribute("kind")]).toEqual(["2", "tie"]);
    expect(values(tie)).toEqual({ relation: "Agreements together", agreements: "2" });
  });

  it("counts upwards where the map counts downwards", () => {
    const model = makeTown();
    const read = parse(renderGexf(model, showAll(model), place(model), dress(model)));
    expect(part(find(read, "node", "P1"), "position")).toEqual({ x: "0", y: "80", z: "0" });
  });

  it("keeps parallel lines apart and leaves out what is not seen", () => {
    const model = makeTown();
    const visible = showAll(model);
    visible.nodes[8] = 0;
    visible.lines[4] = 0;
    visible.lines[8] = 0;
    const read = parse(renderGexf(model, visible, place(model), dress(model), "zh"));
    expect(read.querySelectorAll("node").length).toBe(9);
    const between = [...read.querySelectorAll("edge")].filter((edge) =>
      edge.getAttribute("source") === "U1" && edge.getAttribute("target") === "D1");
    expect(between.map((edge) => values(edge)["relation"])).toEqual(["开设学科", "协议涉及学科"]);
  });

  it("gives no place to a node that the layout has none for", () => {
    const model = makeTown();
    const placement = place(model);
    placement.placed[0] = 0;
    const read = parse(renderGexf(model, showAll(model), placement, dress(model)));
    expect(find(read, "node", "U1").getElementsByTagName("viz:position").length).toBe(0);
  });

  it("is well-formed with hostile names and ids", () => {
    const model = makeTown();
    model.title = "]]> & <town>";
    model.nodes.name[0] = 'x"/></node></text><script>alert(1)</script> ]]> \u0001\u000b\ud800 😀 \u202eabc\ufffe';
    model.nodes.id[1] = "a\u0001";
    model.nodes.id[2] = "a";
    model.nodes.id[3] = "__proto__";
    model.nodes.id[4] = "";
    model.nodes.facts[0].key = "label";
    const written = renderGexf(model, showAll(model), place(model), dress(model));
    expect(written).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe]|<script/);
    const read = parse(written);
    const nodes = [...read.querySelectorAll("node")];
    expect(nodes.map((node) => node.getAttribute("id"))).toEqual(
      ["U1", "a", "a_2", "__proto__", "_2", "E3", "I1", "N1", "N2", "D1"],
    );
    expect(nodes[0].getAttribute("label")).toBe(
      'x"/></node></text><script>alert(1)</script> ]]> 😀 \u202eabc',
    );
    expect([...read.querySelectorAll("attribute")].map((column) => column.getAttribute("title"))).toContain("label_2");
  });
});

function parse(text: string): Document {
  const read = new DOMParser().parseFromString(text, "application/xml");
  expect(read.querySelector("parsererror")?.textContent ?? "").toBe("");
  return read;
}

function find(read: Document, tag: string, id: string): Element {
  const found = [...read.querySelectorAll(tag)].find((entry) => entry.getAttribute("id") === id);
  if (found === undefined) throw new Error(`no ${tag} ${id}`);
  return found;
}

function values(element: Element): Record<string, string | null> {
  const entries = [...element.querySelectorAll("attvalue")];
  return Object.fromEntries(entries.map((entry) => [entry.getAttribute("for"), entry.getAttribute("value")]));
}

function part(element: Element, name: string): Record<string, string> {
  const [found] = element.getElementsByTagName(`viz:${name}`);
  return Object.fromEntries([...found.attributes].map((attribute) => [attribute.name, attribute.value]));
}

function showAll(model: Model): Visible {
  const { nodes, lines } = model;
  return {
    nodes: new Uint8Array(nodes.count).fill(1), lines: new Uint8Array(lines.count).fill(1),
    change: new Int8Array(lines.count), nodeCount: nodes.count, lineCount: lines.count,
  };
}

function place(model: Model): Placement {
  const { x, y, count } = model.nodes;
  return { x, y, placed: new Uint8Array(count).fill(1), unplaced: 0, guides: [] };
}

function dress(model: Model): Dress {
  const { nodes, lines } = model;
  return {
    nodeColour: new Uint32Array(nodes.count).fill(0x0072b2), nodeRadius: new Float32Array(nodes.count).fill(6.5),
    nodeShape: new Uint8Array(nodes.count), lineColour: new Uint32Array(lines.count).fill(0x475569),
    lineWidth: new Float32Array(lines.count).fill(1.5), lineDashed: new Uint8Array(lines.count),
    lineOpacity: new Float32Array(lines.count).fill(0.75),
  };
}
