/** One picture through one of the runner's networks. A network compiles at its first answer, whoever asks for it. */
import { transfer } from "comlink";
import type { Made } from "../lib/identity";
import { measure } from "../lib/measure";
import type { Prediction } from "../wasm/core";
import type { Which } from "../worker/api";
import { bytesOf, runnerCall, runnerGeneration, sameRunner } from "./engines";
import type { Picture } from "./pictures";
import * as store from "./store";

/** The original's first answer in this runner, until it has to compile again. */
let first = { blob: null as Blob | null, generation: -1, ms: Number.NaN };

function noteOriginal(generation: number, ms: number): void {
  const blob = store.model.value?.blob ?? null;
  if (first.blob !== blob || first.generation !== generation) first = { blob, generation, ms };
}

/** How long the original's first answer took, compiling included. */
export function firstOfOriginal(): number {
  return first.ms;
}

/** `product`: the pruned network that is meant; the runner must not answer with another. */
export async function infer(
  which: Which,
  of: Picture,
  product: Made | null = null,
): Promise<{ prediction: Prediction; wall: number }> {
  const generation = runnerGeneration();
  const image = await bytesOf(of.blob);
  sameRunner(generation);
  const as = store.preset.value;
  const start = performance.now();
  const prediction = await runnerCall((core) => core.infer(which, transfer(image, [image.buffer]), as), product);
  const wall = performance.now() - start;
  if (which === "original" || which === "pruned") measure(`infer:${which}`, start);
  if (which === "original") noteOriginal(generation, wall);
  return { prediction, wall };
}
