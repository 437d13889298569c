// The help: how to read the map, and the keys that move it.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { iconButton, replace, whenChanged } from "./parts.js";

const KEYS: [string, string[]][] = [
  ["search", ["/"]],
  ["move", ["←", "→", "↑", "↓"]],
  ["zoom", ["+", "−"]],
  ["fit", ["0"]],
  ["close", ["Esc"]],
  ["undo", ["Ctrl Z"]],
  ["redo", ["Ctrl Y"]],
  ["help", ["?"]],
];
const HINTS = ["click", "line", "legend", "filters", "table"] as const;

/** The dialog, and what opens it. */
export function mountHelp(page: Page): { place: HTMLElement; open: () => void } {
  const place = make("dialog", { class: "help", "aria-labelledby": "explorer-help" });
  whenChanged(page, () => [page.store.state.lang], () => replace(place, build(page, () => place.close())));
  place.addEventListener("click", (event) => {
    if (event.target === place) place.close();
  });
  return { place, open: () => (place.open ? undefined : place.showModal()) };
}

function build(page: Page, close: () => void): HTMLElement[] {
  const keys = KEYS.map(([key, caps]) => make("div", {}, [
    make("dt", {}, caps.map((cap) => make("kbd", {}, [cap]))),
    make("dd", {}, [page.say(`help.key.${key}`)]),
  ]));
  const { made, sources } = page.model;
  return [
    make("div", { class: "help-top" }, [
      make("h2", { id: "explorer-help" }, [page.say("help.title")]),
      iconButton(page.say("details.close"), "close", close, { class: "icon-button close", "data-key": "close" }),
    ]),
    make("ul", {}, HINTS.map((key) => make("li", {}, [page.say(`help.${key}`)]))),
    make("h3", {}, [page.say("help.keys")]),
    make("dl", { class: "keys" }, keys),
    make("p", { class: "note" }, [page.say("help.made", { made, files: sources.join(" · ") })]),
  ];
}
