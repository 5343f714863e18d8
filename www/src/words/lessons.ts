/** What the lessons say. Figures are measured: see the tables of the README. */

export interface LessonWords {
  title: string;
  text: string;
  /** Labels of the buttons, in the order of the lesson's `tries`. */
  tries: string[];
}

const LESSONS: Record<string, LessonWords> = {
  "dead-channel": {
    title: "What is a dead channel?",
    text: "BatchNormalization makes a channel roughly a bell curve: β is its middle, s its width. ReLU turns all that is left of 0 into 0. Where nearly the whole bell lies there, the channel says 0 whatever the picture is: P is how often, and the threshold τ decides from which P on it goes.",
    tries: ["τ = 0.999", "τ = 0.9", "τ = 0.5"],
  },
  "four-cases": {
    title: "The four cases",
    text: "A depthwise convolution makes channel i from channel i alone, so one channel is normalised twice: before it and after it. Dead after it: nobody would notice. Dead before it: it sees only 0 and sends one constant on, which moves into the next layer. Both, or neither, are the other two cases.",
    tries: [],
  },
  "why-fold": {
    title: "Why fold?",
    text: "At τ = 0.85 the channels that go are nearly constant, but their constants are not 0. Told nothing, the next layer misses them: 76.9 % on 5,000 test images instead of 81.9 %. Folded into it (shift) 79.6 % are right, with the mean activation 81.2 %; the files are equally small.",
    tries: ["Tell 0", "Fold the shift", "Fold the mean", "Run both networks"],
  },
  bias: {
    title: "A channel that hardly varies is a bias",
    text: "A channel need not be dead to be of no use: one that always says about the same is a bias, and a bias costs nothing. Removing the quarter that varies least, with its mean folded, halves the parameters and leaves 81.9 % as they were. Without the mean, or by |γ| alone, the same share hurts.",
    tries: ["σ, mean folded", "σ, told 0", "|γ|, told 0", "Run both networks"],
  },
  shortcuts: {
    title: "Shortcuts tie layers together",
    text: "Where a shortcut adds two layers, channel i of the one and channel i of the other become one: they go together or not at all. Click a channel to see how many share its fate. That is why whole columns of this network change at once.",
    tries: ["15 %", "30 %", "50 %"],
  },
  shuffles: {
    title: "Shuffles and groups",
    text: "A grouped convolution needs as many channels in each of its groups, and a shuffle between two of them deals the channels out anew. So equal numbers have to go from every group on both sides; what is dead beyond that is withheld (yellow), and the reasons stand under Plan.",
    tries: ["τ = 0.99", "τ = 0.9", "τ = 0.5"],
  },
  gaussian: {
    title: "When the Gaussian is wrong",
    text: "P comes from β and γ, which describe the training data, and the bell is a model. Measure on images: the histogram over the bell shows what the channel really does, and the sentence under it how far off the bell is. A network whose BatchNorm was folded away has only what is measured.",
    tries: ["Measure on the images"],
  },
  faster: {
    title: "Smaller is not always faster",
    text: "CPU kernels take channels in blocks of 8. A layer left with 37 channels falls back to slower code, and the smaller network may take longer. Keep multiples of 8, lose a little less, and it is faster as well.",
    tries: ["Any count", "Multiples of 8", "Run both networks"],
  },
  repair: {
    title: "Repair with a few images",
    text: "Of 500 test images this network gets 92.4 % right. Cut deep, without the three fifths of its channels that vary least, it is 10.0 %, no better than chance. But what is left can be refitted: every layer behind a cut is solved anew by least squares to answer as before, on a few other images, without their labels. With 16 images it is 70.8 % again, with 64 it is 84.4 %. Judge after each step.",
    tries: ["Judge on 500 images", "Repair with 16 others", "Repair with 64 others"],
  },
};

export const lessons = {
  name: "Lessons",
  card: "Lesson",
  close: "Close the lesson",
  back: "Your network and plan from before the lesson are back.",
  place: (at: number, all: number) => `Lesson ${at} of ${all}`,
  previous: "Previous",
  next: "Next",
  each: LESSONS,
};
