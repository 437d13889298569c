// Texts of the catalogue as labels in both languages.

import type { Label, Model } from "./types.js";

/** The label that the catalogue has under a key. */
export function textOf(model: Model, key: string): Label {
  return { en: model.texts.en[key] ?? key, zh: model.texts.zh[key] ?? key };
}
