/** What a layer has to itself, in words. */
import { plural, probability } from "../lib/format";
import type { Own } from "../lib/own";

export const limits = {
  cut: "Own cut of this layer",
  cutValue: "Own cut of this layer, as a number",
  threshold: "Own τ",
  share: "Own share",
  /** The cut of a layer that has none of its own. */
  asPlan: (value: number) => `${value}, as the plan`,
  follow: "Follow the plan",
  followTitle: "This layer is cut where the plan cuts all",
  floor: "at least",
  multiple: "multiple of",
  floorName: "This layer keeps at least",
  multipleName: "This layer keeps a multiple of",
  column: "Own limits",
  title: "Layers of their own",
  how: "These hold for every layer; click a layer’s name in the map to give it its own cut, floor and multiple.",
  clear: "Let all follow the plan",
  own: ownText,
  ownCount,
  short: (layers: number) => `(${plural(layers, "layer")} set apart)`,
};

function ownCount(layers: number): string {
  return `${plural(layers, "layer")} ${layers === 1 ? "has limits of its own." : "have limits of their own."}`;
}

/** "own τ 0.9, at least 16": what one row has; "" for nothing. */
function ownText(own: Own | undefined): string {
  if (!own) return "";
  return [
    own.threshold === undefined ? "" : `own τ ${probability(own.threshold)}`,
    own.share === undefined ? "" : `own share ${own.share}`,
    own.floor === undefined ? "" : `at least ${own.floor}`,
    own.multiple === undefined ? "" : `multiple of ${own.multiple}`,
  ]
    .filter(Boolean)
    .join(", ");
}
