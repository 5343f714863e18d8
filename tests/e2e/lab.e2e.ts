/** The lab: the sample's own test images judged, swept over and guarded with, in a real browser. */
import { readdir, readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import init, { Judge, LabData, Session } from "../../www/src/wasm/core";
import { axe } from "./axe";
import { openPage, pressExport, removed, setThreshold } from "./harness";
import { LOOKS } from "./looks";
import { TIMED } from "./stalls";

const PUBLIC = new URL("../../www/public/samples/", import.meta.url);
const FASHION = "mobilenetv1_025_fashion.onnx";
const bytes = async (name: string) => new Uint8Array(await readFile(new URL(name, PUBLIC)));

const openLab = (more = "", options: Parameters<typeof openPage>[0] = {}) =>
  openPage({ hash: `#net=${FASHION}&view=lab${more}`, ...options });

const used = (page: Page) => page.getByRole("combobox", { name: "Images used" });
const part = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const evaluated = (page: Page) => page.getByText("Evaluated for the plan on this page.").waitFor({ timeout: 50_000 });

/** Row of the table of numbers, as its cells' texts. */
async function row(page: Page, name: RegExp): Promise<string[]> {
  const table = page.getByRole("table", { name: "Accuracy on labelled images" });
  const cells = table.getByRole("row", { name }).locator("td");
  return (await cells.allTextContents()).map((it) => it.replaceAll("\u00a0", " ").replace("−", "-").trim());
}

/** The same by the core alone: one thread, one call. */
async function reference(threshold: number, images: number) {
  await init({ module_or_path: await readFile(new URL("../../www/src/wasm/core_bg.wasm", import.meta.url)) });
  const network = await bytes(FASHION);
  const session = new Session(FASHION, network);
  session.prune({ criterion: "probability", compensation: "shift", threshold });
  const archive = "fashion-mnist-1000.zip";
  const judge = new Judge(FASHION, network, LabData.open([archive], [await bytes(`data/${archive}`)]), "fashion-mnist");
  judge.set_pruned(session.pruned_bytes());
  return judge.report(judge.evaluate(0, images));
}

test("all cores together say what the core alone says", async () => {
  const page = await openLab("&threshold=0.75");
  await used(page).waitFor();
  expect(await page.getByText("1,000 images, 10 classes").count()).toBe(1);
  const start = Date.now();
  await part(page, "Evaluate both networks");
  await evaluated(page);
  console.log(`1,000 images with both networks: ${Date.now() - start} ms`);
  const expected = await reference(0.75, 1000);
  const against = expected.against!;
  expect(expected.images).toBe(1000);
  expect(expected.accuracy).toBeGreaterThan(0.88);
  expect(against.accuracy).toBeLessThan(expected.accuracy!);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const right = await row(page, /^Right/);
  expect(right[0]).toContain(percent(expected.accuracy!));
  expect(right[1]).toContain(percent(against.accuracy!));
  expect(right[1]).toContain(against.accuracy_interval!.map((it) => (100 * it).toFixed(1)).join(" – "));
  expect((await row(page, /^Change/))[1]).toContain((100 * against.difference!).toFixed(1));
  expect((await row(page, /^Same answer/))[1]).toContain(percent(against.agreement));
  expect((await row(page, /^Mean KL/))[1]).toContain(against.mean_kl.toPrecision(3));
  expect(await page.getByText(/95 % interval .* newly wrong/).count()).toBe(1);
  expect(await page.locator(".classes li").count()).toBe(10);

  // Another plan is another question; going back costs nothing.
  await setThreshold(page, "0.99");
  await page.getByText("Not evaluated yet for this plan.").waitFor();
  expect((await row(page, /^Right/))[1]).toBe("–");
  await setThreshold(page, "0.75");
  await evaluated(page);
  expect((await row(page, /^Right/))[1]).toContain(percent(against.accuracy!));

  // Nor does a reload.
  await page.waitForTimeout(400);
  await page.reload();
  await evaluated(page);
  expect((await row(page, /^Right/))[1]).toContain(percent(against.accuracy!));
});

test("an evaluation is stopped at once and can be begun again", TIMED, async () => {
  const page = await openLab();
  await used(page).waitFor();
  await part(page, "Evaluate both networks");
  const stop = page.getByRole("button", { name: "Stop" });
  await page.getByText(/^[1-9]\d* of 1,000 images/).waitFor({ timeout: 20_000 });
  const start = Date.now();
  await stop.click();
  await page.getByText("Not evaluated yet for this plan.").waitFor();
  expect(Date.now() - start).toBeLessThan(1000);
  await expect.poll(() => row(page, /^Right/)).toEqual(["–", "–"]);
  await used(page).selectOption("200");
  await part(page, "Evaluate both networks");
  await evaluated(page);
  expect((await row(page, /^Right/))[0]).toMatch(/^[89]\d\.\d %/);
});

test("a sweep draws, goes on after a reload, and its points are plans", async () => {
  const page = await openLab();
  await used(page).selectOption("200");
  await part(page, "Curves");
  await page.getByText(/^Choose curves/).click();
  await page.getByRole("combobox", { name: "Points per curve" }).selectOption("7");
  await part(page, "Sweep");
  const points = page.locator(".lab-chart circle");
  await expect.poll(() => points.count(), { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
  await page.waitForTimeout(300);
  await page.reload();
  await used(page).waitFor();
  await part(page, "Curves");
  // Nobody presses anything.
  await expect.poll(() => points.count(), { timeout: 50_000 }).toBe(14);
  await page.getByText("All points are judged.").waitFor();
  const legend = page.getByRole("list", { name: "Curves in the picture" }).getByRole("listitem");
  expect(await legend.count()).toBe(2);

  const waiting = page.waitForEvent("download");
  await pressExport(page, "Curves as CSV");
  const table = (await readFile(await (await waiting).path())).toString().trim().split("\r\n");
  expect(table[0]).toBe("criterion,compensation,knob,channels,params,macs,accuracy,lo,hi,agreement,kl");
  const rows = table.slice(1).map((it) => it.split(","));
  expect(rows).toHaveLength(14);
  for (const it of rows) {
    const [accuracy, low, high] = it.slice(6, 9).map(Number);
    expect(low).toBeLessThan(accuracy!);
    expect(high).toBeGreaterThan(accuracy!);
  }
  // At one threshold the fold costs nothing and keeps at least as much on the whole.
  const sum = (of: string) => rows.filter((it) => it[1] === of).reduce((all, it) => all + Number(it[6]), 0);
  expect(sum("shift")).toBeGreaterThan(sum("none"));
  const drawing = page.waitForEvent("download");
  await pressExport(page, "Save the curves as SVG");
  const svg = (await readFile(await (await drawing).path())).toString();
  expect(svg).toMatch(/^<svg /);
  expect(svg.match(/<circle/g)).toHaveLength(14);

  const chart = page.getByRole("application", { name: /^Curves/ });
  await chart.focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await chart.press(key);
  const words = await page.locator(".lab-read-out").textContent();
  const knob = /τ ([\d.]+): MACs/.exec(words!)![1]!;
  await chart.press("Enter");
  const box = page.getByRole("spinbutton", { name: "Threshold value" });
  await expect.poll(() => box.inputValue()).toBe(knob);
  expect(await page.getByRole("combobox", { name: "Compensation" }).inputValue()).toBe("none");
  await part(page, "Evaluate");
  await evaluated(page);
});

test("a guarded search sets the largest threshold that holds, and says how sure that is", async () => {
  const page = await openLab();
  await used(page).selectOption("200");
  await part(page, "Largest pruning that holds");
  await page.getByRole("combobox", { name: "Limit" }).selectOption("agreement");
  const limit = page.getByRole("spinbutton", { name: "Percent" });
  await limit.fill("95");
  await limit.press("Enter");
  await part(page, "Search");
  const verdict = page.locator(".lab-verdict");
  await expect.poll(() => verdict.textContent(), { timeout: 55_000 }).toMatch(/^Set to .* 95 % interval/);
  const table = page.getByRole("table", { name: "Plans that were tried" });
  const held: [number, number][] = [];
  const failed: [number, number][] = [];
  for (const it of await table.locator("tbody tr").all()) {
    const [macs, , agreement, verdict] = await it.locator("td").allTextContents();
    (verdict!.includes("yes") ? held : failed).push([Number.parseFloat(macs!), Number.parseFloat(agreement!)]);
  }
  expect(held.length).toBeGreaterThan(1);
  expect(failed.length).toBeGreaterThan(1);
  for (const [, agreement] of held) expect(agreement).toBeGreaterThanOrEqual(95);
  for (const [, agreement] of failed) expect(agreement).toBeLessThan(95);
  // What is on the page now is the most that held, and the next larger one did not.
  const most = Math.max(...held.map(([macs]) => macs));
  await expect.poll(() => removed(page, "MACs")).toBe(most);
  await part(page, "Evaluate");
  await evaluated(page);
  expect(Number.parseFloat((await row(page, /^Same answer/))[1]!)).toBeGreaterThanOrEqual(95);
});

test("a promise that only a small cut keeps is kept by a small cut", async () => {
  const page = await openLab();
  await part(page, "Largest pruning that holds");
  await page.getByRole("checkbox", { name: "with 95 % confidence" }).check();
  await part(page, "Search");
  const verdict = page.locator(".lab-verdict");
  await expect.poll(() => verdict.textContent(), { timeout: 55_000 }).toMatch(/^Set to /);
  expect(await removed(page, "MACs")).toBeGreaterThan(5);
  await part(page, "Evaluate");
  await evaluated(page);
  // The lower end of the interval, as the evaluation gives it.
  const change = (await row(page, /^Change, points/)).join(" ");
  const [, low] = /([−-][\d.]+) (?:to|–)/.exec(change) ?? [];
  expect(Number(low?.replace("−", "-")), change).toBeGreaterThanOrEqual(-0.5);
});

const FOLDER = new URL("images/fashion/", PUBLIC);

async function pictures() {
  const names = (await readdir(FOLDER)).filter((it) => it.endsWith(".png")).sort();
  return Promise.all(
    names.map(async (name) => ({ name, mimeType: "image/png", buffer: await readFile(new URL(name, FOLDER)) })),
  );
}

test("own images: labelled by a table, without labels, and not images at all", async () => {
  const page = await openLab();
  await used(page).waitFor();
  const choose = async (files: { name: string; mimeType: string; buffer: Buffer }[]) => {
    if ((await page.getByLabel("Labelled images from files").count()) === 0) await part(page, "Other images");
    await page.getByLabel("Labelled images from files").setInputFiles(files);
  };
  const all = await pictures();
  const label = (name: string) =>
    name === "t-shirt-or-top.png" ? "T-shirt/top" : name.replace(".png", "").replaceAll("-", " ");
  const lines = ["file,label", ...all.map((it) => `${it.name},${label(it.name)}`)];
  await choose([...all, { name: "labels.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) }]);
  await page.getByText(/10 images, 10 classes/).waitFor();
  await part(page, "Evaluate both networks");
  await evaluated(page);
  expect(Number.parseFloat((await row(page, /^Right/))[0]!)).toBeGreaterThanOrEqual(70);

  // How classes came to outputs is said: by name, or in order, and then why.
  await page
    .getByText("All 10 classes of the images were found by name among the network’s labels (fashion-mnist).")
    .waitFor();
  await choose([
    ...all,
    { name: "labels.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\n").replace(",bag", ",teapot")) },
  ]);
  await page.getByText("Not evaluated yet for this plan.").waitFor();
  await part(page, "Evaluate both networks");
  await evaluated(page);
  await page.getByText(/“teapot” is not among the network’s labels \(fashion-mnist\), so .* taken in order/).waitFor();

  await choose(all);
  await page.getByText(/10 images, no labels: agreement only/).waitFor();
  await part(page, "Evaluate both networks");
  await evaluated(page);
  expect((await row(page, /^Right/))[0]).toBe("–");
  expect((await row(page, /^Same answer/))[1]).toMatch(/^\d+\.\d %/);

  // Dropped where it is offered, an archive is data and no network.
  const archive = Buffer.from(await bytes("data/fashion-mnist-1000.zip"));
  await page.locator(".lab-data").drop({ files: [{ name: "mine.zip", mimeType: "application/zip", buffer: archive }] });
  await page.getByText(/^1,000 images, 10 classes \(/).waitFor();
  expect(await page.getByRole("heading", { name: FASHION }).count()).toBe(1);

  await choose([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no image in here") }]);
  const alert = page.locator(".lab-data").getByRole("alert");
  await alert.waitFor();
  const sentence = (await alert.textContent())!;
  console.log(sentence);
  expect(sentence).toContain("notes.txt");
  expect(sentence).toMatch(/[^.]\.$/);
  // What was there still is.
  expect(await page.getByText(/^1,000 images, 10 classes \(/).count()).toBe(1);
});

test("built-in images stay with the networks they are for", async () => {
  const page = await openLab();
  await used(page).waitFor();
  await page.getByRole("button", { name: /^MobileNetV2 ×0\.5/ }).click();
  await page.getByText("Accuracy is measured on images whose class is known.").waitFor();
  expect(await page.getByRole("button", { name: "Evaluate both networks" }).isDisabled()).toBe(true);
  await part(page, "Fashion-MNIST sample with its test images");
  await page.getByRole("heading", { name: FASHION }).waitFor();
  await used(page).selectOption("100");
  await part(page, "Evaluate both networks");
  await evaluated(page);
});

test("a repair with images that are not judged by is judged beside the cut network", async () => {
  const page = await openLab("&criterion=sigma&share=0.6&compensation=mean");
  await used(page).selectOption("500");
  await page.getByRole("button", { name: "Repair with 64 other images" }).click();
  await page
    .getByText(/[Rr]epaired with 64 images/)
    .first()
    .waitFor({ timeout: 50_000 });
  await page.getByRole("button", { name: "Evaluate all networks" }).click();
  await evaluated(page);
  const right = (await row(page, /^Right/)).map((it) => Number.parseFloat(it));
  console.log(`original, cut, repaired: ${right.join(", ")} %`);
  expect(right).toHaveLength(3);
  expect(right[2]!).toBeGreaterThan(right[1]! + 5);
  // No class was left out of what it was fitted to.
  const classes = await page.locator(".class-numbers").allTextContents();
  for (const it of classes) expect(Number(it.split("→")[1])).toBeGreaterThan(20);
});

test.each(LOOKS)("axe finds nothing in the lab: %s", async (_, options) => {
  const page = await openLab("", options);
  await used(page).selectOption("100");
  await part(page, "Evaluate both networks");
  await evaluated(page);
  const look = async () => {
    await page.evaluate(() => {
      for (const it of document.querySelectorAll<HTMLDetailsElement>(".lab details")) it.open = true;
    });
    expect(await axe(page, ".bench")).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  };
  await part(page, "Other images");
  await look();
  await part(page, "Curves");
  await page.getByRole("combobox", { name: "Points per curve", includeHidden: true }).evaluate((it) => {
    (it.closest("details") as HTMLDetailsElement).open = true;
  });
  await page.getByRole("combobox", { name: "Points per curve" }).selectOption("7");
  await part(page, "Sweep");
  await page.getByText("All points are judged.").waitFor({ timeout: 50_000 });
  await look();
  await part(page, "Largest pruning that holds");
  await look();
});
