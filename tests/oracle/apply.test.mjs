// Every sample × criterion × compensation × amount: the pruned file, in a second runtime, is the network that the
// plan describes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { checkFiles, noChecker } from "./lib/checker.mjs";
import { decode, encode } from "./lib/onnx.mjs";
import { assertCounts, assertRuns, assertSame, withSessions } from "./lib/proof.mjs";
import { flags, pruneJson, sampleNames, samples, scratch } from "./lib/prune.mjs";
import { open } from "./lib/runtime.mjs";
import { deadTwin, meanTwin, zeroTwin } from "./lib/twin.mjs";

const amounts = {
  probability: [0.999, 0.99, 0.85, 0.6],
  sigma: [0.1, 0.4, 0.7],
  influence: [0.3, 0.6],
  slimming: [0.1, 0.4],
  l1: [0.1, 0.4],
  fpgm: [0.1, 0.4],
  random: [0.1, 0.4],
};
/** Samples in which no operator but the activation stands between BatchNormalization and reader. */
const bare = /^mobilenetv[12]|^shufflenetv2/;
const compensations = ["none", "shift", "mean"];
/** Criteria that are also tried with the spread restored: what is told is that of "mean" for all of them. */
const spread = ["probability", "sigma", "influence"];

const folder = scratch();

for (const name of sampleNames) {
  describe(name, () => {
    const file = path.join(samples, name);
    const written = [];
    let original;
    let inspect;

    before(async () => {
      original = await open(file);
      inspect = await pruneJson("inspect", file);
    });
    after(() => original.release());

    /** The twin built here rather than by the product, for the plans that can be told apart without it. */
    function ownTwin(plan) {
      const model = decode(readFileSync(file));
      if (plan.compensation === "none") return encode(zeroTwin(model, plan));
      if (plan.compensation === "shift" && plan.criterion === "probability" && plan.approximate.length === 0) {
        return encode(deadTwin(model, plan, inspect));
      }
      if (plan.compensation === "mean" && bare.test(name)) return encode(meanTwin(model, plan, inspect));
      return null;
    }

    for (const [criterion, steps] of Object.entries(amounts)) {
      for (const amount of steps) {
        for (const compensation of spread.includes(criterion) ? [...compensations, "moments"] : compensations) {
          test(`${criterion} ${amount} ${compensation}`, async () => {
            const stem = path.join(folder, `${name}-${criterion}-${amount}-${compensation}`);
            const [out, twin] = [`${stem}.onnx`, `${stem}.twin.onnx`];
            const choice = flags({ criterion, amount, compensation });
            const plan = await pruneJson("apply", file, ...choice, "-o", out, "--twin", twin);
            written.push(out, twin);
            assert.equal(plan.check.passed, true);
            assert.ok(
              plan.params.after < plan.params.before && plan.macs.after < plan.macs.before,
              "nothing was removed",
            );
            await assertCounts(out, plan);
            await withSessions([out, twin], async (pruned, masked) => {
              assert.deepEqual(pruned.inputMetadata, original.inputMetadata);
              assert.deepEqual(pruned.outputNames, original.outputNames);
              for (const batch of [1, 3]) {
                await assertRuns(pruned, batch);
                await assertSame(masked, pruned, { batch, seed: 10 + batch, what: "masked twin" });
              }
              const own = ownTwin(plan);
              if (own) {
                await withSessions([own], (session) => assertSame(session, pruned, { batch: 3, what: "own twin" }));
              }
            });
          });
        }
      }
    }

    test("onnx.checker accepts every file written", { skip: noChecker }, () => checkFiles(written));
  });
}
