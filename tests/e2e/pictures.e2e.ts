/** Every picture leaves the page as SVG and PNG, and stands alone where it goes. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, pressExport } from "./harness";

const V1 = "mobilenetv1_050_cifar10.onnx";
const FASHION = "mobilenetv1_025_fashion.onnx";

async function take(page: Page, picture: string, kind: "SVG" | "PNG") {
  const waiting = page.waitForEvent("download");
  await pressExport(page, `Save the ${picture} as ${kind}`);
  const download = await waiting;
  return { name: download.suggestedFilename(), body: await readFile(await download.path()) };
}

/** What another program would find in the file: read as XML in an empty page, nothing of this one at hand. */
async function readSvg(page: Page, text: string) {
  const empty = await page.context().newPage();
  const found = await empty.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
    const root = parsed.documentElement;
    const all = [...root.querySelectorAll("*")];
    const texts = all.filter((it) => it.tagName === "text");
    return {
      fault: parsed.querySelector("parsererror")?.textContent ?? "",
      root: root.tagName,
      size: [Number(root.getAttribute("width")), Number(root.getAttribute("height"))],
      title: root.querySelector("title")?.textContent ?? "",
      paper: root.querySelector("rect")?.getAttribute("fill") ?? "",
      // Where the picture's own lines begin.
      lines: texts
        .filter((it) => it.parentElement === root)
        .map((it) => [Number(it.getAttribute("x")), Number(it.getAttribute("y"))] as const),
      words: texts.map((it) => it.textContent ?? ""),
      bare: texts.filter((it) => !it.getAttribute("font-family") || !it.getAttribute("fill")).length,
      needy: all.filter((it) => it.hasAttribute("class") || it.hasAttribute("style") || it.hasAttribute("href")).length,
      shapes: all.filter((it) => ["rect", "path", "circle", "line"].includes(it.tagName)).length,
    };
  }, text);
  await empty.close();
  return found;
}

/** Colours of a PNG: how many there are, and how much of it is not its commonest. */
function readPng(page: Page, body: Buffer, lines: (readonly [number, number])[], scale: number) {
  const given = { base64: body.toString("base64"), lines, scale };
  return page.evaluate(async ({ base64, lines, scale }) => {
    const bytes = Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const counts = new Map<number, number>();
    for (const it of new Uint32Array(data.buffer)) counts.set(it, (counts.get(it) ?? 0) + 1);
    const pixels = image.width * image.height;
    // A line of text has ink where its first letters are.
    const empty = lines.filter(([x, y]) => {
      const { data: box } = context.getImageData(scale * x, scale * (y - 9), scale * 24, scale * 10);
      return new Set(new Uint32Array(box.buffer)).size < 3;
    });
    return {
      empty,
      size: [image.width, image.height],
      colours: counts.size,
      drawn: 1 - Math.max(...counts.values()) / pixels,
    };
  }, given);
}

const PAPER = { light: "#fafcfb", dark: "#121b1c" };

/** Both files of a picture, looked at; returns what the SVG says. */
async function both(page: Page, picture: string, scheme: "light" | "dark", legend: readonly string[] = []) {
  const svg = await take(page, picture, "SVG");
  const text = svg.body.toString();
  const found = await readSvg(page, text);
  expect(found, picture).toMatchObject({ fault: "", root: "svg", bare: 0, needy: 0, paper: PAPER[scheme] });
  expect(found.shapes, picture).toBeGreaterThan(4);
  expect(found.title, picture).toMatch(/\S+ .*\.onnx|\.onnx .*\S+/);
  const words = found.words.join(" ").replace(/\s+/g, " ");
  for (const it of legend) expect(words, picture).toContain(it);
  // Colours are colours, and letters are inside.
  expect(text).not.toMatch(/var\(|currentcolor|url\((?!data:)/i);
  expect(text).toMatch(/@font-face\{[^}]*src:url\(data:font\/woff2;base64,[A-Za-z0-9+/]{1000}/);

  const png = await take(page, picture, "PNG");
  expect([svg.name.replace(/svg$/, ""), png.name.replace(/png$/, "")]).toEqual([
    png.name.replace(/png$/, ""),
    svg.name.replace(/svg$/, ""),
  ]);
  const scale = Math.min(2, 16_000 / Math.max(...found.size));
  const drawn = await readPng(page, png.body, found.lines, scale);
  expect(found.lines.length, picture).toBeGreaterThan(1);
  expect(drawn.empty, `${picture}: lines without letters`).toEqual([]);
  expect(Math.abs(drawn.size[0]! - scale * found.size[0]!), picture).toBeLessThanOrEqual(1);
  expect(Math.abs(drawn.size[1]! - scale * found.size[1]!), picture).toBeLessThanOrEqual(1);
  expect(drawn.colours, picture).toBeGreaterThan(12);
  expect(drawn.drawn, picture).toBeGreaterThan(0.01);
  return { ...found, text };
}

test.each(["light", "dark"] as const)("pictures of the plan and the panels stand alone: %s", async (colorScheme) => {
  const page = await openPage({ hash: `#net=${V1}`, colorScheme });
  await both(page, "channel map", colorScheme, ["output dead", "dead but withheld", "parameters", "τ = 0.99"]);
  await both(page, "savings curve", colorScheme, ["parameters removed", "MACs removed", "threshold τ", "0.999"]);
  const channel = await both(page, "channel", colorScheme, [
    "Gaussian of β and γ",
    "P = 0.9955",
    "before the depthwise",
  ]);
  expect(channel.title).toBe(`Channel 70 of features.18.1 in ${V1}: removed`);

  await page.getByRole("tab", { name: "Four cases" }).click();
  await page.getByRole("button", { name: /Remove and fold/ }).click();
  await page.getByRole("table", { name: "Logits" }).waitFor({ timeout: 30_000 });
  const stages = await both(page, "four cases", colorScheme, ["Depthwise 3×3", "Next layer", "Largest change", "→"]);
  expect(stages.title).toContain("Remove and fold");

  await page.getByRole("tab", { name: "Network" }).click();
  await page.locator(".node.layer").first().waitFor();
  await expect.poll(() => page.locator(".node.layer.cut").count()).toBeGreaterThan(5);
  const graph = await both(page, "network", colorScheme, [
    "channels that stay",
    "removed with the selected channel",
    "features.25.0",
  ]);
  // All of it, though the panel shows the beginning.
  expect(graph.size[0]).toBeGreaterThan(1000);
  await page.getByRole("button", { name: "Zoom in" }).click();
  const nearer = await readSvg(page, (await take(page, "network", "SVG")).body.toString());
  expect(nearer.size).toEqual(graph.size);

  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("table", { name: "Both plans" }).waitFor({ timeout: 30_000 });
  await both(page, "comparison", colorScheme, ["only by A", "Mean KL to the original: A ", "B: Low variance (σ)"]);
});

test("one layer's cells, and what was measured over the bell", async () => {
  const page = await openPage({ hash: `#net=${V1}&zoom=6`, colorScheme: "light" });
  await page.getByRole("button", { name: "All layers" }).waitFor();
  const row = await both(page, "channel map", "light");
  expect(row.title).toBe(`Channels of features.6.1 in ${V1}`);
  await page.getByRole("button", { name: "Measure on my images" }).click();
  await page.getByText(/^Tested on 480 of /).waitFor({ timeout: 30_000 });
  await both(page, "channel", "light", ["measured on images"]);
  await both(page, "test of the Gaussian", "light", ["share measured", "Tested on 480 of"]);
});

test("the lab's evaluation is a picture too", { timeout: 90_000 }, async () => {
  const page = await openPage({ hash: `#net=${FASHION}&view=lab`, colorScheme: "light" });
  await page.getByRole("combobox", { name: "Images used" }).selectOption("200");
  await page.getByRole("button", { name: "Evaluate both networks", exact: true }).click();
  await page.getByText("Evaluated for the plan on this page.").waitFor({ timeout: 50_000 });
  await both(page, "evaluation", "light", ["Ankle boot", "original", "pruned"]);
});
