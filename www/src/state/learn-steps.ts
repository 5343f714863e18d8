/** The steps of Learn as data: what each sets, what it shows apart, what is guessed, and what is tried by hand. */
import type { StoryCase } from "../lib/story";
import type { Level } from "./lab/verdict";
import type { Settings } from "./settings";

/** Parts of the page that a step is about; the others are dimmed and wait. */
export type Part = "picture" | "axis" | "verdict";

/** What stands in the place of the axis, where a step is about something smaller than the network. */
export type Stage = "bell" | "signal" | "price" | "fit" | "sum" | "groups" | "times";

/** What a task is judged by. */
export interface Tried {
  level: Level;
  macs: number;
  channels: number;
  settings: Settings;
  /** Share of the bell left of 0. */
  pinned: number;
  /** Cases that the two bells made. */
  cases: ReadonlySet<StoryCase>;
  /** Channels that the price lets die, of all. */
  dead: number;
  /** Of two layers that are tied, how many channels go. */
  untied: number;
}

export interface LearnStep {
  id: string;
  net: string;
  set: Partial<Settings>;
  focus: Part[];
  /** The same once the guess is made; as before where nothing is said. */
  after?: Part[];
  stage?: Stage;
  /** Channels of the two tied layers that help nothing to begin with. */
  useless?: readonly number[];
  /** Which of the guesses in the words is right. */
  right: number;
  /** What is shown after the guess: settings that are moved to, bells or a price, something that is done. */
  show?: Partial<Settings>;
  bell?: number;
  bells?: [number, number];
  price?: number;
  act?: "repair" | "measure";
  /** A channel of this case in the network, opened on demand. */
  example?: "output_dead" | "input_dead";
  stepByStep?: boolean;
  /** Whether what the words ask to be tried was done. */
  done?: (now: Tried) => boolean;
}

const FASHION = "mobilenetv1_025_fashion.onnx";
const OURS = { criterion: "recommended", compensation: "moments" } as const;
const PAPER = { criterion: "probability", compensation: "shift" } as const;
const LOST: readonly Level[] = ["costs", "broken"];

export const STEPS: readonly LearnStep[] = [
  {
    id: "channels",
    net: FASHION,
    set: { ...OURS, share: 0 },
    focus: ["picture", "verdict"],
    after: ["picture", "axis", "verdict"],
    right: 2,
    show: { share: 0.25 },
    done: (now) => now.level === "broken",
  },
  {
    id: "dead",
    net: FASHION,
    set: { ...PAPER, threshold: 0.99 },
    focus: ["picture"],
    stage: "bell",
    right: 1,
    bell: -2.33,
    example: "output_dead",
    done: (now) => Math.abs(now.pinned - 0.5) < 0.05,
  },
  {
    id: "cases",
    net: FASHION,
    set: { ...PAPER, threshold: 0.99 },
    focus: ["picture"],
    stage: "signal",
    right: 1,
    bells: [-3, 1.2],
    example: "input_dead",
    stepByStep: true,
    done: (now) => now.cases.size === 4,
  },
  {
    id: "fold",
    net: FASHION,
    set: { ...PAPER, threshold: 0.75, compensation: "none" },
    focus: ["verdict"],
    after: ["axis", "verdict"],
    right: 0,
    show: { compensation: "shift" },
    done: (now) => now.level === "held" && now.settings.threshold > 0.75,
  },
  {
    id: "bias",
    net: FASHION,
    set: { criterion: "sigma", share: 0.45, compensation: "none" },
    focus: ["verdict"],
    after: ["axis", "verdict"],
    right: 0,
    show: { compensation: "mean" },
    done: (now) => LOST.includes(now.level),
  },
  {
    id: "cliff",
    net: FASHION,
    set: { ...OURS, share: 0.25 },
    focus: ["verdict"],
    after: ["axis", "verdict"],
    right: 1,
    show: { share: 0.62 },
    done: (now) => now.level === "held" && now.macs > 55,
  },
  {
    id: "order",
    net: FASHION,
    set: { ...PAPER, threshold: 0.55 },
    focus: ["picture", "verdict"],
    after: ["picture", "axis", "verdict"],
    right: 2,
    show: { ...OURS, share: 0.45 },
    done: (now) => now.settings.criterion === "recommended" && LOST.includes(now.level),
  },
  {
    id: "ordinary",
    net: FASHION,
    set: { ...PAPER, threshold: 0.99 },
    focus: [],
    stage: "price",
    right: 0,
    price: 0.25,
    done: (now) => now.dead >= 9,
  },
  {
    id: "gaussian",
    net: FASHION,
    set: { ...PAPER, threshold: 0.9 },
    focus: [],
    stage: "fit",
    right: 1,
    act: "measure",
  },
  {
    id: "shortcuts",
    net: "mobilenetv2_050_cifar10.onnx",
    set: { ...OURS, share: 0 },
    focus: ["picture"],
    stage: "sum",
    useless: [6],
    right: 1,
    show: { share: 0.6 },
    done: (now) => now.untied >= 6,
  },
  {
    id: "shuffles",
    net: "shufflenetv1_100_cifar10.onnx",
    set: { ...PAPER, threshold: 0.9 },
    focus: ["picture"],
    stage: "groups",
    useless: [0, 2, 3, 5, 7, 9, 12],
    right: 1,
    show: { threshold: 0.5 },
    done: (now) => now.untied >= 10,
  },
  {
    id: "faster",
    net: "mobilenetv1_050_cifar10.onnx",
    set: { ...PAPER, threshold: 0.99 },
    focus: ["picture"],
    stage: "times",
    right: 2,
    done: (now) => now.settings.multiple === 8,
  },
  { id: "repair", net: FASHION, set: { ...OURS, share: 0.6 }, focus: ["verdict"], right: 2, act: "repair" },
  {
    id: "proved",
    net: FASHION,
    set: { ...OURS, share: 0.25 },
    focus: ["verdict"],
    after: ["axis", "verdict"],
    right: 1,
    show: { share: 0.6 },
    done: (now) => now.level === "held",
  },
];

/** Links to the lessons of earlier versions. */
const RENAMED: Record<string, string> = { "dead-channel": "dead", "four-cases": "cases", "why-fold": "fold" };

export function stepNamed(id: string): LearnStep | undefined {
  return STEPS.find((it) => it.id === (RENAMED[id] ?? id));
}
