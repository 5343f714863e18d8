// Times the lab's evaluation against onnxruntime-web on one thread, in Chromium: `node tests/bench/evaluate.mjs [workers]`.
// Needs the core for the page (`node scripts/wasm.mjs`). 1,000 images of 32 × 32 through MobileNetV1 ×0.5 and what a plan leaves of
// it. Exits 1 where the lab takes longer than onnxruntime-web's time ÷ 1.6 on two cores.
import { availableParallelism } from "node:os";
import { main, say } from "../../scripts/lib.mjs";
import { withPage } from "./page.mjs";

const goal = 1.6;

export async function evaluate(workers = availableParallelism()) {
  const results = await withPage("/tests/bench/evaluate.page.js", {}, (page) =>
    page.evaluate((given) => window.measure(given), {
      file: "mobilenetv1_050_cifar10.onnx",
      options: {
        criterion: "sigma",
        threshold: 0.99,
        share: 0.25,
        compensation: "mean",
        seed: 0,
        floor: 1,
        multiple: 1,
        locked: [],
      },
      count: 1000,
      workers,
      rounds: 3,
      batches: [1, 8, 32],
    }),
  );
  const best = (values) => Math.min(...values);
  const own = best(results.map((r) => r.own.evaluate));
  const ready = best(results.map((r) => r.own.ready));
  const others = Object.keys(results[0].other).map((batch) => [batch, best(results.map((r) => r.other[batch]))]);
  const other = best(others.map(([, seconds]) => seconds));
  say(`1,000 images, two networks, best of ${results.length} rounds\n`);
  say("| engine | s |\n| --- | --- |");
  say(`| the lab, ${workers} workers | ${own.toFixed(2)} (and ${ready.toFixed(2)} until they are ready) |`);
  for (const [batch, seconds] of others) say(`| onnxruntime-web, batch ${batch} | ${seconds.toFixed(2)} |`);
  say(`\n${(other / own).toFixed(2)} times as fast as its fastest (goal ${goal} on two cores)`);
  if (workers >= 2 && other / own < goal) process.exitCode = 1;
}

await main(import.meta, async ([workers]) => evaluate(workers ? Number(workers) : undefined));
