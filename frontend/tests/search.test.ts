// Finding nodes of the town by what people type, and the initials of Chinese names.

import { describe, expect, it } from "vitest";
import { spellInitials } from "../src/pinyin.js";
import { buildIndex, search } from "../src/search.js";
import { makeCrowd, makeModel, makeTown } from "./town.js";

const town = makeTown();
const index = buildIndex(town);

function found(query: string, limit = 10): string[] {
  return search(index, query, limit).map(({ node }) => town.nodes.id[node]);
}

describe("initials", () => {
  it("are those that people type", () => {
    const names: Record<string, string> = {
      太原理工大学: "tylgdx", 山西大学: "sxdx", 晋中: "jz", 潍坊: "wf", 大同: "dt", 阳泉: "yq", 长治: "cz",
      朔州: "sz", 忻州: "xz", 吕梁: "ll", 临汾: "lf", 运城: "yc", 西安: "xa", 鄂尔多斯: "eeds", 欧亚: "oy",
      安徽: "ah", 北京: "bj", 福建: "fj", 甘肃: "gs", 河南: "hn", 江苏: "js", 昆明: "km", 煤矿: "mk", 内蒙古: "nmg",
      平遥: "py", 青岛: "qd", 日照: "rz", 四川: "sc", 武汉: "wh", 新疆: "xj", 浙江: "zj", 中国: "zg",
    };
    for (const [name, initials] of Object.entries(names)) expect([name, spellInitials(name)]).toEqual([name, initials]);
  });

  it("know places and words that their characters do not tell", () => {
    expect(spellInitials("重庆")).toBe("cq");
    expect(spellInitials("厦门")).toBe("xm");
    expect(spellInitials("长安")).toBe("ca");
    expect(spellInitials("洪洞县")).toBe("htx");
    expect(spellInitials("太原重工")).toBe("tyzg");
    expect(spellInitials("中国银行")).toBe("zgyh");
  });

  it("are given for each reading where only the reader can know", () => {
    expect(spellInitials("长虹")).toBe("ch zh");
    expect(spellInitials("长乐")).toBe("cl zl cy zy");
  });

  it("keep Latin letters and digits of a Chinese name, and are empty for any other", () => {
    expect(spellInitials("晋能 A1（集团）")).toBe("jna1jt");
    expect(spellInitials("Hill University")).toBe("");
    expect(spellInitials("")).toBe("");
    expect(spellInitials("🏭")).toBe("");
  });
});

describe("search", () => {
  it("finds names, aliases and ids", () => {
    expect(search(index, "hill", 10)).toEqual([{ node: 0, matched: "name", text: "Hill University" }]);
    expect(search(index, "hedong", 10)).toEqual([{ node: 1, matched: "alias", text: "Hedong University" }]);
    expect(search(index, "n1", 10)).toEqual([{ node: 7, matched: "id", text: "N1" }]);
    expect(found("砖")).toEqual(["E3"]);
  });

  it("finds initials of names and of aliases", () => {
    expect(search(index, "cqzc", 10)).toEqual([{ node: 5, matched: "initials", text: "重庆砖厂" }]);
    expect(search(index, "SQ", 10)).toEqual([{ node: 0, matched: "initials", text: "山丘大学" }]);
    expect(found("dx")).toEqual(["U1", "U2"]); // within sqdx and hddx
  });

  it("folds width, case and spaces", () => {
    expect(found("  ＨＩＬＬ　 UNI")).toEqual(["U1"]);
  });

  it("ranks whole names, beginnings, words, parts, then initials; strong ones first", () => {
    const names = ["sandy", "Big and", "and", "Andes", "Ganda", "安耐德"];
    const nodes = names.map((name, i) => ({ id: `#${i}`, name, kind: "platform", strength: i === 4 ? 2 : 1 }));
    const model = makeModel({ nodes, lines: [] });
    expect(search(buildIndex(model), "and", 10).map(({ node }) => names[node]))
      .toEqual(["and", "Andes", "Big and", "Ganda", "sandy", "安耐德"]);
    expect(search(buildIndex(model), "and", 2).map(({ node }) => names[node])).toEqual(["and", "Andes"]);
  });

  it("takes the strongest first among equals", () => {
    expect(found("university")).toEqual(["U1", "U2"]);
  });

  it("bears hostile names and empty questions", () => {
    const name = `<img src=x onerror=alert(1)>\n${"长".repeat(300)}\u202e🏭`;
    const model = makeModel({ nodes: [{ id: "__proto__", name, kind: "platform" }], lines: [] });
    expect(search(buildIndex(model), "onerror=alert(1)> 长", 5)[0].text).toBe(name);
    expect(search(buildIndex(model), "__PROTO__", 5)[0].matched).toBe("id");
    expect(found("")).toEqual([]);
    expect(found(" \n ")).toEqual([]);
    expect(found(".*")).toEqual([]);
    expect(found("hill", 0)).toEqual([]);
    expect(search(buildIndex(makeModel({ nodes: [], lines: [] })), "a", 5)).toEqual([]);
  });

  it("is quick among 100,000 names", { timeout: 60_000 }, () => {
    const many = buildIndex(makeCrowd(100_000, 10));
    for (const query of ["works 12", "w", "jx", "机械", "n99999", "nothing of this"]) {
      const times = Array.from({ length: 5 }, () => {
        const before = performance.now();
        search(many, query, 20);
        return performance.now() - before;
      });
      expect(Math.min(...times)).toBeLessThan(100); // a busy machine is slower than the 30 aimed at
    }
  });
});
