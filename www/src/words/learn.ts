/** Learn: one idea a screen. Figures that depend on the network are on the screen, not in these sentences. */

export interface StepWords {
  title: string;
  text: string;
  question: string;
  guesses: string[];
  answer: string;
  name: string;
  meaning: string;
}

const STEPS: Record<string, StepWords> = {
  channels: {
    title: "A network is made of channels",
    text: "This small network recognises clothes. Each column is a layer, and each line in it is a channel: one filter’s view of the image. Nothing is removed yet.",
    question: "How many channels can go without a measurable loss?",
    guesses: ["about 1 in 100", "about 1 in 20", "1 in 4"],
    answer:
      "Watch the picture: a quarter of the channels leaves, nearly half of the computation with it, and the accuracy stays within chance.",
    name: "Channel pruning",
    meaning: "removes whole channels, so the network that is left is simply smaller and runs anywhere.",
  },
  dead: {
    title: "Some channels are dead",
    text: "BatchNormalization turns a channel’s values into a bell curve. ReLU then turns everything left of 0 into 0. If nearly the whole bell lies left of 0, the channel says 0 whatever the image is.",
    question: "A channel is dead with P = 0.99. How often does it say anything?",
    guesses: ["never", "in about 1 of 100 positions", "in half of all positions"],
    answer:
      "P is the part of the bell left of 0. The panel shows such a channel: its bell after the layer lies left of the line.",
    name: "τ, the threshold:",
    meaning: "channels whose P is at least τ are removed. A lower τ removes more.",
  },
  cases: {
    title: "The four cases",
    text: "A depthwise convolution makes channel 5 from channel 5 alone. So a channel can be dead before it, after it, on both sides, or on neither: four cases.",
    question: "Dead before, alive after: what comes out of the depthwise convolution?",
    guesses: ["nothing", "always the same number", "noise"],
    answer: "It sees only 0, and its own BatchNormalization makes one constant of that. A constant needs no channel.",
    name: "Input dead",
    meaning: "is the blue case. Orange: output dead. Purple: both dead. The colours in the picture show all of them.",
  },
  fold: {
    title: "A constant moves into the next layer",
    text: "With τ = 0.75 channels go that are nearly constant, but not 0. The next layer now gets 0 in their place. Look at the accuracy.",
    question: "What if the constant is added to the next layer’s bias instead?",
    guesses: ["part of the loss comes back", "nothing changes", "it gets worse"],
    answer:
      "The next layer’s sums are nearly what they were. For a channel that is truly dead, they are exactly what they were.",
    name: "Shifting-factor fusion",
    meaning: "is the paper’s name for it (Zhao et al., 2022). The file is not larger for it.",
  },
  cliff: {
    title: "Free, then a cliff",
    text: "The curve above the axis is the accuracy after each cut, measured on 900 test images. The dashed line marks τ = 0.99, where the dead channels end.",
    question: "How much of the computation goes before the network breaks?",
    guesses: ["about 50 %", "about 70 %", "about 90 %"],
    answer:
      "Long after the last dead channel the curve is flat, then it falls within a few steps. Drag the handle and find the edge yourself.",
    name: "The free zone",
    meaning:
      "is where the loss is within chance. The end of it differs from network to network, so it has to be measured.",
  },
  order: {
    title: "The order decides",
    text: "The paper goes on by probability alone: this cut is made with a low τ, so channels go that are alive in part of all positions.",
    question: "Beyond the dead channels, which should go first?",
    guesses: ["the smallest filters", "the ones dead most often", "the ones the next layer hardly uses"],
    answer: "At about the same computation the second order keeps far more: compare the accuracy before and now.",
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
  },
  ordinary: {
    title: "Ordinary networks have few dead channels",
    text: "This network was trained with a penalty on every channel’s scale, so that useless channels could die. Google’s MobileNetV1 was not. It has 5,984 channels.",
    question: "How many of those are dead at τ = 0.99?",
    guesses: ["22", "about 600", "about 2,000"],
    answer:
      "So on an ordinary network the dead channels are only the beginning: the rest is found by what the other channels can make up for.",
    name: "Sparsity penalty:",
    meaning: "during training, each channel pays for its scale |γ|. Channels that do not earn it go to 0.",
  },
  shortcuts: {
    title: "Shortcuts tie layers together",
    text: "The arcs are shortcuts: they add the output of one layer to that of a later one, channel by channel.",
    question: "Channel 7 of one of them is useless, but channel 7 of the other is not. What goes?",
    guesses: ["only the useless one", "neither", "both"],
    answer:
      "Added channels are one channel to everything behind them. Watch how columns under one arc always keep the same number.",
    name: "Coupled channels",
    meaning: "are removed together or not at all.",
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
  sheet: "Teacher’s sheet",
  print: "Print",
  backToSteps: "Back to the steps",
  sheetTitle: "Channel pruning in nine steps: teacher’s sheet",
  sheetIntro:
    "Each step shows something, asks for a guess, and then plays what happens. The arrow keys go from step to step, and each step has its own link in the address bar. Let the class vote before you click.",
  choices: (guesses: readonly string[]) => `(${guesses.join(" / ")})`,
  answerIs: (right: string) => `Answer: ${right}.`,
  each: STEPS,
};
