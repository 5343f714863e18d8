// Channels that are dead exactly, on every input: removing them must not change the network at all.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { constants, decode, encode, floats, setFloats, size } from "./lib/onnx.mjs";
import { assertCounts, assertSame, withSessions } from "./lib/proof.mjs";
import { pruneJson, sampleNames, samples, scratch } from "./lib/prune.mjs";
import { uniform } from "./lib/random.mjs";

/**
 * Kills `share` of the channels in front of every ReLU or ReLU6 and revives the others. Dead by zero γ with β ≤ 0, or by a
 * filter of zeros, whose variance in training was zero. Returns how many it killed.
 */
function kill(model, share, seed) {
  const random = uniform(seed);
  const { nodes } = model.graph;
  const known = constants(model.graph);
  let killed = 0;
  for (const norm of nodes.filter((node) => node.op === "BatchNormalization")) {
    const next = nodes.filter((node) => node.inputs.includes(norm.outputs[0]));
    const layer = nodes.find((node) => node.outputs[0] === norm.inputs[0]);
    if (!next.every((node) => node.op === "Relu" || node.op === "Clip") || layer.op !== "Conv") continue;
    const tensors = [layer.inputs[1], ...norm.inputs.slice(1)].map((name) => known.get(name));
    const [weight, gamma, beta, mean, variance] = tensors.map(floats);
    const each = size(tensors[0].dims) / gamma.length;
    for (let c = 0; c < gamma.length; c++) {
      if (random() >= share) {
        beta[c] = Math.max(beta[c], -Math.abs(gamma[c]));
        if (Math.abs(gamma[c]) < 0.01) gamma[c] = 0.1;
        if (variance[c] < 0.01) variance[c] = 0.01;
        continue;
      }
      killed++;
      beta[c] = random() < 0.5 ? 0 : -0.2;
      if (random() < 0.5) gamma[c] = 0;
      else {
        weight.fill(0, c * each, (c + 1) * each);
        mean[c] = 0;
        variance[c] = 0;
      }
    }
    for (const [i, values] of [weight, gamma, beta, mean, variance].entries()) setFloats(tensors[i], values);
  }
  return killed;
}

const folder = scratch();

for (const name of sampleNames) {
  for (const share of [0.1, 0.4]) {
    test(`${name} with ${share * 100} % exactly dead`, async (t) => {
      const model = decode(readFileSync(path.join(samples, name)));
      const killed = kill(model, share, 3);
      const [dead, out] = [path.join(folder, name), path.join(folder, `pruned-${name}`)];
      writeFileSync(dead, encode(model));
      const plan = await pruneJson("apply", dead, "--threshold", 0.99, "-o", out);
      assert.ok(plan.channels.after < plan.channels.before, "nothing was removed");
      // A constant that came through zero padding is not one at the border; the plan says where, and claims no more.
      const tolerance = plan.approximate.length > 0 ? 1e-2 : 1e-5;
      await withSessions([dead, out], async (original, pruned) => {
        let worst = 0;
        for (const seed of [1, 2, 3]) {
          const difference = await assertSame(original, pruned, { batch: 3, seed, tolerance, what: "original" });
          worst = Math.max(worst, difference);
        }
        t.diagnostic(`${killed} killed; channels ${plan.channels.before} → ${plan.channels.after}, max |Δ| ${worst}`);
      });
    });
  }
}

/** Every residual branch emits β alone, whatever goes in: as training starts it (β = 0), or with a constant to add. */
for (const beta of [0, 0.3]) {
  test(`mobilenetv2_050_cifar10.onnx with branches that emit ${beta}`, async (t) => {
    const name = "mobilenetv2_050_cifar10.onnx";
    const model = decode(readFileSync(path.join(samples, name)));
    const { nodes } = model.graph;
    const known = constants(model.graph);
    const sums = nodes.filter((node) => node.op === "Add");
    const silent = nodes.filter(
      (node) => node.op === "BatchNormalization" && sums.some((sum) => sum.inputs[1] === node.outputs[0]),
    );
    for (const { inputs } of silent) {
      setFloats(known.get(inputs[1]), floats(known.get(inputs[1])).fill(0));
      setFloats(known.get(inputs[2]), floats(known.get(inputs[2])).fill(beta));
    }
    const [dead, out] = [path.join(folder, `silent-${name}`), path.join(folder, `without-${name}`)];
    writeFileSync(dead, encode(model));
    const plan = await pruneJson("apply", dead, "--threshold", 1, "-o", out);
    assert.equal(plan.dead_branches.length, silent.length);
    assert.ok(silent.length > 4);
    await assertCounts(out, plan);
    const left = decode(readFileSync(out)).graph.nodes;
    assert.equal(left.filter((node) => node.op === "Conv").length, 53 - 1 - 3 * silent.length);
    await withSessions([dead, out], async (original, pruned) => {
      const difference = await assertSame(original, pruned, { batch: 3, seed: 1, tolerance: 1e-5, what: "original" });
      t.diagnostic(`${silent.length} branches, max |Δ| ${difference}`);
    });
  });
}
