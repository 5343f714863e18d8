/** What makes the page a good place: speed, links, keyboard, accessibility, offline, robustness. */
import { expect, test } from "vitest";
import { axe } from "./axe";
import { measures, median, openPage, planned, removed, setThreshold, url } from "./harness";
import { LOOKS } from "./looks";
import { mobileNetV2 } from "./onnx";
import { stalls, TIMED, watchStalls } from "./stalls";

const V1 = "mobilenetv1_050_cifar10.onnx";

test("a drag over 17,056 channels keeps up with the screen", TIMED, async () => {
  const page = await openPage();
  await page.getByLabel("Open an ONNX model").setInputFiles({
    name: "mobilenetv2.onnx",
    mimeType: "application/octet-stream",
    buffer: mobileNetV2(),
  });
  await page.getByRole("heading", { name: "mobilenetv2.onnx" }).waitFor({ timeout: 30_000 });
  // Curve and second worker come to rest.
  await page.waitForTimeout(4000);
  await page.evaluate(() => performance.clearMeasures("plan"));
  await watchStalls(page);
  const slider = page.getByRole("slider", { name: "Threshold", exact: true });
  const bounds = (await slider.boundingBox())!;
  const y = bounds.y + bounds.height / 2;
  await page.mouse.move(bounds.x + bounds.width * 0.8, y);
  await page.mouse.down();
  for (let i = 0; i < 90; i++) {
    await page.mouse.move(bounds.x + bounds.width * (0.8 - 0.006 * i), y);
    await page.waitForTimeout(12);
  }
  await page.mouse.up();
  await page.waitForTimeout(400);
  const times = (await measures(page, "plan")).map((it) => it.duration);
  const long = (await stalls(page)).map((it) => it.long);
  const p95 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
  console.log(
    `drag: ${times.length} plans, median ${median(times).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, long tasks ${long}`,
  );
  expect(times.length).toBeGreaterThan(30);
  expect(median(times)).toBeLessThanOrEqual(16);
  expect(long.filter((it) => it > 50)).toEqual([]);
});

test("the address carries the whole state, clamped", async () => {
  const page = await openPage({
    hash: `#net=${V1}&criterion=slimming&share=0.3&compensation=mean&selected=2.5&threshold=99&locked=1.9999`,
  });
  await page.getByRole("slider", { name: "Share removed" }).waitFor();
  expect(await page.getByRole("combobox", { name: "Compensation" }).inputValue()).toBe("mean");
  await page.getByRole("heading", { name: /^Channel 5 / }).waitFor();
  await page.getByRole("combobox", { name: "Criterion" }).selectOption("probability");
  expect(await page.getByRole("spinbutton", { name: "Threshold value" }).inputValue()).toBe("1");
  await setThreshold(page, "0.9");
  await expect.poll(() => page.evaluate(() => location.hash)).toContain("threshold=0.9");
  const hash = await page.evaluate(() => location.hash);
  expect(hash).toContain("locked=1");
  expect(hash).not.toContain("9999");
  const value = await removed(page, "Channels");
  const again = await openPage({ hash });
  expect(await removed(again, "Channels")).toBe(value);
});

test("the map is walked by keyboard", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const map = page.getByRole("application", { name: "Channel map" });
  await map.focus();
  for (const key of ["Home", "ArrowDown", "ArrowDown", "End", "ArrowLeft"]) await map.press(key);
  const words = await page.locator(".read-out").textContent();
  expect(words).toMatch(/channel \d+ · Relu · P = /);
  await map.press("Enter");
  const channel = /channel (\d+)/.exec(words!)![1];
  await page.getByRole("heading", { name: new RegExp(`^Channel ${channel} `) }).waitFor();
});

test.each(LOOKS)("axe finds nothing: %s", async (_, options) => {
  const page = await openPage({ hash: `#net=${V1}`, ...options });
  await page.getByRole("button", { name: "Run both networks" }).click();
  await page.getByRole("table", { name: "Predictions" }).waitFor({ timeout: 30_000 });
  await page.evaluate(() => {
    for (const it of document.querySelectorAll("details")) it.open = true;
  });
  expect(await axe(page)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test("an engine that dies is restarted and the network opened again", async () => {
  let trapped = 0;
  const page = await openPage({
    hash: `#net=${V1}`,
    expected: /unreachable/,
    before: (it) =>
      it.route("**/core.worker-*.js", async (route) => {
        const response = await route.fetch();
        const trap = trapped++ === 0 ? TRAP : "";
        await route.fulfill({ response, body: trap + (await response.text()) });
      }),
  });
  await page.getByText(/was restarted and .* is open again/).waitFor({ timeout: 20_000 });
  expect(await page.getByRole("alert").allTextContents()).toEqual([]);
  await setThreshold(page, "0.9");
  const before = (await measures(page, "plan")).length;
  await setThreshold(page, "0.8");
  await planned(page, before);
  expect(await removed(page, "Channels")).toBeGreaterThan(0);
});

/** In a worker, before its code: the second plan traps like a panic does. */
const TRAP = `{
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await instantiate(module, imports);
    const exports = { ...instance.exports };
    exports.session_plan = () => { throw new WebAssembly.RuntimeError("unreachable"); };
    return { instance: { exports }, module };
  };
}\n`;

test("the page works again without a network", async () => {
  const page = await openPage({ serviceWorkers: "allow" });
  await page.evaluate(() => navigator.serviceWorker.ready);
  // The list of what to keep is handed over a few seconds after loading.
  const kept = () =>
    page.evaluate(async () => {
      const keys = (await Promise.all((await caches.keys()).map(async (it) => (await caches.open(it)).keys()))).flat();
      const has = (end: string) => keys.some((it) => it.url.endsWith(end));
      return has(".wasm") && has(".onnx") && has("/") && has("index.json");
    });
  await expect.poll(kept, { timeout: 20_000 }).toBe(true);
  await page.context().setOffline(true);
  await page.goto(url);
  await planned(page);
  // The first seconds play the cut, beginning with none.
  await expect.poll(() => removed(page, "Parameters"), { timeout: 15_000 }).toBeGreaterThan(0);
});
