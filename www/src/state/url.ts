/**
 * The page's state in the URL hash: one typed table, defaults dropped, everything clamped when read,
 * so that a hand-edited link can not put the page into a state its controls could not reach.
 */

import { tidyOwn } from "../lib/own";
import type { Settings } from "../lib/settings";
import type { Compensation, Criterion } from "../wasm/core";

export const CRITERIA = [
  "recommended",
  "probability",
  "sigma",
  "influence",
  "slimming",
  "l1",
  "fpgm",
  "apoz",
  "reconstruction",
  "random",
] as const;
/** Those whose cuts stand without a repair: they can be tried, compared and judged as they are. */
export const CUT_ALONE = CRITERIA.filter((it) => it !== "reconstruction");
export const COMPENSATIONS = ["none", "shift", "mean", "moments", "merge"] as const;
/** What a score is weighed against. */
export const PERS = ["own", "channel", "mac", "parameter", "cost"] as const;
export const PRESETS = ["imagenet", "imagenet-tf", "cifar10", "fashion-mnist", "[0,1]", "[-1,1]"] as const;
export const LABELS = ["imagenet", "cifar10", "cifar100", "fashion-mnist", "none"] as const;

/** Panels below the map. */
export const VIEWS = ["channel", "cases", "graph", "compare", "lab"] as const;
export type View = (typeof VIEWS)[number];

export const MAP_AS = ["picture", "table"] as const;
export type MapAs = (typeof MAP_AS)[number];

/**
 * Raised when a link's meaning changes; a page says so when it reads a link of a later one. Links of the first version
 * start from the paper's method, those of the second from the recommended one.
 */
export const VERSION = 2;
const FIRST_DEFAULTS = { criterion: "probability", compensation: "shift", mode: "research" } as const;

/** The page to work on, the same with one idea at a time, and the one with all tables and curves. */
export const MODES = ["shrink", "learn", "research"] as const;
export type Mode = (typeof MODES)[number];

/** Longer than any link of this page: a lock and an own limit for each of thousands of layers. */
export const LONGEST = 100_000;
const LONGEST_NAME = 200;

/** One side of a comparison. */
export interface Side {
  criterion: Criterion;
  compensation: Compensation;
}

/** Parts of the lab. */
export const LAB_PARTS = ["evaluate", "curves", "guard"] as const;
export type LabPart = (typeof LAB_PARTS)[number];

export interface Shared extends Settings {
  mode: Mode;
  /** A sample's file name, or "local:NAME" for a file that a link can not carry. */
  net: string;
  /** Selected channel as [site, channel]. */
  selected: [number, number] | null;
  view: View;
  /** "" = as guessed from the network. */
  preset: string;
  labels: string;
  /** The row that the map shows alone. */
  zoom: number | null;
  mapAs: MapAs;
  /** Plan A, which the present plan is held against. */
  a: Settings | null;
  /** What is compared, and at how many MACs removed, in percent. */
  sideA: Side;
  sideB: Side;
  budget: number;
  lab: LabPart;
  lesson: string;
  present: boolean;
  report: boolean;
}

interface Property<T> {
  initial: T;
  /** Whether a value is all that the text says; where missing, whether it is written like that. */
  whole?(value: T, text: string): boolean;
  read(text: string): T | undefined;
  write(value: T): string;
}

function oneOf<T extends string>(initial: T | "", values: readonly T[]): Property<T> {
  return {
    initial: initial as T,
    read: (text) => values.find((value) => value === text),
    write: (value) => value,
  };
}

function numeric(initial: number, low: number, high: number, whole = false): Property<number> {
  return {
    initial,
    read: (text) => {
      const n = Number(text);
      if (text.trim() === "" || !Number.isFinite(n)) return undefined;
      return Math.min(high, Math.max(low, whole ? Math.round(n) : n));
    },
    write: String,
    whole: (value, text) => value === Number(text),
  };
}

function flag(): Property<boolean> {
  return { initial: false, read: (text) => text === "1", write: (value) => (value ? "1" : "") };
}

/** "sigma.mean"; one that is half understood is no side. */
function side(initial: Side): Property<Side> {
  return {
    initial,
    read: (text) => {
      const [first, second, more] = text.split(".");
      const criterion = CUT_ALONE.find((it) => it === first);
      const compensation = COMPENSATIONS.find((it) => it === second);
      return criterion && compensation && more === undefined ? { criterion, compensation } : undefined;
    },
    write: (value) => `${value.criterion}.${value.compensation}`,
  };
}

const TABLE: { [K in keyof Shared]: Property<Shared[K]> } = {
  net: { initial: "", read: (text) => text.slice(0, LONGEST_NAME), write: (value) => value },
  mode: oneOf("shrink", MODES),
  criterion: oneOf("recommended", CRITERIA),
  threshold: numeric(0.99, 0, 1),
  share: numeric(0.25, 0, 0.99),
  compensation: oneOf("moments", COMPENSATIONS),
  per: oneOf("own", PERS),
  seed: numeric(0, 0, 0xffffffff, true),
  floor: numeric(1, 1, 65536, true),
  multiple: numeric(1, 1, 256, true),
  locked: {
    initial: [],
    read: (text) => [...new Set(text.split(".").filter(Boolean).map(Number))].filter(isIndex).slice(0, 2000),
    write: (value) => value.join("."),
  },
  own: { initial: "", read: (text) => tidyOwn(text), write: (value) => value },
  selected: {
    initial: null,
    read: (text) => {
      const [site, channel, more] = text.split(".").map(Number);
      return isIndex(site) && isIndex(channel) && more === undefined ? [site, channel] : undefined;
    },
    write: (value) => value?.join(".") ?? "",
  },
  view: oneOf("channel", VIEWS),
  preset: oneOf("", PRESETS as readonly string[]),
  labels: oneOf("", LABELS as readonly string[]),
  zoom: {
    initial: null,
    read: (text) => (text !== "" && isIndex(Number(text)) ? Number(text) : undefined),
    write: (value) => (value === null ? "" : String(value)),
  },
  mapAs: oneOf("picture", MAP_AS),
  // Links from before there were all fields are shorter.
  a: { initial: null, read: readSettings, write: writeSettings, whole: () => true },
  sideA: side({ criterion: "probability", compensation: "shift" }),
  sideB: side({ criterion: "sigma", compensation: "mean" }),
  budget: numeric(40, 1, 95),
  lab: oneOf("evaluate", LAB_PARTS),
  lesson: { initial: "", read: (text) => (/^[a-z-]{1,40}$/.test(text) ? text : undefined), write: (value) => value },
  present: flag(),
  report: flag(),
};

const SETTING_KEYS = [
  "criterion",
  "threshold",
  "share",
  "compensation",
  "seed",
  "floor",
  "multiple",
  "locked",
  "per",
  "own",
] as const;

/** Fields that were added later are appended, and may be missing. */
const OLDEST_SETTINGS = 8;

/** A whole plan in one value: its fields in order, each written as it is when it stands alone. */
function writeSettings(value: Settings | null): string {
  const part = (key: keyof Settings, of: Settings) => (TABLE[key] as Property<unknown>).write(of[key]);
  return value ? SETTING_KEYS.map((key) => part(key, value)).join("_") : "";
}

function readSettings(text: string): Settings | undefined {
  const parts = text.split("_");
  if (parts.length < OLDEST_SETTINGS) return undefined;
  const whole: Partial<Record<keyof Settings, unknown>> = {};
  for (const [i, key] of SETTING_KEYS.entries()) {
    const value = i < parts.length ? TABLE[key].read(parts[i]!) : TABLE[key].initial;
    if (value === undefined) return undefined;
    whole[key] = value;
  }
  return whole as Settings;
}

function isIndex(n: number | undefined): n is number {
  return n !== undefined && Number.isInteger(n) && n >= 0 && n < 1e6;
}

const KEYS = Object.keys(TABLE) as (keyof Shared)[];

export function defaults(): Shared {
  return Object.fromEntries(KEYS.map((key) => [key, TABLE[key].initial])) as unknown as Shared;
}

/** Reads a hash; unknown keys and unreadable values leave the default. */
export function decode(hash: string): Shared {
  const state = defaults();
  if (hash.length > LONGEST) return state;
  if (hash.length > 1 && versionOf(hash) < 2) Object.assign(state, FIRST_DEFAULTS);
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const put = <K extends keyof Shared>(key: K) => {
    const text = given.get(key);
    const value = text === null ? undefined : TABLE[key].read(text);
    if (value !== undefined) state[key] = value;
  };
  KEYS.forEach(put);
  return state;
}

/** Names of what is in a hash and was not read, or read as something else. */
export function unread(hash: string): string[] {
  const fields = [...new URLSearchParams(hash.replace(/^#/, ""))];
  const readWhole = <K extends keyof Shared>(key: K, text: string) => {
    const { read, write, initial, whole = (value, of) => write(value) === of } = TABLE[key];
    const value = read(text);
    return value === undefined ? text === write(initial) : whole(value, text);
  };
  const known = (key: string): key is keyof Shared => Object.hasOwn(TABLE, key);
  const names = fields.filter(([key, text]) => key !== "v" && !(known(key) && readWhole(key, text)));
  return [...new Set(names.map(([key]) => key.slice(0, 30)))].slice(0, 10);
}

export function encode(state: Shared): string {
  const out = new URLSearchParams();
  const put = <K extends keyof Shared>(key: K) => {
    const text = TABLE[key].write(state[key]);
    if (text !== TABLE[key].write(TABLE[key].initial)) out.set(key, text);
  };
  KEYS.forEach(put);
  if (out.size > 0) out.set("v", String(VERSION));
  return out.toString();
}

/** The version a link was written in; links from before there were versions are of the first. */
export function versionOf(hash: string): number {
  const n = Number(new URLSearchParams(hash.replace(/^#/, "")).get("v") ?? 1);
  return Number.isInteger(n) && n > 0 ? n : 1;
}
