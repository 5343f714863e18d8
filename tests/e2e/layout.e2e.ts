/** Cause and effect are seen at once: at 1440×900 without scrolling, on a phone with a slim bar at the foot. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage, removed, setThreshold } from "./harness";

const V1 = "mobilenetv1_050_cifar10.onnx";
const FASHION = "mobilenetv1_025_fashion.onnx";
const SCREEN = { width: 1440, height: 900 };

/** Elements of which a part is outside of the window or of a box around them that scrolls. */
function outside(page: Page, selectors: readonly string[]): Promise<string[]> {
  return page.evaluate(
    (all) =>
      all.flatMap((selector) => {
        const found = [...document.querySelectorAll(selector)];
        if (found.length === 0) return [`${selector} is not there`];
        return found.flatMap((it) => {
          const box = it.getBoundingClientRect();
          let [top, left, bottom, right] = [0, 0, innerHeight, innerWidth];
          for (let around = it.parentElement; around; around = around.parentElement) {
            const { overflowY } = getComputedStyle(around);
            if (overflowY === "visible") continue;
            const edge = around.getBoundingClientRect();
            [top, left] = [Math.max(top, edge.top), Math.max(left, edge.left)];
            [bottom, right] = [Math.min(bottom, edge.bottom), Math.min(right, edge.right)];
          }
          const over = [top - box.top, left - box.left, box.bottom - bottom, box.right - right];
          // Lines of text are a pixel higher or lower from one browser to the next.
          return Math.max(...over) > 2.5 || box.width === 0 ? [`${selector}: ${over.map(Math.round)}`] : [];
        });
      }),
    selectors,
  );
}

/** Threshold, map and savings: together whatever panel is open. */
const ALWAYS = [
  "#amount",
  ".slider-head",
  ".knob .curve svg",
  ".outputs",
  ".map-box",
  ".legend",
  ".savings",
  ".splitter",
];

const scrolls = (page: Page) =>
  page.locator(".bench-body").evaluate((it) => ({
    down: it.scrollHeight - it.clientHeight,
    across: it.scrollWidth - it.clientWidth,
  }));

interface Panel {
  name: string;
  hash: string;
  ready: (page: Page) => Promise<unknown>;
  /** What has to be in sight. */
  essential: string[];
  /** A list below the essential part may go on below the fold. */
  list: boolean;
}

const PANELS: Panel[] = [
  {
    name: "channel",
    hash: `#net=${V1}&selected=0.13`,
    ready: (page) => page.getByRole("table", { name: "BatchNorm in numbers" }).waitFor(),
    essential: [".channel-head", ".bells", ".rail", ".story > p:first-child", ".numbers", ".chain"],
    list: true,
  },
  {
    name: "four cases",
    hash: `#net=${V1}&view=cases`,
    ready: async (page) => {
      await page.getByRole("button", { name: /Remove and fold/ }).click();
      await page.getByRole("table", { name: "Logits" }).waitFor({ timeout: 30_000 });
    },
    essential: [".case-table", ".walk-head", ".walk-steps", ".stages", ".telling", ".effect-asks", ".logits"],
    list: false,
  },
  {
    name: "network",
    hash: `#net=${V1}&view=graph`,
    ready: (page) => page.locator(".node.layer").first().waitFor(),
    essential: [".graph-tools", ".graph-picture"],
    list: false,
  },
  {
    name: "compare",
    hash: `#net=${V1}&view=compare`,
    ready: async (page) => {
      await page.getByRole("button", { name: "Compare", exact: true }).click();
      await page.getByRole("table", { name: "Both plans" }).waitFor({ timeout: 30_000 });
    },
    essential: [".compare-asks", ".sides", ".compare-head", ".compare-layers > p"],
    list: true,
  },
  {
    name: "lab, evaluate",
    hash: `#net=${FASHION}&view=lab`,
    ready: async (page) => {
      await page.getByRole("combobox", { name: "Images used" }).selectOption("200");
      await page.getByRole("button", { name: "Evaluate both networks", exact: true }).click();
      await page.getByText("Evaluated for the plan on this page.").waitFor({ timeout: 50_000 });
    },
    essential: [".lab-data", ".segments", ".lab-verdict", ".lab-numbers", ".whiskers svg", ".classes"],
    list: true,
  },
  {
    name: "lab, curves",
    hash: `#net=${FASHION}&view=lab&lab=curves`,
    ready: async (page) => {
      await page.getByRole("combobox", { name: "Images used" }).selectOption("200");
      await page.getByText(/^Choose curves/).click();
      await page.getByRole("combobox", { name: "Points per curve" }).selectOption("7");
      await page.getByText(/^Choose curves/).click();
      await page.getByRole("button", { name: "Sweep", exact: true }).click();
      await expect.poll(() => page.locator(".lab-chart circle").count(), { timeout: 40_000 }).toBeGreaterThan(2);
    },
    essential: [".curves-asks", ".lab-chart svg", ".lab-chart .axis-name", ".lab-below", ".lab-legend"],
    list: true,
  },
  {
    name: "lab, guard",
    hash: `#net=${FASHION}&view=lab&lab=guard`,
    ready: (page) => page.getByRole("combobox", { name: "Images used" }).waitFor(),
    essential: [".guard-asks", ".lab-verdict", ".trail thead"],
    list: true,
  },
];

test.each(PANELS)("at 1440×900 nothing essential has to be scrolled to: $name", { timeout: 120_000 }, async (panel) => {
  const page = await openPage({ hash: panel.hash, viewport: SCREEN });
  await panel.ready(page);
  // Drawn when the planner has a moment.
  await page.locator(".knob .curve svg").waitFor();
  await page.waitForTimeout(400);
  expect(await outside(page, [...ALWAYS, ...panel.essential])).toEqual([]);
  const { down, across } = await scrolls(page);
  expect(across).toBeLessThanOrEqual(0);
  if (!panel.list) expect(down).toBeLessThanOrEqual(0);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(SCREEN.height);
  // The whole map, not its beginning.
  const map = await page.locator(".map-box").evaluate((it) => it.scrollHeight - it.clientHeight);
  expect(map).toBeLessThanOrEqual(1);
});

test("the stages name what they are in full", async () => {
  const page = await openPage({ hash: `#net=${V1}&view=cases`, viewport: SCREEN });
  const heads = page.locator(".stage-head strong");
  await heads.first().waitFor();
  expect(await heads.allTextContents()).toContain("Depthwise 3×3");
  const cut = await heads.evaluateAll(
    (all) =>
      all.filter((it) => it.scrollWidth > it.clientWidth + 1 || getComputedStyle(it).textOverflow === "ellipsis")
        .length,
  );
  expect(cut).toBe(0);
});

test("the line between map and panel is moved by keys and pointer, and remembered", async () => {
  const page = await openPage({ hash: `#net=${V1}`, viewport: SCREEN });
  const line = page.getByRole("separator", { name: "Height of the panel below the map" });
  const height = async () => (await page.locator(".bench").boundingBox())!.height;
  const before = await height();
  await line.focus();
  await line.press("ArrowUp");
  await line.press("ArrowUp");
  expect(await height()).toBeGreaterThan(before + 25);
  expect(Number(await line.getAttribute("aria-valuenow"))).toBeGreaterThan(49);
  const at = (await line.boundingBox())!;
  await page.mouse.move(at.x + 200, at.y + 3);
  await page.mouse.down();
  await page.mouse.move(at.x + 200, at.y + 103, { steps: 4 });
  await page.mouse.up();
  const dragged = await height();
  expect(dragged).toBeLessThan(before);
  await page.reload();
  await page.getByRole("application", { name: "Channel map" }).waitFor();
  expect(Math.abs((await height()) - dragged)).toBeLessThan(3);
  await line.focus();
  await line.press("End");
  expect(await outside(page, ["#amount", ".outputs", ".map .legend"])).toEqual([]);
  await line.press("Enter");
  // Also while the bar at the top tells what is under way.
  expect(Math.abs((await height()) - before)).toBeLessThan(2);
});

test.each([390, 360])("on a phone %i wide the threshold is a slim bar, with room for fingers", async (width) => {
  const viewport = { width, height: 844 };
  const page = await openPage({ hash: `#net=${V1}`, viewport, hasTouch: true });
  const bar = (await page.locator(".knob").boundingBox())!;
  console.log(`the bar on ${width}×844: ${bar.height.toFixed(0)} px, ${((100 * bar.height) / 844).toFixed(1)} %`);
  expect(bar.height / viewport.height).toBeLessThan(0.22);
  expect(bar.y + bar.height).toBeGreaterThan(viewport.height - 1);
  const slider = page.getByRole("slider", { name: "Threshold", exact: true });
  for (const it of [slider, page.getByRole("spinbutton", { name: "Threshold value" })]) {
    expect((await it.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  }
  const small = await page.locator("main button:visible:not(.link):not(.remove)").evaluateAll((all) =>
    all.flatMap((it) => {
      const { width: w, height: h } = it.getBoundingClientRect();
      return w > 0 && (h < 43.5 || w < 43.5) ? [`${it.textContent} ${w.toFixed(0)}×${h.toFixed(0)}`] : [];
    }),
  );
  expect(small).toEqual([]);
  // It stays, wherever one reads, and works there; the rest is in the page.
  await page.getByRole("table", { name: "Four-case plan" }).scrollIntoViewIfNeeded();
  expect((await page.locator(".knob").boundingBox())!.y).toBeCloseTo(bar.y, 0);
  await setThreshold(page, "0.85");
  await expect.poll(() => removed(page, "Parameters")).toBe(18.2);
  await page.getByRole("combobox", { name: "Criterion" }).scrollIntoViewIfNeeded();
  expect(await page.locator(".curve-apart svg").isVisible()).toBe(true);
  // What is focused is not under the bar.
  const download = page.getByRole("button", { name: "Download pruned model" });
  await download.focus();
  const box = (await download.boundingBox())!;
  expect(box.y + box.height).toBeLessThanOrEqual(bar.y + 1);
});

test("the comparison and the open part of the lab come back by the link", async () => {
  const page = await openPage({ hash: `#net=${V1}&view=compare` });
  await page.getByRole("combobox", { name: "Criterion A" }).selectOption("slimming");
  await page.getByRole("combobox", { name: "Compensation B" }).selectOption("none");
  const box = page.getByRole("spinbutton", { name: "MACs both remove, %" });
  await box.fill("30");
  await box.press("Enter");
  await expect.poll(() => page.evaluate(() => location.hash)).toContain("budget=30");
  await page.reload();
  await box.waitFor();
  expect(await page.getByRole("combobox", { name: "Criterion A" }).inputValue()).toBe("slimming");
  expect(await page.getByRole("combobox", { name: "Criterion B" }).inputValue()).toBe("sigma");
  expect(await page.getByRole("combobox", { name: "Compensation B" }).inputValue()).toBe("none");
  expect(await box.inputValue()).toBe("30");
  await page.getByRole("tab", { name: "Lab" }).click();
  const guard = page.getByRole("button", { name: "Largest pruning that holds" });
  await guard.click();
  await expect.poll(() => page.evaluate(() => location.hash)).toContain("lab=guard");
  await page.reload();
  await guard.waitFor();
  expect(await guard.getAttribute("aria-pressed")).toBe("true");
});
