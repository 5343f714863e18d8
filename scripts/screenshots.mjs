// Pictures of every view of the built page, light and dark, wide and on a phone, for looking at:
// `npm run screenshots [-- PART OF A NAME …]` writes them to test-results/screenshots.
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { at, main, say } from "./lib.mjs";
import { serve } from "./serve.mjs";
import { browser } from "./setup.mjs";

const net = "net=mobilenetv1_050_cifar10.onnx";
const unfold = (page) =>
  page.evaluate(() => {
    for (const it of document.querySelectorAll("details")) it.open = true;
  });

/** Name, address, and what is done before the picture is taken. */
const views = [
  ["start", net],
  ["layer", `${net}&zoom=16`],
  ["layer-wide", "net=ghostnet_050_cifar10.onnx&zoom=3&criterion=sigma&share=0.3&compensation=mean"],
  ["table", `${net}&mapAs=table`],
  ["table-layer", `${net}&mapAs=table&zoom=6`],
  ["own-layers", `${net}&own=8t0.6f32*16t0.5m16*20f200`],
  ["own-layer", `${net}&zoom=16&own=16t0.5m16`],
  ["locked", `${net}&locked=4.9.12&multiple=8`],
  ["pinned", `${net}&criterion=sigma&compensation=mean&a=probability_0.99_0.25_shift_0_1_1_3.4`],
  ["presenting", `${net}&present=1`],
  ...["channels", "dead", "cases", "ordinary"].map((step) => [`learn-${step}`, `mode=learn&lesson=${step}&v=2`]),
  [
    "report",
    `${net}&a=probability_0.85_0.25_none_0_1_1_`,
    async (page) => {
      await page.getByRole("button", { name: "Export" }).click();
      await page.getByRole("button", { name: "Report" }).click();
      await page.getByRole("article").waitFor();
    },
  ],
  ["unfolded", net, unfold],
  ...["channel", "cases", "graph", "compare", "lab"].map((view) => [`panel-${view}`, `${net}&view=${view}`]),
  ["graph-coupled", "net=mobilenetv2_050_cifar10.onnx&view=graph&selected=11.3"],
  [
    "run",
    net,
    async (page) => {
      await page.getByRole("button", { name: "Run both networks" }).click();
      await page.getByRole("table", { name: "Predictions" }).waitFor({ timeout: 60_000 });
      await unfold(page);
    },
  ],
];

const shapes = [
  ["wide", { width: 1440, height: 900 }],
  ["phone", { width: 390, height: 844 }],
];

await main(import.meta, async (wanted) => {
  const folder = at("test-results", "screenshots");
  mkdirSync(folder, { recursive: true });
  const { url, close } = await serve(at("dist"), 0, 1);
  const chrome = await chromium.launch({ executablePath: await browser(), args: ["--no-sandbox", "--disable-gpu"] });
  try {
    for (const [name, hash, act] of views) {
      if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
      for (const [shape, viewport] of shapes) {
        for (const colorScheme of ["light", "dark"]) {
          const context = await chrome.newContext({ viewport, colorScheme, serviceWorkers: "block" });
          const page = await context.newPage();
          await page.goto(`${url}#${hash}`);
          await page.waitForFunction(() => performance.getEntriesByName("plan").length > 0);
          await act?.(page);
          await page.waitForTimeout(700);
          const path = `${folder}/${name}-${shape}-${colorScheme}.png`;
          await page.screenshot({ path, fullPage: shape === "phone" });
          await context.close();
        }
      }
      say(name);
    }
  } finally {
    await chrome.close();
    await close();
  }
  say(`The pictures are in ${folder}.`);
});
