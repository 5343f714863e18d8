// The npm package, packed and installed as a user would: in Node and in a page, with the command line's bytes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { npmPackage } from "../../scripts/npm-package.mjs";
import { prune, samples } from "../oracle/lib/prune.mjs";
import { open } from "../oracle/lib/runtime.mjs";

const NETWORK = "mobilenetv1_025_fashion.onnx";
const file = path.join(samples, NETWORK);
const windows = process.platform === "win32";
const folder = mkdtempSync(path.join(tmpdir(), "npm-package-"));

before(async () => {
  const archive = await npmPackage();
  writeFileSync(path.join(folder, "package.json"), '{ "type": "module", "private": true }');
  const install = ["install", "--offline", "--no-audit", "--no-fund", "--silent", archive];
  const { status, stderr } = spawnSync("npm", install, { cwd: folder, shell: windows, encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** What a program in the folder prints, as JSON. */
function node(program) {
  writeFileSync(path.join(folder, "program.js"), program);
  const ran = spawnSync(process.execPath, ["program.js"], { cwd: folder, encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stderr);
  return JSON.parse(ran.stdout);
}

const imports = `
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import * as cp from "channel-pruning";
const model = readFileSync(${JSON.stringify(file)});
const folder = ${JSON.stringify(path.join(samples, "images", "fashion"))};
const images = readdirSync(folder).map((name) => readFileSync(folder + "/" + name));
`;

test("in Node a plan is carried out with the command line's bytes and figures", async () => {
  const out = path.join(folder, "by-command.onnx");
  await prune("apply", file, "--criterion", "sigma", "--share", "0.3", "--compensation", "mean", "-o", out);
  const by = node(`${imports}
    const options = { criterion: "sigma", share: 0.3, compensation: "mean", name: "${NETWORK}" };
    const { bytes, report } = await cp.apply(model, options);
    writeFileSync("by-package.onnx", bytes);
    const { params } = await cp.inspect(model);
    const planned = await cp.plan(model, options);
    console.log(JSON.stringify({ params, report, planned: planned.params }));`);
  assert.ok(readFileSync(out).equals(readFileSync(path.join(folder, "by-package.onnx"))));
  assert.equal(by.report.params.before, by.params);
  assert.deepEqual(by.report.params, by.planned);
  assert.ok(by.report.check.passed);
});

test("in Node a network is shrunk, with progress, and judged on images that were not fitted to", async () => {
  const by = node(`${imports}
    let calls = 0;
    const stages = new Set();
    const onProgress = ({ stage }) => { calls += 1; stages.add(stage); };
    const few = await cp.shrink(model, { macs: 30, images, onProgress });
    const many = await cp.shrink(model, { macs: 30, images: [...images, ...images, ...images, ...images] });
    const alone = await cp.shrink(model, { params: 30 });
    writeFileSync("small.onnx", few.bytes);
    const shrunk = ({ report }) => 1 - report.macs.after / report.macs.before;
    console.log(JSON.stringify({ calls, stages: [...stages], few: few.report, many: many.report, shrunk: shrunk(few),
      params: 1 - alone.report.params.after / alone.report.params.before }));`);
  assert.ok(by.calls > 20);
  assert.deepEqual(by.stages.toSorted(), ["refitting", "summing", "trying"]);
  assert.ok(Math.abs(by.shrunk - 0.3) < 0.05, `${by.shrunk}`);
  assert.ok(Math.abs(by.params - 0.3) < 0.05, `${by.params}`);
  assert.ok(by.few.repair);
  assert.equal(by.few.images, 10);
  assert.match(by.few.not_judged, /so few images were fitted to/);
  assert.deepEqual([by.many.images, by.many.judged_on, by.many.not_judged], [32, 8, null]);
  assert.ok(by.many.evaluation.against.agreement >= 0.5);
  // Any other runtime runs it.
  const small = await open(path.join(folder, "small.onnx"));
  assert.ok(small);
});

test("in Node a wrong call is one sentence", () => {
  const said = node(`${imports}
    const message = async (work) => { try { await work(); return ""; } catch (error) { return error.message; } };
    console.log(JSON.stringify([
      await message(() => cp.inspect(new Uint8Array([1, 2, 3]), { name: "three.onnx" })),
      await message(() => cp.shrink(model, {})),
      await message(() => cp.shrink(model, { macs: 30, images: ["a.png"] })),
      await message(() => cp.shrink(model, { macs: 30, images, signal: AbortSignal.abort() })),
    ]));`);
  assert.match(said[0], /^three\.onnx/);
  assert.match(said[1], /one target/);
  assert.match(said[2], /Uint8Array/);
  assert.match(said[3], /stopped/);
  for (const sentence of said) assert.doesNotMatch(sentence, /\n/);
});

const noBrowser = process.env.CHROMIUM ? false : "CHROMIUM names no browser";

test("in a page the same network comes out", { skip: noBrowser }, async () => {
  const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    response.setHeader("content-type", types[path.extname(pathname)] ?? "application/octet-stream");
    if (pathname === "/page.html") return response.end("<!doctype html><title>package</title>");
    if (pathname === "/favicon.ico") return response.end();
    return response.end(readFileSync(pathname === "/model" ? file : path.join(folder, pathname)));
  }).listen(0, "127.0.0.1");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/page.html`);
    const size = await page.evaluate(async () => {
      const { shrink } = await import("/node_modules/channel-pruning/index.js");
      const model = await (await fetch("/model")).arrayBuffer();
      const { bytes, report } = await shrink(model, { macs: 40 });
      return { bytes: bytes.length, before: model.byteLength, passed: report.check.passed };
    });
    assert.ok(size.passed);
    assert.ok(size.bytes < size.before);
  } finally {
    await browser.close();
    server.close();
  }
});
