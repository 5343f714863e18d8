/** The labelled images the lab judges by: built in, or files of the user's. */

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { keep, kept } from "../../lib/keep";
import { fetchOwn } from "../../lib/own-files";
import type { LabInfo } from "../../wasm/core";
import { words } from "../../words";
import { sentence } from "../../worker/engine";
import type { LabFile } from "../../worker/lab-api";
import { openSample } from "../models";
import { model, preset, screen } from "../store";
import { pool } from "./pool";

export interface Labelled {
  name: string;
  builtIn: boolean;
  /** Made of the images that were added one by one. */
  own?: boolean;
  /** The page's own photos: they show which answers change, and give way to everything else. */
  sample?: boolean;
  files: LabFile[];
  info: LabInfo;
  digest: string;
}

export const BUILT_IN = {
  file: "samples/data/fashion-mnist-1000.zip",
  name: words.lab.data.builtIn,
  preset: "fashion-mnist",
  network: "mobilenetv1_025_fashion.onnx",
  /** The others are left to repair with. */
  judgedBy: 900,
};

/** Beyond this an evaluation is no longer a matter of seconds; the user may ask for more. */
const AT_FIRST = 1000;
/** MACs of one judgement up to which it needs no asking: a few seconds on an ordinary machine. */
export const CHEAP = 40e9;
/** What a tab can hold beside the networks. */
const LARGEST = 700e6;

export const labelled = signal<Labelled | null>(null);
export const reading = signal("");
export const dataProblem = signal("");
/** How many of the images are judged by; the order is balanced over the classes. */
export const wantedImages = signal(AT_FIRST);
export const images = computed(() => Math.min(wantedImages.value, labelled.value?.info.images ?? 0));

let turn = 0;

type Kind = "files" | "builtIn" | "own" | "sample";

async function read(name: string, kind: Kind, get: () => Promise<LabFile[]>): Promise<void> {
  const [builtIn, own, sample] = (["builtIn", "own", "sample"] as const).map((it) => it === kind);
  const mine = ++turn;
  batch(() => {
    reading.value = name;
    dataProblem.value = "";
  });
  try {
    const files = await get();
    const size = files.reduce((sum, it) => sum + it.content.size, 0);
    if (size > LARGEST) {
      throw words.lab.data.tooLarge(name, Math.round(size / 1e6), LARGEST / 1e6);
    }
    const { info, digest } = await pool.look(files);
    if (mine !== turn) return;
    if (info.images === 0) throw words.lab.data.noImage(name);
    const chosen = (await kept<number>(`images|${digest}`)).get("");
    if (mine !== turn) return;
    batch(() => {
      labelled.value = { name, builtIn: builtIn!, files, info, digest, own: own!, sample: sample! };
      // On the research page people choose themselves what is judged by and what repairs.
      const some = builtIn && screen.mode.peek() !== "research";
      // Of one's own photos one half judges and the other repairs: an image that was fitted to proves nothing.
      const half = own ? Math.ceil(info.images / 2) : AT_FIRST;
      const first = kind === "files" ? heldApart(info.images) : some ? BUILT_IN.judgedBy : AT_FIRST;
      wantedImages.value = own ? Math.min(half, withinReach()) : (chosen ?? first);
    });
  } catch (error) {
    if (mine === turn) dataProblem.value = sentence(error);
  } finally {
    if (mine === turn) reading.value = "";
  }
}

export function chooseBuiltIn(): Promise<void> {
  return read(BUILT_IN.name, "builtIn", async () => {
    const response = await fetchOwn(BUILT_IN.file).catch(() => null);
    if (!response?.ok) throw words.lab.data.notFetched;
    const name = BUILT_IN.file.split("/").at(-1)!;
    return [{ name, content: await response.blob() }];
  });
}

/** One click for who has no labelled images at hand: the network and the images that belong together. */
export async function chooseBuiltInWithNetwork(): Promise<void> {
  await openSample(BUILT_IN.network);
  await chooseBuiltIn();
}

function nameOf(files: readonly LabFile[]): string {
  const folder = files[0]!.name.split("/")[0]!;
  if (files.length === 1) return files[0]!.name;
  return files.every((it) => it.name.startsWith(`${folder}/`)) ? folder : words.lab.data.severalFiles(files.length);
}

export function chooseFiles(files: readonly LabFile[]): Promise<void> {
  if (files.length === 0) return Promise.resolve();
  return read(nameOf(files), "files", async () => [...files]);
}

/** Images chosen to repair with; where they are those that judge too, each image does one of the two. */
export const repairData = signal<Labelled | null>(null);
/** A repair takes so many at the most; the others can judge. */
export const ENOUGH = 64;
/** Of images that do both, at least this part judges. */
const JUDGING = 0.25;
const MOST_JUDGING = 250;

/** So many judge without being asked for: a large network leaves time for a few only. */
const withinReach = () => Math.max(ENOUGH, Math.floor(CHEAP / Math.max(1, model.peek()?.overview.macs ?? 1)));

/** Of images for a network of one's own some are kept back to repair with, so that one choice is enough. */
function heldApart(count: number): number {
  if (screen.mode.peek() === "research" || model.peek()?.source.kind !== "local" || repairData.peek()) return AT_FIRST;
  return Math.min(AT_FIRST, withinReach(), count - Math.min(ENOUGH, count >> 1));
}

/** Needs no labels. Where nothing judges yet, a part of them does: an image that was fitted to proves nothing. */
export async function chooseRepair(files: readonly LabFile[]): Promise<void> {
  if (files.length === 0) return;
  const name = nameOf(files);
  reading.value = name;
  dataProblem.value = "";
  try {
    const { info, digest } = await pool.look([...files]);
    if (info.images === 0) throw words.lab.data.noImage(name);
    const chosen: Labelled = { name, builtIn: false, files: [...files], info, digest };
    batch(() => {
      repairData.value = chosen;
      if (!labelled.value || labelled.value.sample) judgeToo(chosen);
    });
  } catch (error) {
    dataProblem.value = sentence(error);
  } finally {
    if (reading.value === name) reading.value = "";
  }
}

/** A part of what was chosen to repair with judges. */
function judgeToo(chosen: Labelled): void {
  const { images } = chosen.info;
  const judging = Math.max(images - ENOUGH, Math.round(JUDGING * images));
  labelled.value = chosen;
  wantedImages.value = Math.min(judging, MOST_JUDGING, withinReach());
}

/** Fewer prove nothing, not even together. */
export const FEWEST = 8;

/** The images that were added, for who has no labels: agreement with the original needs none. */
export function chooseOwnImages(
  pictures: readonly { file: string; blob: Blob }[],
  kind: "own" | "sample" = "own",
): Promise<void> {
  // Numbered, because a folder's name would be taken for a label.
  const files = pictures.map(({ file, blob }, i) => ({ name: `${i}-${file.split("/").at(-1)}`, content: blob }));
  return read(
    kind === "own" ? words.lab.data.ownImages(files.length) : words.lab.data.samplePhotos,
    kind,
    async () => files,
  );
}

export function useImages(count: number): void {
  wantedImages.value = count;
  if (labelled.value) void keep(`images|${labelled.value.digest}`, count);
}

/** Files of an input, with their folders where a folder was chosen. */
export function labFiles(files: readonly File[]): LabFile[] {
  return files.map((it) => ({ name: it.webkitRelativePath || it.name, content: it }));
}

/** Whether the built-in images are of the kind the open network is for. */
export const builtInFits = computed(
  () => BUILT_IN.preset === preset.value || BUILT_IN.preset === model.value?.overview.preset,
);

/** Ten classes fit ten outputs, whatever they mean: built-in images do not stay with a network of another kind. */
export function startData(): void {
  effect(() => {
    const { builtIn, sample } = labelled.value ?? {};
    if (!model.value || !(builtIn || sample)) return;
    if (builtIn ? !builtInFits.value : builtInFits.value || model.value.source.kind !== "sample") labelled.value = null;
  });
  // What was chosen to repair another network with is there for this one, too.
  effect(() => {
    const chosen = repairData.value;
    if (model.value?.source.kind === "local" && chosen && !labelled.value && !reading.value)
      untracked(() => batch(() => judgeToo(chosen)));
  });
}
