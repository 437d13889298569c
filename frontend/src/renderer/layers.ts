// Canvases of the stage.

export interface Size {
  width: number; // in pixels of CSS
  height: number;
  ratio: number;
}

/** Put a canvas over all of the stage; what is added later lies above. */
export function addCanvas(stage: HTMLElement, canvas = document.createElement("canvas")): HTMLCanvasElement {
  canvas.setAttribute("aria-hidden", "true");
  canvas.style.position = "absolute";
  canvas.style.left = "0";
  canvas.style.top = "0";
  stage.append(canvas);
  return canvas;
}

export function sizeCanvas(canvas: HTMLCanvasElement, { width, height, ratio }: Size): void {
  canvas.width = Math.max(Math.round(width * ratio), 1);
  canvas.height = Math.max(Math.round(height * ratio), 1);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
