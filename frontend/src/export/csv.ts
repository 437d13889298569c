// A table as a file that spreadsheets open in the right alphabet and never run.

import type { Cell, Column } from "../rows.js";
import { plain } from "./numbers.js";

const MARK = "\ufeff"; // without it a spreadsheet takes UTF-8 for the alphabet of its country
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/u; // East Asian spreadsheets take the wide signs as well

/** Write rows as CSV: UTF-8 with its mark, CRLF, quoted as needed; texts that would be run get a leading quote. */
export function renderCsv(table: { columns: Column[]; rows: Cell[][] }): string {
  const lines = [table.columns.map((column) => column.label), ...table.rows];
  return MARK + lines.map((line) => `${line.map(writeCell).join(",")}\r\n`).join("");
}

function writeCell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? plain(value) : "";
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n\t]|^\s|\s$/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
