/** The measured cut: photos of one's own, one button, and a verdict on photos that were not fitted to. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe } from "./axe";
import { openPage, removed } from "./harness";
import { fileCounts } from "./taken";

const SAMPLES = path.join(import.meta.dirname, "../../www/public/samples");
const FASHION = path.join(SAMPLES, "data/fashion-mnist-1000.zip");
const NETWORK = path.join(SAMPLES, "mobilenetv1_025_fashion.onnx");

const visit = () => openPage({ hash: "#v=2", first: true, reducedMotion: "reduce" });

async function target(page: Page, macs: number): Promise<void> {
  const box = page.getByRole("spinbutton", { name: "MACs to remove" });
  await box.fill(String(macs));
  await box.press("Enter");
  await expect.poll(() => removed(page, "MACs")).toBeCloseTo(macs, 0);
}

const verdict = (page: Page) => page.getByRole("region", { name: "Verdict" });

/** Accuracy in percent, of the original and of the network that is offered. */
async function repairedAccuracy(page: Page): Promise<number[]> {
  await verdict(page).locator(".accuracy em", { hasText: "repaired" }).waitFor({ timeout: 60_000 });
  const output = page.getByLabel("Accuracy", { exact: true });
  await expect.poll(() => output.textContent(), { timeout: 60_000 }).toMatch(/→.*%/);
  return (await output.textContent())!.split("→").map((it) => Number.parseFloat(it));
}

test("photos are measured, the cut is repaired, and others judge it", async () => {
  const page = await visit();
  await page.getByLabel("Repair with", { exact: true }).setInputFiles(FASHION);
  await target(page, 75);
  await verdict(page).getByRole("button", { name: "Shrink with 64 photos" }).click();
  const [before, after] = await repairedAccuracy(page);
  expect(before).toBeGreaterThan(85);
  expect(after).toBeGreaterThan(before! - 8);
  expect(Math.abs((await removed(page, "MACs")) - 75)).toBeLessThan(1.5);
  // What is taken home is what was judged.
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download pruned model" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/reconstruction.*repaired\.onnx$/);
  const counted = await fileCounts(await readFile(await download.path()));
  const part = 100 - (100 * counted.macs) / 2_895_136;
  expect(Math.abs(part - (await removed(page, "MACs")))).toBeLessThan(0.06);
  // A drag goes by the same order at once; the new cut is predicted, and nothing is claimed of it before it is made.
  await target(page, 80);
  await verdict(page)
    .getByText(/predicted change: KL (under )?\d/)
    .waitFor();
  expect(await page.getByText("Accuracy unknown").count()).toBe(1);
  await verdict(page).getByRole("button", { name: "Repair", exact: true }).click();
  const [, deeper] = await repairedAccuracy(page);
  expect(deeper).toBeGreaterThan(50);
});

test("the work can be ended at once, and the plan stays what it was", async () => {
  const page = await visit();
  await page.getByLabel("Repair with", { exact: true }).setInputFiles(FASHION);
  await target(page, 40);
  const share = await page.getByRole("spinbutton", { name: "Threshold value" }).inputValue();
  // A photo is read in a moment: the bar is there before the work is done.
  await page.evaluate(() => {
    const stop = () => {
      const button = document.querySelector<HTMLButtonElement>(".under-way button");
      if (button) button.click();
      else requestAnimationFrame(stop);
    };
    stop();
  });
  await verdict(page)
    .getByRole("button", { name: /^Shrink with/ })
    .click();
  await page.getByText("Stopped").first().waitFor();
  await verdict(page)
    .getByRole("button", { name: /^Shrink with/ })
    .waitFor();
  expect(await page.getByRole("spinbutton", { name: "Threshold value" }).inputValue()).toBe(share);
});

test("photos without a set to judge on do one of the two, each", async () => {
  const page = await openPage({ hash: "#v=2&net=mobilenetv1_050_cifar10.onnx", first: true });
  const slots = page.getByRole("group", { name: "Images for" });
  // A sample without labelled images of its kind: its photos show which answers change.
  await slots.getByText("sample photos").waitFor();
  await expect
    .poll(() => page.getByLabel("Agreement", { exact: true }).textContent(), { timeout: 30_000 })
    .toMatch(/^\d+\.\d\s%$/);
  await page.getByLabel("Repair with", { exact: true }).setInputFiles(FASHION);
  await slots.getByText("250 images").waitFor();
  await slots.getByText("64 images not judged on").waitFor();
});

test("one image is looked at, with both networks' answers class by class", async () => {
  const page = await visit();
  const tile = page.getByRole("button", { name: /^Look closely at/ }).first();
  await tile.click({ timeout: 30_000 });
  const dialog = page.getByRole("dialog");
  const rows = dialog.getByRole("table", { name: "Probability of each class" }).locator("tbody tr");
  await expect.poll(() => rows.count(), { timeout: 30_000 }).toBeGreaterThan(3);
  await dialog.getByText(/^(Both say|The answer changes from) /).waitFor();
  const [before, after, points] = (await rows.first().locator("td").allTextContents()).map((it) =>
    Number.parseFloat(it.replace("−", "-")),
  );
  expect(Math.abs(after! - before! - points!)).toBeLessThan(0.11);
  // There is nothing in two equal pictures to drag a divider over.
  expect(await dialog.getByRole("slider").count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("all methods are searched for what may be lost, and one of the three best is taken", async () => {
  const page = await openPage({ hash: "#v=2&net=mobilenetv1_050_cifar10.onnx", first: true });
  await page.getByRole("group", { name: "Images for" }).getByText("sample photos").waitFor();
  await page.getByRole("button", { name: "Other methods" }).click();
  const part = page.getByRole("region", { name: "Search all methods" });
  await expect
    .poll(() => part.getByRole("button", { name: "Find the smallest" }).isEnabled(), { timeout: 20_000 })
    .toBe(true);
  await part.getByRole("button", { name: "Find the smallest" }).click();
  const answers = part.locator(".best-method");
  await expect.poll(() => answers.count(), { timeout: 50_000 }).toBe(3);
  await part.getByRole("progressbar").waitFor({ state: "detached", timeout: 50_000 });
  const macs = (await answers.locator("strong").allTextContents()).map((it) => Number.parseFloat(it.slice(1)));
  expect(macs).toEqual(macs.toSorted((a, b) => b - a));
  expect(macs[2]).toBeGreaterThan(10);
  await answers.nth(1).click();
  await expect.poll(() => removed(page, "MACs")).toBeCloseTo(macs[1]!, 0);
}, 120_000);

test("the names that others find the page's parts by", async () => {
  const page = await visit();
  for (const name of ["Open an ONNX model", "Add images", "Judge on", "Repair with"])
    expect(await page.getByLabel(name, { exact: true }).getAttribute("type"), name).toBe("file");
  const found = {
    list: ["Sample models"],
    slider: ["Share removed"],
    spinbutton: ["Threshold value", "MACs to remove"],
    table: ["Four-case plan"],
    button: ["Run both networks", "Repair", "Download pruned model"],
  } as const;
  for (const [role, names] of Object.entries(found) as [keyof typeof found, readonly string[]][])
    for (const name of names)
      expect(await page.getByRole(role, { name, exact: true }).count(), `${role} ${name}`).toBe(1);
  for (const name of ["Parameters removed", "MACs removed", "Channels removed"])
    expect(await page.getByLabel(name, { exact: true }).textContent(), name).toMatch(/%$/);
  await expect
    .poll(() => page.getByLabel("Accuracy", { exact: true }).textContent(), { timeout: 30_000 })
    .toMatch(/%$/);
  await page.getByRole("button", { name: "Other methods" }).click();
  for (const name of ["Criterion", "Compensation"])
    expect(await page.getByRole("radiogroup", { name, exact: true }).count(), name).toBe(1);
  await page.getByRole("button", { name: "Run both networks" }).click();
  await page.getByRole("table", { name: "Predictions" }).waitFor();
  await page.getByRole("button", { name: "The paper (2022)" }).click();
  await page.getByRole("slider", { name: "Threshold", exact: true }).waitFor();
  // A network of one's own is opened under its file's name.
  await page.getByLabel("Open an ONNX model").setInputFiles(NETWORK);
  await page.getByText("mobilenetv1_025_fashion.onnx").first().waitFor();
});
