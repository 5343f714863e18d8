/** What is taken along or shown to others: links, two plans side by side, the report, presenter mode. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe } from "./axe";
import { openPage, pressExport, removed, setThreshold } from "./harness";
import { onPaper, sheets } from "./paper";

const V1 = "mobilenetv1_050_cifar10.onnx";
const hashOf = (page: Page) => page.evaluate(() => location.hash);
const SAMPLES = new URL("../../www/public/samples/", import.meta.url);

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test("a copied link brings everything back, and says what it does not hold", async () => {
  const page = await openPage({
    hash: `#net=${V1}&criterion=sigma&share=0.3&compensation=mean`,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.getByRole("button", { name: "Table", exact: true }).click();
  await page.getByRole("button", { name: "Pin as plan A" }).click();
  await setThreshold(page, "0.4");
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText(/Link copied/).waitFor();
  expect(await page.getByText(/Not in it/).count()).toBe(0);
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain("v=2");
  const against = page.getByRole("table", { name: "Plan A against plan B" });
  const rowsOf = async (of: typeof against) => (await of.getByRole("row").allTextContents()).join("\n");

  const other = await openPage({ hash: link.slice(link.indexOf("#")) });
  const again = other.getByRole("table", { name: "Plan A against plan B" });
  // The present plan's file size comes when the knob has rested.
  await expect.poll(async () => (await rowsOf(again)) === (await rowsOf(against))).toBe(true);
  expect(await removed(other, "Channels")).toBe(await removed(page, "Channels"));
  expect(await other.getByRole("button", { name: "Table", exact: true }).getAttribute("aria-pressed")).toBe("true");

  await page.getByLabel("Add images").setInputFiles({
    name: "cat.jpg",
    mimeType: "image/jpeg",
    buffer: await readFile(new URL("images/photos/cat.jpg", SAMPLES)),
  });
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText(/Not in it: your images/).waitFor();
});

test("a link of a later version says so", async () => {
  const page = await openPage({ hash: `#net=${V1}&criterion=probability&threshold=0.9&v=7&novelty=1` });
  await page.getByText(/made by a later version/).waitFor();
  expect(await page.getByRole("spinbutton", { name: "Threshold value" }).inputValue()).toBe("0.9");
});

test("plan A is held against plan B", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const first = await removed(page, "Parameters");
  await page.getByRole("button", { name: "Pin as plan A" }).click();
  await page.getByText("B is the same as A").waitFor();
  await page.getByRole("combobox", { name: "Compensation" }).selectOption("none");
  await page.getByText("Both remove the same channels").waitFor();
  await setThreshold(page, "0.85");
  const against = page.getByRole("table", { name: "Plan A against plan B" });
  const row = (name: string) =>
    against.getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  const cells = (name: string) => row(name).locator("td").allTextContents();
  expect(await cells("Threshold")).toEqual(["0.99", "0.85"]);
  expect(await cells("Compensation")).toEqual(["Shift (the paper)", "No compensation"]);
  await expect.poll(async () => (await cells("Parameters"))[1]).toContain("18.2");
  expect((await cells("Parameters"))[0]).toContain(first.toFixed(1));
  // What 0.99 takes, 0.85 takes too.
  await page.getByText(/only A 0,/).waitFor();
  await page.getByRole("button", { name: "Swap A and B" }).click();
  await expect.poll(() => removed(page, "Parameters")).toBe(first);
  await expect.poll(async () => (await cells("Threshold")).join()).toBe("0.85,0.99");
  await page.getByText(/only B 0\./).waitFor();
  await page.getByRole("button", { name: "Unpin" }).click();
  expect(await against.count()).toBe(0);
});

test("the report holds the plan, prints on its own, and leaves as one file", async () => {
  const page = await openPage({ hash: `#net=${V1}&threshold=0.85&a=probability_0.99_0.25_shift_0_1_1_` });
  await page.getByRole("table", { name: "Plan A against plan B" }).getByText("−17.0").waitFor();
  const parameters = await removed(page, "Parameters");
  await pressExport(page, "Report");
  const sheet = page.getByRole("article", { name: "Report" });
  await sheet.getByRole("heading", { name: V1 }).waitFor();
  expect(
    await sheet
      .getByRole("row", { name: /^Parameters/ })
      .first()
      .textContent(),
  ).toContain(parameters.toFixed(1));
  expect(await sheet.locator(".map-figure svg rect").count()).toBeGreaterThan(500);
  expect(await sheet.getByText("have not been run side by side").count()).toBe(1);
  expect(await axe(page)).toEqual([]);
  await onPaper(page, true);
  expect(await page.getByRole("banner").isVisible()).toBe(false);
  expect(await page.getByRole("button", { name: "Print" }).isVisible()).toBe(false);
  expect(await sheets(page)).toBe(1);
  await onPaper(page, false);

  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as HTML" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe("mobilenetv1_050_cifar10.probability-0.85-shift.report.html");
  const html = (await readFile(await download.path())).toString();
  const alone = await page.context().newPage();
  await alone.setContent(html);
  await alone.getByRole("heading", { name: V1 }).waitFor();
  expect(html).not.toMatch(/(src|href)=/);
  await alone.close();

  await page.keyboard.press("Escape");
  await page.getByRole("slider", { name: "Threshold", exact: true }).waitFor();
  expect(await removed(page, "Parameters")).toBe(parameters);
});

test("presenter mode shows the map, the knob and what it does, larger", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const output = page.getByLabel("Parameters removed", { exact: true });
  const size = async () => (await output.evaluate((it) => Number.parseFloat(getComputedStyle(it).fontSize))) as number;
  const before = await size();
  await page.getByRole("button", { name: "Full screen" }).click();
  await expect.poll(() => hashOf(page)).toContain("present=1");
  expect(await size()).toBeGreaterThan(1.4 * before);
  expect(await page.getByRole("button", { name: "Open an ONNX model" }).count()).toBe(0);
  expect(await page.getByRole("region", { name: "Proof" }).isVisible()).toBe(false);
  expect(await page.getByRole("application", { name: "Channel map" }).isVisible()).toBe(true);
  await setThreshold(page, "0.85");
  await expect.poll(() => removed(page, "Parameters")).toBe(18.2);
  expect(await axe(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "Leave full screen" }).click();
  expect(await page.getByRole("region", { name: "Proof" }).isVisible()).toBe(true);
});

test.each([
  ["zoom=6", "wide"],
  ["mapAs=table", "wide"],
  ["mapAs=table&zoom=6", "phone"],
  ["zoom=6", "phone"],
  ["present=1", "phone"],
  ["report=1", "phone"],
])("axe finds nothing and nothing sticks out: %s, %s", async (hash, shape) => {
  const viewport = shape === "wide" ? { width: 1440, height: 900 } : { width: 390, height: 844 };
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await openPage({
      hash: `#net=${V1}&a=probability_0.9_0.25_none_0_1_1_&${hash}`,
      viewport,
      colorScheme,
    });
    await page.waitForTimeout(400);
    expect(await axe(page), colorScheme).toEqual([]);
    expect(await overflow(page), colorScheme).toBeLessThanOrEqual(0);
  }
});

test("text of twice the size stays readable: nothing sticks out, nothing is cut", async () => {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 640, height: 900 },
  ]) {
    const page = await openPage({ hash: `#net=${V1}`, viewport, fontSize: 32 });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe("32px");
    await page.waitForTimeout(300);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll("button, label, th, td, h2, h3, p, dt, dd, output")]
        .filter((it) => (it as HTMLElement).offsetParent && !it.closest(".hidden"))
        .filter((it) => {
          const box = it.getBoundingClientRect();
          const column = it.closest("section, header, aside");
          const right = column ? column.getBoundingClientRect().right : innerWidth;
          return box.width > 2 && box.right > right + 2 && getComputedStyle(column ?? it).overflowX !== "auto";
        })
        .map((it) => `${it.tagName} ${(it.textContent ?? "").slice(0, 40)}`),
    );
    expect(cut).toEqual([]);
    await setThreshold(page, "0.85");
    await expect.poll(() => removed(page, "Parameters")).toBe(18.2);
  }
});
