/** Many images: a folder, a drop, the clipboard; what is bad among them, and what a stopped run leaves. */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { cifar10 } from "./archives";
import { BROWSER } from "./browsers";
import { chooseFolder, openPage } from "./harness";
import { stalls, TIMED, watchStalls } from "./stalls";

const FASHION = fileURLToPath(new URL("../../www/public/samples/images/fashion/", import.meta.url));
const PHOTOS = fileURLToPath(new URL("../../www/public/samples/images/photos/", import.meta.url));
const NET = "mobilenetv1_025_fashion.onnx";

/** `copies` times the ten sample images, with a broken image and a text among them. */
async function folder(copies: number): Promise<string> {
  const at = await mkdtemp(path.join(tmpdir(), "images-"));
  for (const name of await readdir(FASHION)) {
    for (let i = 0; i < copies; i++) await cp(path.join(FASHION, name), path.join(at, `${i}-${name}`));
  }
  await writeFile(path.join(at, "broken.png"), "no picture");
  await writeFile(path.join(at, "notes.txt"), "nothing to see");
  return at;
}

test("a folder of images runs, the most changed first, and a broken file is named", TIMED, async () => {
  const at = await folder(2);
  try {
    const page = await openPage({ hash: `#net=${NET}&threshold=0.6&compensation=none` });
    await chooseFolder(page, "Add a folder of images", at);
    await expect.poll(() => page.getByRole("list", { name: "Images" }).getByRole("listitem").count()).toBe(21);
    await page.getByRole("button", { name: "Run both networks" }).click();
    const table = page.getByRole("table", { name: "Predictions" });
    await table.waitFor({ timeout: 40_000 });
    expect(await table.locator("tbody").count()).toBe(20);
    const notes = await table.locator(".badge").allTextContents();
    const agree = notes.map((it) => it.startsWith("agree"));
    expect(agree).toEqual([...agree].sort());
    for (const group of [true, false]) {
      const moved = notes.filter((_, i) => agree[i] === group).map((it) => Number.parseFloat(/[\d.]+/.exec(it)![0]));
      expect(moved).toEqual([...moved].sort((a, b) => b - a));
    }
    const said = await page.getByText(/of 20 images agree/).textContent();
    expect(said).toContain(`${agree.filter(Boolean).length} of 20`);
    await page.getByText("1 image could not be read").click();
    await page.getByText(/^broken\.png: /).waitFor();
    expect(await page.getByRole("alert").allTextContents()).toEqual([]);

    const times = page.getByRole("table", { name: "Latency" });
    for (const name of ["original", "pruned"]) {
      const cells = await times
        .getByRole("row", { name: new RegExp(`^${name}`) })
        .locator("td")
        .allTextContents();
      const [first, warm, spread] = cells.map((it) => it.replaceAll("\u00a0", " "));
      expect(first).toMatch(/m?s$/);
      const [low, high] = spread!.split(" – ").map(Number.parseFloat);
      expect(low).toBeLessThanOrEqual(Number.parseFloat(warm!));
      expect(high).toBeGreaterThanOrEqual(Number.parseFloat(warm!));
    }
  } finally {
    await rm(at, { recursive: true });
  }
});

/** Only the system drops folders, and WebDriver BiDi has no words for what it does. */
const droppable = BROWSER === "chromium";

/** A drop as the system makes it: folders and all. */
async function dropFolder(page: Page, at: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [at], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 700, y: 300, data });
}

test.runIf(droppable)("a dropped folder of 200 images runs while the page stays quick", async () => {
  const at = await mkdtemp(path.join(tmpdir(), "many-"));
  try {
    const photos = (await readdir(PHOTOS))
      .filter((it) => it.endsWith(".jpg"))
      .toSorted()
      .slice(0, 5);
    for (let i = 0; i < 40; i++) {
      await mkdir(path.join(at, `class ${i}`));
      for (const name of photos) await cp(path.join(PHOTOS, name), path.join(at, `class ${i}`, name));
    }
    const page = await openPage();
    // The second worker comes to rest.
    await page.waitForTimeout(1500);
    await watchStalls(page);
    await dropFolder(page, at);
    await page.getByText("and 176 more").waitFor();
    // Names that are there forty times keep their folders.
    await page.getByRole("img", { name: "class 0/airplane.jpg" }).waitFor();
    await page.getByRole("button", { name: "Run both networks" }).click();
    await page.getByText(/on image \d+ of 200/).waitFor();
    // Meanwhile it is used.
    const slider = page.getByRole("slider", { name: "Threshold", exact: true });
    await slider.focus();
    for (let i = 0; i < 10; i++) await slider.press("ArrowRight");
    for (let i = 0; i < 10; i++) await slider.press("ArrowLeft");
    await page.getByText(/^\d+ of 200 images agree on the top-1 class$/).waitFor({ timeout: 50_000 });
    await page.waitForTimeout(300);
    const long = (await stalls(page)).map((it) => it.long);
    console.log(`long tasks with 200 images, ms: ${long}`);
    expect(long.filter((it) => it > 100)).toEqual([]);
    expect(await page.getByRole("table", { name: "Predictions" }).locator("tbody").count()).toBe(40);
  } finally {
    await rm(at, { recursive: true });
  }
});

test.runIf(droppable)("a dropped folder that holds a data set's binaries is the Lab's", async () => {
  const at = await mkdtemp(path.join(tmpdir(), "cifar-"));
  try {
    await writeFile(path.join(at, "test_batch.bin"), cifar10(30));
    await writeFile(path.join(at, "batches.meta.txt"), "airplane");
    const page = await openPage();
    await dropFolder(page, at);
    await page
      .getByRole("tabpanel", { name: "Lab" })
      .getByText(/30 images, 10 classes/)
      .waitFor();
    expect(await page.getByRole("list", { name: "Images" }).getByRole("listitem").count()).toBe(10);
  } finally {
    await rm(at, { recursive: true });
  }
});

test("a stopped run shows what it had", async () => {
  const at = await folder(30);
  try {
    const page = await openPage({ hash: `#net=${NET}` });
    await chooseFolder(page, "Add a folder of images", at);
    await page.getByRole("button", { name: "Run both networks" }).click();
    await page.getByText(/on image \d{2,3} of 301/).waitFor({ timeout: 40_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText(/Stopped after \d+ of 301 images/).waitFor();
    expect(await page.getByRole("table", { name: "Predictions" }).locator("tbody").count()).toBeGreaterThan(5);
  } finally {
    await rm(at, { recursive: true });
  }
});

test("an image is pasted, and takes the place of the samples", async () => {
  const page = await openPage({ hash: `#net=${NET}` });
  const bytes = [...(await readFile(path.join(FASHION, "bag.png")))];
  await page.evaluate((content) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(content)], "image.png", { type: "image/png" }));
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    // Firefox makes such an event without the files; a paste by a person has them.
    if (!event.clipboardData?.files.length) Object.defineProperty(event, "clipboardData", { value: data });
    window.dispatchEvent(event);
  }, bytes);
  await page.getByText("The image was pasted.").waitFor();
  expect(await page.getByRole("list", { name: "Images" }).getByRole("listitem").count()).toBe(1);
  await page.getByRole("button", { name: "Run both networks" }).click();
  await page.getByText(/^1 of 1 image agrees/).waitFor({ timeout: 30_000 });
  await page
    .getByRole("row", { name: /bag|Bag/ })
    .first()
    .waitFor();
});

test("another network opened during a run ends it without a word and keeps nothing of it", async () => {
  const at = await folder(30);
  try {
    const page = await openPage({ hash: `#net=${NET}` });
    await chooseFolder(page, "Add a folder of images", at);
    await page.getByRole("button", { name: "Run both networks" }).click();
    await page.getByText(/on image \d\d of 301/).waitFor({ timeout: 40_000 });
    await page.getByRole("list", { name: "Sample models" }).getByRole("button", { name: "MobileNetV1 ×0.5" }).click();
    await page.getByRole("heading", { name: "mobilenetv1_050_cifar10.onnx" }).waitFor();
    await page.getByRole("button", { name: "Run both networks" }).click();
    // One's own images stay, and all of them are answered by the new network.
    await page.getByText(/of 300 images agree/).waitFor({ timeout: 40_000 });
    expect(await page.getByRole("alert").allTextContents()).toEqual([]);
  } finally {
    await rm(at, { recursive: true });
  }
});
