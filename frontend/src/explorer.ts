// The explorer: puts model, state, renderer and panels together, and moves the camera.

import { dressUp, orderLabels } from "./appearance.js";
import { findHulls } from "./hulls.js";
import { place } from "./layouts.js";
import { fill, type Derived, type Page } from "./page.js";
import { buildFrame } from "./panels/frame.js";
import { applyTheme, isDark } from "./panels/toolbar.js";
import { Tip } from "./panels/tip.js";
import { fitCamera, limitScale, zoomAt } from "./renderer/camera.js";
import { followGestures } from "./renderer/gestures.js";
import { createRenderer, type StageRenderer } from "./renderer/index.js";
import { startState, Store } from "./store.js";
import type { Address } from "./address.js";
import type { Camera, Dress, Model, Paint, Picked, Scene, Selection, State } from "./types.js";
import { findLine, findNear, nameLine, numberOf, selectVisible } from "./visible.js";

const CLOSE = 0.9; // pixels a unit from which names beside each other can be read
const SAID_FOR = 4000; // milliseconds
const LEVEL = 1.5; // width to height of what a layout fills
const UPRIGHT = 0.7; // the same on a screen held upright
const SMALL = 0.65; // size of symbols on a screen held upright
const STRIP = 36; // pixels at the top that words on what is seen lie over
const FINGER = 14; // pixels that a finger may miss by

export interface Options {
  address: Address;
  forceCanvas: boolean;
}

export class Explorer implements Page {
  readonly store: Store;
  readonly stageElement: HTMLElement;
  readonly renderer: StageRenderer;
  camera: Camera = { x: 0, y: 0, scale: 1 };
  derived: Derived;
  private readonly live: HTMLElement;
  private readonly followers: (() => void)[] = [];
  private readonly drawers: (() => void)[] = [];
  private readonly tip: Tip;
  private painted: Paint = new Map();
  private size = { width: 1, height: 1 };
  private asked = 0;
  private moving = false;
  private untouched = true; // the camera still shows all, as at first
  private silence = 0;

  constructor(readonly root: HTMLElement, readonly model: Model, options: Options) {
    const start = startState(model);
    this.store = new Store(start, { ...start, ...options.address.state });
    this.derived = derive(model, this.store.state, this.look, null);
    const { stage, live } = buildFrame(this);
    this.stageElement = stage;
    this.live = live;
    applyTheme(root, this.store.state.theme);
    this.renderer = createRenderer(stage, { forceCanvas: options.forceCanvas });
    this.tip = new Tip(stage, this);
    this.measure();
    this.renderer.show(this.derived.scene);
    if (options.address.camera === null) this.camera = this.whole();
    else this.setCamera(options.address.camera);
    this.store.subscribe((state, before) => this.change(state, before));
    this.followStage();
  }

  get stage(): { width: number; height: number } {
    return this.size;
  }

  /** Whether the camera shows all, as when the page opened. */
  get isWhole(): boolean {
    return this.untouched;
  }

  private get look(): Look {
    return {
      dark: isDark(this.store.state.theme),
      aspect: window.innerWidth < 0.8 * window.innerHeight ? UPRIGHT : LEVEL,
      paint: this.painted,
    };
  }

  say(key: string, values: Record<string, string | number> = {}): string {
    return fill(this.model.texts[this.store.state.lang][key] ?? key, values);
  }

  follow(listener: () => void): void {
    this.followers.push(listener);
    listener();
  }

  onDraw(listener: () => void): void {
    this.drawers.push(listener);
  }

  announce(text: string): void {
    this.live.textContent = text;
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => { this.live.textContent = ""; }, SAID_FOR);
  }

  /** Select a node and bring it into view; whatever hides it is taken back. */
  reveal(node: number): void {
    const id = this.model.nodes.id[node]!;
    if (this.derived.visible.nodes[node] === 0) this.uncover(node);
    this.store.set({ selected: { type: "node", id }, view: "map" });
    const { x, y, placed } = this.derived.placement;
    if (placed[node] === 0) this.announce(this.say("frame.unplaced_one"));
    else this.showAt(x[node]!, y[node]!, Math.max(this.camera.scale, CLOSE));
  }

  /** Give single nodes colours of their own; all others have what colours stand for. */
  paint(colours: Paint): void {
    this.painted = colours;
    this.change(this.store.state, this.store.state);
  }

  fit(): void {
    this.camera = this.whole();
    this.untouched = true;
    this.draw();
  }

  zoom(factor: number): void {
    const { width, height } = this.size;
    this.setCamera(zoomAt(this.camera, factor, width / 2, height / 2, this.size, this.whole()));
  }

  setCamera(camera: Camera, moving = false): void {
    this.camera = limitScale(camera, this.whole());
    this.untouched = false;
    this.draw(moving);
  }

  /** Draw in the next frame. */
  draw(moving = false): void {
    this.moving = moving;
    if (this.asked === 0) this.asked = requestAnimationFrame(() => this.drawNow());
  }

  drawNow(moving = this.moving): void {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    if (this.store.state.view === "table") return;
    this.renderer.draw(this.camera, moving);
    for (const listener of this.drawers) listener();
    if (this.renderer.isAnimating()) this.draw(moving);
  }

  /** Put a place into the middle of what the details leave free of the stage. */
  private showAt(x: number, y: number, scale: number): void {
    const stage = this.stageElement.getBoundingClientRect();
    const details = this.root.querySelector(".details")?.getBoundingClientRect();
    const beside = details !== undefined && details.width > 0 && details.width < 0.7 * stage.width;
    const below = details !== undefined && details.height > 0 && !beside;
    const right = beside ? stage.right - details.left : 0;
    const bottom = below ? stage.bottom - details.top : 0;
    this.setCamera({ x: x + right / 2 / scale, y: y + bottom / 2 / scale, scale });
  }

  private whole(): Camera {
    const { placement, visible } = this.derived;
    const camera = fitCamera(placement, visible, this.size.width, this.size.height - STRIP);
    return { ...camera, y: camera.y - STRIP / 2 / camera.scale };
  }

  private uncover(node: number): void {
    const { start, state } = this.store;
    const kind = this.model.nodeKinds[this.model.nodes.kind[node]!]!.key;
    const hiddenKinds = state.hiddenKinds.filter((key) => key !== kind);
    this.store.set({ hiddenKinds, filters: start.filters, focus: null, expanded: [] });
    this.announce(this.say("frame.filters_cleared"));
  }

  private change(state: State, before: State): void {
    applyTheme(this.root, state.theme);
    const last = this.derived;
    this.derived = derive(this.model, state, this.look, { state: before, derived: last });
    const moved = state.layout !== before.layout || this.derived.aspect !== last.aspect;
    const { scene } = this.derived;
    if (state.view === "map" && before.view === "table") this.measure();
    this.renderer.show(moved ? { ...scene, animateFrom: last.placement } : scene);
    if (moved || (state.focus !== null && state.focus !== before.focus)) this.fit();
    for (const listener of this.followers) listener();
    this.draw();
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.stageElement;
    this.size = { width: Math.max(clientWidth, 1), height: Math.max(clientHeight, 1) };
    this.renderer.resize(this.size.width, this.size.height, window.devicePixelRatio);
  }

  private followStage(): void {
    followGestures(this.stageElement, {
      camera: () => this.camera,
      setCamera: (camera, moving) => this.setCamera(camera, moving),
      size: () => this.size,
      whole: () => this.whole(),
      fit: () => this.fit(),
      click: (x, y, touch) => this.choose(this.renderer.pick(this.camera, x, y, touch ? FINGER : undefined)),
      hover: (x, y) => this.tip.show(this.renderer.pick(this.camera, x, y), x, y),
      leave: () => this.tip.hide(),
    });
    new ResizeObserver(() => this.refit()).observe(this.stageElement);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.change(this.store.state, this.store.state);
    });
  }

  private refit(): void {
    const { clientWidth, clientHeight } = this.stageElement;
    const { width, height } = this.size;
    if (clientWidth === 0 || (clientWidth === width && clientHeight === height)) return;
    this.measure();
    if (this.look.aspect !== this.derived.aspect) this.change(this.store.state, this.store.state);
    if (this.untouched) this.camera = this.whole();
    this.drawNow();
  }

  private choose(picked: Picked): void {
    this.tip.hide();
    this.store.set({ selected: picked === null ? null : nameSelection(this.model, picked) });
  }
}

/** On a narrow screen everything is smaller. */
function shrink(dress: Dress, aspect: number): Dress {
  if (aspect > 1) return dress;
  return {
    ...dress, nodeRadius: dress.nodeRadius.map((radius) => radius * SMALL), lineWidth: dress.lineWidth.map((wide) => wide * SMALL),
  };
}

function nameSelection(model: Model, picked: NonNullable<Picked>): Selection {
  if (picked.type === "node") return { type: "node", id: model.nodes.id[picked.node]! };
  return { type: "line", id: nameLine(model, picked.line) };
}

/** What of the screen decides how things are drawn. */
interface Look {
  dark: boolean;
  aspect: number;
  paint: Paint;
}

type Last = { state: State; derived: Derived } | null;

/** Compute what follows from a state; what its change cannot have touched is taken from the last. */
function derive(model: Model, state: State, { dark, aspect, paint }: Look, last: Last): Derived {
  const same = (...keys: (keyof State)[]): boolean =>
    last !== null && keys.every((key) => JSON.stringify(state[key]) === JSON.stringify(last.state[key]));
  const known = last?.derived;
  const kept = known !== undefined && known.scene.dark === dark && known.paint === paint;
  const visible = known !== undefined && same("hiddenKinds", "shownLines", "filters", "focus", "expanded")
    ? known.visible : selectVisible(model, state);
  const placement = visible === known?.visible && aspect === known.aspect && same("layout", "lang")
    ? known.placement : place(model, state, visible, aspect);
  const dress = visible === known?.visible && kept && aspect === known.aspect && same("colour", "size")
    ? known.dress : shrink(dressUp(model, state, visible, dark, paint), aspect);
  const hulls = !state.hulls || state.layout !== "network" ? [] : findHulls(model, visible, placement, dark);
  const scene: Scene = {
    model, visible, placement, dress, hulls, dark,
    labels: model.nodes.name,
    labelOrder: dress === known?.dress ? known.scene.labelOrder : orderLabels(model, state, visible, dress),
    near: findNear(model, visible, state.selected),
    selectedNode: state.selected?.type === "node" ? numberOf(model).get(state.selected.id) ?? -1 : -1,
    selectedLine: state.selected?.type === "line" ? findLine(model, state.selected.id) : -1,
    animateFrom: null,
  };
  return { visible, placement, dress, hulls, scene, aspect, paint };
}
