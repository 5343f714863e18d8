// Our engine against onnxruntime-web: inference, first answer, check and drag, as the Markdown of docs/performance.md.
// `npm run bench` runs it, or `node tests/bench/engines.mjs [rounds]`. Needs the core for the page (`node scripts/wasm.mjs`).
// Networks: the skeletons of tests/fixtures at 224 × 224, filled with seeded weights.
import { readFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { main, say } from "../../scripts/lib.mjs";
import { fill } from "../oracle/lib/fill.mjs";
import { decode, encode } from "../oracle/lib/onnx.mjs";
import { root, withPage } from "./page.mjs";

const NETWORKS = [
  ["MobileNetV1", "mobilenetv1_224_ts.onnx"],
  ["MobileNetV2", "mobilenetv2_224_ts.onnx"],
  ["ShuffleNetV2", "shufflenetv2_224_ts.onnx"],
  ["GhostNet", "ghostnet_224_ts.onnx"],
  ["ShuffleNetV1 g3", "shufflenetv1_g3_224_ts.onnx"],
];

/** Share of the channels that `influence` removes. */
const SHARE = 0.3;

const row = (...cells) => say(`| ${cells.join(" | ")} |`);
const table = (...head) => {
  row(...head);
  row(...head.map(() => "---"));
};
const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));

export async function engines(rounds = 30) {
  const files = {};
  for (const [, file] of NETWORKS) {
    const skeleton = decode(readFileSync(path.join(root, "tests", "fixtures", file)));
    files[`/networks/${file}`] = encode(fill(skeleton, 1));
  }
  const results = [];
  for (const [name, file] of NETWORKS) {
    // A page of its own, so that nothing is left of the network before.
    const found = await withPage("/tests/bench/engines.page.js", files, (page) =>
      page.evaluate((given) => window.measure(given), { url: `/networks/${file}`, rounds, share: SHARE }),
    );
    results.push([name, found]);
    process.stderr.write(`${name} done\n`);
  }

  const race = ({ ours, theirs }) => `${ms(ours)} / ${ms(theirs)} = ${(ours / theirs).toFixed(2)}`;
  const gain = (original, { ours, reduction }) => {
    const speedUp = original.ours / ours;
    return `${speedUp.toFixed(2)} of ${reduction.toFixed(2)} = ${(speedUp / reduction).toFixed(2)}`;
  };
  table(
    "network",
    "original: ours / theirs, ms",
    "pruned: ours / theirs, ms",
    "our speed-up of the MAC reduction",
    "the same, multiples of 8",
    "check, s",
    "first answer, ms",
  );
  for (const [name, r] of results) {
    row(
      name,
      race(r.original),
      race(r.pruned),
      gain(r.original, r.pruned),
      gain(r.original, r.multiple),
      `${(r.pruned.check / 1e3).toFixed(2)}${r.pruned.passed ? "" : " (fails)"}`,
      r.first.toFixed(0),
    );
  }
  say("");
  const criteria = Object.keys(results[0][1].steps);
  table("drag step, ms: median / worst", ...criteria);
  for (const [name, r] of results) {
    row(name, ...criteria.map((c) => `${ms(r.steps[c].median)} / ${ms(r.steps[c].worst)}`));
  }
  say("");
  const core = readFileSync(path.join(root, "www", "src", "wasm", "core_relaxed_bg.wasm"));
  const mb = (size) => (size / 1e6).toFixed(2);
  table("core_relaxed_bg.wasm", "MB");
  row("raw", mb(core.length));
  row("gzip", mb(gzipSync(core, { level: 9 }).length));
  row("Brotli", mb(brotliCompressSync(core).length));
}

await main(import.meta, async ([rounds]) => engines(rounds ? Number(rounds) : undefined));
