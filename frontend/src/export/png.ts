// The map as a picture: the same sheet as the SVG, painted on a canvas at a scale of the person's choice.

import { SHAPES } from "../palette.js";
import type { Camera, Scene } from "../types.js";
import { paintScene } from "../renderer/canvas.js";
import { traceShape } from "../renderer/shapes.js";
import { fontOf, inksOf } from "./sheet.js";
import type { Mark, Sheet } from "./sheet.js";

const LONGEST = 16_384; // pixels of a side that every browser's canvas can hold
const MOST = 268_435_456; // pixels of a canvas

/** The size of the picture of a sheet, and whether a canvas can hold it. */
export function measurePng(sheet: Sheet, scale: number): { width: number; height: number; fits: boolean } {
  const [width, height] = [Math.round(sheet.width * scale), Math.round(sheet.height * scale)];
  return { width, height, fits: width <= LONGEST && height <= LONGEST && width * height <= MOST };
}

/** Paint a sheet and the map on it; null where the browser has no memory for it. */
export async function renderPng(scene: Scene, camera: Camera, sheet: Sheet, scale: number): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, measurePng(sheet, scale));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  if (!paintSheet(context, scene, camera, sheet, scale)) return null;
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  canvas.width = 0; // gives the memory back at once
  return blob;
}

function paintSheet(
  context: CanvasRenderingContext2D, scene: Scene, camera: Camera, sheet: Sheet, scale: number,
): boolean {
  const { map } = sheet;
  const painted = paintScene(scene, camera, { width: map.width, height: map.height, ratio: scale });
  if (painted === null) return false;
  const inks = inksOf(sheet.dark);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.drawImage(painted, map.x, map.y, map.width, map.height);
  context.strokeStyle = inks.line;
  context.lineWidth = 1;
  context.strokeRect(map.x, map.y, map.width, map.height);
  for (const mark of sheet.marks) paintMark(context, mark);
  return true;
}

function paintMark(context: CanvasRenderingContext2D, mark: Mark): void {
  context.fillStyle = mark.colour;
  if (mark.type === "text") {
    context.font = fontOf(mark.size, mark.bold);
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    context.fillText(mark.text, mark.x, mark.y);
  } else if (mark.type === "symbol") {
    context.beginPath();
    traceShape(context, SHAPES.indexOf(mark.shape), mark.x, mark.y, mark.radius);
    context.fill();
  } else paintLine(context, mark);
}

function paintLine(context: CanvasRenderingContext2D, mark: Mark & { type: "line" }): void {
  context.strokeStyle = mark.colour;
  context.lineWidth = mark.width;
  context.setLineDash(mark.dashed ? DASHES : []);
  context.beginPath();
  context.moveTo(mark.x, mark.y);
  context.lineTo(mark.x + mark.length, mark.y);
  context.stroke();
  context.setLineDash([]);
}

const DASHES = [5, 3];
