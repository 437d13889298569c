// The toolbar: back and forth, map or table, language, theme, files to take away, help.

import { make } from "../dom.js";
import { exportCsv, exportGexf, exportPng, exportSvg, printPage, sizePng } from "../export/index.js";
import type { Page } from "../page.js";
import type { Theme } from "../types.js";
import { drawIcon, iconButton, replace, whenChanged } from "./parts.js";
import { isWriting } from "./searchbox.js";

const THEMES: Theme[] = ["auto", "light", "dark"];

/** Whether a theme is dark here and now; "auto" follows the system. */
export function isDark(theme: Theme): boolean {
  if (theme !== "auto") return theme === "dark";
  return window.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
}

/** Dress the page: the style sheet knows "light" and "dark" only. */
export function applyTheme(root: HTMLElement, theme: Theme): void {
  root.dataset["theme"] = isDark(theme) ? "dark" : "light";
}

/** Map or table. */
export function mountViewSwitch(page: Page): HTMLElement {
  const place = make("div", { class: "segments views", role: "group" });
  whenChanged(page, () => [page.store.state.lang, page.store.state.view], () => {
    place.setAttribute("aria-label", page.say("tools.view"));
    replace(place, (["map", "table"] as const).map((view) => iconButton(page.say(`tools.${view}`), view,
      () => page.store.set({ view }), { "aria-pressed": String(page.store.state.view === view), "data-key": view })));
  });
  return place;
}

/** All other tools. */
export function mountToolbar(page: Page, openHelp: () => void): HTMLElement {
  const place = make("div", { class: "toolbar", role: "group" });
  let update = (): void => undefined;
  whenChanged(page, () => [page.store.state.lang], () => {
    place.setAttribute("aria-label", page.say("tools.name"));
    const history = buildHistory(page);
    const theme = buildTheme(page);
    update = () => [history, theme].forEach((part) => part.update());
    replace(place, [...history.places, make("span", { class: "gap" }), buildLanguage(page), theme.place,
      buildExport(page), iconButton(page.say("tools.help"), "help", openHelp, { "data-key": "help" })]);
  });
  whenChanged(page, () => [page.store.state, page.store.canUndo, page.store.canRedo], () => update());
  listenForKeys(page, openHelp);
  return place;
}

function buildHistory(page: Page): { places: HTMLElement[]; update: () => void } {
  const { store } = page;
  const undo = iconButton(page.say("tools.undo"), "undo", () => store.undo(), { "data-key": "undo" });
  const redo = iconButton(page.say("tools.redo"), "redo", () => store.redo(), { "data-key": "redo" });
  const reset = iconButton(page.say("tools.reset"), "reset", () => {
    store.reset();
    page.fit();
    page.announce(page.say("tools.was_reset"));
  }, { "data-key": "reset" });
  const update = (): void => {
    undo.disabled = !store.canUndo;
    redo.disabled = !store.canRedo;
  };
  return { places: [undo, redo, reset], update };
}

/** The button names the other language in that language. */
function buildLanguage(page: Page): HTMLElement {
  const other = page.store.state.lang === "zh" ? "en" : "zh";
  const name = other === "zh" ? "中文" : "English";
  return make("button", {
    type: "button", class: "icon-button language", lang: other === "zh" ? "zh-CN" : "en", title: name,
    "data-key": "language",
    click: () => page.store.set({ lang: other }),
  }, [drawIcon("language"), make("span", {}, [name])]);
}

function buildTheme(page: Page): { place: HTMLElement; update: () => void } {
  const words = make("span", { class: "words" });
  const place = make("button", {
    type: "button", class: "icon-button", "data-key": "theme",
    click: () => {
      const { theme } = page.store.state;
      page.store.set({ theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] });
      page.announce(page.say(`tools.theme.${page.store.state.theme}`));
    },
  }, [drawIcon("theme"), words]);
  const update = (): void => {
    words.textContent = page.say(`tools.theme.${page.store.state.theme}`);
    place.title = words.textContent;
    place.dataset["now"] = page.store.state.theme;
  };
  return { place, update };
}

function buildExport(page: Page): HTMLElement {
  const menu = make("div", { class: "menu", role: "menu", hidden: true, "aria-label": page.say("tools.save") });
  const opener = make("button", {
    type: "button", class: "icon-button save", "aria-haspopup": "menu", "aria-expanded": "false", "data-key": "save",
  }, [drawIcon("save"), make("span", {}, [page.say("tools.save")])]);
  const open = (shown: boolean): void => {
    menu.hidden = !shown;
    opener.setAttribute("aria-expanded", String(shown));
    if (shown) {
      menu.replaceChildren(...listFiles(page).map((item) => buildItem(page, item, () => open(false), opener)));
      menu.querySelector("button")?.focus();
    }
  };
  opener.addEventListener("click", () => open(Boolean(menu.hidden)));
  const place = make("div", { class: "menu-place" }, [opener, menu]);
  place.addEventListener("keydown", (event) => walkMenu(event, menu, opener, open));
  place.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !place.contains(event.relatedTarget)) open(false);
  });
  page.root.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !place.contains(event.target)) open(false);
  });
  return place;
}

interface FileItem {
  text: string;
  note: string;
  make: () => Promise<void>;
}

function listFiles(page: Page): FileItem[] {
  const picture = (scale: number): FileItem => {
    const { width, height } = sizePng(page, scale);
    return { text: page.say("tools.png", { n: scale }), note: `${width} × ${height}`, make: () => exportPng(page, scale) };
  };
  const item = (key: string, action: () => Promise<void>): FileItem =>
    ({ text: page.say(`tools.${key}`), note: page.say(`tools.${key}_note`), make: action });
  return [
    picture(1), picture(2), picture(4),
    item("svg", () => exportSvg(page)),
    item("csv", () => exportCsv(page)),
    item("gexf", () => exportGexf(page)),
    { text: page.say("tools.print", { paper: "A4" }), note: "", make: () => printPage(page, "A4") },
    { text: page.say("tools.print", { paper: "A3" }), note: "", make: () => printPage(page, "A3") },
  ];
}

function buildItem(page: Page, item: FileItem, close: () => void, opener: HTMLElement): HTMLElement {
  return make("button", {
    type: "button", role: "menuitem", tabindex: -1,
    click: () => {
      close();
      opener.focus();
      item.make().catch(() => page.announce(page.say("tools.failed")));
    },
  }, [make("span", {}, [item.text]), make("small", {}, [item.note])]);
}

function walkMenu(event: KeyboardEvent, menu: HTMLElement, opener: HTMLElement, open: (shown: boolean) => void): void {
  if (menu.hidden) {
    if (event.key !== "ArrowDown" || event.target !== opener) return;
    event.preventDefault();
    return open(true);
  }
  if (event.key === "Escape") {
    event.stopPropagation();
    open(false);
    return opener.focus();
  }
  if (event.key === "Tab") return open(false);
  const items = [...menu.querySelectorAll("button")];
  const at = items.findIndex((item) => item === menu.ownerDocument.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}

function listenForKeys(page: Page, openHelp: () => void): void {
  page.root.ownerDocument.addEventListener("keydown", (event) => {
    if (isWriting(event.target) || event.altKey) return;
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (command && (key === "y" || (key === "z" && event.shiftKey))) page.store.redo();
    else if (command && key === "z") page.store.undo();
    else if (!command && event.key === "?") openHelp();
    else return;
    event.preventDefault();
  });
}
