// The name of what the pointer is over.

import { make } from "../dom.js";
import type { Page } from "../page.js";
import type { Picked } from "../types.js";

export class Tip {
  private readonly box = make("div", { class: "tip", "aria-hidden": "true", hidden: true });

  constructor(private readonly stage: HTMLElement, private readonly page: Page) {
    stage.append(this.box);
  }

  show(picked: Picked, x: number, y: number): void {
    this.stage.style.cursor = picked === null ? "" : "pointer";
    this.box.hidden = picked === null;
    if (picked === null) return;
    this.box.textContent = this.name(picked);
    const { width, height } = this.page.stage;
    this.box.style.left = `${Math.min(x + 14, Math.max(width - this.box.offsetWidth - 8, 0))}px`;
    this.box.style.top = `${Math.min(y + 16, Math.max(height - this.box.offsetHeight - 8, 0))}px`;
  }

  hide(): void {
    this.show(null, 0, 0);
  }

  private name(picked: NonNullable<Picked>): string {
    const { nodes, lines, lineKinds } = this.page.model;
    if (picked.type === "node") return nodes.name[picked.node]!;
    const line = picked.line;
    const kind = lineKinds[lines.kind[line]!]!.label[this.page.store.state.lang];
    const count = lines.first[line + 1]! - lines.first[line]!;
    return `${nodes.name[lines.source[line]!]}\n${nodes.name[lines.target[line]!]}\n${kind}${count > 0 ? ` · ${count}` : ""}`;
  }
}
