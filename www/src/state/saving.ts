/** The pruned file on its way out: made from the plan on the screen, checked, counted, and only then saved. */

import { effect } from "@preact/signals";
import { transfer } from "comlink";
import { download } from "../lib/download";
import { count, planFileStem } from "../lib/format";
import type { Preview } from "../wasm/core";
import { words } from "../words";
import { bytesOf, runnerCall, stopRunner } from "./engines";
import { withJob } from "./jobs";
import { alone, type Product, produce, saved } from "./proof";
import * as store from "./store";

export function fileName(of: Product): string {
  const name = store.model.value?.overview.file ?? "network.onnx";
  const stem = planFileStem(
    name,
    store.controls.criterion.value,
    store.amount.value,
    store.controls.compensation.value,
  );
  return `${stem}${of.repairedOn ? ".repaired" : ""}.onnx`;
}

/** How long the page waits for the plan that the controls ask for. */
const PATIENCE_MS = 15_000;

/** The plan on the screen once it is that of the controls. */
function settled(): Promise<NonNullable<typeof store.shown.value>> {
  return new Promise((resolve, reject) => {
    let end = () => {};
    const timer = setTimeout(() => {
      end();
      reject(words.saved.noPlan);
    }, PATIENCE_MS);
    end = effect(() => {
      const it = store.shown.value;
      if (!it) return;
      clearTimeout(timer);
      resolve(it);
      queueMicrotask(() => end());
    });
  });
}

/** Prunes, checks, counts, and only then offers the file: that of the plan on the screen when the button was pressed. */
export function downloadPruned(): Promise<void> {
  return alone(async () => {
    const before = store.live.drag.value?.preview;
    if (!before) throw words.saved.noPlan;
    const { preview: plan, identity } = await settled();
    if (!sameCounts(before, plan)) throw words.saved.planMoved;
    const made = await withJob(words.proof.work.pruning, stopRunner, (progress) => produce(progress));
    // A measurement that is under way is in the runner before it is on the page.
    if (made.identity !== identity) throw words.saved.planMoved;
    if (made.check && !made.check.passed) {
      throw words.proof.notOffered(made.check.max_abs_diff.toPrecision(2));
    }
    const name = fileName(made);
    await proveCounts(made, plan);
    download(name, made.bytes);
    saved.value = { identity, repair: made.repair, name, before: made.plan.bytes.before, after: made.bytes.size };
  });
}

const sameCounts = (a: Preview, b: Preview) => a.params.after === b.params.after && a.macs.after === b.macs.after;

/** Counted from the bytes themselves: whatever went wrong on the way, no file leaves that is not the plan. */
async function proveCounts(made: Product, plan: Preview): Promise<void> {
  const bytes = await bytesOf(made.bytes);
  const { params, macs } = await runnerCall((core) => core.count(transfer(bytes, [bytes.buffer])));
  if (params === plan.params.after && macs === plan.macs.after) return;
  throw words.saved.otherCounts(count(params), count(macs), count(plan.params.after), count(plan.macs.after));
}
