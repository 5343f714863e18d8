// What the product's engine says of pictures against what the second runtime says, and repair on pictures.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as ort from "onnxruntime-web";
import { greyPixels } from "./lib/png.mjs";
import { assertCounts, assertRuns, withSessions } from "./lib/proof.mjs";
import { pruneJson, samples, scratch } from "./lib/prune.mjs";

const folder = scratch();
const fashion = path.join(samples, "mobilenetv1_025_fashion.onnx");
const images = path.join(samples, "images", "fashion");
const names = readdirSync(images).filter((name) => name.endsWith(".png"));

/** The preset `fashion-mnist`: grey / 255, mean 0.2860, standard deviation 0.3530. */
function feed(name) {
  const { width, height, pixels } = greyPixels(readFileSync(path.join(images, name)));
  const values = Float32Array.from(pixels, (p) => (p / 255 - 0.286) / 0.353);
  return { input: new ort.Tensor("float32", values, [1, 1, height, width]) };
}

async function assertSameScores(model) {
  const runs = await pruneJson("run", model, ...names.map((name) => path.join(images, name)), "--top", 3);
  await withSessions([model], async (session) => {
    for (const [i, name] of names.entries()) {
      assert.equal(runs[i].image, name);
      const { data } = Object.values(await session.run(feed(name)))[0];
      for (const [j, score] of runs[i].scores.entries()) {
        assert.ok(Math.abs(score - data[j]) <= 1e-4 * Math.max(1, Math.abs(data[j])), `${name}: class ${j}`);
      }
      const order = [...data.keys()].sort((a, b) => data[b] - data[a]);
      const top = runs[i].top.map((t) => t.index);
      assert.deepEqual(top, order.slice(0, 3));
      const sum = data.reduce((total, x) => total + Math.exp(x - data[order[0]]), 0);
      assert.ok(Math.abs(runs[i].top[0].probability - 1 / sum) < 1e-4);
    }
  });
}

describe("ten garments", () => {
  test("original", () => assertSameScores(fashion));
  test("pruned", async () => {
    const out = path.join(folder, "pruned.onnx");
    await pruneJson("apply", fashion, "--criterion", "sigma", "--share", 0.4, "--compensation", "mean", "-o", out);
    await assertSameScores(out);
  });
  test("repaired on them", async () => {
    const out = path.join(folder, "repaired.onnx");
    const plan = ["--criterion", "sigma", "--share", 0.4, "--compensation", "mean"];
    const report = await pruneJson("repair", fashion, ...plan, "--data", images, "--images", 10, "-o", out);
    await assertCounts(out, report);
    await withSessions([out], async (session) => {
      for (const batch of [1, 3]) await assertRuns(session, batch);
    });
    await assertSameScores(out);
  });
});
