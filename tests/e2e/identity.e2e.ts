/** What is saved is what is shown: whatever a file was made from before, it is made anew when that is no more. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { binary, openPage, removed, setThreshold } from "./harness";
import { fileCounts, takeFile } from "./taken";
import { atRest } from "./walk";

const ULTRAFACE = new URL("../../../shared/models/ultraface/version-RFB-320.onnx", import.meta.url);

test.skipIf(!existsSync(ULTRAFACE))(
  "a measurement that moves the plan moves the file too (skipped without ../shared/models/ultraface)",
  async () => {
    const page = await openPage();
    await page.getByLabel("Open an ONNX model").setInputFiles(binary("rfb.onnx", await readFile(ULTRAFACE)));
    await page.getByRole("heading", { name: "rfb.onnx" }).waitFor();
    await page.getByRole("button", { name: "Solve for" }).click();
    await expect.poll(() => removed(page, "MACs")).toBeGreaterThan(20);
    await page.getByRole("button", { name: "Run both networks" }).click();
    await page.getByRole("table", { name: "Predictions" }).waitFor({ timeout: 60_000 });
    const first = await takeFile(page);
    expect(await fileCounts(first.bytes)).toEqual(first.shown);

    await page.getByRole("button", { name: "Measure on my images" }).click();
    await page.getByText("10 images measured").waitFor({ timeout: 60_000 });
    await expect.poll(async () => (await removed(page, "MACs")) > 0).toBe(true);
    await page.waitForTimeout(1000);
    // What was run is of the plan before the measurement, and said to be.
    expect(await page.getByText("for an earlier plan").count()).toBeGreaterThan(0);
    const second = await takeFile(page);
    expect(second.shown.params).toBeLessThan(first.shown.params);
    expect(await fileCounts(second.bytes)).toEqual(second.shown);
  },
  180_000,
);

test("a repair belongs to its plan: with another plan the file is without it, and that is said beside the button", async () => {
  const page = await openPage({
    hash: "#net=mobilenetv1_050_cifar10.onnx&criterion=sigma&share=0.4&compensation=mean",
  });
  await page.getByRole("button", { name: "Repair with my images" }).click();
  await page.getByText(/[Rr]epaired with 10 images/).waitFor({ timeout: 45_000 });
  await atRest(page);
  const repaired = await takeFile(page);
  expect(repaired.name).toContain(".repaired.");
  expect(await fileCounts(repaired.bytes)).toEqual(repaired.shown);
  await setThreshold(page, "0.3");
  await page.getByText("The repair is of an earlier plan and would not be in the file").waitFor();
  await atRest(page);
  const cut = await takeFile(page);
  expect(cut.name).not.toContain(".repaired.");
  expect(await fileCounts(cut.bytes)).toEqual(cut.shown);
});
