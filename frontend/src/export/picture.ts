// The sheet of a page: as it is on the screen, or as it fits on paper.

import { dressUp } from "../appearance.js";
import { findHulls } from "../hulls.js";
import type { Page } from "../page.js";
import { fitCamera } from "../renderer/camera.js";
import type { Camera, Scene } from "../types.js";
import { fitSheet, layOutSheet, makeMeasure } from "./sheet.js";
import type { Measure, Sheet, Size } from "./sheet.js";
import { collectWords } from "./words.js";

/** All that is drawn of a page. */
export interface Picture {
  scene: Scene;
  camera: Camera;
  sheet: Sheet;
  measure: Measure;
}

const USUAL = { width: 1200, height: 800 }; // of a map that the table hides
const LEAST = 50; // pixels of a stage that is seen

/** The map as it is on the screen. */
export function takePicture(page: Page): Picture {
  const { scene } = page.derived;
  const measure = makeMeasure();
  const sheet = layOutSheet(collectWords(page, scene), sizeOf(page), measure, scene.dark);
  return { scene, camera: aim(page, sheet.map), sheet, measure };
}

/** The map on paper: on white, and with all that is on the screen in view. */
export function fitPaper(page: Page, paper: Size): Picture {
  const scene = onWhite(page);
  const measure = makeMeasure();
  const sheet = { ...fitSheet(collectWords(page, scene), paper, measure, false), ground: "#ffffff" };
  return { scene, camera: aim(page, sheet.map), sheet, measure };
}

function sizeOf({ stage }: Page): Size {
  return stage.width >= LEAST && stage.height >= LEAST ? stage : USUAL;
}

// A view of the whole stays one in any frame; else what is on the screen stays in the frame.
function aim(page: Page, frame: Size): Camera {
  const { camera, stage, derived: { placement, visible } } = page;
  const fit = (size: Size): Camera => fitCamera(placement, visible, size.width, size.height);
  const whole = fit(stage);
  if (Math.abs(camera.scale / whole.scale - 1) < 0.01
    && Math.hypot(camera.x - whole.x, camera.y - whole.y) * camera.scale < 2) return fit(frame);
  const size = sizeOf(page);
  return { ...camera, scale: camera.scale * Math.min(frame.width / size.width, frame.height / size.height) };
}

function onWhite(page: Page): Scene {
  const { model, store: { state }, derived: { scene, visible, placement, hulls, paint } } = page;
  if (!scene.dark) return scene;
  return {
    ...scene,
    dark: false,
    dress: dressUp(model, state, visible, false, paint),
    hulls: hulls.length === 0 ? hulls : findHulls(model, visible, placement, false),
  };
}
