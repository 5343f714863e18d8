/** Three things a first-time user comes for, done with nothing but the names on the page. */
import { expect, test } from "vitest";
import { caseCount, openPage, removed, setThreshold } from "./harness";

/** What a newcomer may take, with the machine's share of it. */
const PATIENCE = 120_000;

test("a network 30 % smaller in MACs, downloaded", { timeout: PATIENCE }, async () => {
  const page = await openPage();
  await page.getByRole("list", { name: "Sample models" }).getByRole("button", { name: "MobileNetV1 ×0.5" }).click();
  await page.getByRole("button", { name: "Solve for −30 % MACs" }).click();
  await expect.poll(() => removed(page, "MACs")).toBeGreaterThan(29);
  expect(await removed(page, "MACs")).toBeLessThan(31);
  const arriving = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("button", { name: "Download pruned model" }).click();
  const file = await arriving;
  expect(file.suggestedFilename()).toMatch(/^mobilenetv1_050_cifar10\..*\.onnx$/);
  await page.getByText(/^Checked: max \|Δ\|/).waitFor();
});

test("why a channel is in case 3", { timeout: PATIENCE }, async () => {
  const page = await openPage();
  // From another panel: the example has to bring its own explanation into view.
  await page.getByRole("tab", { name: "Network" }).click();
  const row = page
    .getByRole("table", { name: "Four-case plan" })
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader", { name: "Input dead", exact: true }) });
  expect(await caseCount(page, "Input dead")).toBeGreaterThan(0);
  expect(await row.textContent()).toContain("Case 3");
  await row.getByRole("button", { name: /^Here: channel \d+ of/ }).click();
  const channel = page.getByRole("tabpanel", { name: "Channel", exact: true });
  await channel
    .getByText(/^Input dead \(case 3\): the depthwise convolution sees the pinned value (nearly )?always/)
    .waitFor();
  await channel.getByRole("button", { name: "Step by step" }).click();
  const lesson = page.getByRole("region", { name: "The case step by step" });
  await lesson
    .getByText(/makes 0 of everything at or below 0: with P = 0\.99\d+\. That is dead by τ = 0\.99/)
    .waitFor();
  // The steps stand below each other, as wide as the panel.
  const [panel, stages] = [await lesson.boundingBox(), await lesson.getByRole("list").first().boundingBox()];
  expect(stages!.width).toBeGreaterThan(0.9 * panel!.width);
});

test("a threshold at which no sample image changes its top-1 class", { timeout: PATIENCE }, async () => {
  const page = await openPage();
  const run = async (threshold: string) => {
    await setThreshold(page, threshold);
    await page.getByRole("button", { name: "Run both networks" }).click();
    const said = page.getByText(/^\d+ of 10 images agrees? on the top-1 class$/);
    await said.waitFor({ timeout: 60_000 });
    await expect.poll(() => page.getByText("for an earlier plan: run again").count(), { timeout: 60_000 }).toBe(0);
    return Number.parseInt((await said.textContent())!, 10);
  };
  // Cutting too much shows; going back up mends it, with something still removed.
  expect(await run("0.5")).toBeLessThan(5);
  expect(await run("0.99")).toBe(10);
  expect(await removed(page, "MACs")).toBeGreaterThan(15);
  const table = page.getByRole("table", { name: "Predictions" });
  expect(await table.getByText(/^agree,/).count()).toBe(10);
});
