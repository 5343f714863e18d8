/** From an empty tab to a pruned file on the disk. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  binary,
  caseCount,
  dropOnPage,
  measures,
  openPage,
  planned,
  pressExport,
  removed,
  setThreshold,
} from "./harness";
import { badFiles, externalNet, foldedNet } from "./onnx";
import { TIMED } from "./stalls";

const SAMPLES = new URL("../../www/public/samples/", import.meta.url);
const sample = (name: string) => readFile(new URL(name, SAMPLES));
const V1 = "mobilenetv1_050_cifar10.onnx";

test("the first visit shows a planned sample within three seconds", TIMED, async () => {
  const page = await openPage();
  const [first] = await measures(page, "plan");
  const [load] = await measures(page, "load");
  const end = first!.start + first!.duration;
  console.log(`first visit: load ${load!.duration.toFixed(0)} ms, planned after ${end.toFixed(0)} ms`);
  expect(end).toBeLessThan(3000);
  expect(await removed(page, "Parameters")).toBeGreaterThan(0);
});

test("the plan of MobileNetV1 equals the independent reference", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const cases = async () => [
    await caseCount(page, "Keep"),
    await caseCount(page, "Output dead"),
    await caseCount(page, "Input dead"),
    await caseCount(page, "Both dead"),
  ];
  await expect.poll(cases).toEqual([2203, 43, 121, 113]);
  expect(await removed(page, "Parameters")).toBe(17);
  expect(await removed(page, "MACs")).toBe(18.4);
  await setThreshold(page, "0.85");
  await expect.poll(cases).toEqual([2180, 40, 138, 122]);
  expect(await removed(page, "Parameters")).toBe(18.2);
  expect(await removed(page, "MACs")).toBe(20.1);
});

test("slider and number box are in step, and a drag moves the plan", async () => {
  const page = await openPage();
  const slider = page.getByRole("slider", { name: "Threshold", exact: true });
  const box = page.getByRole("spinbutton", { name: "Threshold value" });
  const before = await removed(page, "Channels");
  const bounds = (await slider.boundingBox())!;
  const y = bounds.y + bounds.height / 2;
  await page.mouse.move(bounds.x + bounds.width * 0.5, y);
  await page.mouse.down();
  for (let i = 0; i <= 10; i++) await page.mouse.move(bounds.x + bounds.width * (0.5 - 0.03 * i), y);
  await page.mouse.up();
  await expect.poll(() => removed(page, "Channels")).toBeGreaterThan(before);
  const low = Number(await box.inputValue());
  expect(low).toBeLessThan(0.9);
  await slider.press("End");
  await expect.poll(() => box.inputValue()).toBe("0.99999");
  await setThreshold(page, "7");
  await expect.poll(() => box.inputValue()).toBe("1");
  // Typing is not committed before Enter.
  await box.fill("0.5");
  expect(await slider.getAttribute("aria-valuetext")).toMatch(/^1,/);
  await box.press("Enter");
  await expect.poll(() => slider.getAttribute("aria-valuetext")).toMatch(/^0\.5,/);
});

test("criteria that take a share say so, and a target solves for it", async () => {
  const page = await openPage();
  await page.getByRole("combobox", { name: "Criterion" }).selectOption("sigma");
  const slider = page.getByRole("slider", { name: "Share removed" });
  await slider.waitFor();
  await setThreshold(page, "0.25");
  await expect.poll(() => removed(page, "Channels")).toBeGreaterThan(15);
  await page.getByRole("button", { name: "Solve for" }).click();
  await expect.poll(async () => Math.abs((await removed(page, "MACs")) - 30)).toBeLessThan(1);
});

test("multiples of 8 are offered where a plan leaves odd counts", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const before = await removed(page, "Channels");
  await page.getByRole("button", { name: "Keep multiples of 8" }).click();
  await expect.poll(() => removed(page, "Channels")).toBeLessThan(before);
  expect(await page.getByRole("button", { name: "Keep multiples of 8" }).count()).toBe(0);
  await expect.poll(() => new URL(page.url()).hash).toContain("multiple=8");
});

test("a file dropped before the engine is there is opened, and the sample does not replace it", async () => {
  const page = await openPage({
    early: true,
    before: (it) =>
      it.route("**/*.wasm", async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await route.continue();
      }),
  });
  await page.getByText("Your files stay on this device").waitFor();
  await dropOnPage(page, binary("mine.onnx", await sample("mobilenetv1_025_fashion.onnx")));
  await page.getByRole("heading", { name: "mine.onnx" }).waitFor();
  await planned(page);
  await page.waitForTimeout(500);
  expect(await page.getByRole("heading", { name: "mine.onnx" }).count()).toBe(1);
});

test("both networks run, the file is checked, downloaded, and opens again as the smaller network", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  await page.getByRole("button", { name: "Run both networks" }).click();
  const table = page.getByRole("table", { name: "Predictions" });
  await table.waitFor({ timeout: 30_000 });
  expect(await table.locator("tbody").count()).toBe(10);
  expect(await table.locator("tbody").first().locator("tr").count()).toBe(6);
  for (const name of ["prune", "check", "infer:original", "infer:pruned"]) {
    expect((await measures(page, name)).length, name).toBeGreaterThan(0);
  }
  const after = await page
    .getByRole("row", { name: /^Parameters/ })
    .locator("td")
    .nth(1)
    .getAttribute("title");
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download pruned model" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe("mobilenetv1_050_cifar10.probability-0.99-shift.onnx");
  await page.getByText(/Checked: max \|Δ\|/).waitFor();
  const bytes = await readFile(await download.path());
  expect(bytes.length).toBeLessThan(3_000_000);

  // What was saved is said, with its sizes, its check and what to do with it; and no longer once the plan is another.
  const saved = page.getByRole("status").filter({ hasText: "Saved to your downloads" });
  const said = (await saved.textContent())!.replaceAll("\u00a0", " ");
  console.log(said);
  expect(said).toContain(download.suggestedFilename());
  expect(said).toContain(`3.4 MB → ${(bytes.length / 1e6).toFixed(1)} MB.`);
  expect(said).toMatch(/Checked: max \|Δ\| = \d/);
  expect(said).toMatch(/same input “\w+” \(batch×3×32×32\), same output “\w+” \(batch×10\)/);
  await setThreshold(page, "0.9");
  await page.getByText(`${download.suggestedFilename()} was saved for an earlier plan`).waitFor();
  expect(await saved.count()).toBe(0);
  await setThreshold(page, "0.99");
  await saved.waitFor();
  await page.getByLabel("Open an ONNX model").setInputFiles({
    name: "again.onnx",
    mimeType: "application/octet-stream",
    buffer: bytes,
  });
  await page.getByRole("heading", { name: "again.onnx" }).waitFor();
  const parameters = page.locator(".facts dd").first();
  expect(await parameters.getAttribute("title")).toBe(after);
  await expect.poll(() => removed(page, "Channels")).toBe(0);
});

test("repair runs on the images and is offered for download", async () => {
  const page = await openPage({ hash: `#net=${V1}&criterion=sigma&share=0.4&compensation=mean` });
  await page.getByRole("button", { name: "Repair with my images" }).click();
  await page.getByText(/[Rr]epaired with 10 images/).waitFor({ timeout: 45_000 });
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download pruned model" }).click();
  expect((await waiting).suggestedFilename()).toContain("sigma-0.4-mean.repaired.onnx");
});

test("a wrong file is one sentence, and what was open stays open", async () => {
  const page = await openPage({ hash: `#net=${V1}`, expected: /panicked/ });
  const heading = page.getByRole("heading", { name: V1 });
  const before = await removed(page, "Parameters");
  for (const { name, buffer } of badFiles(await sample(V1))) {
    await page.getByLabel("Open an ONNX model").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    const alert = page.getByRole("alert");
    await alert.waitFor({ timeout: 15_000 });
    expect(await alert.count(), name).toBe(1);
    const text = (await alert.textContent())!;
    console.log(`${name}: ${text}`);
    expect(text.length, name).toBeGreaterThan(15);
    expect(text, name).toMatch(/[^.]\.$/);
    expect(text, name).toContain(name);
    expect(text, name).not.toContain("\n");
    expect(await heading.count(), name).toBe(1);
    await page.getByRole("button", { name: "Dismiss" }).first().click();
    await alert.waitFor({ state: "detached" });
  }
  expect(await removed(page, "Parameters")).toBe(before);
  await setThreshold(page, "0.5");
  await expect.poll(() => removed(page, "Parameters")).toBeGreaterThan(before);
});

test("plan and pictures can be taken along", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const take = async (button: string) => {
    const waiting = page.waitForEvent("download");
    await pressExport(page, button);
    const download = await waiting;
    return { name: download.suggestedFilename(), body: await readFile(await download.path()) };
  };
  const json = JSON.parse((await take("Plan as JSON")).body.toString());
  expect(json.cases).toMatchObject({ keep: 2203, output_dead: 43, input_dead: 121, both_dead: 113 });
  const csv = (await take("Channels as CSV")).body.toString().split("\r\n");
  expect(csv[0]).toBe("norm,activation,channel,mean,std,probability,saturation,state");
  const png = await take("Save the channel map as PNG");
  expect(png.name).toMatch(/\.map\.png$/);
  expect(png.body.subarray(1, 4).toString()).toBe("PNG");
  const curve = (await take("Save the savings curve as SVG")).body.toString();
  // Two lines, and their two keys.
  expect(curve.match(/<path /g)).toHaveLength(4);
  expect((await take("Save the savings curve as PNG")).body.subarray(1, 4).toString()).toBe("PNG");
  expect((await take("Save the channel as SVG")).body.toString()).toMatch(/^<svg /);
});

test("one's own images take the place of the samples, dropped or chosen", async () => {
  const page = await openPage({ hash: `#net=${V1}` });
  const images = page.getByRole("list", { name: "Images" }).getByRole("listitem");
  await expect.poll(() => images.count()).toBe(10);
  await dropOnPage(page, { name: "tom.jpg", mimeType: "image/jpeg", buffer: await sample("images/photos/cat.jpg") });
  await expect.poll(() => images.count()).toBe(1);
  const bag = { name: "bag.png", mimeType: "image/png", buffer: await sample("images/fashion/bag.png") };
  await page.getByLabel("Add images").setInputFiles([bag]);
  await expect.poll(() => images.count()).toBe(2);
  await page.getByText("Read as").click();
  await page.getByRole("combobox", { name: "Preprocessing" }).selectOption("[0,1]");
  const names = Buffer.from(Array.from({ length: 10 }, (_, i) => `kind ${i}`).join("\n"));
  await page
    .getByLabel("Labels from a text file")
    .setInputFiles({ name: "kinds.txt", mimeType: "text/plain", buffer: names });
  await page.getByRole("button", { name: "Run both networks" }).click();
  const table = page.getByRole("table", { name: "Predictions" });
  await table.waitFor({ timeout: 30_000 });
  expect(await table.getByRole("cell", { name: /^kind \d$/ }).count()).toBe(20);
  expect(await page.getByText(/of 2 images agree/).count()).toBe(1);
});

test("a network without BatchNormalization says so and is measured instead", async () => {
  const page = await openPage();
  const file = { name: "folded.onnx", mimeType: "application/octet-stream", buffer: foldedNet() };
  await page.getByLabel("Open an ONNX model").setInputFiles(file);
  await page.getByRole("heading", { name: "folded.onnx" }).waitFor();
  await page.locator(".folded").waitFor();
  await expect.poll(() => removed(page, "Channels")).toBe(0);
  await page.getByRole("button", { name: "Measure on my images" }).click();
  await page.getByText("10 images measured").waitFor({ timeout: 30_000 });
  // The dead quarter of both depthwise sides and of the pointwise layer.
  await expect.poll(() => removed(page, "Channels")).toBeGreaterThan(20);
  await page.locator(".bell-bars").first().waitFor();
  await page.getByRole("img", { name: /^P image by image: [\d.]+, / }).waitFor();
  await page.getByText(/The last one moved P of 56 normalised channels/).waitFor();
  await page.getByRole("button", { name: "Measure on my images" }).click();
  await page.getByText(/measured already/).waitFor();
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download pruned model" }).click();
  await waiting;
});

test("a network and the file its weights lie in are opened together", async () => {
  const page = await openPage();
  const { model, weights } = externalNet();
  await dropOnPage(page, binary("net.onnx", model));
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/net\.onnx .*another file, weights\.bin; open both files together\.$/);
  const cat = { name: "cat.jpg", mimeType: "image/jpeg", buffer: await sample("images/photos/cat.jpg") };
  await dropOnPage(page, binary("weights.bin", weights), cat, binary("net.onnx", model));
  await page.getByRole("heading", { name: "net.onnx" }).waitFor();
  expect(await alert.count()).toBe(0);
  await expect.poll(() => removed(page, "Channels")).toBe(25);
  // The second worker opens them too.
  await page.getByRole("button", { name: "Run both networks" }).click();
  await page.getByText(/1 of 1 image agrees/).waitFor({ timeout: 30_000 });
  await page
    .getByLabel("Open an ONNX model")
    .setInputFiles([binary("again.onnx", model), binary("weights.bin", weights), binary("other.onnx", model)]);
  await page.getByRole("heading", { name: "again.onnx" }).waitFor();
  await page.getByText(/other\.onnx was not opened/).waitFor();
});

test("APoZ asks for a measurement first, chosen or linked, and then works", async () => {
  const page = await openPage({ hash: `#net=${V1}&criterion=apoz&share=0.3` });
  const first = page.getByText(/^APoZ counts zeros on your images, so measure first/);
  await first.waitFor();
  const criterion = page.getByRole("combobox", { name: "Criterion" });
  expect(await criterion.inputValue()).toBe("probability");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await criterion.selectOption("apoz");
  await first.waitFor();
  expect(await criterion.inputValue()).toBe("probability");
  await page.getByRole("button", { name: "Measure on my images" }).click();
  await page.getByText("10 images measured").waitFor({ timeout: 30_000 });
  await criterion.selectOption("apoz");
  await expect.poll(() => removed(page, "Channels")).toBe(30);
  await page.getByRole("button", { name: "Forget" }).click();
  await first.waitFor();
  await expect.poll(() => criterion.inputValue()).toBe("probability");
  expect(await page.getByRole("alert").allTextContents()).toEqual([]);
});
