// Times the lab's evaluation against onnxruntime-web on one thread, in Chromium: `node tests/bench/evaluate.mjs [workers]`.
// Needs the core for the page (`node scripts/wasm.mjs`). 1,000 images of 32 × 32 through MobileNetV1 ×0.5 and what a plan leaves of
// it. Exits 1 where the lab takes longer than onnxruntime-web's time ÷ 1.6 on two cores.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { browser } from "../../scripts/setup.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const goal = 1.6;

const server = createServer((request, response) => {
  const name = path.normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
  if (name === "/") {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><script type="module" src="/tests/bench/evaluate.page.js"></script>`);
    return;
  }
  try {
    const bytes = readFileSync(path.join(root, name));
    response.setHeader("content-type", types[path.extname(name)] ?? "application/octet-stream");
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const workers = Number(process.argv[2] ?? availableParallelism());
const app = await chromium.launch({ executablePath: await browser(), args: ["--no-sandbox"] });
try {
  const page = await app.newPage();
  page.on("pageerror", (error) => process.stderr.write(`${error}\n`));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => "measure" in window);
  const results = await page.evaluate((wish) => window.measure(wish), {
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
  });
  const best = (values) => Math.min(...values);
  const own = best(results.map((r) => r.own.evaluate));
  const ready = best(results.map((r) => r.own.ready));
  const others = Object.keys(results[0].other).map((batch) => [batch, best(results.map((r) => r.other[batch]))]);
  const other = best(others.map(([, seconds]) => seconds));
  const say = (text) => process.stdout.write(`${text}\n`);
  say(`1,000 images, two networks, best of ${results.length} rounds`);
  say(`lab, ${workers} workers        ${own.toFixed(2)} s (and ${ready.toFixed(2)} s until they are ready)`);
  for (const [batch, seconds] of others) say(`onnxruntime-web, batch ${batch.padStart(2)} ${seconds.toFixed(2)} s`);
  say(`${(other / own).toFixed(2)} times as fast as its fastest (goal ${goal} on two cores)`);
  if (workers >= 2 && other / own < goal) process.exitCode = 1;
} finally {
  await app.close();
  server.close();
}
