import { freeze } from "../charts/freeze";
import type { Picture } from "../charts/picture";
import { words } from "../words";
import { fileName, look } from "./common";

/** P against what the images pinned, with what it comes to. */
export function fitPicture(within: Element | null, sentence: string): Picture | null {
  const svg = within?.querySelector("svg");
  if (!svg) return null;
  return {
    title: words.pictures.fit(fileName()),
    notes: [sentence],
    rows: [[freeze(svg, { width: 480 })]],
    legend: [],
    look: look(),
  };
}
