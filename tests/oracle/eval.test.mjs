// `prune eval` on the built-in labelled images against the second runtime on the same files: accuracy and agreement exactly.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import * as ort from "onnxruntime-web";
import { withSessions } from "./lib/proof.mjs";
import { prune, pruneJson, samples, scratch } from "./lib/prune.mjs";
import { idx, unzip } from "./lib/zip.mjs";

const folder = scratch();
const original = path.join(samples, "mobilenetv1_025_fashion.onnx");
const data = path.join(samples, "data", "fashion-mnist-1000.zip");
const files = unzip(readFileSync(data));
const images = idx(files.get("t10k-images-idx3-ubyte"));
const labels = idx(files.get("t10k-labels-idx1-ubyte")).samples;
const batch = 50;

/** Softmax of every image, by the second runtime. */
async function probabilities(session) {
  const [count, height, width] = images.sizes;
  const size = height * width;
  const rows = [];
  for (let i = 0; i < count; i += batch) {
    const pixels = images.samples.subarray(i * size, (i + batch) * size);
    const values = Float32Array.from(pixels, (p) => (p / 255 - 0.286) / 0.353);
    const input = new ort.Tensor("float32", values, [batch, 1, height, width]);
    const { data: scores } = Object.values(await session.run({ input }))[0];
    for (let k = 0; k < batch; k++) {
      const row = Array.from(scores.subarray(10 * k, 10 * k + 10));
      const most = Math.max(...row);
      const sum = row.reduce((total, x) => total + Math.exp(x - most), 0);
      rows.push(row.map((x) => Math.exp(x - most) / sum));
    }
  }
  return rows;
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const best = (row) => row.indexOf(Math.max(...row));
const accuracy = (rows) => mean(rows.map((row, i) => Number(best(row) === labels[i])));
const divergence = (p, q) => p.reduce((sum, x, i) => (x > 0 ? sum + x * Math.log(x / Math.max(q[i], 1e-12)) : sum), 0);

/** Wilson's interval, as a test of the test above the quadratic |p − k/n| = z √(p (1 − p) / n). */
function assertWilson([low, high], share, n) {
  for (const p of [low, high]) {
    const score = Math.abs(share - p) / Math.sqrt((p * (1 - p)) / n);
    assert.ok(Math.abs(score - 1.959964) < 1e-4, `${p} is ${score} deviations from ${share}`);
  }
}

const plans = [
  { name: "a share of sigma", flags: ["--criterion", "sigma", "--share", 0.4, "--compensation", "mean"] },
  { name: "a threshold with nothing folded", flags: ["--threshold", 0.8, "--compensation", "none"] },
];

describe("1,000 garments", () => {
  for (const { name, flags } of plans) {
    test(name, async () => {
      const pruned = path.join(folder, `${name}.onnx`);
      await pruneJson("apply", original, ...flags, "-o", pruned);
      const report = await pruneJson("eval", original, "--against", pruned, "--data", data);
      await withSessions([original, pruned], async (one, other) => {
        const [p, q] = [await probabilities(one), await probabilities(other)];
        assert.equal(report.images, 1000);
        assert.equal(report.accuracy, accuracy(p));
        assert.equal(report.against.accuracy, accuracy(q));
        assert.ok(report.accuracy > 0.85 && report.against.accuracy < report.accuracy);
        assert.equal(report.against.agreement, mean(p.map((row, i) => Number(best(row) === best(q[i])))));
        const kl = mean(p.map((row, i) => divergence(row, q[i])));
        assert.ok(Math.abs(report.against.mean_kl - kl) < 1e-4, `${report.against.mean_kl} is not ${kl}`);
        assertWilson(report.accuracy_interval, report.accuracy, 1000);
        assertWilson(report.against.agreement_interval, report.against.agreement, 1000);
        const top5 = mean(p.map((row, i) => Number(row.filter((x) => x > row[labels[i]]).length < 5)));
        assert.equal(report.top5, top5);
        for (const [rows, found] of [
          [p, report.per_class],
          [q, report.against.per_class],
        ]) {
          assert.equal(found.length, 10);
          for (const [c, { images: count, accuracy: share }] of found.entries()) {
            const own = rows.filter((_, i) => labels[i] === c);
            assert.equal(count, own.length);
            assert.equal(share, mean(own.map((row) => Number(best(row) === c))));
          }
        }
        const hits = (rows, i) => best(rows[i]) === labels[i];
        const count = (test) => p.reduce((n, _, i) => n + Number(test(i)), 0);
        assert.equal(
          report.against.lost,
          count((i) => hits(p, i) && !hits(q, i)),
        );
        assert.equal(
          report.against.won,
          count((i) => !hits(p, i) && hits(q, i)),
        );
      });
    });
  }
  test("a table in text", async () => {
    const { code, stdout } = await prune("eval", original, "--data", data, "--limit", 100);
    assert.equal(code, 0);
    assert.match(stdout, /^100 images\n {2}original {2}accuracy \d+\.\d\d % \[\d+\.\d\d, \d+\.\d\d\]/);
  });
});
