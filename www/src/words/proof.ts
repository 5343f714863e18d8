/** Images, answers, repair, the file to take home, and the measurement. */
import { count, plural } from "../lib/format";

export const proof = {
  name: "Proof",
  readAs: (preset: string, labels: string) => `Read as <strong>${preset}</strong>, labels <strong>${labels}</strong>`,
  run: "Run both networks",
  repair: "Repair with my images",
  repairHelp: "Refits every layer behind a cut by least squares, so that it answers as before; no labels needed",
  images: "Images",
  remove: (name: string) => `Remove ${name}`,
  more: (n: number) => `and ${n} more`,
  add: "Add images",
  addFolder: "Add a folder of images",
  folder: "Folder",
  useSamples: "Use the samples",
  dropHint: "Or drop images or a folder anywhere, or paste an image.",
  samplesOnly: (images: number) => `These ${plural(images, "sample image")} stand in until you add your own.`,
  photosOnly: "One cut-out photo for each of the ten classes: enough to see both networks run, too few to judge them.",
  noImageInFolder: (files: number) =>
    `None of the files in this folder (${count(files)}) is an image (PNG, JPEG or WebP).`,
  pasted: (n: number) => (n === 1 ? "The image was pasted." : `${n} images were pasted.`),
  preprocessing: "Preprocessing",
  labels: "Labels",
  guessed: (name: string) => `${name} (guessed)`,
  labelsFromFile: "Labels from a text file",
  labelsFile: "Labels from a file…",
  download: "Download pruned model",
  check: (passed: boolean, difference: string, samples: number, most: string, repairedOn: number) =>
    `${passed ? "Checked" : "Check failed"}: max |Δ| = ${difference} against a masked copy of the original, over ${plural(
      samples,
      "sample",
    )} with outputs up to ${most}${repairedOn ? `; then repaired with ${plural(repairedOn, "image")}` : ""}.`,
  repairedWith: (images: number) => `Repaired with ${plural(images, "image")}.`,
  beforeDownload: "Before saving, the file is checked against the original with the same channels zeroed.",
  blocks: (block: number) =>
    `CPU runtimes such as onnxruntime take ${block} channels at a time and are slower on odd counts.`,
  keepMultiples: (block: number) => `Keep multiples of ${block}`,
  holds: "Does the Gaussian hold?",
  holdsFolded: "BatchNorm was folded away in this file: measuring on images supplies the means and spreads.",
  holdsHint: "Measuring puts each channel’s real histogram over its Gaussian.",
  measure: "Measure on my images",
  forget: "Forget",
  measured: (images: number) => `${plural(images, "image")} measured.`,
  alreadyMeasured: "These images are measured already: add others, or forget the measurement first.",
  notOffered: (difference: string) =>
    `The pruned network differs from its masked copy by ${difference}, more than rounding explains, so it is not offered`,
  fit: {
    near: (
      tested: number,
      channels: number,
      images: number,
      near: string,
      by: string,
      nearer: string,
      closer: string,
    ) =>
      `Tested on ${tested === channels ? plural(tested, "channel") : `${tested} of ${plural(channels, "channel")}`} with ${plural(images, "image")}: the Gaussian’s P is within ${by} points of the measured share for ${near} of them, within ${closer} for ${nearer}.`,
    dead: (dead: number, held: number, points: string) =>
      `Of the ${dead} it calls dead, ${held === dead ? "all" : held} are constant on the images as often as τ requires, give or take ${points} points.`,
    worst: "Furthest off:",
    one: (channel: number, layer: string, p: string, measured: string) =>
      `${channel} of ${layer} (P ${p}, measured ${measured})`,
    across: "P by the Gaussian",
    upwards: "share measured",
    notYet: "Nothing is measured yet: one click tests it on hundreds of channels at once.",
    testing: "Testing the Gaussian on channels of every layer…",
  },
  noImage: "There is no image to run on.",

  /** What is under way. */
  work: {
    measuring: "Measuring channels on your images",
    pruning: "Pruning",
    checking: "Checking against the masked copy",
    running: "Running both networks",
    runningOn: (image: number, images: number) => `Running both networks on image ${image} of ${images}`,
    repairingOwn: "Repairing with your images",
    repairing: "Repairing",
    reading: (image: number, images: number) => `Reading image ${image} of ${images}`,
    refitting: (layer: number, layers: number) => `Refitting layer ${layer} of ${layers}`,
  },

  predictions: {
    noImages: "There is no image to run on: add or drop some, or use the samples.",
    before: "Run both networks to compare their top-5 predictions.",
    beforeOutputs:
      "Run both networks to compare their outputs. This network is not a classifier, so it has no top-5 predictions.",
    agree: (agreeing: number, images: number) =>
      `${agreeing} of ${plural(images, "image")} ${agreeing === 1 ? "agrees" : "agree"} on the top-1 class`,
    compared: (images: number) => `${plural(images, "image")} compared`,
    difference: (most: string, scale: string) => `, max |Δ| ${most} with outputs up to ${scale}`,
    stale: "for an earlier plan: run again",
    staleRepaired: "for an earlier plan with its repair: run again",
    table: "Predictions",
    original: "original",
    pruned: "pruned",
    listed: (shown: number, all: number) => `The ${shown} most changed of ${all} images are listed.`,
    listMore: "List more",
    moved: (median: string, most: string, kl: string) =>
      `Median shift in predicted probabilities: ${median}, at most ${most}; mean KL ${kl}.`,
    hardly: "under 0.1 %",
    stoppedAfter: (done: number, images: number) => `Stopped after ${done} of ${plural(images, "image")}.`,
    unread: (images: number) => `${plural(images, "image")} could not be read`,
    failure: (name: string, reason: string) => `${name}: ${reason}`,
    latency: "Latency",
    latencyRefused: "Latency was not measured, because other work was running. Run again when it is done.",
    first: "first, with compiling",
    warm: "warm, median",
    halfWithin: (runs: number) => `middle 50 % of ${plural(runs, "run")}`,
    range: (low: string, high: string) => `${low} – ${high}`,
    /** `few`: the repair had fewer images than `enough`. */
    fitted: (own: number, all: number, few: boolean, images: number, enough: number) =>
      `${
        own === all ? "The repair was fitted to these very images" : `The repair was fitted to ${own} of these`
      }, so their agreement proves little${
        few ? `, and ${plural(images, "image")} are few (${enough} or more are better)` : ""
      }. Add other images and run again.`,
    delta: (difference: string) => `|Δ| ${difference}`,
    answer: (agree: boolean, moved: string) => `${agree ? "agree" : "changed"}, ${moved} moved`,
    boxes: (before: number, after: number) => `The original found ${before}, the pruned network ${after}.`,
    noClasses: (outputs: readonly string[]) => `Not class scores; outputs ${outputs.join(", ")}.`,
    class: (index: number) => `class ${index}`,
  },

  repaired: {
    left: (reason: string) => `Left as cut: ${reason}.`,
    table: (held: number) => `Repair, on ${plural(held, "image")} held back from it`,
    cut: "cut",
    repaired: "repaired",
    difference: "Difference of outputs",
    kl: "Mean KL, nats",
    agreement: "Same answer as the original",
    tooFew: "Too few images to hold some back: whether it helped is not known.",
    layers: (refitted: number, left: number) => `${plural(refitted, "layer")} refitted, ${left} left as cut`,
  },
};
