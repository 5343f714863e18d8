/**
 * Hours of use in minutes: networks opened one after another, repairs, threshold changes. What the page and its workers
 * hold at the end is about what they held after the first ten networks. `npm run soak` does all of it, `npm test` a part.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect, test } from "vitest";
import { filled } from "./filled";
import { setThreshold, url } from "./harness";
import { foldedNet, mapNet } from "./onnx";
import { atRest } from "./walk";

const FULL = process.env.SOAK === "full";
const [NETWORKS, REPAIRS, CHANGES] = FULL ? [200, 30, 2000] : [20, 3, 200];
const FIRST = 10;
const MOST_GROWTH = 1.2;

const PICTURES = ["bag", "coat"].map((name) => ({
  name: `${name}.png`,
  mimeType: "image/png",
  buffer: readFileSync(new URL(`../../www/public/samples/images/fashion/${name}.png`, import.meta.url)),
}));

/** The process that runs the page and its workers, after everything that can be collected was. */
async function megabytes(browser: Browser, page: Page): Promise<number> {
  const collect = () => (globalThis as unknown as { gc(): void }).gc();
  for (let i = 0; i < 3; i++) {
    await page.evaluate(collect);
    for (const worker of page.workers()) await worker.evaluate(collect);
    await page.waitForTimeout(400);
  }
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  await cdp.detach();
  const resident = (pid: number) => {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) / 1024;
  };
  return Math.max(...processInfo.filter((it) => it.type === "renderer").map((it) => resident(it.id)));
}

/** The slider at 0.05, 0.06, … 0.95 and over again, one change a frame: what a hand on it does. */
async function dragAbout(page: Page, changes: number): Promise<void> {
  await page.locator("#amount").evaluate(async (it, times) => {
    const slider = it as HTMLInputElement;
    const [low, high] = [Number(slider.min), Number(slider.max)];
    for (let i = 0; i < times; i++) {
      slider.value = String(low + ((high - low) * (5 + (i % 91))) / 100);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
    }
  }, changes);
}

test(
  `${NETWORKS} networks, ${REPAIRS} repairs and ${CHANGES} threshold changes leave no more in memory than the first ${FIRST} networks`,
  async () => {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc"],
    });
    const folder = mkdtempSync(join(tmpdir(), "soak-"));
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
      const page = await context.newPage();
      await page.goto(`${url}#net=mobilenetv1_050_cifar10.onnx`);
      await page.getByLabel("Add images").setInputFiles(PICTURES);
      const files = [
        foldedNet(),
        mapNet(),
        await filled("mobilenetv2_32_ts.onnx"),
        await filled("shufflenetv1_g2_32_ts_batch.onnx"),
        await filled("ghostnet_32_ts.onnx"),
      ];
      browser.on("disconnected", () => console.log("The browser has ended."));
      page.on("crash", () => console.log("The page has crashed."));
      const figures: string[] = [];
      let first = 0;
      let changes = 0;
      let repairs = 0;
      for (let i = 0; i < NETWORKS; i++) {
        const name = `network-${i}.onnx`;
        // From the disk, as a person's choice is: bytes handed over by the test would stay in the page.
        const path = join(folder, name);
        writeFileSync(path, files[i % files.length]!);
        await page.getByLabel("Open an ONNX model").setInputFiles(path);
        await page.getByRole("heading", { name, exact: true }).waitFor();
        await atRest(page);
        // The second worker opens its copy a moment later.
        await page.waitForTimeout(700);
        const due = Math.round((CHANGES * (i + 1)) / NETWORKS) - changes;
        await dragAbout(page, due);
        changes += due;
        // Evenly from the start: a repair takes memory that WebAssembly can not give back, once.
        if (repairs < Math.round((REPAIRS * (i + 1)) / NETWORKS)) {
          await setThreshold(page, "0.9");
          await atRest(page);
          await page.getByRole("button", { name: "Repair with my images" }).click();
          await atRest(page);
          repairs++;
        }
        if (i + 1 === FIRST) first = await megabytes(browser, page);
        if ((i + 1) % 20 === 0) {
          figures.push(`${i + 1}: ${(await megabytes(browser, page)).toFixed(0)}`);
          console.log(figures.at(-1));
        }
      }
      const last = await megabytes(browser, page);
      console.log(
        `${NETWORKS} networks, ${repairs} repairs, ${changes} changes: ${first.toFixed(0)} MB after ${FIRST} networks, ${last.toFixed(0)} MB at the end (${figures.join(", ")})`,
      );
      expect(last / first).toBeLessThan(MOST_GROWTH);
    } finally {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  FULL ? 3_600_000 : 240_000,
);
