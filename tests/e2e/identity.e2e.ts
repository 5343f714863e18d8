/** What is saved is what is shown: whatever a file was made from before, it is made anew when that is no more. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { binary, openPage, removed } from "./harness";
import { fileCounts, takeFile } from "./taken";

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
    await page.getByText("5 images measured").waitFor({ timeout: 60_000 });
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
