/**
 * A language that is no language: the page built with every word in brackets. What stands outside of brackets did not
 * come from the words, and a translation would not reach it.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { build, type Plugin } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPage } from "./harness";
import { serve } from "./server";

const ROOT = join(import.meta.dirname, "../..");
const index: Record<"networks" | "images", { name: string }[]> = JSON.parse(
  readFileSync(join(ROOT, "www/public/samples/index.json"), "utf8"),
);

/** Wraps strings, and what functions make, however deep they lie. */
const WRAP = `
function wrapped(it) {
  if (typeof it === "string") return "⟦" + it + "⟧";
  if (typeof it === "function") return (...args) => wrapped(it(...args));
  if (Array.isArray(it)) return it.map(wrapped);
  return Object.fromEntries(Object.entries(it).map(([key, of]) => [key, wrapped(of)]));
}`;

function brackets(): Plugin {
  return {
    name: "brackets",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/words/index.ts")) return;
      const changed = code.replace("= LANGUAGES[language]", "= wrapped(LANGUAGES[language])");
      if (changed === code) throw new Error("words/index.ts does not choose the words as it did");
      return changed + WRAP;
    },
  };
}

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "words-"));
  await build({
    configFile: join(ROOT, "vite.config.ts"),
    root: join(ROOT, "www"),
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true, minify: false },
    plugins: [brackets()],
  });
  ({ server, url } = await serve(folder));
}, 120_000);

afterAll(async () => {
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The core's own sentences, which come in English: see www/src/words/README.md. */
const OF_THE_CORE = ".reasons li, .goes-with > .hint, .repaired > .caution";

/** What is read or heard outside of brackets. */
function outside(page: Page): Promise<string[]> {
  return page.evaluate((ofTheCore) => {
    const SPOKEN = ["aria-label", "title", "alt", "placeholder", "aria-roledescription", "aria-valuetext"];
    const found = new Set<string>();
    // Brackets may open in one node and close in another: a word in bold is a node of its own.
    let depth = 0;
    const note = (text: string, where: string) => {
      let bare = "";
      for (const c of text) {
        if (c === "⟦") depth++;
        else if (c === "⟧") depth--;
        else if (depth === 0) bare += c;
      }
      if (/\p{L}/u.test(bare)) found.add(`${where}: ${bare.replace(/\s+/g, " ").trim()}`);
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const parent = text.parentElement!;
      if (parent.closest(`noscript, ${ofTheCore}`)) continue;
      note(text.textContent ?? "", `${parent.closest("[class]")?.getAttribute("class")} ${parent.localName}`);
    }
    for (const element of document.body.querySelectorAll("*")) {
      depth = 0;
      for (const name of SPOKEN) note(element.getAttribute(name) ?? "", `${element.localName}[${name}]`);
    }
    return [...found];
  }, OF_THE_CORE);
}

/** Names and symbols are the same in every language. */
const NAMES = [
  // Samples, their pictures and classes (samples/index.json; the core's labels).
  ...[...index.networks, ...index.images].map((it) => it.name),
  "T-shirt/top",
  // Nodes of the networks, and files.
  /[\w/]*features\.[\w./]*/g,
  /\/fc\/Gemm|\bfc\b|\blogits\b|\binput\b/g,
  /\S+\.onnx\S*|http:\S+/g,
  /batch(×\d+)+/g,
  // Operators, and what can be chosen by its name.
  /\b(Relu6?|Clip|Conv|Gemm)\b/g,
  /\b(imagenet(-tf)?|cifar100?|fashion-mnist|none)\b/g,
  // Units and the Gaussian.
  /\d\s(k|M|G|B|kB|MB|s|ms)(?!\p{L})/gu,
  /\bN\(/g,
];

function nameless(found: string): boolean {
  const text = found.slice(found.indexOf(": ") + 2);
  return /\p{L}/u.test(NAMES.reduce<string>((left, name) => left.replaceAll(name, ""), text));
}

test("everything that is read or heard comes from the words", { timeout: 120_000 }, async () => {
  const page = await openPage({ at: url });
  const unspoken = new Set<string>();
  const look = async (where: string) => {
    for (const it of (await outside(page)).filter(nameless)) unspoken.add(`${where}: ${it}`);
  };
  const press = (name: string) =>
    page
      .getByRole("button", { name: `⟦${name}⟧`, exact: true })
      .first()
      .click();
  const shown = (text: string) => page.getByText(text).first().waitFor();

  for (const folded of ["Not pruned, because", "Per layer", "Limits per layer"]) {
    await page.getByText(folded).first().click();
  }
  for (const [panel, sign] of [
    ["Channel", ".arithmetic"],
    ["Four cases", ".walk"],
    ["Network", ".graph-picture .node"],
    ["Compare", ".compare"],
    ["Lab", ".lab"],
  ] as const) {
    await page.getByRole("tab", { name: `⟦${panel}⟧`, exact: true }).click();
    await page.locator(sign).first().waitFor();
    await look(panel);
  }
  // The smallest sample, with its labelled images.
  await press("Fashion-MNIST sample with its test images");
  await page.getByLabel("⟦Images used⟧").selectOption("100");
  await press("Evaluate both networks");
  await look("while evaluating");
  await shown("newly wrong");
  await look("evaluation");
  await press("Curves");
  await look("curves");
  await press("Largest pruning that holds");
  await look("guard");
  // Runs both networks when it is done.
  await press("Repair with my images");
  await look("while repairing");
  await page.locator(".predictions .times").waitFor();
  await press("Measure on my images");
  await shown("measured.");
  await look("proof");
  await press("Table");
  await press("Pin as plan A");
  await page.locator(".against").waitFor();
  await press("Copy link");
  await look("table, pinned plan, message");
  await press("Export");
  await look("export menu");
  await press("Report");
  await page.locator(".report header").waitFor();
  await look("report");
  await page.keyboard.press("Escape");
  await press("Learn");
  for (const guess of ["1 in 4", "in about 1 of 100 positions", "always the same number"]) {
    await press(guess);
    await look(guess);
    await press("Next");
  }
  await press("Teacher’s sheet");
  await page.locator(".sheet li").first().waitFor();
  await look("sheet");
  expect([...unspoken]).toEqual([]);
});

test("a string beside the words would be found", async () => {
  const page = await openPage({ at: url });
  await page.evaluate(() => {
    const stray = document.createElement("p");
    stray.innerHTML = '⟦in <b>brackets</b>⟧ and <i title="a title">beside</i>';
    document.body.append(stray);
  });
  const found = (await outside(page)).filter(nameless).map((it) => it.replace(/^.*: /, ""));
  expect(found).toEqual(["and", "beside", "a title"]);
});
