// The guide's page (docs/guides/onnxruntime-web.html) runs a pruned network and names the class that the command line names.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { at } from "../../scripts/lib.mjs";
import { prune, pruneJson, samples } from "../oracle/lib/prune.mjs";

const noBrowser = process.env.CHROMIUM ? false : "CHROMIUM names no browser";
const CDN = /https:\/\/cdn\.jsdelivr\.net\/npm\/onnxruntime-web@([\d.]+)\/dist\//;

test("a pruned network answers in a page as on the command line", { skip: noBrowser }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "guide-"));
  const small = path.join(folder, "small.onnx");
  const network = path.join(samples, "mobilenetv2_050_cifar10.onnx");
  const image = path.join(samples, "images", "photos", "ship.jpg");
  await prune("apply", network, "--threshold", "0.99", "-o", small);
  const [{ top }] = await pruneJson("run", small, image, "--preset", "cifar10");

  const guide = readFileSync(at("docs", "guides", "onnxruntime-web.html"), "utf8");
  const runtime = at("node_modules", "onnxruntime-web");
  assert.equal(CDN.exec(guide)?.[1], JSON.parse(readFileSync(path.join(runtime, "package.json"), "utf8")).version);
  const types = { ".mjs": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    response.setHeader("content-type", types[path.extname(pathname)] ?? "text/html");
    if (pathname === "/") return response.end(guide.replace(CDN, "/ort/"));
    if (pathname === "/small.onnx") return response.end(readFileSync(small));
    if (pathname.startsWith("/ort/")) return response.end(readFileSync(path.join(runtime, "dist", path.basename(pathname))));
    return response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.getByText("ready").waitFor();
    await page.getByLabel("Image").setInputFiles(image);
    await page.getByText(`class ${top[0].index}`, { exact: true }).waitFor({ timeout: 10_000 });
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
