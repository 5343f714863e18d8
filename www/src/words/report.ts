/** The plan on one page. */
import { plural } from "../lib/format";
import type { Judged } from "../lib/judged";

export const report = {
  name: "Report",
  print: "Print",
  save: "Save as HTML",
  back: "Back to the page",
  working: "The plan is being worked out…",
  cases: "Four cases of the depthwise pairs",
  method: "Method: Zhao et al.,",
  published:
    ", JCST 37(3), 2022, doi 10.1007/s11390-022-2131-8. MACs are multiply-adds of convolutions and matrix products at batch 1.",
  map: "Channel map",
  mapCaption:
    "Channel map: a row per normalised layer, a cell per channel, sorted by score; everything right of the bar is removed.",
  legend: {
    alive: "kept",
    outputDead: "output dead",
    inputDead: "input dead",
    bothDead: "both dead",
    removed: "little influence",
    withheld: "withheld",
  },
  noLayer: "No layer loses a channel.",
  layers: (cut: number, layers: number) => `${cut} of ${plural(layers, "layer")} ${cut === 1 ? "shrinks" : "shrink"}.`,
  layersNote: "Change in MACs per layer:",
  more: (n: number) => `and ${n} more`,
  accuracyName: "Accuracy (top-1)",
  agreementName: "Agreement with the original",
  notJudged: "not measured: evaluate in the Lab",
  points: (difference: string) => `${difference} points`,
  /** On what it was measured, when, and whether of this plan. */
  accuracyNote: (of: Judged, interval: string) =>
    ` 95 % interval ${interval}, ${plural(of.result.images, "image")} of ${of.data}${
      of.result.measuredAt ? `, ${new Date(of.result.measuredAt).toISOString().slice(0, 10)}` : ""
    }${of.repaired ? ", repaired network" : ""}${of.current ? "" : "; measured for another plan"}`,
  proof: "Proof",
  checked: (difference: string, samples: number, most: string) =>
    `The pruned file differs from a masked copy of the original by at most ${difference} over ${plural(samples, "sample")} (outputs up to ${most}). `,
  notChecked: "The pruned file has not been made and checked yet. ",
  repaired: (images: number) => `It was then repaired with ${plural(images, "image")}. `,
  agree: (agree: number, images: number) =>
    `Both networks name the same class on ${agree} of ${plural(images, "image")}. `,
  notRun: "The networks have not been run side by side on this plan. ",
  latency: (original: string, pruned: string) => `Warm latency ${original} → ${pruned} ms in this browser.`,
  noLatencyDifference: "Warm latency: no measurable difference in this browser.",
  remarks: "Remarks",
  withheld: (channels: number, reason: string) => `${plural(channels, "dead channel")} withheld: ${reason}`,
  branches: (n: number) => `${plural(n, "whole branch is", "whole branches are")} removed.`,
  approximate: (n: number) => `${plural(n, "fold is", "folds are")} approximate at the border of padded convolutions.`,
  notPruned: (n: number, node: string, reason: string) => `${plural(n, "layer")} left alone, e.g. ${node}: ${reason}`,
  fileTitle: (stem: string) => `${stem} report`,
};
