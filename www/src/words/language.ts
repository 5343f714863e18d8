/**
 * The language of the page, and with it the locale of its numbers; nothing else decides either. Imports nothing, so
 * that numbers and words can both start from it.
 */

/** What the page can speak: a new language is named here and its words in index.ts. The first one is the fallback. */
const LANGUAGES = ["en"] as const;

export type Language = (typeof LANGUAGES)[number];

/** The first of the reader's languages that there is; regions do not matter ("de-CH" reads "de"). */
export function chooseLanguage<L extends string>(wanted: readonly string[], there: readonly [L, ...L[]]): L {
  for (const it of wanted) {
    const found = there.find((language) => it.toLowerCase().split("-")[0] === language);
    if (found) return found;
  }
  return there[0];
}

/** Chosen once, when the page is loaded: whatever holds a word may be a constant. */
export const language: Language = chooseLanguage(globalThis.navigator?.languages ?? [], LANGUAGES);
