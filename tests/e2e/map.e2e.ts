/** The map as an instrument: one layer alone, locks, the table twin; and steps back and forth through plans. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, pressExport, removed, setThreshold } from "./harness";

const V1 = "mobilenetv1_050_cifar10.onnx";
const hashOf = (page: Page) => page.evaluate(() => location.hash);
const box = (page: Page) => page.getByRole("spinbutton", { name: "Threshold value" });

test("a drag is one step back, and every control takes part", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const undo = page.getByRole("button", { name: "Undo" });
  const redo = page.getByRole("button", { name: "Redo" });
  expect(await undo.getAttribute("aria-disabled")).toBe("true");
  const first = await removed(page, "Channels");

  const slider = page.getByRole("slider", { name: "Threshold", exact: true });
  const bounds = (await slider.boundingBox())!;
  const y = bounds.y + bounds.height / 2;
  await page.mouse.move(bounds.x + bounds.width * 0.6, y);
  await page.mouse.down();
  for (let i = 0; i <= 12; i++) {
    await page.mouse.move(bounds.x + bounds.width * (0.6 - 0.03 * i), y);
    await page.waitForTimeout(60);
  }
  await page.mouse.up();
  const dragged = await box(page).inputValue();
  expect(dragged).not.toBe("0.99");
  await page.getByRole("combobox", { name: "Compensation" }).selectOption("none");
  await page.getByRole("combobox", { name: "Criterion" }).selectOption("sigma");
  await setThreshold(page, "0.4");
  await page.getByText("Limits per layer").click();
  const multiple = page.getByRole("spinbutton", { name: "Keep a multiple of" });
  await multiple.fill("8");
  await multiple.press("Enter");
  await expect.poll(() => hashOf(page)).toContain("multiple=8");

  // Multiple, share, criterion, compensation, drag.
  await undo.click();
  await expect.poll(() => multiple.inputValue()).toBe("1");
  await page.keyboard.press("Control+z");
  await expect.poll(() => box(page).inputValue()).toBe("0.25");
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.getByRole("combobox", { name: "Criterion" }).inputValue()).toBe("probability");
  expect(await page.getByRole("combobox", { name: "Compensation" }).inputValue()).toBe("none");
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.getByRole("combobox", { name: "Compensation" }).inputValue()).toBe("shift");
  expect(await box(page).inputValue()).toBe(dragged);
  await page.keyboard.press("Meta+z");
  await expect.poll(() => box(page).inputValue()).toBe("0.99");
  await expect.poll(() => removed(page, "Channels")).toBe(first);
  expect(await undo.getAttribute("aria-disabled")).toBe("true");

  for (let i = 0; i < 4; i++) await page.keyboard.press("Control+Shift+z");
  await redo.click();
  await expect.poll(() => multiple.inputValue()).toBe("8");
  expect(await box(page).inputValue()).toBe("0.4");
  expect(await redo.getAttribute("aria-disabled")).toBe("true");
});

test("while a number is typed, Ctrl+Z belongs to the typing", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  await setThreshold(page, "0.9");
  await box(page).fill("0.7");
  await box(page).press("Control+z");
  await page.waitForTimeout(400);
  expect(await hashOf(page)).toContain("threshold=0.9");
});

test("one layer alone: from its name, by keyboard, by pinch; sorted, with its guards", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const map = page.getByRole("application", { name: "Channel map" });
  const canvas = map.locator("canvas");
  const readOut = page.locator(".read-out");

  // The name in the left margin of some row.
  await canvas.hover({ position: { x: 80, y: 60 } });
  expect(await readOut.textContent()).toMatch(/click to see this layer alone/);
  const name = (await readOut.textContent())!.split(" · ")[0]!;
  await canvas.click({ position: { x: 80, y: 60 } });
  await page.getByRole("heading", { name, exact: true }).waitFor();
  await expect.poll(() => hashOf(page)).toMatch(/zoom=\d+/);

  // Cells from left to right: P only rises.
  await map.focus();
  await map.press("Home");
  const p: number[] = [];
  for (let i = 0; i < 20; i++) {
    const text = (await readOut.textContent())!;
    expect(text).toContain(name);
    p.push(Number(/P = (\S+)/.exec(text)![1]));
    await map.press("ArrowRight");
  }
  const plain = p.filter((it) => !Number.isNaN(it));
  expect(plain.length).toBeGreaterThan(10);
  expect(plain).toEqual(plain.toSorted((a, b) => a - b));
  await map.press("End");
  const channel = /channel (\d+)/.exec((await readOut.textContent())!)![1];
  await map.press("Enter");
  await page.getByRole("heading", { name: new RegExp(`^Channel ${channel} `) }).waitFor();
  await map.press("PageDown");
  expect(await page.getByRole("heading", { name, exact: true }).count()).toBe(0);

  // What guards it.
  const least = page.getByRole("spinbutton", { name: "This layer keeps at least" });
  await least.fill("60");
  await least.press("Enter");
  await expect.poll(() => hashOf(page)).toMatch(/own=\d+f60/);
  const lock = page.getByRole("checkbox", { name: "Lock this layer" });
  const before = await removed(page, "Channels");
  await lock.check();
  await expect.poll(() => hashOf(page)).toMatch(/locked=\d+/);
  await expect.poll(() => removed(page, "Channels")).toBeLessThanOrEqual(before);

  await map.focus();
  await map.press("Escape");
  await expect.poll(() => hashOf(page)).not.toContain("zoom=");
  // A pinch on a track pad is a wheel with Ctrl.
  await canvas.hover({ position: { x: 250, y: 40 } });
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -120);
  await expect.poll(() => hashOf(page)).toContain("zoom=");
  await page.mouse.wheel(0, 120);
  await page.keyboard.up("Control");
  await expect.poll(() => hashOf(page)).not.toContain("zoom=");
});

test("a locked layer keeps its channels, by its padlock and by L", async () => {
  const page = await openPage({ hash: `#net=${V1}&threshold=0.5` });
  const map = page.getByRole("application", { name: "Channel map" });
  const canvas = map.locator("canvas");
  const before = await removed(page, "Channels");
  await map.focus();
  for (let i = 0; i < 8; i++) await map.press("ArrowDown");
  await map.press("l");
  await expect.poll(() => removed(page, "Channels")).toBeLessThan(before);
  const hash = await hashOf(page);
  await expect.poll(() => hashOf(page)).toMatch(/locked=\d+/);
  expect(hash).toBeDefined();
  await map.press("l");
  await expect.poll(() => removed(page, "Channels")).toBe(before);
  await canvas.click({ position: { x: 9, y: 60 } });
  await expect.poll(() => hashOf(page)).toMatch(/locked=\d+/);
  await expect.poll(() => removed(page, "Channels")).toBeLessThan(before);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => removed(page, "Channels")).toBe(before);
});

test("the table says what the map shows", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  await page.getByRole("button", { name: "Table", exact: true }).click();
  const table = page.getByRole("table", { name: "Layers of the channel map" });
  const sum = async (column: number) => {
    const texts = await table.locator(`tbody tr td:nth-child(${column})`).allTextContents();
    return texts.reduce((total, text) => total + Number(text), 0);
  };
  // The four cases count every channel of a pair once; the map shows it before and after.
  const [channels, kept] = [await sum(3), await sum(4)];
  const gone = (await sum(5)) + (await sum(6)) + (await sum(7)) + (await sum(8));
  expect(kept + gone).toBe(channels);
  expect(gone).toBeGreaterThan(500);
  await table.getByRole("button").nth(5).click();
  const inside = page.getByRole("table", { name: /^Channels of / });
  const p = (await inside.locator("tbody tr td:nth-child(4)").allTextContents()).map(Number).filter((it) => it >= 0);
  expect(p.length).toBeGreaterThan(10);
  expect(p).toEqual(p.toSorted((a, b) => b - a));
  await inside.getByRole("button").first().click();
  await page.getByRole("heading", { name: /^Channel \d+ / }).waitFor();
  await page.getByRole("button", { name: "All layers" }).click();
  const lock = table.getByRole("checkbox").nth(3);
  await lock.check();
  await expect.poll(() => hashOf(page)).toMatch(/locked=\d+/);
});

test("the map is taken along as SVG and PNG, whole and one layer", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const take = async (button: string) => {
    const waiting = page.waitForEvent("download");
    await pressExport(page, button);
    const download = await waiting;
    return { name: download.suggestedFilename(), body: await readFile(await download.path()) };
  };
  for (const hash of ["", "zoom=6"]) {
    if (hash) await page.goto(page.url().replace(/#.*/, `#net=${V1}&${hash}`));
    if (hash) await page.getByRole("button", { name: "All layers" }).waitFor();
    const svg = await take("Save the channel map as SVG");
    expect(svg.name).toMatch(/\.map(-row-7)?\.svg$/);
    const text = svg.body.toString();
    expect(text).toMatch(/^<svg [^>]*viewBox="0 0 \d+/);
    expect(text.match(/<rect /g)!.length).toBeGreaterThan(hash ? 64 : 1000);
    expect(text.match(/<text /g)!.length).toBeGreaterThan(hash ? 0 : 50);
    const png = await take("Save the channel map as PNG");
    expect(png.body.subarray(1, 4).toString()).toBe("PNG");
    expect(png.body.readUInt32BE(16)).toBeGreaterThan(900);
  }
});
