// Draws lines and symbols by WebGL2, with what is behind them and their names on plain canvases.

import type { Camera, Picked, Scene } from "../types.js";
import { LINE_BYTES, NODE_BYTES, packLines, packNodes } from "./buffers.js";
import { hasBehind, paintBehind } from "./captions.js";
import { findVeil, leastHeaviness, listDrawn } from "./drawn.js";
import { addCanvas, sizeCanvas } from "./layers.js";
import type { Size } from "./layers.js";
import { growth, inkOf } from "./look.js";
import { Motion } from "./motion.js";
import { Overlay } from "./overlay.js";
import { Picker } from "./picking.js";
import { LINE_FRAGMENT, LINE_VERTEX, NODE_FRAGMENT, NODE_VERTEX, PARTS, packCorners } from "./shaders.js";

const MOST_MOVING = 60000; // lines drawn while the picture moves

export class WebglRenderer {
  readonly name = "webgl";
  private readonly gl: WebGL2RenderingContext;
  private readonly canvas: HTMLCanvasElement;
  private readonly behind: HTMLCanvasElement;
  private readonly above: HTMLCanvasElement;
  private readonly overlay = new Overlay();
  private readonly signal = new AbortController();
  private size: Size = { width: 1, height: 1, ratio: 1 };
  private scene: Scene | null = null;
  private motion: Motion | null = null;
  private picker: Picker | null = null;
  private loaded: Loaded;

  /** A renderer on a stage; null where there is no WebGL2 that is worth while. */
  static create(stage: HTMLElement, evenSlow: boolean): WebglRenderer | null {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", {
      antialias: false, depth: false, stencil: false, failIfMajorPerformanceCaveat: !evenSlow,
    });
    if (gl === null || !(evenSlow || isFast(gl))) return null;
    try {
      return new WebglRenderer(stage, canvas, gl);
    } catch {
      return null; // a driver that cannot build the programs
    }
  }

  private constructor(stage: HTMLElement, canvas: HTMLCanvasElement, gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.loaded = load(gl);
    this.behind = addCanvas(stage);
    this.canvas = addCanvas(stage, canvas);
    this.above = addCanvas(stage);
  }

  /** Say when the GPU is lost, and when all is built again. */
  watch(lost: () => void, restored: () => void): void {
    const { signal } = this.signal;
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      lost();
    }, { signal });
    this.canvas.addEventListener("webglcontextrestored", () => {
      this.loaded = load(this.gl);
      restored();
    }, { signal });
  }

  show(scene: Scene): void {
    this.scene = scene;
    this.motion = new Motion(scene);
    this.picker = new Picker(scene);
    const { gl, loaded } = this;
    const lines = packLines(scene, this.motion.from);
    gl.bindBuffer(gl.ARRAY_BUFFER, loaded.nodes);
    gl.bufferData(gl.ARRAY_BUFFER, packNodes(scene, this.motion.from), gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, loaded.lines);
    gl.bufferData(gl.ARRAY_BUFFER, lines.buffer, gl.STATIC_DRAW);
    loaded.straight = lines.straight;
    describeNodes(gl, loaded);
    describeLines(gl, loaded, loaded.straightLines, 0);
    describeLines(gl, loaded, loaded.bentLines, lines.straight * LINE_BYTES);
  }

  resize(width: number, height: number, ratio: number): void {
    this.size = { width, height, ratio };
    for (const canvas of [this.behind, this.canvas, this.above]) sizeCanvas(canvas, this.size);
  }

  draw(camera: Camera, moving: boolean): void {
    const { scene, motion } = this;
    if (scene === null || motion === null) return;
    const share = motion.share(performance.now());
    motion.move(share);
    const moves = moving || !motion.isOver;
    this.paint(scene, camera, share, moves);
    this.paintAround(scene, camera, moves, motion);
  }

  isAnimating(): boolean {
    return this.motion !== null && !this.motion.isOver;
  }

  pick(camera: Camera, x: number, y: number, tolerance?: number): Picked {
    return this.picker?.pick(camera, this.size.width, this.size.height, x, y, tolerance) ?? null;
  }

  finish(): void {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }

  destroy(): void {
    this.signal.abort();
    for (const canvas of [this.behind, this.canvas, this.above]) canvas.remove();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private paint(scene: Scene, camera: Camera, share: number, moves: boolean): void {
    const { gl, loaded } = this;
    const drawn = listDrawn(scene);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.aim(loaded.lineProgram, scene, camera, share);
    gl.uniform1f(loaded.lineProgram.find("dot_"), this.size.ratio);
    const thinned = moves ? Math.max(drawn.lines.length / MOST_MOVING, 1) : 1;
    const veil = findVeil(scene, camera, this.size.width, this.size.height);
    gl.uniform1f(loaded.lineProgram.find("veil"), Math.min(veil * thinned, 1));
    gl.uniform1f(loaded.lineProgram.find("least"), moves ? leastHeaviness(drawn, MOST_MOVING) : 0);
    this.drawLines(loaded.straightLines, 1, loaded.straight);
    this.drawLines(loaded.bentLines, PARTS, drawn.lines.length - loaded.straight);
    this.aim(loaded.nodeProgram, scene, camera, share);
    gl.uniform3fv(loaded.nodeProgram.find("edge"), parts(inkOf(scene).border));
    gl.uniform3fv(loaded.nodeProgram.find("accent"), parts(inkOf(scene).accent));
    gl.bindVertexArray(loaded.symbols);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, drawn.nodes.length);
    gl.bindVertexArray(null);
  }

  private drawLines(array: WebGLVertexArrayObject, pieces: number, count: number): void {
    if (count === 0) return;
    this.gl.uniform1f(this.loaded.lineProgram.find("parts"), pieces);
    this.gl.bindVertexArray(array);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 2 * (pieces + 1), count);
  }

  private aim(program: Program, scene: Scene, camera: Camera, share: number): void {
    const { gl } = this;
    const { width, height, ratio } = this.size;
    gl.useProgram(program.program);
    gl.uniform2f(program.find("middle"), camera.x, camera.y);
    gl.uniform2f(program.find("view"), this.canvas.width, this.canvas.height);
    gl.uniform1f(program.find("scale"), camera.scale * ratio);
    gl.uniform1f(program.find("grown"), growth(scene, camera, width, height) * ratio);
    gl.uniform1f(program.find("ratio"), ratio);
    gl.uniform1f(program.find("share"), share);
  }

  private paintAround(scene: Scene, camera: Camera, moves: boolean, motion: Motion): void {
    const { width, height } = this.size;
    const behind = motion.isOver && hasBehind(scene) ? this.wipe(this.behind) : null;
    this.behind.hidden = behind === null;
    if (behind !== null) paintBehind(behind, scene, camera, width, height);
    const above = this.wipe(this.above);
    if (above !== null) this.overlay.paint(above, scene, camera, width, height, moves, motion);
  }

  private wipe(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const context = canvas.getContext("2d");
    if (context === null) return null;
    const { width, height, ratio } = this.size;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }
}

interface Program {
  program: WebGLProgram;
  find(uniform: string): WebGLUniformLocation | null;
}

interface Loaded {
  nodeProgram: Program;
  lineProgram: Program;
  nodes: WebGLBuffer;
  lines: WebGLBuffer;
  symbols: WebGLVertexArrayObject;
  straightLines: WebGLVertexArrayObject;
  bentLines: WebGLVertexArrayObject;
  straight: number; // lines that are not bent
}

/** Emulated GPUs that do not say so by themselves. */
function isFast(gl: WebGL2RenderingContext): boolean {
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(named === null ? gl.RENDERER : named.UNMASKED_RENDERER_WEBGL));
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

function load(gl: WebGL2RenderingContext): Loaded {
  const nodeProgram = build(gl, NODE_VERTEX, NODE_FRAGMENT);
  const { corners, counts } = packCorners();
  gl.useProgram(nodeProgram.program);
  gl.uniform2fv(nodeProgram.find("corners"), corners);
  gl.uniform1iv(nodeProgram.find("counts"), counts);
  return {
    nodeProgram,
    lineProgram: build(gl, LINE_VERTEX, LINE_FRAGMENT),
    nodes: gl.createBuffer(),
    lines: gl.createBuffer(),
    symbols: gl.createVertexArray(),
    straightLines: gl.createVertexArray(),
    bentLines: gl.createVertexArray(),
    straight: 0,
  };
}

function build(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  for (const [type, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(type);
    if (shader === null) continue; // the context is lost; it is built again when restored
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the GPU refuses a program: ${gl.getProgramInfoLog(program) ?? ""}`);
  }
  const known = new Map<string, WebGLUniformLocation | null>();
  const find = (uniform: string) => {
    if (!known.has(uniform)) known.set(uniform, gl.getUniformLocation(program, uniform));
    return known.get(uniform) ?? null;
  };
  return { program, find };
}

type Field = [size: number, type: "FLOAT" | "UNSIGNED_BYTE" | "UNSIGNED_SHORT", normal: boolean, offset: number];

function describeNodes(gl: WebGL2RenderingContext, loaded: Loaded): void {
  const fields: Field[] = [
    [4, "FLOAT", false, 0], [1, "FLOAT", false, 16], [4, "UNSIGNED_BYTE", true, 20], [2, "UNSIGNED_BYTE", false, 24],
  ];
  describe(gl, loaded.symbols, loaded.nodes, fields, NODE_BYTES, 0);
}

function describeLines(gl: WebGL2RenderingContext, loaded: Loaded, array: WebGLVertexArrayObject, start: number): void {
  const fields: Field[] = [
    [4, "FLOAT", false, 0], [4, "FLOAT", false, 16], [2, "FLOAT", false, 32],
    [4, "UNSIGNED_BYTE", true, 40], [2, "UNSIGNED_SHORT", false, 44],
  ];
  describe(gl, array, loaded.lines, fields, LINE_BYTES, start);
}

function describe(
  gl: WebGL2RenderingContext, array: WebGLVertexArrayObject, buffer: WebGLBuffer,
  fields: Field[], bytes: number, start: number,
): void {
  gl.bindVertexArray(array);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  fields.forEach(([size, type, normal, offset], location) => {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, gl[type], normal, bytes, start + offset);
    gl.vertexAttribDivisor(location, 1);
  });
  gl.bindVertexArray(null);
}

function parts(colour: number): [number, number, number] {
  return [((colour >> 16) & 255) / 255, ((colour >> 8) & 255) / 255, (colour & 255) / 255];
}
