/** One channel: its Gaussian, its arithmetic, what is removed with it. Numbers come formatted. */
import { count, plural } from "../lib/format";

export const channel = {
  arithmeticShown: "Show the arithmetic",
  choose: "Select a channel to see why it is kept or removed.",
  title: (n: number) => `Channel ${n}`,
  titleOf: (layer: string) => `of ${layer}`,
  before: "before the depthwise conv",
  after: "after the depthwise conv",
  stepByStep: "Step by step",
  removedTogether: (coupled: number) =>
    coupled === 2
      ? "This channel and its partner can only be removed together."
      : coupled > 1
        ? `${plural(coupled, "normalised channel")}, this one among them, can only be removed together.`
        : "No other normalised channel is tied to it.",
  activation: (mean: string, std: string) => `After its activation: mean ${mean}, standard deviation ${std}.`,
  removed: "removed",
  kept: "kept",
  bell: (gaussian: string, p: string | null) => `${gaussian}${p === null ? "" : `, P = ${p}`}`,
  noP: "no P",
  /** Beside a P that is not the reason. */
  byInput: "P is not the reason here: its input is constant, so it is too.",
  whatFolded: "What does “folded” mean?",
  p: (p: string) => `P = ${p}`,
  moments: (mean: string, std: string, measured: boolean) => `β ${mean}, s ${std}${measured ? ", measured" : ""}`,
  noActivation: "no activation: pinned nowhere",
  upperEnd: (p: string) => ` · P(at upper end) = ${p}`,

  uncompensated: "Compensation is “none”: the next layers receive 0, whatever the channel was.",
  moreReaders: (n: number) => `and ${plural(n, "more reader")}`,
  /** What a reader receives: null while it is not known. */
  receives: (constant: string | null, zero: boolean) =>
    constant === null ? "nothing yet" : zero ? "0" : `the constant ${constant}`,
  folded: (into: string, most: string) => `; folded into the ${into}, it moves an output by at most ${most}`,
  fold: (reader: string, constant: string, folded: string, exact: boolean) =>
    `${reader} receives ${constant}${folded}${exact ? "" : ", approximate at the border"}.`,

  measured: (images: number, mean: string, std: string, fit: string) =>
    `${plural(images, "image")}: mean ${mean}, s ${std}${fit}`,
  measuredOnly: ".",
  /** `points`: how far off, null where that is next to nothing. */
  pinned: (share: string, points: string | null) =>
    `; ${share} % pinned, ${points === null ? "as the Gaussian says." : `${points} points off the Gaussian.`}`,
  fits: "The Gaussian fits closely",
  fitsRoughly: "The Gaussian fits roughly",
  fitsNot: "The Gaussian does not fit",
  anotherBell: ": it is a bell, but not this one, as on images unlike the training data",
  fit: (how: string, gap: string, why: string) => `${how} (largest gap of the cumulative curves ${gap})${why}.`,

  rail: {
    p: "P",
    before: "P before",
    behind: "P behind",
    mark: (name: string, p: string, beyond: boolean) => `${name} = ${p}${beyond ? " (off the scale)" : ""}`,
    share: "This method removes a share of the channels; P decides the case, not what is removed.",
    tau: (threshold: number) => `τ = ${threshold}`,
    slide: "Slide τ past this channel",
  },

  trace: {
    p: "P",
    zeros: "Zeros at its reader",
    tau: "τ",
    one: (what: string, value: string) => `${what} after one image: ${value}. More images show whether it holds.`,
    from: (first: number, last: number | undefined) => `From image ${first} to image ${last}`,
    moved: (what: string, first: string, last: string, steady: boolean) =>
      `${what} ${first} → ${last}, ${steady ? "steady" : "still moving"}`,
    line: (gaussian: boolean, values: readonly string[]) =>
      `${gaussian ? "P" : "Fraction of zeros"} image by image: ${values.join(", ")}`,
    movement: (added: number, gaussian: boolean, channels: number, median: string, largest: string) =>
      `${added === 1 ? "The last one" : `Each of the last ${added}`} moved ${
        gaussian ? "P" : "the measured zeros"
      } of ${count(channels)} normalised channels by ${median} (median), at most ${largest}.`,
    settled: "It has settled.",
    unsettled: "More images would settle it further.",
    crossed: (n: number) =>
      n === 0
        ? "None changed its side of τ, so the plan stayed."
        : `${count(n)} changed their side of τ: add images until none does.`,
  },

  arithmetic: {
    name: "The arithmetic",
    sends: (layer: string, value: string) => `Held at its pinned value, ${layer} sends <b>${value}</b>.`,
    filter: (enters: string, sum: string, bias: string, value: string, padded: boolean) =>
      `The depthwise filter makes Σw · ${enters} + bias = ${sum} · ${enters} + ${bias} = <b>${value}</b>${
        padded ? " (at zero-padded borders only nearly)" : ""
      }.`,
    norm: (beta: string, gamma: string, x: string, mean: string, root: string, value: string) =>
      `BatchNorm gives β + γ (x − μ)/√(v+ε) = ${beta} + ${gamma} · (${x} − ${mean})/${root} = <b>${value}</b>.`,
    noNorm: (value: string) => `No BatchNorm follows: <b>${value}</b>.`,
    emits: (activation: string, value: string) =>
      `${activation} gives <b>${value}</b>, the constant of a channel whose input is dead.`,
    noActivation: (value: string) =>
      `No activation follows: <b>${value}</b>, the constant of a channel whose input is dead.`,
    noReader: "No layer reads it.",
    measured: "measured",
    numbers: "BatchNorm in numbers",
    before: (layer: string) => `before: ${layer}`,
    behind: (layer: string) => `behind: ${layer}`,
    gamma: "scale γ",
    beta: "shift β",
    mean: "running mean μ",
    variance: "running variance v",
    s: "s = |γ| √(v/(v+ε))",
    p: "P = Φ((low − β)/s)",
    nowhere: "pinned nowhere",
    pOf: (z: string, p: string) => `Φ(${z}) = ${p}`,
    pOfPoint: (p: string) => `s = 0: ${p}`,
    uncompensated: "0, because the compensation is “none”",
    reads: (layer: string, input: number, removed: boolean, constant: string, exact: boolean) =>
      `<strong>${layer}</strong> reads it as input ${input} and ${removed ? "receives" : "would receive"} <b>${constant}</b>${
        exact ? "" : ", approximate at the border"
      }.`,
    shift: "Δ_j = c · ΣW_j is added to its bias, or to β behind it:",
    noShift: "So there is nothing to fold.",
    deltas: (layer: string) => `Δ of ${layer}`,
    output: "output j",
    sum: "ΣW_j",
    delta: "Δ_j",
    fewer: "Only the largest",
    all: (n: number) => `All ${n} outputs`,
  },

  together: {
    name: "Removed with it",
    never: (reason: string) => `It can’t be removed: ${reason}.`,
    fewer: "Only the first",
    all: (n: number) => `All ${n} places`,
    places: (n: number) => `(${plural(n, "place")})`,
    alone: "Nothing but its own layer and its readers: no other layer is tied to it.",
    /** By the core's word for the role. */
    roles: {
      writes: (n: number) => (n > 1 ? "output filters" : "output filter"),
      carries: (n: number) => (n > 1 ? "depthwise filters" : "depthwise filter"),
      reads: (n: number) => (n > 1 ? "input columns" : "input column"),
    } as Record<string, (n: number) => string>,
  },
};
