// What a person can take away from the page: pictures, tables, the network, paper.

import type { Page } from "../page.js";
import { listRows } from "../rows.js";
import type { RowsOf } from "../rows.js";
import { renderCsv } from "./csv.js";
import { renderGexf } from "./gexf.js";
import { takePicture } from "./picture.js";
import { measurePng, renderPng } from "./png.js";
import { saveFrom } from "./save.js";
import { renderSvg } from "./svg.js";

export { mountPrinting, printPage } from "./print.js";

/** Save the map as it is seen as a picture, so many times as fine as the screen. */
export function exportPng(page: Page, scale: number): Promise<void> {
  return saveFrom(page, "png", "image/png", async () => {
    const { scene, camera, sheet } = takePicture(page);
    const { width, height, fits } = measurePng(sheet, scale);
    const picture = fits ? await renderPng(scene, camera, sheet, scale) : null;
    if (picture === null) page.announce(page.say("export.too_large", { width, height }));
    return picture;
  });
}

/** The size in pixels of the picture that `exportPng` makes. */
export function sizePng(page: Page, scale: number): { width: number; height: number } {
  const { width, height } = measurePng(takePicture(page).sheet, scale);
  return { width, height };
}

/** Save the map as it is seen as SVG. */
export function exportSvg(page: Page): Promise<void> {
  return saveFrom(page, "svg", "image/svg+xml", () => {
    const { scene, camera, sheet, measure } = takePicture(page);
    return renderSvg(scene, camera, sheet, measure);
  });
}

/** Save what is visible as a table: its lines where the table of lines is open, else its nodes. */
export function exportCsv(page: Page): Promise<void> {
  const { visible } = page.derived;
  return saveFrom(page, "csv", "text/csv;charset=utf-8", () =>
    renderCsv(listRows(page.model, visible, page.store.state, findOpenTable(page))));
}

/** Save what is visible as a network for Gephi and the like. */
export function exportGexf(page: Page): Promise<void> {
  const { visible, placement, dress } = page.derived;
  return saveFrom(page, "gexf", "application/gexf+xml", () =>
    renderGexf(page.model, visible, placement, dress, page.store.state.lang));
}

// Which table is open is known to the table view alone; its pressed button says so.
function findOpenTable(page: Page): RowsOf {
  const open = page.root.querySelector('[data-key="tab-lines"][aria-pressed="true"]');
  return page.store.state.view === "table" && open !== null ? "lines" : "nodes";
}
