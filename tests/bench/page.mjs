// Serves the repository, and files that are only in memory, to a page in Chromium that runs one module.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { browser } from "../../scripts/setup.mjs";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** Calls `work` with a page that has run `module`, which sets `window.measure`. `files`: contents by path. */
export async function withPage(module, files, work) {
  const server = createServer((request, response) => {
    const name = path.normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    if (name === "/") {
      response.setHeader("content-type", "text/html");
      response.end(`<!doctype html><script type="module" src="${module}"></script>`);
      return;
    }
    try {
      const bytes = files[name] ?? readFileSync(path.join(root, name));
      response.setHeader("content-type", types[path.extname(name)] ?? "application/octet-stream");
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const app = await chromium.launch({ executablePath: await browser(), args: ["--no-sandbox"] });
  try {
    const page = await app.newPage();
    page.on("pageerror", (error) => process.stderr.write(`${error}\n`));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => "measure" in window);
    return await work(page);
  } finally {
    await app.close();
    server.close();
  }
}
