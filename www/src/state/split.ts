/** One image through both networks, to be looked at closely. */
import { signal } from "@preact/signals";
import type { Prediction } from "../wasm/core";
import { words } from "../words";
import { stopRunner } from "./engines";
import { infer } from "./infer";
import { withJob } from "./jobs";
import type { Picture } from "./pictures";
import { alone, produce } from "./proof";

export interface Looked {
  picture: Picture;
  /** Null while they are worked out. */
  answers: { original: Prediction; pruned: Prediction } | null;
}

export const looked = signal<Looked | null>(null);

export function lookAt(picture: Picture, answers: Looked["answers"] = null): void {
  looked.value = { picture, answers };
  if (answers) return;
  void alone(() =>
    withJob(words.proof.work.running, stopRunner, async (progress) => {
      const product = await produce(progress);
      const original = (await infer("original", picture)).prediction;
      const pruned = (await infer("pruned", picture, product)).prediction;
      if (looked.peek()?.picture === picture) looked.value = { picture, answers: { original, pruned } };
    }),
  );
}
