/** The main path in the third engine: a sample, a typed threshold, both networks, the file, one step back, one's own file. */
import { readdir, readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DIST, serve } from "./server";
import { missing, reporting, WebKit } from "./webkit";

const SLOW = { timeout: 40_000, interval: 250 };
const V1 = "mobilenetv1_050_cifar10.onnx";
const FASHION = fileURLToPath(new URL("../../www/public/samples/mobilenetv1_025_fashion.onnx", import.meta.url));

let webkit: WebKit;
let server: Server;
let url: string;

beforeAll(async () => {
  if (missing) return;
  ({ url, server } = await serve(DIST, reporting));
  webkit = await WebKit.start();
});

beforeEach(({ skip }) => {
  if (missing) skip(missing);
});

afterAll(async () => {
  await webkit?.close();
  server?.closeAllConnections();
  server?.close();
});

const removed = (what: string) =>
  webkit.run<string>("return document.querySelector(arguments[0]).textContent", `output[aria-label="${what} removed"]`);
const heading = (name: string) =>
  webkit.run<boolean>(
    "return [...document.querySelectorAll('h2, h3')].some((it) => it.textContent === arguments[0])",
    name,
  );
const fine = async () => {
  expect(await webkit.run("return [...document.querySelectorAll('[role=alert]')].map((it) => it.textContent)")).toEqual(
    [],
  );
  expect(await webkit.problems()).toEqual([]);
};

test("WebKit opens a sample, follows a typed threshold, runs both networks, hands out the file and steps back", async () => {
  await webkit.open(`${url}#net=${V1}`);
  await expect.poll(() => removed("Parameters"), SLOW).toMatch(/^17\.0/);
  await webkit.type('input[aria-label="Threshold value"]', "0.85");
  await expect.poll(() => removed("Parameters"), SLOW).toMatch(/^18\.2/);
  expect(await removed("MACs")).toMatch(/^20\.1/);
  await expect.poll(() => webkit.run("return location.hash"), SLOW).toContain("threshold=0.85");

  await webkit.press("Run both networks");
  const rows = `return [...document.querySelectorAll("table")].find((it) => it.caption?.textContent === "Predictions")?.tBodies.length ?? 0`;
  await expect.poll(() => webkit.run(rows), SLOW).toBe(10);

  await webkit.press("Download pruned model");
  const name = "mobilenetv1_050_cifar10.probability-0.85-shift.onnx";
  await expect.poll(() => readdir(webkit.downloads), SLOW).toEqual([name]);
  await expect.poll(async () => (await readFile(join(webkit.downloads, name))).length, SLOW).toBeGreaterThan(2_000_000);
  expect(await webkit.run("return document.querySelector('.checked').textContent")).toMatch(/^Checked: max \|Δ\|/);

  await webkit.click('[aria-label="Undo"]');
  await expect.poll(() => removed("Parameters"), SLOW).toMatch(/^17\.0/);

  // The file that came out goes in again.
  await webkit.keys('input[aria-label="Open an ONNX model"]', join(webkit.downloads, name));
  await expect.poll(() => heading(name), SLOW).toBe(true);
  await expect.poll(() => removed("Channels"), SLOW).toMatch(/^0/);
  await fine();
});

test("WebKit judges both networks in the Lab, again and again, and while another network is opened", async () => {
  const evaluated = () =>
    webkit.run<boolean>("return document.body.textContent.includes('Evaluated for the plan on this page.')");
  // The built-in images take a moment, and the button waits for them.
  const ready = () =>
    webkit.run<boolean>(
      "return [...document.querySelectorAll('button')].some((it) => it.textContent === 'Evaluate both networks' && !it.disabled && it.ariaDisabled !== 'true')",
    );
  const evaluate = async (threshold: string) => {
    await webkit.type('input[aria-label="Threshold value"]', threshold);
    await expect.poll(() => webkit.run("return location.hash"), SLOW).toContain(`threshold=${threshold}`);
    await expect.poll(ready, SLOW).toBe(true);
    await webkit.press("Evaluate both networks");
  };
  await webkit.open(`${url}#net=${basename(FASHION)}&view=lab&threshold=0.99`);
  for (const threshold of ["0.9", "0.8"]) {
    await evaluate(threshold);
    await expect.poll(evaluated, { timeout: 100_000, interval: 250 }).toBe(true);
  }
  const rows = `return [...document.querySelectorAll("table")].find((it) => it.caption?.textContent === "Accuracy on labelled images")?.textContent`;
  expect(await webkit.run(rows)).toMatch(/9\d\.\d/);
  // Its workers end with the network that they judged.
  await evaluate("0.6");
  await webkit.run(
    "[...document.querySelectorAll('button')].find((it) => it.textContent.startsWith(arguments[0])).click()",
    "MobileNetV2 ×0.35",
  );
  await expect.poll(() => heading("mobilenetv2_035_fashion.onnx"), SLOW).toBe(true);
  await fine();
}, 300_000);

test("WebKit draws the network, opens a dropped file, and hears of what goes wrong", async () => {
  await webkit.open(`${url}#net=${V1}&view=graph`);
  await expect.poll(() => webkit.run("return document.querySelectorAll('.node.layer').length"), SLOW).toBe(28);

  const bytes = (await readFile(FASHION)).toString("base64");
  await webkit.run(
    `const [name, text] = arguments;
     const data = new DataTransfer();
     data.items.add(new File([Uint8Array.from(atob(text), (it) => it.charCodeAt(0))], name));
     for (const kind of ["dragenter", "dragover", "drop"])
       document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));`,
    basename(FASHION),
    bytes,
  );
  await expect.poll(() => heading(basename(FASHION)), SLOW).toBe(true);

  await fine();

  // That nothing was said is worth something only where something would have been.
  await webkit.run(
    `console.error("said");
     setTimeout(() => { throw new Error("thrown"); });
     Promise.reject(new Error("refused"));`,
  );
  const heard = async () => (await webkit.problems()).join("\n");
  for (const it of ["said", "thrown", "refused"]) await expect.poll(heard, SLOW).toContain(it);
});
