/** What the words of the field mean, where they first stand. */
import { count } from "../lib/format";

const CHANNEL = "A channel is one of the feature maps that a layer passes on; here each is one thin line.";

export const terms = {
  macs: "Multiply-adds: how many multiplications the network does for one image. Fewer MACs mean less work.",
  parameters: "The numbers that are stored in the file: weights and biases.",
  channels: CHANNEL,
  latency: "How long one image takes on this machine, both networks in turn.",
  agreement: "How often the smaller network gives the same answer as the original. It needs no labels.",
  accuracy: (images: number, data: string) =>
    `How many of the ${count(images)} images of “${data}” get the right answer.`,
  /** The sample's own figure comes from other images than the page's. */
  builtIn: (images: number, all: number, full: string) =>
    `Right answers on ${count(images)} of the ${count(all)} test images that come with the page; the rest is for repair. On all 10,000 test images the original has ${full} %.`,
  accuracyPlain: "How many images get the right answer.",
  share: "The part of all channels that is removed, in the order of the method below.",
  threshold:
    "τ (tau): a channel is removed if its activation is constant with at least this probability. Lower removes more.",
  probability:
    "P(dead): how likely it is, by the numbers in the file, that this channel’s activation is the same constant at any place of any image.",
  betaS:
    "β is the centre of the bell, s its width. Both follow from the file’s BatchNormalization (its shift β and scale γ).",
  folded:
    "The constant that a removed channel would have sent is added to the bias of the layers that read it, so that they notice as little as possible.",
  kl: "How far the class probabilities move, on average (Kullback–Leibler divergence, in nats). Under 0.05 few answers change.",
  criterion: "Decides which channels are removed first.",
  compensation: "What the next layers receive in place of a removed channel.",
  cases: {
    keep: "Alive before and after the depthwise convolution (case 1).",
    output_dead: "What comes out of the depthwise convolution is nearly always one constant (case 2).",
    input_dead:
      "What enters the depthwise convolution is nearly always one constant, so what comes out is, too (case 3).",
    both_dead: "Nearly always constant on both sides of the depthwise convolution (case 4).",
  },
};
