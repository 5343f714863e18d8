/**
 * Everything the page says, in the language in force. One module per topic, each an object of strings and of functions
 * for sentences with values, so that a translation can put the values where its grammar wants them and form its own
 * plurals. See README.md for how a language is added.
 */
import { english } from "./english";
import { type Language, language } from "./language";

/** What a translation has to have: the same modules, the same names, the same arguments. */
export type Words = typeof english;

const LANGUAGES: Record<Language, Words> = { en: english };

export const words: Words = LANGUAGES[language];

/** The document itself is written in English. */
export function speak(): void {
  if (document.documentElement.lang === language) return;
  document.documentElement.lang = language;
  document.title = words.page.title;
}
