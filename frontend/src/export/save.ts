// Give a person a file, under a name that every system takes.

import type { Page } from "../page.js";

const KEPT = 60_000; // milliseconds until the memory of a saved file is given back
const LONGEST = 80; // characters of the title in a file name
const REFUSED = /[\\/:*?"<>|\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]+/gu;
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\s|$)/iu;

/** Name a file after the title and the day of the data, or of its making: "Title 2026-05-01.svg". */
export function nameFile(title: string, asOf: string, extension: string, today: Date = new Date()): string {
  const parts = [safeName(title), safeName(asOf) || writeDay(today)];
  return `${parts.filter((part) => part !== "").join(" ")}.${extension}`;
}

/** Whether the page may save files: a sandboxed frame has no origin and drops downloads without a word. */
export function canSave(view: Window = window): boolean {
  return !(view.origin === "null" && view !== view.top);
}

/** Save a file through a link that is followed at once. */
export function save(name: string, type: string, content: Blob | string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}

/** Save what is made for a page, or say why that is not possible. */
export async function saveFrom(
  page: Page,
  extension: string,
  type: string,
  make: () => string | Promise<Blob | null>,
): Promise<void> {
  if (!canSave()) {
    page.announce(page.say("export.blocked"));
    return;
  }
  const content = await make();
  if (content === null) return;
  const name = nameFile(page.model.title, page.model.asOf, extension);
  save(name, type, content);
  page.announce(page.say("export.saved", { file: name }));
}

function safeName(text: string): string {
  const plain = text.replace(REFUSED, " ").replace(/\s+/gu, " ").trim();
  const cut = [...plain].slice(0, LONGEST).join("").replace(/[. ]+$/u, "").replace(/^[. ]+/u, "");
  return RESERVED.test(cut) ? `_${cut}` : cut;
}

function writeDay(day: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
