/** One server, one browser; each test gets a fresh context and has to leave a clean console behind. */
import { readdir, readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { basename, join } from "node:path";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { mendFill } from "./bidi";
import { BROWSER, browserFor, closeAll, missing, type Wishes } from "./browsers";
import { serve } from "./server";

let server: Server;
let origin: string;
let contexts: BrowserContext[] = [];
let problems: string[] = [];

/** The page's address, without a hash. */
export let url: string;

beforeAll(async () => {
  ({ server, url } = await serve());
  origin = new URL(url).origin;
  if (!missing) await browserFor({});
});

beforeEach(({ skip }) => {
  if (missing) skip(missing);
});

afterEach(async () => {
  const found = problems;
  problems = [];
  for (const context of contexts) await context.close();
  contexts = [];
  expect(found).toEqual([]);
});

afterAll(async () => {
  await closeAll();
  server?.close();
});

export interface Opening extends Omit<BrowserContextOptions, keyof Wishes>, Wishes {
  hash?: string;
  /** A first visit, or a link exactly as it is given. */
  first?: boolean;
  /** Another page than the one that is served. */
  at?: string;
  /** What must not count as a problem. */
  expected?: RegExp;
  before?: (page: Page) => Promise<unknown>;
  /** Do not wait for the first plan. */
  early?: boolean;
}

/**
 * Links of the first version open the research page with the paper's method; these tests describe that page unless they
 * say otherwise, on a network whose numbers are known.
 */
const RESEARCH_NET = "net=mobilenetv1_050_cifar10.onnx";

function researched(hash: string): string {
  const text = hash.replace(/^#/, "");
  if (/(^|&)(net|lesson|v)=/.test(text) || text.length > 5000) return hash;
  return `#${text}${text ? "&" : ""}${RESEARCH_NET}`;
}

export async function openPage({
  hash: asked = "",
  first = false,
  at = url,
  expected,
  before,
  early,
  fontSize,
  ...options
}: Opening = {}): Promise<Page> {
  const hash = first ? asked : researched(asked);
  const { permissions, reducedMotion, ...everywhere } = options;
  const browser = await browserFor({ ...options, ...(fontSize ? { fontSize } : {}) });
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: "block",
    // Firefox has these from its profile (browsers.ts).
    ...(BROWSER === "firefox" ? everywhere : options),
  });
  contexts.push(context);
  const page = await context.newPage();
  if (BROWSER === "firefox") mendFill(page);
  const note = (text: string) => {
    if (!expected?.test(text)) problems.push(text);
  };
  page.on("console", (message) => {
    if (message.type() === "error") note(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`page: ${error.message}`));
  context.on("request", (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (/^https?:|^wss?:/.test(protocol) && to !== origin && to !== new URL(at).origin)
      note(`left the origin: ${request.url()}`);
  });
  if (fontSize && BROWSER === "chromium") {
    const cdp = await context.newCDPSession(page);
    await cdp.send("Page.setFontSizes", { fontSizes: { standard: fontSize } });
  }
  await before?.(page);
  await page.goto(at + hash, { waitUntil: early ? "domcontentloaded" : "load" });
  if (early) return page;
  await planned(page);
  await rested(page);
  return page;
}

/** With the first plan come panels and pictures: nothing is clicked while things find their places. */
async function rested(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let still = 0, height = 0; still < 3; ) {
      await new Promise(requestAnimationFrame);
      const now = document.documentElement.scrollHeight;
      still = now === height ? still + 1 : 0;
      height = now;
    }
  });
}

/** Waits until more plans were painted than `after`. */
export async function planned(page: Page, after = 0): Promise<void> {
  await page.waitForFunction((n) => performance.getEntriesByName("plan").length > n, after, { timeout: 20_000 });
}

export async function measures(page: Page, name: string): Promise<{ start: number; duration: number }[]> {
  return page.evaluate(
    (of) => performance.getEntriesByName(of).map((it) => ({ start: it.startTime, duration: it.duration })),
    name,
  );
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** A percentage as one of the three outputs shows it. */
export async function removed(page: Page, what: "Parameters" | "MACs" | "Channels"): Promise<number> {
  const output = page.getByLabel(`${what} removed`, { exact: true });
  // A dash stands there until the first plan has come.
  await expect.poll(() => output.textContent()).toMatch(/^[\d.]+\s%$/);
  return Number.parseFloat((await output.textContent())!);
}

export async function setThreshold(page: Page, value: string): Promise<void> {
  const box = page.getByRole("spinbutton", { name: "Threshold value" });
  await box.fill(value);
  await box.press("Enter");
}

/** A row of the table "Four-case plan". */
export async function caseCount(page: Page, row: string): Promise<number> {
  const table = page.getByRole("table", { name: "Four-case plan" });
  const cell = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: row, exact: true }) });
  return Number((await cell.locator("td").first().textContent())!.replaceAll(",", ""));
}

/** Opens the export menu, where it is not open. */
export async function openExport(page: Page): Promise<void> {
  const item = page.getByRole("button", { name: "Plan as JSON" });
  if (!(await item.isVisible())) await page.getByRole("button", { name: "Export", exact: true }).click();
  await item.waitFor();
}

/** Presses one of the buttons in the export menu. */
export async function pressExport(page: Page, name: string): Promise<void> {
  await openExport(page);
  await page.getByRole("button", { name, exact: true }).click();
}

export interface Dropped {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const binary = (name: string, buffer: Buffer): Dropped => ({
  name,
  mimeType: "application/octet-stream",
  buffer,
});

export function dropOnPage(page: Page, ...files: Dropped[]) {
  return page.locator("body").drop({ files });
}

/** Chooses a folder of flat files. WebDriver BiDi only hands over files, so in Firefox the page is given what a choice gives. */
export async function chooseFolder(page: Page, name: string, folder: string): Promise<void> {
  const input = page.getByLabel(name);
  if (BROWSER === "chromium") return input.setInputFiles(folder);
  const files = await Promise.all(
    (await readdir(folder)).map(async (it) => ({
      name: it,
      text: (await readFile(join(folder, it))).toString("base64"),
    })),
  );
  await input.evaluate(
    (it, { folder, files }) => {
      const types: Record<string, string> = { png: "image/png", txt: "text/plain" };
      const data = new DataTransfer();
      for (const { name, text } of files) {
        const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
        const file = new File([bytes], name, { type: types[name.split(".").pop()!] ?? "" });
        Object.defineProperty(file, "webkitRelativePath", { value: `${folder}/${name}` });
        data.items.add(file);
      }
      (it as HTMLInputElement).files = data.files;
      it.dispatchEvent(new Event("change", { bubbles: true }));
    },
    { folder: basename(folder), files },
  );
}
