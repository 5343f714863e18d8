/** Without a network: a new version that takes over safely, and the page as one file from a disk. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, planned, removed, setThreshold } from "./harness";
import { DIST, serve } from "./server";

const ROOT = join(import.meta.dirname, "../..");

/** The same page, as if built anew: its entry has another name, and so has its service worker's cache. */
async function release(folder: string, build: string): Promise<void> {
  const assets = join(folder, "assets");
  const [old] = (await readdir(assets)).filter((name) => /^index-.*\.js$/.test(name));
  const entry = `index-${build}.js`;
  await rename(join(assets, old!), join(assets, entry));
  for (const file of ["index.html", "sw.js"]) {
    const text = (await readFile(join(folder, file), "utf8")).replaceAll(old!, entry);
    await writeFile(join(folder, file), text.replace(/BUILD = "\w+"/, `BUILD = "${build}"`));
  }
}

const entryOf = (page: Page) =>
  page.evaluate(() => document.querySelector<HTMLScriptElement>("script[type=module]")!.src.split("/").pop());

const kept = (page: Page) =>
  page.evaluate(async () => {
    const names = (await caches.keys()).filter((it) => !it.endsWith("samples"));
    const files = await Promise.all(names.map(async (it) => (await (await caches.open(it)).keys()).length));
    return Object.fromEntries(names.map((name, i) => [name, files[i]!]));
  });

/** Names of the cores that the page has kept for the time without a network. */
const cores = (page: Page) =>
  page.evaluate(async () => {
    const keys = (await Promise.all((await caches.keys()).map(async (it) => (await caches.open(it)).keys()))).flat();
    return keys.map((it) => it.url.split("/").pop()!).filter((it) => it.endsWith(".wasm"));
  });

test("of the two cores the page loads and keeps the one that its browser runs", async () => {
  const loaded: string[] = [];
  const page = await openPage({
    serviceWorkers: "allow",
    before: async (it) => it.on("request", (request) => request.url().endsWith(".wasm") && loaded.push(request.url())),
  });
  await page.evaluate(() => navigator.serviceWorker.ready);
  await expect.poll(() => cores(page), { timeout: 20_000 }).toHaveLength(1);
  expect(loaded).toHaveLength(1);
  expect(loaded[0]).toContain((await cores(page))[0]);
});

test("a browser without relaxed SIMD runs the other core, with the same numbers", async () => {
  const loaded: string[] = [];
  const page = await openPage({
    before: async (it) => {
      it.on("request", (request) => request.url().endsWith(".wasm") && loaded.push(request.url()));
      await it.addInitScript(() => {
        WebAssembly.validate = () => false;
      });
    },
  });
  expect(loaded).toHaveLength(1);
  expect(loaded[0]).toContain("/core_bg-");
  await setThreshold(page, "0.85");
  await expect.poll(() => removed(page, "Parameters")).toBe(18.2);
});

test("a new version is announced, is what the next load shows, and works offline; no old cache stays", async () => {
  const folder = await mkdtemp(join(tmpdir(), "release-"));
  await cp(DIST, folder, { recursive: true });
  await release(folder, "one");
  const { url, server } = await serve(folder);
  try {
    const page = await openPage({ at: url, serviceWorkers: "allow" });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await expect
      .poll(() => kept(page), { timeout: 20_000 })
      .toMatchObject({ "channel-pruning-one": expect.any(Number) });
    expect((await kept(page))["channel-pruning-one"]).toBeGreaterThan(8);
    expect(await page.getByText("newer version").count()).toBe(0);

    await release(folder, "two");
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await page.getByText("A newer version of this page is ready").waitFor({ timeout: 20_000 });
    // Nothing was taken from under the page that is open.
    expect(await entryOf(page)).toBe("index-one.js");
    await setThreshold(page, "0.85");
    await expect.poll(() => removed(page, "Parameters")).toBe(18.2);

    await page.reload();
    await planned(page);
    expect(await entryOf(page)).toBe("index-two.js");
    expect(await page.getByText("newer version").count()).toBe(0);

    // Once no page of the old version is open, the new worker takes over and clears up.
    const context = page.context();
    await page.close();
    let later = await context.newPage();
    // A browser that is busy lets the old one serve a page that comes at once; then it is the next visit that counts.
    const visit = async () => {
      await later.close();
      later = await context.newPage();
      await later.goto(url);
      await planned(later);
      return Object.keys(await kept(later));
    };
    await expect.poll(visit, { timeout: 40_000, interval: 1_000 }).toEqual(["channel-pruning-two"]);
    await context.setOffline(true);
    await later.goto(url);
    await planned(later);
    expect(await entryOf(later)).toBe("index-two.js");
    // The first seconds play the cut.
    await expect.poll(() => removed(later, "Parameters"), { timeout: 20_000 }).toBeGreaterThan(0);
    // What others wrote, and its licences, is shown offline too.
    await later.getByRole("button", { name: "Research", exact: true }).click();
    const opening = context.waitForEvent("page");
    await later.getByRole("link", { name: "Third-party licences" }).click();
    expect(await (await opening).locator("body").textContent()).toContain("tract-onnx");
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("the one-file page works from a disk, with no network: plan, both networks, repair, file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "standalone-"));
  const file = join(folder, "playground.html");
  await promisify(execFile)(process.execPath, [join(ROOT, "scripts/standalone.mjs"), "--out", file], { cwd: ROOT });
  try {
    const page = await openPage({ at: pathToFileURL(file).href, offline: true });
    expect(await removed(page, "Parameters")).toBe(17);
    await setThreshold(page, "0.85");
    await expect.poll(() => removed(page, "Parameters")).toBe(18.2);
    await expect.poll(() => page.evaluate(() => location.hash)).toContain("threshold=0.85");
    await page.getByRole("button", { name: "Run both networks" }).click();
    await page.getByRole("table", { name: "Predictions" }).waitFor({ timeout: 30_000 });
    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download pruned model" }).click();
    expect((await readFile(await (await waiting).path())).length).toBeGreaterThan(1_000_000);
    await page.getByText(/Checked: max \|Δ\|/).waitFor();
    // The other sample inside, through the same worker.
    const samples = page.getByRole("list", { name: "Sample models" }).getByRole("button");
    expect(await samples.count()).toBe(2);
    await samples.nth(1).click();
    await page.getByRole("heading", { name: "mobilenetv1_025_fashion.onnx" }).waitFor();
    const logo = page.getByRole("banner").locator("img");
    expect(await logo.evaluate((it) => (it as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    const saving = page.waitForEvent("download");
    await page.getByRole("link", { name: "Third-party licences" }).click();
    expect(await readFile(await (await saving).path(), "utf8")).toContain("tract-onnx");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
