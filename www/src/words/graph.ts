/** The graph of layers. */
import { count } from "../lib/format";

export const graph = {
  drawing: "Drawing the network…",
  noNetwork: "Open a network to see its layers.",
  hint: "Light: as it was. Dark: what stays. Drag to move, pinch (or Ctrl and wheel) to zoom, click for the layer. Outlined: what is removed with the selected channel, from what writes it to what reads it.",
  /** Where there is neither a wheel nor a key. */
  hintTouch:
    "Light: as it was. Dark: what stays. Drag to move, pinch to zoom, tap for the layer. Outlined: what is removed with the selected channel, from what writes it to what reads it.",
  zoomOut: "Zoom out",
  zoomIn: "Zoom in",
  fit: "Fit",
  show: "Selected",
  showTitle: "To the layer of the selected channel",
  /** What a node is to the selected channel. */
  coupled: {
    writes: "writes the selected channel",
    carries: "carries the selected channel",
    reads: "reads the selected channel",
    ties: "ties the selected channel to others",
  },
  name: "Layers and joins, in the order in which they run",
  /** By the core's word for the kind of a node. */
  kinds: {
    input: "input",
    output: "output",
    join: "joins branches",
    concat: "puts branches side by side",
    shuffle: "shuffles channels",
    split: "splits channels",
  } as Record<string, string>,
  /** What is written on small nodes. */
  signs: { concat: "concat", shuffle: "shuffle", split: "split" } as Record<string, string>,
  joins: { Add: "+", Sum: "+", Mul: "×", Sub: "−", Div: "÷", Max: "max", Min: "min" } as Record<string, string>,
  /** `share` removed, with its sign of percent. */
  channels: (before: number, kept: number, share: string) =>
    kept === before
      ? `${count(before)} channels, all kept`
      : kept === 0
        ? `${count(before)} channels, removed as a whole`
        : `${count(before)} → ${count(kept)} channels (−${share})`,
};
