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
}

const STEPS: Record<string, StepWords> = {
  channels: {
    title: "A network is made of channels",
    text: "This small network recognises clothes. Each column is a layer, and each line in it is a channel: one filter’s view of the image. Nothing is removed yet.",
    question: "How many channels can be removed without a measurable loss?",
    guesses: ["about 1 in 100", "about 1 in 20", "1 in 4"],
    answer:
      "Watch the picture: a quarter of the channels leaves, nearly half of the computation with it, and the accuracy stays within chance.",
    task: "drag the handle to the right until the accuracy is lost.",
    name: "Channel pruning",
    meaning: "removes whole channels, so the network that is left is simply smaller and runs anywhere.",
  },
  dead: {
    title: "Some channels are dead",
    text: "BatchNormalization turns a channel’s values into a bell curve. ReLU then turns everything left of 0 into 0. If nearly the whole bell lies left of 0, the channel says 0 whatever the image is.",
    question: "A channel is dead with P = 0.99. How often does it say anything?",
    guesses: ["never", "in about 1 of 100 positions", "in half of all positions"],
    answer:
      "P is the part of the bell left of 0. At P = 0.99 one position of a hundred still says something, and 99 say 0.",
    task: "drag the bell back until it is silent in half of all positions.",
    name: "τ, the threshold:",
    meaning: "channels whose P is at least τ are removed. A lower τ removes more.",
    formula: "P = Φ(−β / s) ≥ τ; β: middle of the bell, s: its width, Φ: area of the bell left of a point",
  },
  cases: {
    title: "The four cases",
    text: "A depthwise convolution makes channel 5 from channel 5 alone. Follow the signal from left to right: each line is one position of the image. Before and after the convolution it is normalised, so there are two bells.",
    question: "Dead before, alive after: what comes out of the depthwise convolution?",
    guesses: ["nothing", "always the same number", "noise"],
    answer:
      "It sees only 0, and its own BatchNormalization makes one constant of that: all lines run together. A constant needs no channel.",
    task: "make all four cases by dragging the two bells.",
    name: "Input dead",
    meaning: "is the blue case. Orange: output dead. Purple: both dead. The colours in the picture show all of them.",
  },
  fold: {
    title: "A constant moves into the next layer",
    text: "τ = 0.75 also removes channels that are nearly constant, but not 0. The next layer now gets 0 in their place. Look at the accuracy.",
    question: "What if the constant is added to the next layer’s bias instead?",
    guesses: ["part of the loss comes back", "nothing changes", "it gets worse"],
    answer:
      "The next layer’s sums are nearly what they were. For a channel that is truly dead, they are exactly what they were.",
    task: "drag the handle to the left until the accuracy is held.",
    name: "Shifting-factor fusion",
    meaning: "is the paper’s name for it (Zhao et al., 2022). The file is not larger for it.",
    formula: "bⱼ ← bⱼ + Σᵢ Wⱼᵢ cᵢ; cᵢ: the constant of removed channel i",
  },
  bias: {
    title: "A channel that hardly varies is a bias",
    text: "A channel need not be dead to be of little use. Here the channels leave that vary least from position to position, and the next layer gets 0 in their place. Look at the accuracy.",
    question: "What if the next layer gets their mean instead?",
    guesses: ["most of the loss comes back", "nothing changes", "the file gets larger"],
    answer:
      "A channel that always says about the same is a bias, and a bias costs nothing: its mean is added to one that is there already.",
    name: "Mean activation",
    meaning: "is what a removed channel leaves behind. It follows from β and s alone, without images.",
    formula: "E[ReLU(Y)] = β Φ(β/s) + s φ(β/s)",
  },
  cliff: {
    title: "Free, then a cliff",
    text: "The curve above the axis is the accuracy after each cut, measured on 900 test images. The dashed line marks τ = 0.99, where the dead channels end.",
    question: "How much of the computation can be removed before the network breaks?",
    guesses: ["about 50 %", "about 70 %", "about 90 %"],
    answer: "Long after the last dead channel the curve is flat, then it falls within a few steps.",
    task: "find the edge: drag the handle as far right as the accuracy is held.",
    name: "The free zone",
    meaning:
      "is where the loss is within chance. The end of it differs from network to network, so it has to be measured.",
  },
  order: {
    title: "The order decides",
    text: "The paper goes on by probability alone: this cut is made with a low τ, so it removes channels that are alive in part of all positions.",
    question: "Beyond the dead channels, which should go first?",
    guesses: ["the smallest filters", "the ones dead most often", "the ones the next layer hardly uses"],
    answer: "At about the same computation the second order keeps far more: compare the accuracy before and now.",
    task: "drag the handle on until this order costs accuracy, too.",
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
    meaning: "solves one linear system per layer (as ThiNet did, 2017). The page does it in seconds.",
    formula: "min Σ ‖Y − X W′ − b′‖² + λ ‖W′ − W‖²; X: what the layer sees now, Y: what it answered before",
  },
  ordinary: {
    title: "Ordinary networks have few dead channels",
    text: "This network was trained with a price on every channel’s scale γ, so that useless channels could die. Google’s MobileNetV1 for photos was trained without one. It has 5,984 channels.",
    question: "How many of those are dead at τ = 0.99?",
    guesses: ["22", "about 600", "about 2,000"],
    answer:
      "Without a price nothing makes a scale shrink, however little a channel helps. In an ordinary network the dead channels are only the beginning: the rest is found by what the next layers hardly use, and by what the other channels can make up for.",
    task: "raise the price until nine of the twelve channels are dead.",
    name: "Sparsity penalty:",
    meaning: "in training each channel pays for its scale |γ|. A channel that does not earn the price shrinks to 0.",
    formula: "loss + λ Σ |γ|; λ: the price",
  },
  gaussian: {
    title: "The bell is a model",
    text: "P follows from two numbers in the file, β and γ. They describe the images that the network was trained on. Other images, and channels that are no bell at all, can differ.",
    question: "How do you find out whether P is right?",
    guesses: ["by training again", "by counting zeros on real images", "it is always right"],
    answer:
      "Each dot is a channel: across what the bell says, upwards what the images say. On the diagonal both agree. In the band they differ by at most 10 points.",
    name: "Measuring",
    meaning:
      "also helps where an exporter has folded BatchNormalization away: then the images are all that is known of the channels.",
  },
  shortcuts: {
    title: "Shortcuts tie layers together",
    text: "The arcs are shortcuts: they add the output of one layer to that of a later one, channel by channel.",
    question: "Channel 7 of one of them is useless, but channel 7 of the other is not. What is removed?",
    guesses: ["only the useless one", "neither", "both"],
    answer:
      "Added channels are one channel to everything behind them. Watch how columns under one arc always keep the same number.",
    name: "Coupled channels",
    meaning: "are removed together or not at all.",
  },
  shuffles: {
    title: "Groups keep equal numbers",
    text: "A grouped convolution needs the same number of channels in each of its groups. A shuffle between two of them deals the channels out again.",
    question: "Five channels of the first group are dead, and two of the second. How many of each can be removed?",
    guesses: ["five and two", "two and two", "none"],
    answer:
      "The other three stay until the second group has as many. The line below the picture counts such channels: they are withheld.",
    name: "Withheld",
    meaning: "is a channel that is dead and stays, because a partner, a group or a limit needs it.",
  },
  faster: {
    title: "Smaller is not always faster",
    text: "With its dead channels removed this network has 18 % fewer MACs. Its layers are left with any number of channels: 13, 61, 113, 209.",
    question: "The original takes 0.53 ms on one CPU core. How long does the smaller one take?",
    guesses: ["0.43 ms", "0.53 ms", "1.29 ms"],
    answer:
      "Fast CPU code takes 8 channels at a time, and other counts fall back to slower code. Now every layer keeps a multiple of 8: 0.54 ms. With a deeper cut and multiples of 8 it is 0.43 ms.",
    name: "Keep multiples of 8",
    meaning: "is a limit in the drawer. Measured with onnxruntime 1.32; other runtimes and processors differ.",
  },
  proved: {
    title: "Correct is not the same as good",
    text: "Before a download the page makes the plan a second time: the whole network, with masks in place of the cuts. Both copies have to answer alike, up to rounding.",
    question: "What does this comparison tell you?",
    guesses: ["that the accuracy is kept", "that the file does what the plan says", "that the network is faster"],
    answer:
      "This deeper cut can be carried out just as exactly, and its accuracy falls. How good the answers are, only images that nothing was fitted to can say, and only within an interval.",
    name: "Two verdicts:",
    meaning: "“file correct” is checked against the masked copy. “Accuracy” is measured on images.",
  },
};

export const learn = {
  name: "Lesson",
  steps: "Steps",
  stepName: (at: number, title: string) => `Step ${at}: ${title}`,
  right: "Right.",
  wrong: (right: string) => `It is: ${right}.`,
  previous: "Back",
  next: "Next",
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
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
    spoken: (beta: string, p: string) => `β = ${beta}, P = ${p}`,
    zeroed: "ReLU makes 0 of this",
    relu: "ReLU",
    p: (p: string) => `P = ${p}`,
    below: (beta: string) => `the channel before ReLU: β = ${beta}, s = 1`,
    positions: (speaking: number, all: number) =>
      `${speaking} of ${plural(all, "position")} ${speaking === 1 ? "says" : "say"} something`,
    dead: "Dead at τ = 0.99.",
    alive: "Alive at τ = 0.99.",
  },
  signal: {
    name: "One channel through a depthwise convolution",
    columns: ["normalised", "after ReLU", "normalised again", "after ReLU"],
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
    model:
      "A model of training: channel i gains uᵢ (1 − exp(−γ)) and pays λ γ, so it settles at γ = ln(uᵢ / λ), or at 0 where the price is too high.",
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
