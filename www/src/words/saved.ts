/** After the download: what was saved, and what to do with it. */

import { plural } from "../lib/format";

export const saved = {
  file: "Saved to your downloads:",
  size: (before: string, after: string) => `${before} → ${after}.`,
  next: (inputs: string, outputs: string) =>
    `Run it as you ran the original: same ${inputs}, same ${outputs}, no special runtime.`,
  input: (list: string[]) => `${list.length === 1 ? "input" : "inputs"} ${list.join(", ")}`,
  output: (list: string[]) => `${list.length === 1 ? "output" : "outputs"} ${list.join(", ")}`,
  tensor: (name: string, shape: string) => `“${name}” (${shape})`,
  /** `images` is 0 as long as none ran through this very network. */
  proves: (agreeing: number, images: number) =>
    images === 0
      ? "The file matches the plan. Accuracy: not measured yet."
      : agreeing === images
        ? `The file matches the plan. All ${plural(images, "image")} above keep their answer.`
        : `The file matches the plan. ${images - agreeing} of the ${images} images above change their answer.`,
  judged: (before: string, after: string, images: number) =>
    `The file matches the plan. Accuracy ${before} → ${after} on ${plural(images, "labelled image")}.`,
  repairLeft: "The repair is of an earlier plan and would not be in the file: repair again, or undo.",
  noPlan: "The plan is still being worked out, so nothing was saved: try again in a moment.",
  planMoved: "The plan changed while the file was being made, so nothing was saved: look at it and press again.",
  otherCounts: (params: string, macs: string, plannedParams: string, plannedMacs: string) =>
    `The file has ${params} parameters and ${macs} MACs, the plan ${plannedParams} and ${plannedMacs}, so it was not saved: that is a fault of this page.`,
  stale: (name: string) => `${name} was saved for an earlier plan: download again for this one.`,
};
