/** The page to work on: picture, axis, verdict, images, drawer. */
import { count, plural } from "../lib/format";
import type { Tally } from "../wasm/core";

const points = (x: number) => `${x < 0 ? "−" : x > 0 ? "+" : "±"}${Math.abs(x).toFixed(1)}`;

export const shrink = {
  headline: "Make this network smaller.",
  headlineMore: "Watch what breaks.",
  modes: { name: "Mode", shrink: "Shrink", learn: "Learn", research: "Research" },
  skip: { axis: "Skip to the threshold", verdict: "Skip to the download" },

  networks: "Network",
  choose: "Choose a network",
  own: "Open your own",
  factsOf: (params: string, macs: string, size: string) => `${params} parameters, ${macs} MACs, ${size}`,

  hero: {
    name: "The network",
    help: "Left and right arrows go through the layers, up and down through the channels of a layer. Enter explains the channel. Plus and minus zoom, Escape shows the whole.",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    whole: "Show the whole network",
    hint: "A column is a layer, a line in it a channel. Click one to see why it is kept or removed; double-click to zoom.",
    place: (name: string, channel: number, p: string | null) =>
      `Channel ${channel} of ${name}${p === null ? "" : `, P(dead) = ${p}`}`,
    states: [
      "kept",
      "removed: output dead",
      "removed: input dead",
      "removed: both dead",
      "removed: little influence",
      "kept: a linked channel is still needed",
    ] as const,
  },

  legend: {
    caption: "Four-case plan",
    kept: "solid: kept",
    hollow: "hollow: removed",
    number: (n: number) => `case ${n}`,
    influence: "Little influence",
    influenceMeaning: "Alive, and removed because the output hardly depends on it.",
    /** Goes on after the counts of the colours, so that all of them add up to all channels. */
    sum: (it: Tally) => {
      const alive = it.removed_alive + it.outside_removed;
      const removed = it.output_dead + it.input_dead + it.both_dead + alive;
      const withheld = it.withheld > 0 ? `, ${count(it.withheld)} of them dead but withheld` : "";
      const others = it.outside_kept > 0 ? `+ ${count(it.outside_kept)} kept in other layers ` : "";
      return `${others}= ${plural(it.channels, "channel")}: ${count(removed)} removed, ${count(
        it.channels - removed,
      )} kept${withheld}.`;
    },
  },

  axis: {
    name: "How much to remove",
    unit: "MACs removed",
    accuracy: "accuracy",
    agreement: "agreement",
    level: (percent: number, what: string) => `${percent} % ${what}`,
    drag: "Drag me",
    fewer: (percent: string) => `${percent === "0" ? "" : "−"}${percent} % MACs`,
    share: (percent: string) => `${percent} % of the channels`,
    surely: "τ > 0.9999",
    tau: (tau: string) => `τ ${tau}`,
    tauEnd: (tau: string) => `dead channels end (τ ${tau})`,
    zones: { free: "free", little: "under 1 point", costly: "costs", broken: "broken" },
    filling: "measuring the curve…",
    none: "Choose images under “Judge on”: accuracy appears along this axis, or agreement where there are no labels.",
    slow: (images: number) =>
      `Judging a whole curve on ${plural(images, "image")} takes minutes here: judge single cuts, or fewer images.`,
    afterRepair: "Each cut is judged once it is repaired: its point appears here.",
    sample: "agreement on the sample photos: choose labelled images under “Judge on” for accuracy",
    spoken: (macs: string, amount: string) => `${macs} of the MACs removed, ${amount}`,
    target: "MACs to remove",
    percent: "%",
  },

  method: {
    name: "Method",
    recommended: "Recommended",
    paper: "The paper (2022)",
    other: "Other methods",
    why: "Recommended: dead channels first, because they carry nothing; then those with the least influence on the next layers, with their mean given back.",
    paperWhy:
      "The paper’s own order: channels are removed by their probability of being dead, down to τ, and leave a constant. Beyond the dead channels this costs accuracy.",
    otherWhy: (criterion: string, compensation: string) => `${criterion}; compensation: ${compensation}.`,
    judge: "Compare all at this cut",
    judging: "Comparing…",
    judgeHelp: "Every criterion removes the same MACs and is judged on the same images.",
    noImages: "Choose images to judge on, and all criteria can be compared.",
    bestHere: "best here",
    best: "recommended",
    fromPaper: "the paper",
    measured: (macs: string, accuracy: string) => `${accuracy} right at −${macs} MACs`,
  },

  blocks: {
    name: "Whole residual blocks may leave",
    help: (gone: number) =>
      gone > 0
        ? `${plural(gone, "residual block")} left as a whole.`
        : "For reconstruction with photos: a block that the network can do without goes before channels that it cannot. It pays in deep cuts.",
  },

  best: {
    name: "Search all methods",
    limit: "Lose at most, points",
    run: "Find the smallest",
    working: "Searching all methods",
    unit: "methods",
    removes: (macs: string) => `−${macs} MACs`,
    none: "No method can remove anything within this limit.",
    agree: (share: string) => `${share} of the answers stay`,
  },

  empty: {
    folded: (images: number) =>
      `This file has no BatchNormalization, so nothing is known about its channels yet. Measuring them takes ${plural(images, "image")} and a few seconds.`,
    measure: (images: number) => `Measure on ${plural(images, "image")}`,
    nothing: "Nothing is removed at this threshold. The recommended order can remove more.",
    useRecommended: "Use the recommended order",
  },

  /** What to do with a network of one's own. */
  next: {
    name: "Next step",
    uncut: "This network is whole: nothing is removed yet.",
    cut: "What this cut costs is not known yet.",
    photos:
      "Add photos of the kind it is made for, 64 to 128 are good and labels are not needed: one half shows what can go and repairs the rest, the other half judges. Or just drag the handle.",
    add: "Add photos…",
    addName: "Photos to shrink with",
    ready: (images: number) => `${plural(images, "photo")} can repair, others judge.`,
    shrink: (macs: number) => `Remove ${macs} % of the MACs and repair`,
  },

  measured: {
    button: (images: number) => `Shrink with ${plural(images, "photo")}`,
    help: (images: number) =>
      `Measures on ${plural(images, "photo")} which channels the others can make up for, removes them until these MACs are gone, and refits what reads them. No labels needed; other photos judge.`,
    working: "Shrinking with your photos",
    stop: "Stop shrinking",
    left: (label: string, left: string) => `${label}, ${left}`,
    phases: {
      summing: (done: number, all: number) => `Looking at photo ${done} of ${all}`,
      trying: (done: number, all: number) => `Trying cut ${done} of ${all}`,
    },
    predicted: (kl: string) => `predicted change: KL ${kl}`,
    underWay: "measuring and repairing…",
    unmade: "not made yet",
    advice: (images: number) =>
      `Recommended: reconstruction, because your ${plural(images, "photo")} show which channels the others can make up for. Other photos judge it.`,
    whyAdvised:
      "Recommended: reconstruction, because your photos show which channels the others can make up for, and how much each layer can lose. The layers behind them are refitted.",
    why: "Reconstruction: removes the channels that the others can make up for on your photos, in the layers where that costs the output least; the layers behind them are refitted.",
  },

  verdict: {
    name: "Verdict",
    macs: "MACs removed",
    params: "parameters",
    channels: "channels",
    size: "file size",
    latency: "latency",
    same: "no measurable change",
    notTimed: "run to measure",
    accuracy: "Accuracy",
    agreement: "Agreement",
    points: (x: number) => `${points(x)} points`,
    range: (low: number, high: number, images: number) =>
      `${points(low)} to ${points(high)} on ${plural(images, "image")}`,
    agreeing: (low: string, high: string, images: number) => `${low} to ${high} on ${plural(images, "image")}`,
    seen: "the repair saw these images: choose others to judge on",
    few: (images: number) => `on ${plural(images, "image")}, too few to tell`,
    judging: (done: number, all: number) => (done > 0 ? `judging, ${count(done)} of ${count(all)}` : "judging…"),
    none: "not judged yet",
    uncut: "nothing is removed yet",
    whole: "Nothing removed yet",
    noImages: "run on sample images",
    judge: (seconds: number) => `Judge in about ${seconds} s`,
    levels: {
      held: "Accuracy held",
      costs: "Costs accuracy",
      broken: "Accuracy lost",
      unknown: "Accuracy unknown",
      judging: "Judging…",
    },
    agreementLevels: {
      held: "Answers held",
      costs: "Some answers change",
      broken: "Answers lost",
      unknown: "Too few images to tell",
      judging: "Judging…",
    },
    repaired: "repaired",
    file: { correct: "File correct", wrong: "File check failed", open: "File checked on download" },
    fix: "Repair",
    fixing: "Repairing…",
    fixDone: "This cut is repaired already.",
    fixNone: "Choose photos under “Repair with” first.",
    fixHelp: (images: number) => `Refits every layer behind the cut on ${plural(images, "image")}; no labels needed`,
    downloadRepaired: "repaired",
  },

  wall: {
    name: "Images",
    before: "original",
    after: "pruned",
    image: (n: number) => `image ${n}`,
    classOf: (index: number) => `class ${index}`,
    changed: (n: number, of: number) =>
      n === 0 ? `All ${of} images shown keep their answer.` : `${plural(n, "image")} of ${of} changed the answer.`,
    truth: (name: string) => `is ${name}`,
    item: (truth: string, before: string, after: string) => `${truth}: original says ${before}, pruned says ${after}`,
    tryingWays: "Trying how this network wants its pictures…",
    readsBetter: (way: string, right: number, images: number, byGuess: number, guess: string) =>
      `Pictures are read as ${way}: ${right} of ${images} right, against ${byGuess} when read as ${guess}.`,
    slots: "Images for",
    judgeOn: "Judge on",
    repairWith: "Repair with",
    judgeFacts: (name: string, images: number) => `${name}, ${plural(images, "image")}`,
    repairFacts: (images: number) => (images > 0 ? `${plural(images, "image")} not judged on` : "none left over"),
    noJudge: "images with labels for accuracy, any others for agreement",
    choose: "Choose…",
    change: "Change…",
    noRepair: "photos, labels not needed: they show what can go",
    own: "Single images",
    ownMore: "Run both networks on them and compare the five best answers.",
  },

  split: {
    name: (image: string) => `${image}, original and pruned`,
    open: (image: string) => `Look closely at ${image}`,
    close: "Close the picture",
    divider: "Original on the left, pruned on the right",
    working: "Running…",
    same: (label: string) => `Both say ${label}.`,
    turned: (before: string, after: string) => `The answer changes from ${before} to ${after}.`,
    table: "Probability of each class, in both networks",
    change: "points",
    found: (n: number) => (n === 0 ? "Nothing found." : `${n} found:`),
    difference: (most: string) => `Largest difference of the first output: ${most}.`,
  },

  drawer: {
    name: "Details",
    close: "Close details",
    parts: { channel: "Channel", layer: "Layer", method: "Method", data: "Limits" },
    pick: "Click a channel in the picture to see why it is kept or removed.",
    layerOf: (name: string) => `Layer ${name}`,
    lock: "Keep this layer whole",
    facts: (kind: string, kept: number, all: number) => `${kind}, ${count(kept)} of ${plural(all, "channel")} kept`,
    back: "Back to the channel",
    more: "Open the research page",
  },
};
