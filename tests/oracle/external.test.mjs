// Networks and labelled pictures that are not the project's to ship: a folder `shared` beside the checkout, if there is one.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { checkFiles, noChecker } from "./lib/checker.mjs";
import { assertCounts, assertRuns, assertSame, withSessions } from "./lib/proof.mjs";
import { flags, pruneJson, root, samples, scratch } from "./lib/prune.mjs";

const shared = path.join(root, "..", "shared");
const missing = (...parts) =>
  existsSync(path.join(shared, ...parts)) ? false : `no ${path.join("shared", ...parts)} beside the checkout`;

const folder = scratch();
const written = [];

const models = missing("models")
  ? []
  : readdirSync(path.join(shared, "models"), { recursive: true }).filter(
      // `damaged` holds files that have to be refused.
      (name) => name.endsWith(".onnx") && path.dirname(name) !== "damaged",
    );

test("networks by others", { skip: missing("models") }, async (t) => {
  for (const name of models) {
    for (const choice of [
      { criterion: "probability", amount: 0.99, compensation: "shift" },
      { criterion: "sigma", amount: 0.2, compensation: "mean" },
      { criterion: "l1", amount: 0.2, compensation: "none" },
    ]) {
      await t.test(`${name} ${Object.values(choice).join(" ")}`, async () => {
        const stem = path.join(folder, `${path.basename(name)}-${choice.criterion}`);
        const [out, twin] = [`${stem}.onnx`, `${stem}.twin.onnx`];
        const file = path.join(shared, "models", name);
        const plan = await pruneJson("apply", file, ...flags(choice), "-o", out, "--twin", twin);
        written.push(out);
        await assertCounts(out, plan);
        await withSessions([out, twin], async (pruned, masked) => {
          await assertRuns(pruned, 1);
          await assertSame(masked, pruned, { what: "masked twin" });
        });
      });
    }
  }
  await t.test("onnx.checker accepts every file written", { skip: noChecker }, () => checkFiles(written));
});

describe("accuracy on CIFAR-10 pictures", { skip: missing("data", "cifar10-test-half.zip") }, () => {
  const model = path.join(samples, "mobilenetv1_050_cifar10.onnx");
  const data = path.join(shared, "data", "cifar10-test-half.zip");
  const unlabelled = path.join(shared, "data", "cifar10-train-sample.zip");
  const limit = 1000;
  const accuracies = {};

  /** Accuracy in points. */
  async function evaluate(name, file) {
    const { images, accuracy } = await pruneJson("eval", file, "--data", data, "--limit", limit);
    assert.equal(images, limit);
    accuracies[name] = 100 * accuracy;
    return accuracies[name];
  }

  /** Accuracy in points of what a plan leaves. */
  async function measure(name, command, choice, ...more) {
    const out = path.join(folder, `${name}.onnx`);
    await pruneJson(command, model, ...flags(choice), ...more, "-o", out);
    return evaluate(name, out);
  }

  let original;
  before(async () => {
    original = await evaluate("original", model);
  });

  test("threshold 0.99 with shift costs at most 0.2 points", async () => {
    const choice = { criterion: "probability", amount: 0.99, compensation: "shift" };
    const pruned = await measure("0.99 shift", "apply", choice);
    assert.ok(original > 78, `original: ${original}`);
    assert.ok(pruned >= original - 0.2, `${original} → ${pruned}`);
  });

  test("at threshold 0.85 the constants are worth a point", async () => {
    const at = (compensation) => ({ criterion: "probability", amount: 0.85, compensation });
    const none = await measure("0.85 none", "apply", at("none"));
    const shift = await measure("0.85 shift", "apply", at("shift"));
    const mean = await measure("0.85 mean", "apply", at("mean"));
    assert.ok(shift >= none + 1, `none ${none}, shift ${shift}`);
    assert.ok(mean >= shift, `shift ${shift}, mean ${mean}`);
  });

  test("repair with 64 pictures gives back what was lost", async () => {
    const choice = { criterion: "sigma", amount: 0.5, compensation: "mean" };
    const pruned = await measure("sigma 0.5", "apply", choice);
    const repaired = await measure("sigma 0.5 repaired", "repair", choice, "--data", unlabelled, "--images", 64);
    assert.ok(pruned < original - 10 && repaired >= original - 3, `${original} → ${pruned} → ${repaired}`);
  });

  after(() => console.table(accuracies));
});
