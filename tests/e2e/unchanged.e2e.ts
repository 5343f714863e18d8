/** The largest cut at which no image under Proof changes its answer: found by one button, and true. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { axe } from "./axe";
import { binary, openPage, removed, setThreshold } from "./harness";
import { LOOKS } from "./looks";
import { mapNet } from "./onnx";

const FIND = "Find the largest cut with no changed answer";
const box = (page: Page) => page.getByRole("spinbutton", { name: "Threshold value" });

/** "At 0.93, −24.1 % MACs, …": the knob and what goes. */
async function outcome(page: Page) {
  const said = page.getByRole("status").filter({ hasText: /^At / });
  await said.waitFor({ timeout: 90_000 });
  const text = (await said.textContent())!.replaceAll("\u00a0", " ");
  console.log(text);
  const [, knob, macs, images] =
    /^At ([\d.]+), −([\d.]+) % MACs, all (\d+) images keep their answer\./.exec(text) ?? expect.fail(text);
  const beyond = /At ([\d.]+) \(−([\d.]+) %\) the answer for (.+) changes from (.+) to (.+?)\. /.exec(text);
  return { text, knob: knob!, macs: Number(macs), images: Number(images), beyond };
}

/** How many images agree, once both networks have run for the plan on the page. */
async function run(page: Page, of: number): Promise<number> {
  await page.getByRole("button", { name: "Run both networks" }).click();
  const said = page.getByText(new RegExp(`^\\d+ of ${of} images agrees? on the top-1 class$`));
  await said.waitFor({ timeout: 60_000 });
  await expect.poll(() => page.getByText("for an earlier plan: run again").count(), { timeout: 60_000 }).toBe(0);
  return Number.parseInt((await said.textContent())!, 10);
}

test.each([
  ["a threshold", "", 0.99],
  ["a share", "criterion=sigma&share=0.1&compensation=mean", 0.1],
])(
  "%s is found at which all answers stay, and the next larger cut changes one",
  { timeout: 120_000 },
  async (_, hash, before) => {
    const page = await openPage({ hash: `#${hash}` });
    const start = Date.now();
    await page.getByRole("button", { name: FIND }).click();
    const { knob, macs, images, beyond } = await outcome(page);
    console.log(`found in ${Date.now() - start} ms`);
    expect(images).toBe(10);
    await expect.poll(() => box(page).inputValue()).toBe(knob);
    expect(Math.abs((await removed(page, "MACs")) - macs)).toBeLessThan(0.06);
    expect(macs).toBeGreaterThan(15);
    // The search has run both networks itself; a run by hand says the same.
    expect(await page.getByText(/^10 of 10 images agree on/).count()).toBe(1);
    expect(await run(page, 10)).toBe(10);

    // The search has asked the original before: its first answer is still the one that compiled it.
    const times = page
      .getByRole("table", { name: "Latency" })
      .getByRole("row", { name: /^original/ })
      .locator("td");
    const [cold, warm] = (await times.allTextContents()).slice(0, 2).map((it) => Number.parseFloat(it));
    expect(cold! / warm!).toBeGreaterThan(4);

    expect(beyond).not.toBeNull();
    const [, more, moreMacs, name, from, to] = beyond!;
    expect(Number(moreMacs)).toBeGreaterThanOrEqual(macs);
    await setThreshold(page, more!);
    await page.getByText("For an earlier plan or other images:").waitFor();
    expect(await run(page, 10)).toBeLessThan(10);
    // By its own heading: a class may be called as an image is.
    const heading = page.getByRole("rowheader", { name: new RegExp(`^${name}\\b`) });
    const changed = page.getByRole("table", { name: "Predictions" }).locator("tbody").filter({ has: heading });
    expect(await changed.locator(".badge").textContent()).toMatch(/^changed/);
    const [first, other] = await changed.locator("tr").nth(1).locator("td.label").allTextContents();
    expect([first, other]).toEqual([from, to]);

    // Back to what was found, then one step further back to what there was before the search.
    const undo = page.getByRole("button", { name: /^Undo/ });
    await undo.click();
    await expect.poll(() => box(page).inputValue()).toBe(knob);
    expect(await page.getByText("For an earlier plan or other images:").count()).toBe(0);
    await undo.click();
    await expect.poll(() => box(page).inputValue()).toBe(String(before));
  },
);

test("the search can be stopped, and then nothing was set", async () => {
  const page = await openPage();
  await page.getByRole("button", { name: FIND }).click();
  await page.getByText(/^Trying plan \d+ of at most \d+/).waitFor({ timeout: 40_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  expect(await box(page).inputValue()).toBe("0.99");
  expect(await page.getByRole("status").filter({ hasText: /^At / }).count()).toBe(0);
});

test("a network that is no classifier is offered no such search", async () => {
  const page = await openPage();
  await page.getByLabel("Open an ONNX model").setInputFiles([binary("map.onnx", mapNet())]);
  await page.getByText("This network isn’t a classifier").waitFor();
  expect(await page.getByRole("button", { name: FIND }).count()).toBe(0);
});

test.each([LOOKS.at(0)!, LOOKS.at(-1)!])(
  "axe finds nothing in what was found and saved, fresh and outdated: %s",
  async (_, options) => {
    const page = await openPage(options);
    await page.getByRole("button", { name: FIND }).click();
    await outcome(page);
    const arriving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download pruned model" }).click();
    await arriving;
    await page.getByText("Saved to your downloads:").waitFor();
    const look = async () => {
      expect(await axe(page, ".proof")).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    };
    await look();
    await setThreshold(page, "0.8");
    await page.getByText(/was saved for an earlier plan/).waitFor();
    await look();
  },
);
