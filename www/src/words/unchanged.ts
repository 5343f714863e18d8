/** The largest cut that changes no answer: what its button and its outcome say. */
import { plural } from "../lib/format";

export const unchanged = {
  find: "Find the largest cut with no changed answer",
  rest: "Finds the smallest network that keeps every top-1 above, by trying thresholds.",
  restShare: "Finds the smallest network that keeps every top-1 above, by trying shares.",
  noClasses: "This network isn’t a classifier, so there is no top-1 to compare.",
  reading: "Asking the original network",
  trying: (n: number, most: number) => `Trying plan ${n} of at most ${most}`,
  moved: "The plan or the images were changed during the search, so nothing was set: search again.",
  stale: "For an earlier plan or other images:",
  all: (images: number) => (images === 1 ? "the one image keeps its answer" : `all ${images} images keep their answer`),
  best: (knob: number, macs: string, kept: string) => `At ${knob}, ${macs} MACs, ${kept}.`,
  changes: (knob: number, macs: string, image: string, from: string, to: string) =>
    `At ${knob} (${macs}) the answer for ${image} changes from ${from} to ${to}.`,
  refused: (knob: number, macs: string, reason: string) => `At ${knob} (${macs}) there is no network: ${reason}`,
  noLarger: "No larger cut exists by this criterion.",
  none: "Nothing can be removed by this criterion: even the smallest cut that was tried changes an answer.",
  unread: (n: number) => `${plural(n, "image")} could not be read and did not count.`,
  few: (images: number) =>
    `${plural(images, "image")} ${images === 1 ? "says" : "say"} ${images < 100 ? "little" : "something, not everything,"} about others.`,
  failed: (n: number) => `Run once more, the plan that was found changes ${plural(n, "answer")}, so it does not hold.`,
  class: (index: number) => `class ${index}`,
  less: (share: string) => `−${share}`,
};
