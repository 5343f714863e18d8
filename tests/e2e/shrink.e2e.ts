/** The page to work on: picture, axis, verdict, images. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe } from "./axe";
import { binary, caseCount, measures, median, openPage, planned, removed, setThreshold } from "./harness";
import { foldedNet, mobileNetV2 } from "./onnx";
import { TIMED } from "./stalls";
import { fileCounts } from "./taken";

const PHOTOS = path.join(import.meta.dirname, "../../www/public/samples/images/photos");

const visit = (hash = "#v=2", more = {}) => openPage({ hash, first: true, ...more });

async function judged(page: Page): Promise<{ before: number; after: number }> {
  const output = page.getByLabel("Accuracy", { exact: true });
  await expect.poll(() => output.textContent(), { timeout: 60_000 }).toMatch(/→.*%/);
  const [before, after] = (await output.textContent())!.split("→").map((it) => Number.parseFloat(it));
  return { before: before!, after: after! };
}

test("a first visit plays the cut once and judges it without a click", async () => {
  const page = await visit("", { reducedMotion: "no-preference" });
  await expect.poll(() => removed(page, "MACs"), { timeout: 20_000 }).toBeGreaterThan(30);
  const { before, after } = await judged(page);
  expect(before).toBeGreaterThan(88);
  expect(after).toBeGreaterThan(before - 2);
  await page.getByText("Accuracy held").waitFor();
  expect(await page.getByRole("button", { name: "Undo" }).getAttribute("aria-disabled")).toBe("true");
});

test("with reduced motion nothing plays", async () => {
  const page = await visit("", { reducedMotion: "reduce" });
  expect(await removed(page, "MACs")).toBeGreaterThan(30);
});

test("the handle moves savings at once and accuracy once it rests", async () => {
  const page = await visit();
  const held = await judged(page);
  const slider = page.getByRole("slider", { name: "Share removed" });
  const bounds = (await slider.boundingBox())!;
  await page.mouse.move(bounds.x + bounds.width * 0.4, bounds.y + bounds.height / 2);
  await page.mouse.down();
  await page.mouse.move(bounds.x + bounds.width * 0.8, bounds.y + bounds.height / 2, { steps: 4 });
  await expect.poll(() => removed(page, "MACs")).toBeGreaterThan(70);
  await page.mouse.up();
  await page.getByText("Accuracy lost").waitFor({ timeout: 60_000 });
  const lost = await judged(page);
  expect(lost.before).toBe(held.before);
  expect(lost.after).toBeLessThan(lost.before - 10);
  // Where a bad cut is, the way to mend it is offered, and what it is worth is measured on other images.
  await page.getByRole("button", { name: "Repair", exact: true }).click();
  await page.locator(".accuracy em", { hasText: "repaired" }).waitFor({ timeout: 90_000 });
  expect((await judged(page)).after).toBeGreaterThan(lost.after + 3);
});

test("a drag over 17,056 channels paints the picture and does not lay it out again", TIMED, async () => {
  const page = await visit("#v=2", { reducedMotion: "reduce" });
  await page
    .getByLabel("Open an ONNX model")
    .setInputFiles({ name: "mobilenetv2.onnx", mimeType: "application/octet-stream", buffer: mobileNetV2() });
  await page.locator(".facts", { hasText: "mobilenetv2.onnx" }).waitFor({ timeout: 30_000 });
  await page.waitForTimeout(3000);
  await page.evaluate(() => {
    performance.clearMeasures("plan");
    // A canvas that is given a size is empty, and everything on it has to be prepared anew.
    const { set, get } = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, "width")!;
    const sized: string[] = [];
    Object.assign(window, { sized });
    Object.defineProperty(HTMLCanvasElement.prototype, "width", {
      get: get!,
      set(value) {
        sized.push(this.parentElement?.className ?? "");
        set!.call(this, value);
      },
    });
  });
  const slider = page.getByRole("slider", { name: "Share removed" });
  const bounds = (await slider.boundingBox())!;
  const y = bounds.y + bounds.height / 2;
  await page.mouse.move(bounds.x + bounds.width * 0.3, y);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) {
    await page.mouse.move(bounds.x + bounds.width * (0.3 + 0.006 * i), y);
    await page.waitForTimeout(12);
  }
  await page.mouse.up();
  const plans = (await measures(page, "plan")).map((it) => it.duration);
  console.log(`drag on the picture: ${plans.length} plans, median ${median(plans).toFixed(1)} ms`);
  expect(plans.length).toBeGreaterThan(5);
  expect(await page.evaluate(() => (window as unknown as { sized: string[] }).sized)).toEqual([]);
});

test("arrow keys move the handle however coarse the plans are", async () => {
  const page = await visit();
  const slider = page.getByRole("slider", { name: "Share removed" });
  await slider.focus();
  const before = await removed(page, "MACs");
  for (let i = 0; i < 30; i++) await slider.press("ArrowRight");
  await expect.poll(() => removed(page, "MACs")).toBeGreaterThan(before + 1.5);
});

test("the recommended order goes through the paper's dead channels first", async () => {
  const page = await visit("#v=2&net=mobilenetv1_050_cifar10.onnx&share=0.05");
  const dead = async () =>
    (await caseCount(page, "Output dead")) +
    (await caseCount(page, "Input dead")) +
    (await caseCount(page, "Both dead"));
  const few = await dead();
  expect(few).toBeGreaterThan(30);
  await setThreshold(page, "0.3");
  await expect.poll(dead).toBe(277);
  await page.getByRole("button", { name: "The paper (2022)" }).click();
  await page.getByRole("slider", { name: "Threshold" }).waitFor();
  await setThreshold(page, "0.99");
  await expect.poll(() => caseCount(page, "Output dead")).toBe(43);
  expect(await caseCount(page, "Input dead")).toBe(121);
  expect(await caseCount(page, "Both dead")).toBe(113);
});

test("a typed target is reached, and the file is what the page shows", async () => {
  const page = await visit();
  const target = page.getByRole("spinbutton", { name: "MACs to remove" });
  await target.fill("30");
  await target.press("Enter");
  await expect.poll(() => removed(page, "MACs")).toBeCloseTo(30, 0);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download pruned model" }).first().click(),
  ]);
  const counted = await fileCounts(await readFile(await download.path()));
  const part = 100 - (100 * counted.macs) / 2_895_136;
  expect(Math.abs(part - (await removed(page, "MACs")))).toBeLessThan(0.06);
  await page.getByText("File correct").waitFor();
});

test("a channel of the picture explains itself, and Escape closes what it opened", async () => {
  const page = await visit();
  const picture = page.getByRole("application", { name: "The network" });
  await picture.focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "Enter"]) await picture.press(key);
  const drawer = page.getByRole("complementary", { name: "Details" });
  await drawer
    .getByText(/Channel \d+/)
    .first()
    .waitFor();
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  const bounds = (await picture.boundingBox())!;
  await page.mouse.click(bounds.x + bounds.width / 2, bounds.y + bounds.height * 0.45);
  await drawer.waitFor();
});

test("images show their true label, and what the cut changed", async () => {
  const page = await visit("#v=2&share=0.7");
  const images = page.getByRole("region", { name: "Images" });
  await expect.poll(() => images.locator(".tile.changed.wrong").count(), { timeout: 60_000 }).toBeGreaterThan(2);
  expect(await images.locator(".tile").count()).toBe(24);
  expect(await images.locator(".tile.changed.wrong img").first().getAttribute("alt")).toMatch(
    /^[\w/ -]+: original says .+, pruned says .+$/,
  );
});

test("without BatchNormalization there is one sentence and one button", async () => {
  const page = await visit();
  await page.getByLabel("Open an ONNX model").setInputFiles(binary("folded.onnx", foldedNet()));
  await page.getByText("This file has no BatchNormalization").waitFor();
  const plans = await page.evaluate(() => performance.getEntriesByName("plan").length);
  await page.getByRole("button", { name: /^Measure on \d+ images$/ }).click();
  await planned(page, plans);
  await page.getByText("This file has no BatchNormalization").waitFor({ state: "detached" });
  // A network of one's own opens whole; now there is an order to cut it by.
  expect(await removed(page, "Channels")).toBe(0);
  await setThreshold(page, "0.25");
  await expect.poll(() => removed(page, "Channels")).toBeGreaterThan(0);
  // Nothing was judged, so nothing is green.
  await page.getByText("Accuracy unknown").waitFor();
});

test("a network of one's own opens whole, and says what to do next", async () => {
  const page = await visit();
  await page.getByLabel("Open an ONNX model").setInputFiles(path.join(PHOTOS, "../../mobilenetv1_050_cifar10.onnx"));
  const next = page.getByRole("region", { name: "Next step" });
  await next.getByText("nothing is removed yet").waitFor();
  expect(await removed(page, "MACs")).toBe(0);
  await page.getByText("Nothing removed yet", { exact: true }).waitFor();
  const files = (await readdir(PHOTOS)).filter((it) => it.endsWith(".jpg")).map((it) => path.join(PHOTOS, it));
  const copies = await Promise.all(
    [0, 1, 2].flatMap((n) =>
      files.map(async (it) => ({
        name: `${n}-${path.basename(it)}`,
        mimeType: "image/jpeg",
        buffer: await readFile(it),
      })),
    ),
  );
  await next.getByLabel("Photos to shrink with").setInputFiles(copies);
  // With photos the recommendation is another one, and one button does it.
  await page.getByText(/^Recommended: reconstruction, because your \d+ photos show/).waitFor();
  await page.getByRole("button", { name: "Remove 20 % of the MACs and repair" }).click();
  await page.getByText("File correct").waitFor({ timeout: 50_000 });
  expect(Math.abs((await removed(page, "MACs")) - 20)).toBeLessThan(2);
  expect(await page.getByRole("button", { name: "Recommended", exact: true }).getAttribute("aria-pressed")).toBe(
    "true",
  );
});

test("all criteria are compared at one cut, and the best is marked", async () => {
  const page = await visit("#v=2&share=0.45");
  await judged(page);
  await page.getByRole("button", { name: "Other methods" }).click();
  await page.getByRole("button", { name: "Compare all at this cut" }).click();
  await page.getByRole("button", { name: "Compare all at this cut" }).waitFor({ timeout: 90_000 });
  const cards = page.getByRole("radiogroup", { name: "Criterion" }).locator(".card");
  const figures = await cards.locator(".figure").allTextContents();
  expect(figures.length).toBe(8);
  const right = figures.map((it) => Number.parseFloat(it));
  const best = cards.filter({ hasText: "best here" });
  expect(await best.count()).toBe(1);
  expect(Number.parseFloat((await best.locator(".figure").textContent())!)).toBe(Math.max(...right));
});

test("one's own photos judge by agreement, one half of them, and never turn green when few", async () => {
  const page = await visit("#v=2&net=mobilenetv1_050_cifar10.onnx");
  const files = (await readdir(PHOTOS)).filter((it) => it.endsWith(".jpg")).map((it) => path.join(PHOTOS, it));
  await page.getByLabel("Add images", { exact: true }).setInputFiles(files);
  const output = page.getByLabel("Agreement", { exact: true });
  await expect.poll(() => output.textContent(), { timeout: 60_000 }).toMatch(/^\d+\.\d\s%$/);
  const half = Math.ceil(files.length / 2);
  await page
    .getByText(new RegExp(`on ${half} images`))
    .first()
    .waitFor();
  await page.getByText(`${files.length - half} images not judged on`).waitFor();
  expect(await page.getByText("Answers held").count()).toBe(0);
});

test.each([
  ["desktop", { width: 1440, height: 900 }],
  ["laptop", { width: 1280, height: 720 }],
  ["tablet", { width: 820, height: 1100 }],
  ["phone", { width: 390, height: 844 }],
  ["large", { width: 2560, height: 1300 }],
])("on a %s the verdict is in sight, nothing scrolls sideways, and axe finds nothing", async (_, viewport) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await visit("#v=2", { viewport, colorScheme });
    await judged(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
    const box = (await page.getByRole("button", { name: "Download pruned model" }).first().boundingBox())!;
    expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
    expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
    expect(await axe(page)).toEqual([]);
    await page.getByRole("button", { name: "Other methods" }).click();
    await page.getByRole("radiogroup", { name: "Criterion" }).waitFor();
    expect(await axe(page)).toEqual([]);
  }
});
