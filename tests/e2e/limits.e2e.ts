/** What single layers have to themselves: set by hand, undone, carried by a link, kept by the file. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, removed, setThreshold } from "./harness";

const V1 = "mobilenetv1_050_cifar10.onnx";
const hashOf = (page: Page) => page.evaluate(() => location.hash);
/** "61 of 64 stay". */
const staying = async (page: Page) =>
  Number(/(\d+) of \d+ stay/.exec((await page.locator(".row-head").textContent())!)?.[1]);

async function type(page: Page, name: string, value: string): Promise<void> {
  const box = page.getByRole("spinbutton", { name, exact: true });
  await box.fill(value);
  await box.press("Enter");
}

test("a layer is cut at its own threshold, and only that layer", async () => {
  const page = await openPage({ hash: `#net=${V1}&zoom=8` });
  const plain = await removed(page, "Channels");
  const before = await staying(page);
  const cut = page.getByRole("slider", { name: "Own cut of this layer" });
  expect(await cut.getAttribute("aria-valuetext")).toBe("0.99, as the plan");
  await type(page, "Own cut of this layer, as a number", "0.6");
  await expect.poll(() => staying(page)).toBeLessThan(before);
  await expect.poll(() => hashOf(page)).toContain("own=8t0.6");
  const limited = await removed(page, "Channels");
  expect(limited).toBeGreaterThan(plain);
  const now = await staying(page);

  // It stays where it is while the plan moves.
  await setThreshold(page, "0.9999");
  await expect.poll(() => removed(page, "Channels")).toBeLessThan(limited);
  expect(await staying(page)).toBe(now);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => removed(page, "Channels")).toBe(limited);

  // A drag of the slider is one step.
  const box = (await cut.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.45, box.y + box.height / 2);
  await page.mouse.down();
  for (const at of [0.4, 0.3, 0.2]) await page.mouse.move(box.x + box.width * at, box.y + box.height / 2);
  await page.mouse.up();
  await expect.poll(() => staying(page)).toBeLessThan(now);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => staying(page)).toBe(now);

  // The address follows a quarter of a second behind; what it has not heard a reload cannot know.
  await expect.poll(() => hashOf(page)).not.toContain("threshold=");
  await expect.poll(() => hashOf(page)).toContain("own=8t0.6");
  await page.reload();
  await expect.poll(() => removed(page, "Channels")).toBe(limited);
  await page.getByRole("button", { name: "Follow the plan" }).click();
  await expect.poll(() => removed(page, "Channels")).toBe(plain);
  await expect.poll(() => hashOf(page)).not.toContain("own=");
});

test("a layer keeps its own floor and multiple, in the file too", async () => {
  const page = await openPage({ hash: `#net=${V1}&threshold=0.6&zoom=20` });
  const before = await staying(page);
  await type(page, "This layer keeps a multiple of", "16");
  await expect.poll(() => staying(page)).toBeGreaterThan(before);
  expect((await staying(page)) % 16).toBe(0);
  await type(page, "This layer keeps at least", String(before + 10));
  await expect.poll(() => staying(page)).toBeGreaterThanOrEqual(before + 10);
  const kept = await staying(page);
  expect(kept % 16).toBe(0);

  await page.getByRole("button", { name: "All layers" }).click();
  await page.getByRole("button", { name: "Table", exact: true }).click();
  await page.getByRole("cell", { name: `at least ${before + 10}, multiple of 16` }).waitFor();

  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download pruned model" }).click();
  const buffer = await readFile(await (await waiting).path());
  // Opened again, the layer is as wide as what stayed.
  await page.getByLabel("Open an ONNX model").setInputFiles({ name: "pruned.onnx", mimeType: "", buffer });
  const row = page.getByRole("table", { name: "Layers of the channel map" }).locator("tbody tr").nth(20);
  await expect.poll(() => row.locator("td").nth(1).textContent()).toBe(String(kept));
});

test("a share of its own, for criteria that take one", async () => {
  const page = await openPage({ hash: `#net=${V1}&criterion=sigma&compensation=mean&share=0.1&zoom=12` });
  const site = Number(/of (\d+) stay/.exec((await page.locator(".row-head").textContent())!)?.[1]);
  await type(page, "Own cut of this layer, as a number", "0.5");
  await expect.poll(() => staying(page)).toBe(site / 2);
  await expect.poll(() => hashOf(page)).toContain("own=12s0.5");
});

test("Learn borrows the page and gives it back", async () => {
  const page = await openPage({ hash: `#net=${V1}&threshold=0.6&own=8t0.9&view=graph` });
  const mine = await removed(page, "MACs");
  await page.getByRole("button", { name: "Learn", exact: true }).click();
  await page.getByRole("button", { name: "A constant moves into the next layer" }).click();
  await expect.poll(() => hashOf(page), { timeout: 20_000 }).toContain("compensation=none");
  // On to a step with another network, and back to where the user was.
  await page.getByRole("button", { name: "Shortcuts tie layers together" }).click();
  await expect.poll(() => hashOf(page), { timeout: 20_000 }).toContain("net=mobilenetv2");
  await page.getByRole("button", { name: "Research", exact: true }).click();
  await page.getByText("Your network and plan from before the lesson are back.").waitFor();
  await expect.poll(() => removed(page, "MACs"), { timeout: 20_000 }).toBe(mine);
  await expect.poll(() => hashOf(page), { timeout: 20_000 }).toContain(`net=${V1}`);
  expect(await hashOf(page)).not.toMatch(/compensation=none|lesson/);
  const hash = await hashOf(page);
  for (const part of [`net=${V1}`, "threshold=0.6", "own=8t0.9", "view=graph"]) expect(hash).toContain(part);
});

test("what a download proves, and what it does not", async () => {
  const page = await openPage({ hash: `#net=${V1}&threshold=0.6` });
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download pruned model" }).click();
  await waiting;
  await page.getByText("The file matches the plan. Accuracy: not measured yet.").waitFor();
  await page.getByRole("button", { name: "Run both networks" }).click();
  await page.getByText(/\d+ of the 10 images above change their answer/).waitFor();
  // A latency is of the network it was measured on.
  const savings = page.getByRole("table", { name: "Savings" }).getByRole("row", { name: /^Latency/ });
  expect(await savings.textContent()).toMatch(/ms|no measurable difference/);
  await setThreshold(page, "0.9");
  await expect.poll(() => savings.textContent()).toContain("run both networks to measure");
});
