/** The main path in the other engine: a sample, a typed threshold, both networks, the file. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIREFOX, Firefox } from "./firefox";
import { serve } from "./server";

const SLOW = { timeout: 40_000, interval: 250 };
const button = (name: string) =>
  `[...document.querySelectorAll("button")].find((it) => it.textContent.trim() === "${name}")`;
const output = (name: string) => `document.querySelector('output[aria-label="${name} removed"]').textContent`;

test.skipIf(!FIREFOX)(
  "Firefox opens a sample, follows a typed threshold, runs both networks and hands out the file",
  async () => {
    const { url, server } = await serve();
    const firefox = await Firefox.start();
    try {
      await firefox.open(`${url}#net=mobilenetv1_050_cifar10.onnx`);
      await expect.poll(() => firefox.evaluate(output("Parameters")), SLOW).toMatch(/^17\.0/);
      await firefox.type('input[aria-label="Threshold value"]', "0.85");
      await expect.poll(() => firefox.evaluate(output("Parameters")), SLOW).toMatch(/^18\.2/);
      expect(await firefox.evaluate(output("MACs"))).toMatch(/^20\.1/);
      await expect.poll(() => firefox.evaluate<string>("location.hash"), SLOW).toContain("threshold=0.85");

      await firefox.evaluate(`${button("Run both networks")}.click()`);
      const rows = `[...document.querySelectorAll("table")].find((it) => it.caption?.textContent === "Predictions")?.tBodies.length`;
      await expect.poll(() => firefox.evaluate(rows), SLOW).toBe(5);

      await firefox.evaluate(`${button("Download pruned model")}.click()`);
      await expect
        .poll(async () => (await readdir(firefox.downloads)).filter((it) => !it.endsWith(".part")), SLOW)
        .toEqual(["mobilenetv1_050_cifar10.probability-0.85-shift.onnx"]);
      const file = join(firefox.downloads, "mobilenetv1_050_cifar10.probability-0.85-shift.onnx");
      await expect.poll(async () => (await readFile(file)).length, SLOW).toBeGreaterThan(2_000_000);
      expect(await firefox.evaluate("document.querySelector('.checked').textContent")).toMatch(/^Checked: max \|Δ\|/);

      await firefox.evaluate(`document.querySelector('[aria-label="Undo"]').click()`);
      await expect.poll(() => firefox.evaluate(output("Parameters")), SLOW).toMatch(/^17\.0/);
      expect(firefox.problems).toEqual([]);
    } finally {
      await firefox.close();
      server.closeAllConnections();
      server.close();
    }
  },
  120_000,
);
