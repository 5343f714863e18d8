// Measures which criterion to use when: every criterion at the same share of the MACs, cut and repaired, on images that nothing was
// fitted to. `node scripts/choosing.mjs MODEL --fit PATH --judge PATH [--macs 20,40] [--images 64] [--limit N] [--preset NAME]`
// prints the rows of a table of docs/choosing.md. `--fit` are images for repair, `--judge` labelled ones for the accuracy.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { at, capture, main, Stop, say } from "./lib.mjs";

/** In the order of the table. What takes no images first. */
const criteria = [
  "random",
  "l1",
  "fpgm",
  "slimming",
  "probability",
  "sigma",
  "recommended",
  "influence",
  "apoz",
  "reconstruction",
];
const usage =
  "usage: node scripts/choosing.mjs MODEL --fit PATH --judge PATH [--macs 20,40] [--images 64] [--limit N] [--preset NAME] [--criteria A,B]";

/** Points lost or won, with the paired interval. */
function points({ difference, difference_interval: [low, high] }) {
  const text = (value) => (100 * value).toFixed(1);
  return `${text(difference)} [${text(low)}, ${text(high)}]`;
}

await main(import.meta, async (args) => {
  const text = { type: "string" };
  const names = ["fit", "judge", "macs", "images", "limit", "preset", "criteria", "prune"];
  const options = Object.fromEntries(names.map((name) => [name, text]));
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [model] = positionals;
  if (!model || !values.fit || !values.judge) throw new Stop(usage);
  const prune = values.prune ?? at("target", "release", process.platform === "win32" ? "prune.exe" : "prune");
  const reads = values.preset ? ["--preset", values.preset] : [];
  const fit = ["--data", values.fit, "--images", values.images ?? "64", ...reads];
  const judge = ["--data", values.judge, ...(values.limit ? ["--limit", values.limit] : []), ...reads];
  const folder = at("target", "choosing");
  mkdirSync(folder, { recursive: true });
  const [file, stats] = ["cut.onnx", "stats.json"].map((name) => path.join(folder, `${process.pid}-${name}`));

  function json(...all) {
    const printed = capture(prune, [...all, "--json"]);
    return printed === null ? null : JSON.parse(printed);
  }

  /** What a command's network costs; a dash where it cannot go so deep. */
  function cost(target, ...command) {
    const plan = json(...command, "-o", file);
    if (!plan) return "–";
    const removed = 100 - (100 * plan.macs.after) / plan.macs.before;
    if (Math.abs(removed - target) > 1.5) return "–";
    const { accuracy, against } = json("eval", model, "--against", file, ...judge);
    original = accuracy;
    return points(against);
  }

  let original = null;
  for (const criterion of values.criteria?.split(",") ?? criteria) {
    const row = [];
    const flags = ["--criterion", criterion, "--compensation", "moments"];
    if (criterion === "apoz") {
      if (!existsSync(stats)) capture(prune, ["calibrate", model, ...fit, "-o", stats]);
      flags.push("--stats", stats);
    }
    for (const macs of (values.macs ?? "20,40").split(",")) {
      const plan = [...flags, "--target-macs", macs];
      row.push(criterion === "reconstruction" ? "–" : cost(Number(macs), "apply", model, ...plan));
      row.push(cost(Number(macs), "repair", model, ...plan, ...fit));
    }
    say(`| \`${criterion}\` | ${row.join(" | ")} |`);
  }
  say(`original: ${(100 * original).toFixed(1)} %`);
});
