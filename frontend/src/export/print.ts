// The map on paper: while the browser prints, one sheet with title, map, legend and sources takes the place
// of the page, and the details of the selection follow it.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import { fitPaper } from "./picture.js";
import { canSave } from "./save.js";
import { renderSvg } from "./svg.js";

export type Paper = "A4" | "A3";

// Pixels of CSS inside the margins of 8 mm that print.css sets; one millimetre is 96 / 25.4 of them.
const SIZES: Record<Paper, { width: number; height: number }> = {
  A4: { width: Math.floor((297 - 16) * 96 / 25.4), height: Math.floor((210 - 17) * 96 / 25.4) },
  A3: { width: Math.floor((420 - 16) * 96 / 25.4), height: Math.floor((297 - 17) * 96 / 25.4) },
};

/** Print the map as it is seen on one sheet of the paper. */
export async function printPage(page: Page, paper: Paper): Promise<void> {
  if (!canSave()) {
    page.announce(page.say("export.blocked"));
    return;
  }
  putSheet(page, paper);
  window.addEventListener("afterprint", removeSheets, { once: true });
  window.print();
}

/** Print a sheet of A4 also when a person prints by the browser's own command. */
export function mountPrinting(page: Page): void {
  window.addEventListener("beforeprint", () => {
    if (document.querySelector(".ecograph-print") === null) putSheet(page, "A4");
  });
  window.addEventListener("afterprint", removeSheets);
}

/** Put the sheet into the document, where only print.css shows it. */
export function putSheet(page: Page, paper: Paper): void {
  removeSheets();
  const { scene, camera, sheet, measure } = fitPaper(page, SIZES[paper]);
  const read = new DOMParser().parseFromString(renderSvg(scene, camera, sheet, measure), "image/svg+xml");
  const drawing = document.importNode(read.documentElement, true);
  const place = make("div", { class: `ecograph-print ${paper.toLowerCase()}` }, [
    make("div", { class: "ecograph-sheet" }, [drawing]), ...copyDetails(page),
  ]);
  document.body.append(place);
}

function removeSheets(): void {
  for (const sheet of document.querySelectorAll(".ecograph-print")) sheet.remove();
}

function copyDetails(page: Page): HTMLElement[] {
  const details = page.root.querySelector<HTMLElement>(".details:not([hidden])");
  if (details === null) return [];
  const copy = details.cloneNode(true) as HTMLElement;
  for (const part of copy.querySelectorAll("[id]")) part.removeAttribute("id");
  return [make("div", { class: "ecograph" }, [copy])]; // so that the style of the page reaches it
}
