/** Sizes and schemes that every view is looked at in. */
import { BROWSER } from "./browsers";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const all = [
  ["wide, light", { viewport: WIDE, colorScheme: "light" as const }],
  ["wide, dark", { viewport: WIDE, colorScheme: "dark" as const }],
  ["phone, light", { viewport: PHONE, colorScheme: "light" as const, hasTouch: true }],
  ["phone, dark", { viewport: PHONE, colorScheme: "dark" as const, hasTouch: true }],
] as const;

/** What axe reads, markup and colours, is the same in both browsers: in Firefox the two ends stand for all four. */
export const LOOKS = BROWSER === "firefox" ? [all[0], all[3]] : all;
