// Measures what pruning does to the sample networks and writes docs/results.md: `npm run results -- --data PATH --calibration PATH`.
// `--data` are labelled CIFAR-10 test images, `--calibration` other pictures for repair (without it nothing is repaired).
// Criteria and compensations are those that `prune --help` names. Every sweep is a CSV in target/results; a second run takes up
// where the first stopped.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { at, capture, main, must, Stop, say } from "./lib.mjs";
import { curves, page, plot } from "./results/write.mjs";
import { rust } from "./setup.mjs";

/** Names that `prune --help` lists behind an option. */
function named(help, option) {
  const text = new RegExp(`^ +--${option} +NAME +(.*)$`, "m").exec(help)?.[1];
  if (!text) throw new Stop(`\`prune --help\` says nothing of --${option}.`);
  const list = text.includes(":") ? text.slice(text.indexOf(":") + 1) : text;
  return list.split(",").map((name) => name.replace(/\(.*\)/, "").trim());
}

const windows = process.platform === "win32";
const prune = at("target", "release", windows ? "prune.exe" : "prune");

function json(...args) {
  const text = capture(prune, [...args.map(String), "--json"]);
  if (text === null) throw new Stop(`\`prune ${args.join(" ")}\` failed.`);
  return JSON.parse(text);
}

/** A plan cut to a share of the MACs, and the same repaired, on the test images. */
function repaired({ model, data, limit, calibration, images, criterion, compensation, target, folder }) {
  const file = `${folder}/repaired.onnx`;
  const flags = ["--criterion", criterion, "--compensation", compensation, "--target-macs", target];
  const judge = (plan) => {
    const { accuracy, against } = json("eval", model, "--against", file, "--data", data, "--limit", limit);
    const left = ({ before, after }) => after / before;
    return { macs: left(plan.macs), params: left(plan.params), original: accuracy, ...against };
  };
  const cut = judge(json("apply", model, ...flags, "-o", file));
  const plan = json("repair", model, ...flags, "--data", calibration, "--images", images, "-o", file);
  const mended = judge(plan);
  rmSync(file);
  return { criterion, compensation, target, cut, mended };
}

const usage =
  "usage: npm run results -- --data PATH [--calibration PATH] [--images 64] [--limit N] [--points 10] [--networks A,B]";

await main(import.meta, async (args) => {
  const text = { type: "string" };
  const options = { data: text, calibration: text, images: text, limit: text, points: text, networks: text };
  const { values } = parseArgs({ args, options });
  if (!values.data) throw new Stop(usage);
  const { data, calibration, images = "64", limit = "2000", points = "10" } = values;
  await rust();
  await must("cargo", ["build", "--locked", "--release", "--bin", "prune"]);
  const help = capture(prune, ["--help"]) ?? "";
  // `apoz` would measure on the images that it is judged by; `random` is a baseline for one compensation.
  const criteria = named(help, "criterion").filter((name) => name !== "apoz");
  const compensations = named(help, "compensation");
  const folder = at("target", "results");
  mkdirSync(folder, { recursive: true });
  mkdirSync(at("docs", "results"), { recursive: true });
  const { networks } = JSON.parse(readFileSync(at("www", "public", "samples", "index.json"), "utf8"));
  const wanted = values.networks?.split(",");
  const results = [];
  for (const network of networks.filter((n) => n.data === "CIFAR-10" && (wanted?.includes(n.name) ?? true))) {
    const model = at("www", "public", "samples", network.file);
    const name = network.file.replace(".onnx", "");
    say(`${network.name} …`);
    const csv = `${folder}/${name}.csv`;
    const sweep = ["--criteria", criteria.join(), "--compensations", compensations.join(), "--points", points];
    await must(prune, ["sweep", model, ...sweep, "--data", data, "--limit", limit, "-o", csv]);
    const whole = json("eval", model, "--data", data, "--limit", limit);
    const repairs = [];
    if (calibration) {
      for (const criterion of criteria.filter((c) => c !== "random")) {
        const compensation = compensations.at(-1);
        for (const target of [30, 50]) {
          const wish = { model, data, limit, calibration, images, criterion, compensation, target, folder };
          repairs.push(repaired(wish));
        }
      }
    }
    const lines = curves(readFileSync(csv, "utf8"));
    for (const [figure, of] of [
      ["macs", network.macs],
      ["params", network.params],
    ]) {
      writeFileSync(at("docs", "results", `${name}_${figure}.svg`), plot(network, whole, lines, figure, of));
    }
    results.push({ network, name, whole, lines, repairs });
  }
  const text2 = page(results, { images: results[0]?.whole.images ?? 0, points, repaired: calibration ? images : null });
  writeFileSync(at("docs", "results.md"), text2);
  say("docs/results.md is written.");
});
