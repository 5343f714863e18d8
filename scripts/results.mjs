// Measures what pruning does to the sample networks and writes docs/results.md: `npm run results -- --data PATH --calibration PATH`.
// `--data` are labelled CIFAR-10 test images, `--calibration` other pictures for repair (without it nothing is repaired).
// Criteria and compensations are those that `prune --help` names. What is measured is kept in target/results, and a second run takes
// up where the first stopped: delete it after a change of the method.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** Criteria whose plans are repaired too. */
const repairing = ["probability", "sigma", "influence"];

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

/** The same, from the file of an earlier run where it is there. */
function remembered(file, request) {
  const { model, folder, ...key } = request;
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const name = JSON.stringify(key);
  known[name] ??= repaired(request);
  writeFileSync(file, JSON.stringify(known));
  return known[name];
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
  // `apoz` would measure on the images that it is judged by.
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
    // The baseline needs no comparison of compensations: the last, the strongest, will do.
    const whole = criteria.filter((name) => name !== "random");
    for (const [which, how] of [
      [whole, compensations],
      [["random"], compensations.slice(-1)],
    ]) {
      const sweep = ["--criteria", which.join(), "--compensations", how.join(), "--points", points];
      await must(prune, ["sweep", model, ...sweep, "--data", data, "--limit", limit, "-o", csv]);
    }
    const original = json("eval", model, "--data", data, "--limit", limit);
    const repairs = [];
    if (calibration) {
      const compensation = compensations.at(-1);
      for (const criterion of repairing.filter((name) => criteria.includes(name))) {
        for (const target of [30, 50]) {
          const request = { model, data, limit, calibration, images, criterion, compensation, target, folder };
          repairs.push(remembered(`${folder}/${name}_repairs.json`, request));
        }
      }
    }
    const lines = curves(readFileSync(csv, "utf8"));
    for (const [figure, of] of [
      ["macs", network.macs],
      ["params", network.params],
    ]) {
      writeFileSync(at("docs", "results", `${name}_${figure}.svg`), plot(network, original, lines, figure, of));
    }
    results.push({ network, name, whole: original, lines, repairs });
  }
  const written = page(results, {
    images: results[0]?.whole.images ?? 0,
    repaired: calibration ? images : null,
  });
  writeFileSync(at("docs", "results.md"), written);
  say("docs/results.md is written.");
});
