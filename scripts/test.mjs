// `npm test`: everything, in an order that compiles each thing once. `npm test -- rust oracle` runs those stages alone.
// A failing stage does not stop the ones after it; the last line is the sum.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { bundle } from "./build.mjs";
import { at, main, must, npx, run, Stop, say } from "./lib.mjs";
import { pytest } from "./python.mjs";
import { browser, firefox, packages, rust, wasmBindgen, webkit } from "./setup.mjs";
import { cargoWasm, wasm } from "./wasm.mjs";

/** The same promise at every call: several stages may need one thing. */
const once = (work) => {
  let promise;
  return () => {
    promise ??= work();
    return promise;
  };
};

const need = {
  packages: once(packages),
  rust: once(rust),
  wasm: once(async () => {
    await need.rust();
    await wasmBindgen();
    await wasm();
  }),
  page: once(async () => {
    await need.packages();
    await need.wasm();
    await bundle();
  }),
  cli: once(async () => {
    await need.rust();
    await must("cargo", ["build", "--locked", "--bin", "prune"]);
  }),
};

/** `names`: those of the tests that failed, as far as the runner gives them; `again`: of those that passed at the second try. */
const none = { passed: 0, failed: 0, skipped: 0, names: [], again: [] };
const sum = (all) =>
  all.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failed: a.failed + b.failed,
      skipped: a.skipped + b.skipped,
      names: [...a.names, ...b.names],
      again: [...a.again, ...b.again],
    }),
    none,
  );
const allMatches = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name.trim());

/** A command that passes or fails as a whole. */
async function check(command, args, options) {
  const { code } = await run(command, args, options);
  return { ...none, [code === 0 ? "passed" : "failed"]: 1 };
}

/** Counts that a runner printed; a runner that failed without a failing test counts as one failure. */
const settle = (code, counts) => (code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts);

async function cargoTest() {
  const { code, output } = await run("cargo", ["test", "--locked", "--no-fail-fast"]);
  const results = [...output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored/gm)];
  const counts = results.map(([, ...n]) => ({ ...none, passed: +n[0], failed: +n[1], skipped: +n[2] }));
  return settle(code, { ...sum(counts), names: allMatches(output, /^test (.*) \.\.\. FAILED$/gm) });
}

async function vitest(project, env) {
  const folder = mkdtempSync(path.join(tmpdir(), "vitest-"));
  const file = path.join(folder, "counts.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const { code, output } = await run(...npx("vitest/vitest.mjs", "run", "--project", project, ...reporters), { env });
    let report = {};
    try {
      report = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      // Vitest did not get as far as counting; its exit code says so.
    }
    return settle(code, {
      ...none,
      passed: report.numPassedTests ?? 0,
      failed: report.numFailedTests ?? 0,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
      names: (report.testResults ?? []).flatMap(({ name, status, assertionResults }) => {
        const failed = assertionResults.filter((it) => it.status === "failed").map((it) => it.fullName);
        const said = failed.length === 0 && status === "failed" ? ["cannot be run"] : failed;
        return said.map((test) => `${path.basename(name)}: ${test}`);
      }),
      again: allMatches(stripVTControlCharacters(output), /^\s*✓ (.*?)(?: \d+ms)? \(retry x\d+\)/gm),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function nodeTest(folder, env) {
  const files = readdirSync(at(folder)).filter((name) => name.endsWith(".test.mjs"));
  if (files.length === 0) throw new Stop(`There are no tests in ${folder}.`);
  const options = ["--test", "--test-reporter=spec", `--test-concurrency=${availableParallelism()}`];
  const paths = files.sort().map((name) => path.join(folder, name));
  const { code, output } = await run(process.execPath, [...options, ...paths], { env });
  const count = (word) => Number(new RegExp(`^ℹ ${word} (\\d+)`, "m").exec(output)?.[1] ?? 0);
  return settle(code, {
    ...none,
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
    names: [...new Set(allMatches(output, /^\s*✖ (.*) \([\d.]+ms\)/gm))],
  });
}

const whole = async (work) => {
  await work();
  return { ...none, passed: 1 };
};

const stages = [
  {
    name: "format",
    title: "Rust formatting",
    needs: [need.rust],
    work: () => check("cargo", ["fmt", "--all", "--check"]),
  },
  {
    name: "clippy",
    title: "Rust linter",
    needs: [need.rust],
    work: () => check("cargo", ["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]),
  },
  {
    name: "docs",
    title: "Rust documentation",
    needs: [need.rust],
    work: () => check("cargo", ["doc", "--locked", "--no-deps", "--lib"], { env: { RUSTDOCFLAGS: "-D warnings" } }),
  },
  { name: "wasm", title: "Core for the page", needs: [], work: () => whole(need.wasm) },
  {
    name: "clippy-wasm",
    title: "Rust linter on the bindings",
    needs: [need.rust],
    work: () => check("cargo", ["clippy", ...cargoWasm, "--", "-D", "warnings"]),
  },
  {
    name: "types",
    title: "TypeScript types",
    needs: [need.packages, need.wasm],
    work: () => check(...npx("typescript/bin/tsc", "--noEmit")),
  },
  {
    name: "style",
    title: "TypeScript and JavaScript linter and formatting",
    needs: [need.packages],
    work: () => check(...npx("@biomejs/biome/bin/biome", "check", "--error-on-warnings")),
  },
  {
    name: "licences",
    title: "Licences of what others wrote",
    needs: [need.packages, need.rust],
    work: async () => {
      // It needs packages that a fresh clone has only by now.
      const { cargoDeny, check } = await import("./licences.mjs");
      const results = [check(), await cargoDeny()];
      const count = (value) => results.filter((it) => it === value).length;
      const own = { ...none, passed: count(true), failed: count(false), skipped: count(null) };
      return sum([own, await nodeTest("scripts/licences")]);
    },
  },
  { name: "rust", title: "Rust tests", needs: [need.rust], work: cargoTest },
  { name: "unit", title: "TypeScript tests", needs: [need.packages, need.wasm], work: () => vitest("unit") },
  { name: "page", title: "The built page", needs: [], work: () => whole(need.page) },
  {
    name: "oracle",
    title: "Pruned files in a second runtime",
    needs: [need.packages, need.cli],
    work: () => nodeTest("tests/oracle"),
  },
  {
    name: "npm",
    title: "The npm package in Node and in a page",
    needs: [need.packages, need.wasm, need.cli],
    work: async () => nodeTest("tests/npm", { CHROMIUM: await browser() }),
  },
  {
    name: "python",
    title: "The Python package in a fresh environment",
    needs: [need.cli],
    work: async () => {
      const { code, output } = (await pytest()) ?? {};
      if (code === undefined) return { ...none, skipped: 1 };
      const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0);
      return settle(code, {
        ...none,
        passed: count("passed"),
        failed: count("failed") + count("errors?"),
        skipped: count("skipped"),
        names: allMatches(output, /^FAILED (.*)$/gm),
      });
    },
  },
  {
    name: "e2e",
    title: "The page in Chromium",
    needs: [need.page],
    work: async () => vitest("e2e", { CHROMIUM: await browser() }),
  },
  {
    name: "e2e-firefox",
    title: "The page in Firefox",
    needs: [need.page, firefox],
    work: () => vitest("e2e-firefox"),
  },
  {
    name: "e2e-webkit",
    title: "The main path in WebKit",
    needs: [need.page, webkit],
    work: () => vitest("e2e-webkit"),
  },
];

async function runStage({ title, needs, work }) {
  say(`\n=== ${title} ===\n`);
  const start = performance.now();
  let counts;
  try {
    for (const prepare of needs) await prepare();
    counts = await work();
  } catch (error) {
    say(error instanceof Stop ? error.message : error.stack);
    counts = { ...none, failed: 1 };
  }
  return { ...counts, seconds: (performance.now() - start) / 1000 };
}

await main(import.meta, async (wanted) => {
  const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `No stage named ${unknown.join(", ")}. Stages: ${stages.map((stage) => stage.name).join(" ")}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const results = [];
  for (const stage of stages) {
    if (wanted.length > 0 && !wanted.includes(stage.name)) continue;
    results.push({ name: stage.name, ...(await runStage(stage)) });
  }
  const total = sum(results);
  const row = (...cells) => say(cells.map((cell, i) => (i ? String(cell).padStart(9) : cell.padEnd(12))).join(""));
  say("\n=== Summary ===\n");
  row("stage", "passed", "failed", "skipped", "seconds");
  for (const r of results) row(r.name, r.passed, r.failed, r.skipped, r.seconds.toFixed(1));
  const listed = (what, key) => results.flatMap((r) => r[key].map((name) => `${what}: ${r.name}: ${name}`));
  const notes = [...listed("passed at the second try", "again"), ...listed("failed", "names")];
  if (notes.length > 0) say(`\n${notes.join("\n")}`);
  say(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0) process.exitCode = 1;
});
