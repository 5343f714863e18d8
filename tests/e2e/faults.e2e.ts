/** Faults that the page once had, each with a test of its own: what is shown together agrees, and no message outlives its cause. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { filled } from "./filled";
import { binary, openPage, pressExport, setThreshold } from "./harness";
import { foldedNet } from "./onnx";

const V1 = "mobilenetv1_050_cifar10.onnx";
const FASHION = "mobilenetv1_025_fashion.onnx";
const OWN = "mobilenetv1_32_ts.onnx";
const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });
const choose = (page: Page, name: string, bytes: Buffer) =>
  page.getByLabel("Open an ONNX model").setInputFiles(binary(name, bytes));

test("the report prints the accuracy that was measured, on what, and whether for this plan", async () => {
  const page = await openPage({ hash: `#net=${FASHION}&view=lab&threshold=0.99` });
  await pressExport(page, "Report");
  const line = page.getByRole("article", { name: "Report" }).getByRole("row", { name: /^Accuracy/ });
  await line.getByText("not measured").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Evaluate both networks" }).click();
  await page.getByText("Evaluated for the plan on this page.").waitFor({ timeout: 50_000 });
  await pressExport(page, "Report");
  const today = new Date().toISOString().slice(0, 10);
  await line.getByText(/95 % interval .+ 1,000 images of Fashion-MNIST/).waitFor();
  const text = (await line.textContent())!;
  expect(text).toMatch(/9\d\.\d/);
  expect(text).toContain(today);
  expect(text).not.toContain("another plan");
  await page.keyboard.press("Escape");
  await setThreshold(page, "0.7");
  await pressExport(page, "Report");
  await line.getByText("measured for another plan").waitFor();
});

test("a network without BatchNormalization has the same pairs in every place, before and after a measurement", async () => {
  const page = await openPage({ hash: `#net=${V1}&view=cases` });
  await choose(page, "folded.onnx", foldedNet());
  await heading(page, "folded.onnx").waitFor();
  await page.getByText("none is known here").waitFor();
  expect(await page.getByText("no depthwise pair").count()).toBe(0);
  await page.getByRole("button", { name: "Measure on my images" }).click();
  await page.getByText("10 images measured").waitFor({ timeout: 30_000 });
  await expect.poll(() => page.getByText("none is known here").count()).toBe(0);
  await page.getByRole("table", { name: "The four cases, with an example of each" }).waitFor();
});

test("what the next layer misses is one number, in the picture and in the sentence", { timeout: 120_000 }, async () => {
  const page = await openPage({ hash: "#net=ghostnet_050_cifar10.onnx&view=cases&threshold=0.9" });
  const table = page.getByRole("table", { name: "The four cases, with an example of each" });
  const steps = page.getByRole("region", { name: "The case step by step" });
  let compared = 0;
  for (const name of [/^Output dead [1-9]/, /^Input dead [1-9]/, /^Both dead [1-9]/]) {
    const button = table.getByRole("button", { name });
    if ((await button.count()) === 0 || (await button.isDisabled())) continue;
    await button.click();
    await steps.getByRole("button", { name: /Remove only/ }).click();
    const sentence = page.locator(".telling");
    await sentence.getByText(/next layer/).waitFor();
    const off = /off by up to ([\d.e−-]+\d)/.exec((await sentence.textContent())!)?.[1];
    const picture = (await steps.textContent())!;
    if (off) expect(picture).toContain(`misses up to ${off}`);
    else expect(picture).toContain("misses nothing");
    compared++;
  }
  expect(compared).toBeGreaterThanOrEqual(1);
});

test("a button that moves the plan says what it changed, until the plan is another one", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  await page.getByRole("button", { name: "Keep multiples of 8" }).click();
  const said = page.getByText(/^Plan changed by “.*8.*”: 1 → 8\./).first();
  await said.waitFor();
  await setThreshold(page, "0.9");
  await said.waitFor({ state: "detached" });
});

test("coming back to a network starts no sweep that was not asked for", async () => {
  const page = await openPage({ hash: `#net=${FASHION}&view=lab` });
  await page.getByRole("button", { name: "Curves", exact: true }).click();
  await page.getByRole("button", { name: "Sweep", exact: true }).click();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  await page.getByRole("button", { name: /^MobileNetV2 ×0\.5/ }).click();
  await heading(page, "mobilenetv2_050_cifar10.onnx").waitFor();
  await page.getByRole("button", { name: /^MobileNetV1 ×0\.25/ }).click();
  await heading(page, FASHION).waitFor();
  await page.waitForTimeout(2000);
  expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
});

test("places that are still empty say what is true: no images yet, and no classes of a detector", async () => {
  const page = await openPage({ hash: `#net=${V1}&view=lab&threshold=0.7&compensation=none` });
  await page.getByText("Accuracy is measured on images whose class is known").waitFor();
  expect(await page.getByText(/All images are used/).count()).toBe(0);
  // A rank that moved is no mistake: only another top-1 class is marked as a change.
  await page.getByRole("button", { name: "Run both networks" }).click();
  const table = page.getByRole("table", { name: "Predictions" });
  await table.waitFor({ timeout: 30_000 });
  const [same, all] = /(\d+) of (\d+)/
    .exec((await page.locator(".agreement strong").textContent())!)!
    .slice(1)
    .map(Number);
  expect(await table.locator("td.changed").count()).toBe(all! - same!);
});

test("an error is gone when what it was about is", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const alert = page.getByRole("alert");
  await choose(page, "broken.onnx", Buffer.from("this is no network"));
  await alert.getByText("broken.onnx").waitFor();
  await choose(page, OWN, await filled(OWN));
  await heading(page, OWN).waitFor();
  await alert.waitFor({ state: "detached" });
});

test("a channel that is looked at while another network comes is no error", { timeout: 90_000 }, async () => {
  const page = await openPage({ hash: `#net=${V1}&channel=18.70` });
  const networks = [/^MobileNetV1 ×0\.25/, /^GhostNet ×0\.5/, /^MobileNetV1 ×0\.5/, /^ShuffleNetV1 ×1/];
  for (let round = 0; round < 12; round++) {
    // Not waited for: the next network is asked for while the channel of the last one is being explained.
    await page.getByRole("button", { name: networks[round % networks.length]! }).click();
    await page.getByRole("application", { name: "Channel map" }).press("ArrowRight");
    await page.waitForTimeout(40 * (round % 5));
  }
  await page.waitForTimeout(1500);
  expect(await page.getByRole("alert").allTextContents()).toEqual([]);
});
