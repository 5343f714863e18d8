/** Many images: a folder, a drop, the clipboard; what is bad among them, and what a stopped run leaves. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chooseFolder, openPage } from "./harness";

const FASHION = fileURLToPath(new URL("../../www/public/samples/images/fashion/", import.meta.url));
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

test("a folder of images runs, the most changed first, and a broken file is named", async () => {
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

test("a stopped run shows what it had", async () => {
  const at = await folder(30);
  try {
    const page = await openPage({ hash: `#net=${NET}` });
    await chooseFolder(page, "Add a folder of images", at);
    await page.getByRole("button", { name: "Run both networks" }).click();
    await page.getByText(/on image \d\d of 301/).waitFor({ timeout: 40_000 });
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
