/** The lab: labelled images, evaluation, curves, the largest pruning that holds. Shares and points come formatted. */
import { count, plural } from "../lib/format";

export const lab = {
  name: "Lab",
  parts: { evaluate: "Evaluate", curves: "Curves", guard: "Largest pruning that holds" },
  /** How far work is: "30 of 1,000 images, 12 s left". */
  progress: (done: number, total: number, unit: string, left: string | null) =>
    `${count(done)} of ${count(total)} ${unit}${left === null ? "" : `, ${left}`}`,
  units: { images: "images", plans: "plans" },

  data: {
    samplePhotos: "sample photos",
    ownImages: (n: number) => `your ${n} images`,
    name: "Labelled images",
    none: "Accuracy is measured on images whose class is known. They stay on this device.",
    reading: (name: string) => `Reading ${name}…`,
    other: "Other images",
    classes: (n: number) => plural(n, "class", "classes"),
    noLabels: "no labels: agreement only",
    /** `kind` of the files as the core names it; "" for those built in. */
    facts: (images: number, classes: string, kind: string) =>
      `${plural(images, "image")}, ${classes}${kind ? ` (${kind})` : ""}`,
    used: "Images used",
    builtIn: "Fashion-MNIST, 1,000 test images",
    withNetwork: "Fashion-MNIST sample with its test images",
    files: "Labelled images from files",
    chooseFiles: "Choose files…",
    folder: "Labelled images from a folder",
    chooseFolder: "Choose a folder…",
    formats:
      "A folder or zip with one folder per class, CIFAR binaries (.bin, .tar.gz), IDX of the MNIST family (.gz too), or a CSV of file,label with its images. Drop them here or choose them.",
    tooLarge: (name: string, megabytes: number, most: number) =>
      `${name} has ${megabytes} MB; up to ${most} MB of images fit beside the networks in a browser tab.`,
    noImage: (name: string) => `${name} contains no image.`,
    notFetched: "The built-in images could not be fetched.",
    severalFiles: (n: number) => `${n} files`,
  },

  evaluation: {
    name: "Evaluation",
    both: "Evaluate both networks",
    all: "Evaluate all networks",
    working: "Evaluating",
    done: "Evaluated for the plan on this page.",
    notYet: "Not evaluated yet for this plan.",
    news: "Evaluated.",
    before: "Both networks are run on every image, on all cores.",
    bothAgree: (share: string) => `both agree on ${share}`,
    soFarAgree: (agreeing: string) => `So far ${agreeing}.`,
    soFar: (original: string, pruned: string, agreeing: string) =>
      `So far the original is right on ${original} and the pruned network on ${pruned}; ${agreeing}.`,
    withoutLabels: (share: string, images: number) =>
      `Both networks give the same answer on ${share} of these ${plural(images, "image")}; how many more or fewer would be right cannot be said without labels.`,
    range: (points: string, interval: string) => `${points} points, 95 % interval ${interval}`,
    moved: (lost: number, won: number) => `${count(lost)} newly wrong, ${count(won)} newly right`,
    better: (repaired: boolean, images: number, range: string, moved: string) =>
      `The ${repaired ? "repaired" : "pruned"} network is better on these ${plural(images, "image")}: ${range}; ${moved}.`,
    worse: (repaired: boolean, range: string, moved: string) =>
      `The ${repaired ? "repaired" : "pruned"} network is worse: ${range}; ${moved}.`,
    noDifference: (images: number, range: string, moved: string) =>
      `No significant difference on ${plural(images, "image")}: ${range}; ${moved}.`,
    table: "Accuracy on labelled images",
    original: "original",
    pruned: "pruned",
    repaired: "repaired",
    right: "Right (top-1)",
    change: "Change, points",
    topFive: "Among the five best (top-5)",
    agreement: "Same answer as the original",
    kl: "Mean KL",
    klHelp: "Kullback–Leibler divergence of the class probabilities, in nats",
    nats: "nats",
    rightPercent: "Right, %",
    /** A picture in words. */
    picture: (title: string, rows: readonly string[]) => `${title}: ${rows.join(", ")}`,
    pictureRow: (name: string, share: string, interval: string) => `${name} ${share} (${interval})`,
    repair: "Repair",
    repairHint:
      "Refits every layer behind a cut by least squares, without labels, on images that are not used above; then evaluate again.",
    ended: "The evaluation was stopped, because another network or other images were opened.",
    noImagesYet: "Choose labelled images above: some judge the network, the others can repair it.",
    noSpare:
      "All images are used for judging. Use fewer above, and the others can repair the pruned network without judging themselves.",
    repairWith: (images: number) => `Repair with ${images > 0 ? plural(images, "other image") : "other images"}`,
    repairDone: "Repaired. See Proof for the result, and evaluate it here.",
    byClass: "By class, %",
    classImages: (label: string, images: number) => `${label}: ${images} images`,
    lostMost: "Show those that lost most",
    allClasses: (n: number) => `Show all ${n} classes`,
  },

  curves: {
    name: "Curves",
    help: "Curves. Left and right arrow keys go along a curve, up and down to another curve, Enter takes a point’s plan over.",
    none: "Each point will be one plan, pruned and judged on the images; curves grow while you go on working.",
    hint: "Point at a curve to read it; click a point to use its plan.",
    original: (share: string) => `original ${share} %`,
    now: "this plan",
    toTheRight: "To the right",
    upwards: "Upwards",
    macs: "MACs",
    params: "Parameters",
    accuracy: "Accuracy",
    agreement: "Agreement",
    xAxis: { macs: "MACs removed, %", params: "parameters removed, %" },
    yAxis: { accuracy: "accuracy, %", agreement: "agreement with the original, %" },
    csv: "Curves as CSV",
    costs: (macs: string, params: string) => `MACs −${macs}, parameters −${params}`,
    threshold: (knob: number) => `τ ${knob}`,
    share: (knob: number) => `share ${knob}`,
    /** `change` in points, null without labels. */
    right: (share: string, interval: string, change: string | null) =>
      `, right ${share} [${interval}]${change === null ? "" : ` (${change})`}`,
    point: (knob: string, costs: string) => `${knob}: ${costs}`,
    judgedPoint: (knob: string, costs: string, right: string, agreement: string) =>
      `${knob}: ${costs}${right}, agrees ${agreement}`,
    /** A point read out aloud. */
    spoken: (curve: string, point: string) => `${curve}: ${point}`,
    run: "Sweep",
    goOn: "Continue the sweep",
    working: "Sweeping",
    done: "All points are judged.",
    paused: "Stopped; what is judged is kept.",
    rest: "Runs in the background.",
    news: "All points of the curves are judged.",
    legend: "Curves in the picture",
    asTable: "Points as a table",
    table: "Points of the curves",
    curve: "Curve",
    knob: "Knob",
    macsRemoved: "MACs removed",
    rightShort: "Right",
    agrees: "Agrees",
    takeOver: "take over",
    takeOverPoint: (criterion: string, compensation: string, knob: number) =>
      `Take over ${criterion} ${compensation} ${knob}`,
    questions: "Questions",
    foldQuestion: "Does the fold matter?",
    criterionQuestion: "Which criterion?",
    anew: "Start over",
    choose: (chosen: number) => `Choose curves (${chosen} chosen)`,
    chooseTable: "Curves to sweep",
    points: "Points per curve",
  },

  guard: {
    name: "Largest pruning that holds",
    ask: (criterion: string, compensation: string) =>
      `The most that can be removed while a promise holds on the images above. It searches by <strong>${criterion}</strong> and <strong>${compensation}</strong>, as chosen on the page.`,
    must: "Limit",
    lose: "Lose at most … points",
    agree: "Agree on at least … %",
    points: "Points",
    percent: "Percent",
    sure: "with 95 % confidence",
    run: "Search",
    working: "Searching",
    rest: "About fifteen plans are tried.",
    loses: (limit: number) => `loses at most ${limit} points`,
    agrees: (limit: number) => `agrees on at least ${limit} %`,
    none: (asked: string, sure: boolean, plans: number) =>
      `None of the ${plural(plans, "plan")} that were tried, down to the smallest cut, ${asked}${
        sure ? " with 95 % confidence: more images would narrow the interval, or allow more" : " on these images"
      }.`,
    found: (macs: string, images: number, asked: string, measured: string, doubt: boolean) =>
      `Set to −${macs} MACs. On ${plural(images, "image")} the network ${asked}: ${measured}.${
        doubt ? " The interval reaches beyond the limit, so on other images it may not hold." : ""
      }`,
    measured: (value: string, interval: string) => `${value}, 95 % interval ${interval}`,
    trail: "The plans that were tried appear here, with what they cost.",
    table: "Plans that were tried",
    macsRemoved: "MACs removed",
    share: "Share",
    threshold: "Threshold",
    change: "Change, points",
    agreement: "Agreement",
    holds: "Holds",
    yes: "✓ yes",
    no: "✗ no",
    notEvaluated: "The pruned network was not evaluated.",
    noLabels: "These images have no labels, so no accuracy can be lost on them: ask for agreement instead",
  },
};
