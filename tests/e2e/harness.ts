/** One browser, one server; each test gets a fresh context and has to leave a clean console behind. */
import type { Server } from "node:http";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { serve } from "./server";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let browser: Browser;
let server: Server;
let origin: string;
let contexts: BrowserContext[] = [];
let problems: string[] = [];

/** The page's address, without a hash. */
export let url: string;

beforeAll(async () => {
  ({ server, url } = await serve());
  origin = new URL(url).origin;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
});

afterEach(async () => {
  const found = problems;
  problems = [];
  for (const context of contexts) await context.close();
  contexts = [];
  expect(found).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

export interface Opening extends BrowserContextOptions {
  hash?: string;
  /** Another page than the one that is served. */
  at?: string;
  /** What must not count as a problem. */
  expected?: RegExp;
  before?: (page: Page) => Promise<unknown>;
  /** Do not wait for the first plan. */
  early?: boolean;
}

export async function openPage({
  hash = "",
  at = url,
  expected,
  before,
  early,
  ...options
}: Opening = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: "block",
    ...options,
  });
  contexts.push(context);
  const page = await context.newPage();
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
  await before?.(page);
  await page.goto(at + hash, { waitUntil: early ? "domcontentloaded" : "load" });
  if (!early) await planned(page);
  return page;
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
  const text = await page.getByLabel(`${what} removed`, { exact: true }).textContent();
  expect(text).toMatch(/^[\d.]+\s%$/);
  return Number.parseFloat(text!);
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
