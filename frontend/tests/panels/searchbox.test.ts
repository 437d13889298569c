import { describe, expect, it } from "vitest";
import { mountSearch } from "../../src/panels/searchbox.js";
import { makePage, pick, press, texts, type } from "./fake-page.js";

function mount() {
  const page = makePage();
  page.root.append(mountSearch(page));
  const input = pick<HTMLInputElement>(page.root, "input");
  const list = pick(page.root, "[role='listbox']");
  return { page, input, list };
}

describe("the search box", () => {
  it("suggests nodes, with the other name that was found", () => {
    const { input, list } = mount();
    type(input, "hedong");
    expect(list.hidden).toBe(false);
    expect(input.getAttribute("aria-expanded")).toBe("true");
    expect(texts(list, ".hit-name")).toEqual(["河东大学Hedong University"]);
  });

  it("finds Chinese names by Chinese and by the first letters of pinyin", () => {
    const { input, list } = mount();
    type(input, "砖厂");
    expect(texts(list, ".hit-name")).toEqual(["重庆砖厂"]);
    type(input, "hddx");
    expect(texts(list, ".hit-name")).toEqual(["河东大学"]);
  });

  it("goes through suggestions with arrows and reveals one with Enter", () => {
    const { page, input, list } = mount();
    type(input, "works");
    const options = list.querySelectorAll("[role='option']");
    expect(input.getAttribute("aria-activedescendant")).toBe(options[0].id);
    press(input, "ArrowUp");
    expect(input.getAttribute("aria-activedescendant")).toBe(options[options.length - 1].id);
    press(input, "ArrowDown");
    press(input, "Enter");
    expect(page.revealed).toEqual([4]); // Dye Works
    expect(list.hidden).toBe(true);
    expect(input.value).toBe("Dye Works");
  });

  it("closes with Escape, and then empties", () => {
    const { page, input, list } = mount();
    type(input, "mill");
    press(input, "Escape");
    expect(list.hidden).toBe(true);
    expect(input.value).toBe("mill");
    press(input, "Escape");
    expect(input.value).toBe("");
    expect(page.revealed).toEqual([]);
  });

  it("waits while an input method composes", () => {
    const { page, input, list } = mount();
    input.dispatchEvent(new Event("compositionstart"));
    type(input, "m");
    expect(list.hidden).toBe(true);
    press(input, "Enter");
    expect(page.revealed).toEqual([]);
    input.value = "砖";
    input.dispatchEvent(new Event("compositionend"));
    expect(texts(list, ".hit-name")).toEqual(["重庆砖厂"]);
  });

  it("says that nothing was found", () => {
    const { page, input, list } = mount();
    type(input, "zzzz");
    expect(texts(list, "li")).toEqual(["Nothing found"]);
    expect(pick(page.root, "[role='status']").textContent).toBe("Nothing found");
    press(input, "Enter");
    expect(page.revealed).toEqual([]);
  });

  it("takes the focus on a slash, but not from another text", () => {
    const { page, input } = mount();
    const other = document.createElement("input");
    page.root.append(other);
    other.focus();
    expect(press(other, "/").defaultPrevented).toBe(false);
    expect(press(document.body, "/").defaultPrevented).toBe(true);
    expect(document.activeElement).toBe(input);
  });
});
