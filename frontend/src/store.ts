// The state of the page: what a person chose, with its history.

import type { Filters, Model, State } from "./types.js";

const MOST = 200; // steps that can be undone

/** The state in which a page opens. */
export function startState(model: Model): State {
  return {
    lang: model.lang,
    theme: "auto",
    view: "map",
    layout: "network",
    colour: "kind",
    size: model.size,
    hulls: false,
    hiddenKinds: [],
    shownLines: null,
    filters: {
      industry: "", region: "", tier: "", verdict: "", status: "",
      amountFrom: null, amountTo: null, year: null, yearMode: "until",
    },
    focus: null,
    expanded: [],
    selected: null,
  };
}

export type Patch = Partial<Omit<State, "filters">> & { filters?: Partial<Filters> };
export type Listener = (state: State, before: State) => void;

/** Holds the state, tells listeners of each change, and can go back. */
export class Store {
  readonly start: State;
  private now: State;
  private past: State[] = [];
  private future: State[] = [];
  private listeners: Listener[] = [];

  constructor(start: State, first: State = start) {
    this.start = start;
    this.now = first;
  }

  get state(): State {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Change some of the state. A transient change (a slider that is playing) is not a step to undo. */
  set(patch: Patch, options: { transient?: boolean } = {}): void {
    const next = { ...this.now, ...patch, filters: { ...this.now.filters, ...patch.filters } };
    if (JSON.stringify(next) === JSON.stringify(this.now)) return;
    if (!options.transient) {
      this.past = [...this.past, this.now].slice(-MOST);
      this.future = [];
    }
    this.move(next);
  }

  undo(): void {
    const before = this.past.pop();
    if (before === undefined) return;
    this.future.push(this.now);
    this.move(before);
  }

  redo(): void {
    const after = this.future.pop();
    if (after === undefined) return;
    this.past.push(this.now);
    this.move(after);
  }

  /** Go back to how the page opened; language and theme stay. That can be undone. */
  reset(): void {
    this.set({ ...this.start, lang: this.now.lang, theme: this.now.theme });
  }

  subscribe(listener: Listener): void {
    this.listeners.push(listener);
  }

  private move(next: State): void {
    const before = this.now;
    this.now = next;
    for (const listener of this.listeners) listener(next, before);
  }
}
