// Text as every reader of XML 1.0 takes it.

const FORBIDDEN = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const ESCAPES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ['"', "&quot;"], ["'", "&#39;"]]);

/** Take out what XML 1.0 forbids, and make one line of the rest: attributes would lose line ends anyway. */
export function cleanText(text: string): string {
  return text.replace(FORBIDDEN, " ").replace(/\s+/gu, " ").trim();
}

/** Escape a text for an element or a quoted attribute. */
export function escapeXml(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (mark) => ESCAPES.get(mark) ?? "");
}
