// Paints lines and symbols straight into pixels: many times faster than WebGL on a processor without a GPU.

import type { Camera, Scene } from "../types.js";
import { findVeil, leastHeaviness, listDrawn, veiledOpacity } from "./drawn.js";
import { DASH, GAP, REACH_OF_RING, borderOf, growth, inkOf, nodeStrength } from "./look.js";
import type { Size } from "./layers.js";
import type { Motion } from "./motion.js";
import { REACH, shapeDistance } from "./shapes.js";

/** Pixels of a picture, as ImageData hold them, painted by the processor. */
export class Raster {
  readonly columns: number;
  readonly rows: number;
  readonly image: ImageData;
  private readonly pixels: Int32Array; // signed: whole numbers stay whole for the processor
  private readonly size: Size;
  private readonly sprites = new Map<number, Sprite>();
  private dark = false;

  constructor(context: CanvasRenderingContext2D, size: Size) {
    this.size = size;
    this.columns = Math.max(Math.round(size.width * size.ratio), 1);
    this.rows = Math.max(Math.round(size.height * size.ratio), 1);
    this.image = context.createImageData(this.columns, this.rows);
    this.pixels = new Int32Array(this.image.data.buffer);
  }

  /** Start from a colour, or from a picture of what is behind. */
  clear(ground: number, behind: ImageData | null): void {
    if (behind === null) this.pixels.fill(packColour(ground));
    else this.pixels.set(new Int32Array(behind.data.buffer));
  }

  /** Paint lines, the heaviest only where there are more than `budget`. */
  paintLines(scene: Scene, camera: Camera, motion: Motion, budget: number): void {
    const drawn = listDrawn(scene);
    const { source, target } = scene.model.lines;
    const { lineColour, lineWidth, lineDashed } = scene.dress;
    const { width, height, ratio } = this.size;
    const grown = growth(scene, camera, width, height) * ratio;
    const least = leastHeaviness(drawn, budget);
    const veil = Math.min(findVeil(scene, camera, width, height) * Math.max(drawn.lines.length / budget, 1), 1);
    const scale = camera.scale * ratio;
    const left = this.columns / 2 - camera.x * scale;
    const top = this.rows / 2 - camera.y * scale;
    for (let k = 0; k < drawn.lines.length; k++) {
      if (drawn.heaviness[k] < least) continue;
      const line = drawn.lines[k];
      const chosen = line === scene.selectedLine;
      const ax = motion.x[source[line]] * scale + left;
      const ay = motion.y[source[line]] * scale + top;
      const bx = motion.x[target[line]] * scale + left;
      const by = motion.y[target[line]] * scale + top;
      const wide = (lineWidth[line] + (chosen ? 2 : 0)) * grown;
      const alpha = veiledOpacity(scene, line, veil);
      const colour = packColour(chosen ? inkOf(scene).ink : lineColour[line]);
      const dashed = lineDashed[line] === 1;
      if (drawn.bend[k] === 0) this.paintLine(ax, ay, bx, by, wide, colour, alpha, dashed, 0);
      else this.paintCurve(ax, ay, bx, by, drawn.bend[k], wide, colour, alpha, dashed);
    }
  }

  /** Paint the symbols of nodes. */
  paintNodes(scene: Scene, camera: Camera, motion: Motion): void {
    if (scene.dark !== this.dark) this.sprites.clear();
    this.dark = scene.dark;
    const { nodeRadius, nodeColour, nodeShape } = scene.dress;
    const { width, height, ratio } = this.size;
    const grown = growth(scene, camera, width, height) * ratio;
    const scale = camera.scale * ratio;
    const left = this.columns / 2 - camera.x * scale;
    const top = this.rows / 2 - camera.y * scale;
    for (const node of listDrawn(scene).nodes) {
      const radius = nodeRadius[node] * grown;
      const x = motion.x[node] * scale + left;
      const y = motion.y[node] * scale + top;
      const reach = radius * REACH + 8;
      if (x < -reach || y < -reach || x > this.columns + reach || y > this.rows + reach) continue;
      const faint = nodeStrength(scene, node) < 1;
      const chosen = node === scene.selectedNode;
      this.stamp(this.spriteOf(scene, radius, nodeColour[node], nodeShape[node], faint, chosen), x, y);
    }
  }

  private paintCurve(
    ax: number, ay: number, bx: number, by: number, bend: number,
    wide: number, colour: number, alpha: number, dashed: boolean,
  ): void {
    const length = Math.hypot(bx - ax, by - ay);
    const parts = Math.min(Math.max(Math.ceil(1.6 * Math.sqrt(Math.abs(bend) * length)), 3), 32);
    let [px, py, gone] = [ax, ay, 0];
    for (let i = 1; i <= parts; i++) {
      const t = i / parts;
      const off = 4 * t * (1 - t) * bend;
      const qx = ax + (bx - ax) * t + (by - ay) * off;
      const qy = ay + (by - ay) * t - (bx - ax) * off;
      this.paintLine(px, py, qx, qy, wide, colour, alpha, dashed, gone);
      gone += Math.hypot(qx - px, qy - py);
      [px, py] = [qx, qy];
    }
  }

  /** One straight line: two pixels for each step along its longer side, or more where it is wide. */
  private paintLine(
    ax: number, ay: number, bx: number, by: number,
    wide: number, colour: number, alpha: number, dashed: boolean, gone: number,
  ): void {
    const steep = Math.abs(by - ay) > Math.abs(bx - ax);
    let [u0, v0, u1, v1] = steep ? [ay, ax, by, bx] : [ax, ay, bx, by];
    const turned = u0 > u1;
    if (turned) [u0, v0, u1, v1] = [u1, v1, u0, v0];
    const length = u1 - u0;
    if (length < 1e-6) return;
    const slope = (v1 - v0) / length;
    const stretch = Math.sqrt(1 + slope * slope);
    const most = steep ? this.rows : this.columns;
    const across = steep ? this.columns : this.rows;
    const half = (Math.max(wide, 1) * stretch) / 2;
    let [from, to] = [Math.max(Math.ceil(u0 - 0.5), 0), Math.min(Math.ceil(u1 - 0.5) - 1, most - 1)];
    if (slope !== 0) {
      const [one, two] = [(-half - v0) / slope + u0, (across + half - v0) / slope + u0];
      from = Math.max(from, Math.floor(Math.min(one, two)));
      to = Math.min(to, Math.ceil(Math.max(one, two)));
    } else if (v0 < -half || v0 > across + half) {
      return;
    }
    const strength = Math.round(alpha * Math.min(wide, 1) * 256);
    if (strength < 1 || from > to) return;
    const along = steep ? this.columns : 1;
    const aside = steep ? 1 : this.columns;
    const v = v0 + (from + 0.5 - u0) * slope - 0.5;
    if (wide <= 1.25 && !dashed) this.thin(from, to, v, slope, along, aside, across, strength, colour);
    else {
      const dash = this.size.ratio * DASH;
      const period = dashed ? dash + this.size.ratio * GAP : 0;
      const start = turned ? gone + (u1 - from) * stretch : gone + (from - u0) * stretch;
      const pace = turned ? -stretch : stretch;
      this.thick(from, to, v, slope, along, aside, across, strength, colour, half, start, pace, dash, period);
    }
  }

  private thin(
    from: number, to: number, v: number, slope: number,
    along: number, aside: number, across: number, strength: number, colour: number,
  ): void {
    const { pixels } = this;
    const red = colour & 0xff00ff;
    const green = colour & 0xff00;
    const step = Math.round(slope * 65536); // places aside in 65536ths: whole numbers are faster
    let place = Math.round(v * 65536);
    let start = from * along;
    for (let u = from; u <= to; u++, place += step, start += along) {
      const row = place >> 16;
      const more = ((place & 0xffff) * strength) >> 16;
      const at = start + row * aside;
      if (row >= 0 && row < across) {
        const a = strength - more;
        const p = pixels[at];
        pixels[at] = 0xff000000
          | (((Math.imul(p & 0xff00ff, 256 - a) + Math.imul(red, a) + 0x800080) >>> 8) & 0xff00ff)
          | (((Math.imul(p & 0xff00, 256 - a) + Math.imul(green, a) + 0x8000) >>> 8) & 0xff00);
      }
      if (more > 0 && row >= -1 && row + 1 < across) {
        const p = pixels[at + aside];
        pixels[at + aside] = 0xff000000
          | (((Math.imul(p & 0xff00ff, 256 - more) + Math.imul(red, more) + 0x800080) >>> 8) & 0xff00ff)
          | (((Math.imul(p & 0xff00, 256 - more) + Math.imul(green, more) + 0x8000) >>> 8) & 0xff00);
      }
    }
  }

  private thick(
    from: number, to: number, v: number, slope: number, along: number, aside: number, across: number,
    strength: number, colour: number, half: number, start: number, pace: number, dash: number, period: number,
  ): void {
    const { pixels } = this;
    for (let u = from; u <= to; u++, v += slope, start += pace) {
      if (period > 0 && start % period > dash) continue;
      const above = v - half + 0.5;
      const below = v + half + 0.5;
      const last = Math.min(Math.ceil(below), across);
      for (let row = Math.max(Math.floor(above), 0); row < last; row++) {
        const cover = Math.min(row + 1, below) - Math.max(row, above);
        const at = u * along + row * aside;
        pixels[at] = mix(pixels[at], colour, Math.round(cover * strength));
      }
    }
  }

  private spriteOf(
    scene: Scene, radius: number, colour: number, shape: number, faint: boolean, chosen: boolean,
  ): Sprite {
    const step = radius < 4 ? Math.round(radius * 4) : Math.round(radius * 2) * 2; // finer where a step is seen
    const key = ((step * 8 + shape) * 4 + (faint ? 2 : 0) + (chosen ? 1 : 0)) * 0x1000000 + colour;
    const known = this.sprites.get(key);
    if (known) return known;
    if (this.sprites.size > MOST_SPRITES) this.sprites.clear();
    const made = makeSprite(scene, Math.max(step / 4, 0.5), colour, shape, faint, chosen, this.size.ratio);
    this.sprites.set(key, made);
    return made;
  }

  private stamp(sprite: Sprite, x: number, y: number): void {
    const { pixels, columns, rows } = this;
    const { side, colours, alphas } = sprite;
    const left = Math.round(x - side / 2);
    const top = Math.round(y - side / 2);
    const from = Math.max(-left, 0);
    const to = Math.min(side, columns - left);
    const last = Math.min(side, rows - top);
    for (let row = Math.max(-top, 0); row < last; row++) {
      const at = (top + row) * columns + left;
      for (let column = from; column < to; column++) {
        const a = alphas[row * side + column];
        if (a === 256) pixels[at + column] = colours[row * side + column];
        else if (a > 0) pixels[at + column] = mix(pixels[at + column], colours[row * side + column], a);
      }
    }
  }
}

const MOST_SPRITES = 4000;

interface Sprite {
  side: number;
  colours: Int32Array;
  alphas: Uint16Array; // 0 to 256
}

/** 0xRRGGBB as ImageData keep it: red in the lowest byte. */
function packColour(colour: number): number {
  return 0xff000000 | ((colour & 255) << 16) | (colour & 0xff00) | ((colour >> 16) & 255);
}

function mix(under: number, over: number, a: number): number {
  return 0xff000000
    | (((Math.imul(under & 0xff00ff, 256 - a) + Math.imul(over & 0xff00ff, a) + 0x800080) >>> 8) & 0xff00ff)
    | (((Math.imul(under & 0xff00, 256 - a) + Math.imul(over & 0xff00, a) + 0x8000) >>> 8) & 0xff00);
}

/** A symbol with its border, and a ring around the selected. */
function makeSprite(
  scene: Scene, radius: number, colour: number, shape: number, faint: boolean, chosen: boolean, ratio: number,
): Sprite {
  const ink = inkOf(scene);
  const border = borderOf(radius / ratio) * ratio;
  const reach = radius * REACH + border + (chosen ? 6 * ratio : 0) + 1;
  const side = 2 * Math.ceil(reach);
  const colours = new Int32Array(side * side);
  const alphas = new Uint16Array(side * side);
  const [fill, edge, ring] = [packColour(colour), packColour(ink.border), packColour(ink.accent)];
  const cover = (distance: number) => Math.min(Math.max(0.5 - distance, 0), 1);
  for (let i = 0; i < side * side; i++) {
    const x = (i % side) + 0.5 - side / 2;
    const y = Math.floor(i / side) + 0.5 - side / 2;
    const distance = shapeDistance(shape, x / radius, y / radius) * radius;
    const inner = cover(distance);
    const outer = cover(distance - border);
    const around = chosen ? cover(distance - border - REACH_OF_RING * ratio) : 0;
    const symbol = mix(edge, fill, Math.round(inner * 256));
    colours[i] = chosen ? mix(ring, symbol, Math.round(outer * 256)) : symbol;
    alphas[i] = Math.round(Math.max(outer, around) * (faint ? 0.22 : 1) * 256);
  }
  return { side, colours, alphas };
}
