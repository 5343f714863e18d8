/** Learn: one idea a screen. Figures that depend on the network are on the screen, not in these sentences. */
import { plural } from "../lib/format";

export interface StepWords {
  title: string;
  text: string;
  question: string;
  guesses: string[];
  answer: string;
  /** What is to be tried by hand then. */
  task?: string;
  name: string;
  meaning: string;
  /** The same in the field's notation, where that helps. */
  formula?: string;
  /** What its letters mean. */
  symbols?: string;
}

const STEPS: Record<string, StepWords> = {
  channels: {
    title: "A network is made of channels",
    text: "This small network recognises clothes. Each column is a layer. Each line in it is a channel: the output of one filter. Nothing is removed yet.",
    question: "How many channels can be removed without a measurable loss?",
    guesses: ["about 1 in 100", "about 1 in 20", "1 in 4"],
    answer:
      "Watch the columns: a quarter of the channels leaves, and with them nearly half of the MACs, the multiply-adds that one image costs. The accuracy stays.",
    task: "drag the handle to the right until the accuracy is lost.",
    name: "Channel pruning",
    meaning: "removes whole channels. What is left is an ordinary, smaller network that runs anywhere.",
  },
  dead: {
    title: "Some channels are dead",
    text: "BatchNormalization gives each channel’s values a bell curve. ReLU turns all that is left of 0 into 0: that part is shaded. Its share of the bell is P. Drag the bell and see.",
    question: "A channel with P = 0.99 counts as dead. How often is it still above 0?",
    guesses: ["never", "in about 1 of 100 positions", "in half of all positions"],
    answer:
      "99 of 100 positions of the image become 0. What is nearly always 0 tells the next layer nothing, so the channel leaves the network above.",
    task: "drag the bell to the right until half of all positions are 0.",
    name: "τ, the threshold:",
    meaning: "channels whose P is at least τ (tau) are removed. A lower τ removes more.",
    formula: "P = Φ(−β / s) ≥ τ",
    symbols:
      "β (beta): middle of the bell. s: its width, the standard deviation σ. Φ: area of the bell left of a point.",
  },
  cases: {
    title: "The four cases",
    text: "A depthwise convolution makes channel 5 from channel 5 alone, and is normalised before and after: two bells. Each line is one position of the image, followed from left to right.",
    question: "Dead before, alive after: what comes out of the depthwise convolution?",
    guesses: ["nothing", "always the same number", "noise"],
    answer: "Only 0 goes in, so only one number comes out: all lines run together. A constant needs no channel.",
    task: "make all four cases by dragging the two bells.",
    name: "Input dead",
    meaning: "is the blue case. Orange is output dead, purple both dead. The picture above has these colours.",
  },
  fold: {
    title: "A constant moves into the next layer",
    text: "τ = 0.75 also removes channels that are nearly constant, but not 0. The next layer gets 0 in their place, and the accuracy below falls.",
    question: "What if the constant is added to the next layer’s bias instead?",
    guesses: ["part of the loss comes back", "nothing changes", "it gets worse"],
    answer:
      "The next layer’s sums are nearly what they were. For a channel that is truly constant they are exactly what they were.",
    task: "drag the handle to the left until the accuracy is held.",
    name: "Shifting-factor fusion",
    meaning:
      "is the paper’s name for it (Zhao et al., 2022). We say: the constant is folded into the bias. The file does not grow.",
    formula: "bⱼ ← bⱼ + Σᵢ Wⱼᵢ cᵢ",
    symbols: "b: bias of the next layer. W: its weights. cᵢ: the constant of removed channel i.",
  },
  bias: {
    title: "A channel that hardly varies is a bias",
    text: "A channel need not be dead to be of little use. Here those leave that vary least over the image, and the next layer gets 0 in their place. The accuracy below falls.",
    question: "What if the next layer gets their mean instead?",
    guesses: ["most of the loss comes back", "nothing changes", "the file gets larger"],
    answer:
      "A channel that is always about the same acts as a bias. Its mean is added to the bias that is there already.",
    task: "drag the handle to the right: how far does the mean help?",
    name: "Mean activation",
    meaning: "is what a removed channel leaves behind. It follows from β and s alone, without images.",
    formula: "E[ReLU(Y)] = β Φ(β/s) + s φ(β/s)",
    symbols: "β: middle of the bell. s: its width. φ: its height at a point, Φ: its area left of it.",
  },
  cliff: {
    title: "Free, then a cliff",
    text: "The curve will show the accuracy after each cut, measured on 900 test images. The dashed line is τ = 0.99: there the dead channels end.",
    question: "How many of the MACs can be removed before the network breaks?",
    guesses: ["about 50 %", "about 70 %", "about 90 %"],
    answer: "Long after the last dead channel the curve is flat. Then it falls within a few steps.",
    task: "find the edge: drag the handle as far right as the accuracy is held.",
    name: "The free zone",
    meaning: "is where no loss can be measured. It ends elsewhere in every network, so it has to be measured.",
  },
  order: {
    title: "The order decides",
    text: "How do we go on beyond the dead channels? The paper lowers τ further. That removes channels that still carry something, and the accuracy below falls.",
    question: "Which channels should go first instead?",
    guesses: ["the smallest filters", "the ones dead most often", "the ones the next layer hardly uses"],
    answer: "At about the same number of MACs this order keeps the accuracy. Look for the channels that now go.",
    task: "drag the handle to the right until this order costs accuracy, too.",
    name: "Influence",
    meaning: "is how much of what the next layer receives comes from a channel. It needs no images.",
  },
  repair: {
    title: "Broken? Repair it",
    text: "This cut went too far: look at the red number. Training again would take a data set and hours.",
    question: "How much comes back with 64 images, without their labels and without training?",
    guesses: ["nothing", "about half", "most of it"],
    answer:
      "Every layer behind a cut is refitted, so that it answers as the original did. Watch the number: it is judged on other images.",
    name: "Least-squares repair",
    meaning: "solves one linear system per layer (as ThiNet did, 2017), in seconds.",
    formula: "min Σ ‖Y − X W′ − b′‖² + λ ‖W′ − W‖²",
    symbols: "X: what the layer sees now. Y: what it answered before. W′, b′: its new weights and bias.",
  },
  ordinary: {
    title: "Ordinary networks have few dead channels",
    text: "BatchNormalization multiplies each channel by a scale γ (gamma). In our network’s training each γ had a price, so useless channels could die. Google’s MobileNetV1, with 5,984 channels, was trained without one.",
    question: "How many of its channels are dead at τ = 0.99?",
    guesses: ["22", "about 600", "about 2,000"],
    answer:
      "Without a price nothing makes a scale shrink, however little a channel helps. There the order of the last step does the work.",
    task: "raise the price until nine of the twelve channels are dead.",
    name: "Sparsity penalty:",
    meaning: "in training each channel pays for its scale. A channel that does not earn the price shrinks to 0.",
    formula: "loss + λ Σ |γ|",
    symbols: "λ (lambda): the price. γ: a channel’s scale.",
  },
  gaussian: {
    title: "The bell is a model",
    text: "P follows from two numbers in the file: the scale γ and the shift β of BatchNormalization. Real images can differ from that bell.",
    question: "How do you find out whether P is right?",
    guesses: ["by training again", "by counting zeros on real images", "it is always right"],
    answer:
      "Each dot is a channel: across what the bell says, upwards what the images say. On the diagonal both agree. In the band they differ by at most 10 points.",
    name: "Measuring",
    meaning:
      "also helps where BatchNormalization was folded away, that is, merged into the convolution’s weights at export. Then images are all that is known of the channels.",
  },
  shortcuts: {
    title: "Shortcuts tie layers together",
    text: "The arcs are shortcuts: they add the output of one layer to that of a later one, channel by channel. Below are two such layers.",
    question: "Channel 7 of the first is useless, channel 7 of the second is not. What is removed?",
    guesses: ["only the useless one", "neither", "both"],
    answer: "Once added, the two are one channel. In the picture, columns under one arc always keep the same number.",
    task: "mark channels below as useless until three pairs can be removed.",
    name: "Coupled channels",
    meaning: "are removed together or not at all.",
  },
  shuffles: {
    title: "Groups keep equal numbers",
    text: "A grouped convolution needs the same number of channels in each of its groups. Below are two groups of eight.",
    question: "Five channels of the first group are dead, and two of the second. How many of each can be removed?",
    guesses: ["five and two", "two and two", "none"],
    answer:
      "The other three stay until the second group has as many. The line under the picture counts such channels: they are withheld.",
    task: "mark dead channels below until five of each group can be removed.",
    name: "Withheld",
    meaning: "is a channel that is dead and stays, because a partner, a group or a limit needs it.",
  },
  faster: {
    title: "Smaller is not always faster",
    text: "With its dead channels removed this network needs 18 % fewer MACs. Its layers are left with any number of channels: 13, 61, 113, 207.",
    question: "The original takes 0.53 ms on one CPU core. How long does the smaller one take?",
    guesses: ["0.43 ms", "0.53 ms", "1.29 ms"],
    answer: "Fast CPU code takes 8 channels at a time. Any other number falls back to slower code.",
    task: "keep multiples of 8, and watch the numbers under the columns.",
    name: "Keep multiples of 8",
    meaning: "is one of the plan’s limits. Measured with onnxruntime 1.32; other runtimes and processors differ.",
  },
  proved: {
    title: "Correct is not the same as good",
    text: "Before a download the page makes the plan a second time: the whole network, with masks in place of the cuts. Both copies have to answer alike, up to rounding.",
    question: "What does this comparison tell you?",
    guesses: ["that the accuracy is kept", "that the file does what the plan says", "that the network is faster"],
    answer:
      "This deeper cut is made just as exactly, and its accuracy falls. Only images that nothing was fitted to can tell how good its answers are.",
    task: "drag the handle to the left until both verdicts would be good: the accuracy is held.",
    name: "Two verdicts:",
    meaning: "“file correct” is checked against the masked copy. “Accuracy” is measured on images.",
  },
};

export const learn = {
  name: "Lesson",
  steps: "Steps",
  stepName: (at: number, title: string) => `Step ${at}: ${title}`,
  stepOf: (at: number, all: number) => `${at} / ${all}`,
  right: "Right.",
  wrong: (right: string) => `It is: ${right}.`,
  previous: "Back",
  next: "Next",
  sheet: "Teacher’s sheet",
  stage: "To be dragged",
  example: "See such a channel of this network",
  notMeasured: "Nothing is measured yet.",
  yourTurn: (task: string) => `Your turn: ${task}`,
  done: "Done.",
  /** After leaving Learn. */
  restored: "Your network and plan from before the lesson are back.",
  bell: {
    name: "A channel as a bell curve",
    drag: "The bell’s middle, β",
    hint: "Drag me",
    spoken: (beta: string, p: string) => `β = ${beta}, P = ${p}`,
    zeroed: "ReLU makes 0 of this",
    relu: "ReLU",
    p: (p: string) => `P = ${p}`,
    share: (p: string) => `P = ${p} is shaded`,
    below: (beta: string) => `one channel before ReLU: middle β = ${beta}, width s = 1`,
    positions: (speaking: number, all: number) =>
      `${speaking} of ${plural(all, "position")} ${speaking === 1 ? "is" : "are"} above 0`,
    dead: "P is at least 0.99: the channel is dead, and leaves the network above.",
    alive: "P is below 0.99: the channel is alive, and stays.",
  },
  spot: {
    layer: (channels: number) => `The first layer’s ${channels} channels`,
    alive: "this channel: alive",
    dead: "dead: it leaves",
  },
  tied: {
    by: { sum: "+", groups: "" },
    sides: {
      sum: ["Channels of the first layer", "Channels of the second layer"],
      groups: ["Channels of group 1", "Channels of group 2"],
    },
    channel: (at: number, state: string) => `Channel ${at}${state ? `: ${state}` : ""}`,
    states: { kept: "", withheld: "useless, but withheld", removed: "removed" },
    marked: (marked: number) => `${plural(marked, "channel")} marked: useless.`,
    removed: (removed: number) => `${plural(removed, "channel")} removed,`,
    withheld: (withheld: number) => `${withheld} useless but withheld. Click a channel to mark it.`,
  },
  times: {
    rows: ["original", "dead channels removed", "the same, multiples of 8", "a deeper cut, multiples of 8"],
    ms: (time: string) => `${time} ms`,
    eights: "Keep multiples of 8",
  },
  signal: {
    name: "One channel through a depthwise convolution",
    columns: ["first bell", "ReLU", "second bell", "ReLU"],
    bells: ["The bell before the depthwise convolution, β", "The bell after it, β"] as const,
    depthwise: "depthwise convolution",
    reader: "next layer",
    says: {
      keep: (_constant: string) => "The next layer gets a signal: the channel stays.",
      output_dead: (_constant: string) =>
        "The next layer always gets 0: the channel can be removed, and nothing is left to add.",
      input_dead: (constant: string) =>
        `The next layer always gets ${constant}: the channel can be removed, and ${constant} moves into the next layer’s bias.`,
      both_dead: (_constant: string) => "Silent on both sides: the channel can be removed, and nothing is left to add.",
    },
  },
  price: {
    channels: "Scales of twelve channels",
    scale: (channel: number, scale: string) => `channel ${channel}: γ = ${scale}`,
    useless: "helps little",
    useful: "helps much",
    name: "Price on every scale, λ",
    spoken: (price: string, dead: number) => `λ = ${price}, ${plural(dead, "channel")} dead`,
    dead: (dead: number, all: number) => `${dead} of ${all} channels are dead.`,
    bars: "Each bar: one channel’s scale γ after training.",
    model: "A model: channel i gains uᵢ (1 − exp(−γ)) and pays λ γ.",
  },
  print: "Print",
  backToSteps: "Back to the steps",
  sheetTitle: "Channel pruning step by step: teacher’s sheet",
  sheetIntro:
    "Each step shows something, asks for a guess, plays what happens, and asks for a try by hand. Allow three minutes a step. The arrow keys go from step to step, and below each step is the link that opens it. Let the class vote before you click.",
  choices: (guesses: readonly string[]) => `(${guesses.join(" / ")})`,
  answerIs: (right: string) => `Answer: ${right}.`,
  each: STEPS,
};
