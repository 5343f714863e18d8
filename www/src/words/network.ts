/** The open network, the samples, and what opening can come to. */
import { count, plural } from "../lib/format";

export const network = {
  name: "Network",
  open: "Open an ONNX model",
  orDrop: "or drop one anywhere on this page, or try one of these:",
  samples: "Sample models",
  sampleHelp: (params: number, macs: number, data: string, accuracy: string) =>
    `${count(params)} parameters, ${count(macs)} multiply-adds, ${data} test accuracy ${accuracy} %`,
  sampleFacts: (data: string, accuracy: string, size: string) => `${data} · ${accuracy} % · ${size}`,
  parameters: "Parameters",
  macs: "MACs",
  channels: "Channels",
  pairs: "Pairs",
  pairsHelp: "Depthwise convolutions between two normalised layers",
  input: "Input",
  output: "Output",
  file: "File",
  opset: "Opset",
  after: "After Zhao et al.,",
  paper: "Probability-Based Channel Pruning for Depthwise Separable Convolutional Networks",
  published: ", JCST 37(3), 2022. doi 10.1007/s11390-022-2131-8",
  licences: "Third-party licences",

  folded: "This file has no BatchNormalization, so β and γ are gone and nothing is known about its channels yet.",
  measureNow: (images: number) => `Measure on ${plural(images, "image")}`,

  kept: (files: number, size: string, room: string) =>
    `${files === 1 ? "One opened network is" : `${count(files)} opened networks are`} kept in this browser for the next visit: ${size} of ${room}.`,
  forget: "Forget opened networks",
  forgotten: "The opened networks are forgotten; the next visit asks for the file.",

  opening: (name: string) => `Opening ${name}`,
  /** On the first visit the core has to come over the network. */
  loadingCore: (loaded: string, of: string) => `Loading the core: ${loaded} of ${of}`,
  tooLarge: (name: string, megabytes: number, most: number) =>
    `${name} has ${megabytes} MB; networks up to ${most} MB fit into a browser tab.`,
  leftAside: (name: string, others: readonly string[]) =>
    `${name} is open; the page holds one network at a time, so ${others.join(", ")} ${others.length === 1 ? "was" : "were"} not opened.`,
  sampleNotFetched: (file: string, status: number) => `The sample ${file} could not be fetched (${status}).`,
  sampleOffline: (file: string) => `The sample ${file} could not be fetched.`,
  samplesNotFetched: "The list of samples could not be fetched; open a network of your own.",
  nothingInFolder: (files: number) =>
    `None of the files in this folder (${count(files)}) is a network or an image (PNG, JPEG or WebP).`,
};
