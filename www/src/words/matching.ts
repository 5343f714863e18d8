/** How the images' classes were brought to the network's outputs. */
import { plural } from "../lib/format";
import type { Matching } from "../wasm/core";

export const MATCHING = {
  byName: (classes: number, labels: string) =>
    classes === 1
      ? `The images’ class was found by its name among the network’s labels (${labels}).`
      : `All ${plural(classes, "class", "classes")} of the images were found by name among the network’s labels (${labels}).`,
  missing: (name: string, labels: string) => `“${name}” is not among the network’s labels (${labels})`,
  noLabels: "No labels are known for this network’s outputs",
  inOrder:
    "so the images’ classes were taken in order: the first is the network’s first output, and so on. If its order is another, what is called right here is not.",
} as const;

export function matchingText({ by_name, labels, missing, classes }: Matching): string {
  if (by_name) return MATCHING.byName(classes, labels ?? "");
  return `${missing && labels ? MATCHING.missing(missing, labels) : MATCHING.noLabels}, ${MATCHING.inOrder}`;
}
