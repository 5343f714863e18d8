/** The four cases, step by step, and what the removal does to one image. Numbers come formatted. */
import { plural } from "../lib/format";

export const cases = {
  steps: ["Before", "Depthwise", "Behind", "Remove only", "Remove and fold"] as readonly string[],
  noPairs:
    "The four cases are about a depthwise convolution between two BatchNormalizations, and none is known here. The panel “Channel” shows what happens to the other channels. If the file has no BatchNormalization, measure it on images first.",
  notInPair:
    "The selected channel is in no depthwise pair: choose one of the cases above, or another channel in the map.",
  choose: "Choose one of the cases above, or a channel in the map.",
  table: "The four cases, with an example of each",
  aliveBefore: "alive before",
  deadBefore: "dead before",
  aliveBehind: "alive behind",
  deadBehind: "dead behind",
  walk: "The case step by step",
  channel: (n: number) => `Channel ${n}`,
  channelOf: (layer: string, title: string) => `of ${layer}, ${title}`,
  byThreshold: (threshold: number) => `by τ = ${threshold}, whatever the criterion removes`,
  back: "Back",
  next: "Next",
  play: "Play",
  pause: "Pause",
  nextLayer: "the next layer",
  bias: "bias",

  stages: {
    name: "The channel’s path",
    convolution: "Convolution",
    filter: (n: number | string) => `filter ${n}`,
    filterOf: (n: number, cut: boolean) => `Filter ${n} of the layer${cut ? ", cut out" : ""}`,
    pinned: (at: string) => `pinned at ${at}`,
    alive: "alive",
    varies: "varies",
    depthwise: (kernel: string) => `Depthwise ${kernel}`,
    norm: "BatchNorm",
    normAnd: (activation: string) => `BN + ${activation}`,
    nextLayer: "Next layer",
    noReader: "nobody reads it",
    /** `others`: layers that read it besides the one that is named. */
    reads: (inputs: readonly number[], others: number) =>
      `reads ${inputs.length > 1 ? "inputs" : "input"} ${inputs.join(" and ")}${
        others > 0 ? `, as ${others === 1 ? "does" : "do"} ${plural(others, "other layer")}` : ""
      }`,
    missesNothing: "misses nothing",
    misses: (most: string) => `misses up to ${most}`,
    noFold: "nothing to fold",
    folded: (most: string) => `Δ up to ${most} folded`,
    weights: (kernel: string, sum: string) => `${kernel} weights with sum ${sum}`,
    adds: (outputs: number, most: string) => `What it adds to ${outputs} outputs: up to ${most}`,
  },

  telling: {
    before: (channel: number, gaussian: string, pinned: string) =>
      `BatchNorm makes channel ${channel} the Gaussian ${gaussian}. ${pinned}`,
    noActivation: "No activation follows, so nothing pins it to one value.",
    neverConstant: (activation: string) =>
      `${activation} is constant nowhere, so there is no probability of being dead.`,
    pinned: (activation: string, pinned: string, low: string, p: string, dead: boolean, threshold: number) =>
      `${activation} makes ${pinned} of everything at or below ${low}: with P = ${p}. That is ${
        dead ? "dead" : "alive"
      } by τ = ${threshold}.`,
    aliveThrough:
      "It is alive, so its depthwise filter sees a picture that varies, and what it makes of it varies too.",
    zeroThrough: (enters: string, kernel: string | undefined, leaves: string) =>
      `So its depthwise filter sees ${enters} nearly everywhere. Its ${kernel} weights do not matter: ${leaves} leaves, the bias.`,
    constantThrough: (enters: string, kernel: string | undefined, sum: string, leaves: string) =>
      `So its depthwise filter sees ${enters} nearly everywhere. Its ${kernel} weights add up to ${sum}: ${leaves} leaves.`,
    constantBehind: (gaussian: string, normalised: string, emitted: string) =>
      `By β and γ it looks alive behind it, ${gaussian}. But what enters is pinned, so BatchNorm gives β − γμ/√(v+ε) = ${normalised}, and ${emitted} leaves: one constant, at every pixel.`,
    deadBehind: (gaussian: string, pinned: string, leaves: string, bothDead: boolean) =>
      `Behind it, BatchNorm makes ${gaussian}. ${pinned} Whatever entered, ${leaves} leaves${
        bothDead ? ", as before the depthwise convolution" : ""
      }.`,
    /** `std` of what leaves; null where it is not known. */
    aliveBehind: (gaussian: string, pinned: string, std: string | null) =>
      `Behind it, BatchNorm makes ${gaussian}. ${pinned}${
        std === null
          ? ""
          : ` What leaves has a standard deviation of ${std}: the next layer can tell pictures apart by it.`
      }`,
    never: (reason: string) => `It can’t be removed: ${reason}.`,
    cutNothing: (reader: string, places: number) =>
      `${cut(reader, places)} What the next layer loses is 0 wherever the channel was pinned.`,
    cut: (reader: string, places: number, most: string) =>
      `${cut(reader, places)} The next layer now gets 0 where it got a constant: each of its outputs is off by up to ${most}.`,
    nothingToFold: "Nothing is left to fold: the constant is 0.",
    fold: (most: string, into: string, fusion: boolean, exact: boolean) =>
      `The constant times the weights of each output is Δ, up to ${most}. It is added to the ${into} once and for all${
        fusion ? ": shifting-factor fusion" : ""
      }. ${
        exact
          ? "Wherever the channel really was pinned, the next layer gets the very sums it had."
          : "Inside the picture the next layer gets the sums it had; at zero-padded borders only nearly."
      }`,
  },

  effect: {
    remove: "Remove",
    onlyThis: "only this channel",
    wholePlan: (removed: number | null) => `all the plan removes${removed === null ? "" : ` (${removed})`}`,
    image: "Image",
    noImage: "none yet",
    run: "See the logits move",
    running: "Running…",
    trying: "Trying the removal",
    largest: (bare: string, folded: string, compensation: string) =>
      `Largest change of any output: <strong>${bare}</strong> without a fold, <strong>${folded}</strong> with the fold (${compensation}).`,
    stale: "For an earlier choice.",
    logits: "Logits",
    output: "output",
    original: "original",
    bare: "removed only",
    folded: "with the fold",
    hardlyShows:
      "On this image the channel was pinned nearly everywhere, as P says: removing it hardly shows. Try all that the plan removes.",
    foldWorse:
      "On this image the fold is the worse of the two: the constant is right where the channel is pinned, and this image is one where it is not.",
  },
};

function cut(reader: string, places: number): string {
  return `Its filter, both BatchNorm entries, its depthwise filter and its column in ${reader} are cut out${
    places > 3 ? `, and all that is tied to it in ${plural(places, "place")}` : ""
  }.`;
}
