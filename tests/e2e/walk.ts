/**
 * Random walks over the page: what a person may do, in any order and also faster than the page can follow. Steps are
 * plain data, so that a walk can be printed, shortened and walked again.
 */
import { readFile } from "node:fs/promises";
import type { Download, Page } from "playwright-core";
import { cifar10 } from "./archives";
import { filled } from "./filled";
import { binary } from "./harness";
import { foldedNet } from "./onnx";
import { type Counts, fileCounts } from "./taken";

/** Small ones of every kind: with and without their own statistics, with shuffles, concatenations, folded layers. */
const FILES = [
  "mobilenetv1_32_ts.onnx",
  "mobilenetv2_32_dynamo_default.onnx",
  "shufflenetv1_g2_32_ts_batch.onnx",
  "densenet_concat.onnx",
  "folded.onnx",
] as const;
const SAMPLES = ["MobileNetV2", "ShuffleNetV2"] as const;
const CRITERIA = ["probability", "sigma", "influence", "slimming", "l1", "fpgm", "apoz", "random"] as const;
const COMPENSATIONS = ["none", "shift", "mean", "moments"] as const;

type Act =
  | { do: "open"; file: string }
  | { do: "switch"; sample: string }
  | { do: "drag"; from: number; to: number }
  | { do: "type"; value: string }
  | { do: "solve"; percent: number }
  | { do: "criterion" | "compensation"; value: string }
  | { do: "lock"; at: number }
  | { do: "run" | "measure" | "forget" | "repair" | "evaluate" | "undo" | "redo" | "reload" | "download" };

/** `hasty`: the next step does not wait for this one. */
export type Step = Act & { hasty: boolean };

/** Repeatable numbers; quality does not matter. */
function dice(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What takes long comes seldom. */
const WEIGHTS: [Act["do"], number][] = [
  ["open", 3],
  ["switch", 1],
  ["drag", 3],
  ["type", 4],
  ["solve", 4],
  ["criterion", 3],
  ["compensation", 2],
  ["lock", 2],
  ["run", 2],
  ["measure", 3],
  ["forget", 1],
  ["repair", 2],
  ["evaluate", 1],
  ["undo", 3],
  ["redo", 2],
  ["reload", 1],
  ["download", 6],
];

export function stepsOf(seed: number, count: number): Step[] {
  const random = dice(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const total = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
  const act = (): Act => {
    let at = random() * total;
    const name =
      WEIGHTS.find(([, weight]) => {
        at -= weight;
        return at < 0;
      })?.[0] ?? "download";
    switch (name) {
      case "open":
        return { do: name, file: pick(FILES) };
      case "switch":
        return { do: name, sample: pick(SAMPLES) };
      case "drag":
        return { do: name, from: random(), to: random() };
      case "type":
        return { do: name, value: (random() ** 0.5).toFixed(3) };
      case "solve":
        return { do: name, percent: 1 + Math.floor(60 * random()) };
      case "criterion":
        return { do: name, value: pick(CRITERIA) };
      case "compensation":
        return { do: name, value: pick(COMPENSATIONS) };
      case "lock":
        return { do: name, at: Math.floor(random() * 12) };
      default:
        return { do: name };
    }
  };
  const first: Step = { do: "open", file: pick(FILES), hasty: false };
  const steps = Array.from({ length: count - 2 }, (): Step => ({ ...act(), hasty: random() < 0.35 }));
  return [first, ...steps, { do: "download", hasty: false }];
}

const files = new Map<string, Promise<Buffer>>();
function fileOf(name: string): Promise<Buffer> {
  const known = files.get(name) ?? (name === "folded.onnx" ? Promise.resolve(foldedNet()) : filled(name));
  files.set(name, known);
  return known;
}

/** Presses a button as soon as it is asked to, whatever goes on; false where it is not there or would do nothing. */
function press(page: Page, name: string): Promise<boolean> {
  return page.evaluate((text) => {
    const of = (it: Element) => it.getAttribute("aria-label") ?? it.textContent ?? "";
    const found = [...document.querySelectorAll("button")].find((it) => of(it).trim() === text);
    if (!found || found.disabled || found.getAttribute("aria-disabled") === "true") return false;
    found.click();
    return true;
  }, name);
}

/** Nothing is under way, and the plan has not changed for some frames. */
export async function atRest(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const take = document.querySelector(".take > button");
      const busy = document.querySelector("progress");
      return take instanceof HTMLButtonElement && take.getAttribute("aria-disabled") !== "true" && !busy;
    },
    undefined,
    { timeout: 60_000 },
  );
  await page.evaluate(async () => {
    const now = () => document.querySelector("table.savings")?.textContent ?? "";
    for (let still = 0, last = now(); still < 4; ) {
      await new Promise((resolve) => setTimeout(resolve, 16));
      still = now() === last ? still + 1 : 0;
      last = now();
    }
  });
}

/** What the page showed when Download was pressed, and what came of it. */
interface Pressed {
  shown: Counts | null;
  pressed: boolean;
}

function pressDownload(page: Page): Promise<Pressed> {
  return page.evaluate(() => {
    const rows = [...document.querySelectorAll("table.savings tbody tr")];
    const [params, macs] = rows.map((it) => it.querySelectorAll("td")[1]?.title ?? "");
    const number = (text: string) => Number(text.replaceAll(/\D/g, ""));
    const button = document.querySelector<HTMLButtonElement>(".take > button");
    const pressed = button !== null && !button.disabled && button.getAttribute("aria-disabled") !== "true";
    button?.click();
    return { shown: params && macs ? { params: number(params), macs: number(macs) } : null, pressed };
  });
}

/** How many files a walk took home, and how often the page declined with a reason. */
export interface Tally {
  saved: number;
  declined: string[];
}

async function takeHome(page: Page, tally: Tally): Promise<void> {
  let download: Download | null = null;
  const heard = (it: Download) => {
    download = it;
  };
  page.on("download", heard);
  try {
    const { shown, pressed } = await pressDownload(page);
    if (!pressed) return;
    // Taking the file is work of its own, and refusing it is said.
    await page.waitForFunction(
      () => document.querySelector(".take > button")?.getAttribute("aria-disabled") !== "true",
      undefined,
      { timeout: 60_000 },
    );
    for (let i = 0; i < 40 && !download; i++) {
      const said = await page.evaluate(() => document.querySelector(".messages [role=alert]")?.textContent ?? "");
      if (said) {
        if (said.includes("fault of this page")) throw new Error(said);
        tally.declined.push(said);
        return;
      }
      await page.waitForTimeout(50);
    }
    if (!download) {
      tally.declined.push("nothing came and nothing was said");
      return;
    }
    const of: Download = download;
    const bytes = await readFile(await of.path());
    const counted = await fileCounts(bytes);
    tally.saved++;
    if (!shown) throw new Error(`${of.suggestedFilename()} was saved while no plan was shown`);
    if (counted.params !== shown.params || counted.macs !== shown.macs) {
      throw new Error(
        `${of.suggestedFilename()} has ${counted.params} parameters and ${counted.macs} MACs; shown were ${shown.params} and ${shown.macs}`,
      );
    }
  } finally {
    page.off("download", heard);
  }
}

async function evaluate(page: Page): Promise<void> {
  const choose = page.getByLabel("Labelled images from files");
  if ((await page.getByRole("combobox", { name: "Images used" }).count()) === 0) {
    if ((await choose.count()) === 0) return;
    await choose.setInputFiles(binary("data_batch_1.bin", cifar10(20)));
    await page.getByRole("combobox", { name: "Images used" }).waitFor({ timeout: 20_000 });
  }
  await press(page, "Evaluate both networks");
}

async function take(page: Page, step: Step, tally: Tally): Promise<void> {
  switch (step.do) {
    case "open":
      await page.getByLabel("Open an ONNX model").setInputFiles(binary(step.file, await fileOf(step.file)));
      if (!step.hasty) await page.locator(".facts h3", { hasText: step.file }).waitFor({ timeout: 20_000 });
      return;
    case "switch":
      await page.locator(".samples button", { hasText: step.sample }).first().click();
      return;
    case "drag": {
      const bounds = await page.locator("#amount").boundingBox();
      if (!bounds) return;
      const y = bounds.y + bounds.height / 2;
      const x = (at: number) => bounds.x + bounds.width * (0.02 + 0.96 * at);
      await page.mouse.move(x(step.from), y);
      await page.mouse.down();
      for (let i = 1; i <= 3; i++) await page.mouse.move(x(step.from + ((step.to - step.from) * i) / 3), y);
      await page.mouse.up();
      return;
    }
    case "type": {
      const box = page.locator(".slider-head input");
      await box.fill(step.value);
      await box.press("Enter");
      return;
    }
    case "solve": {
      const box = page.locator(".target input");
      await box.fill(String(step.percent));
      await box.press("Enter");
      await page.locator(".target button").click();
      return;
    }
    case "criterion":
    case "compensation": {
      const name = step.do === "criterion" ? "Criterion" : "Compensation";
      await page.locator(".dial").getByRole("combobox", { name, exact: true }).selectOption(step.value);
      return;
    }
    case "lock":
      await page.evaluate((at) => {
        const all = document.querySelectorAll<HTMLInputElement>('input[type=checkbox][aria-label^="Lock "]');
        all[at % Math.max(1, all.length)]?.click();
      }, step.at);
      return;
    case "evaluate":
      return evaluate(page);
    case "reload":
      // The address is written a moment after the last change.
      await page.waitForTimeout(step.hasty ? 0 : 300);
      await page.reload();
      await page.locator(".take > button:not([disabled])").waitFor({ timeout: 30_000 });
      return;
    case "download":
      return takeHome(page, tally);
    default: {
      const buttons = {
        run: "Run both networks",
        measure: "Measure on my images",
        forget: "Forget",
        repair: "Repair with my images",
        undo: "Undo",
        redo: "Redo",
      } as const;
      await press(page, buttons[step.do]);
    }
  }
}

/** Walks; throws with the number of the step that something went wrong at. */
export async function walk(page: Page, steps: readonly Step[], tally: Tally): Promise<void> {
  const problems: string[] = [];
  const onError = (error: Error) => problems.push(`page: ${error.message}`);
  const onConsole = (message: { type(): string; text(): string }) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  };
  page.on("pageerror", onError);
  page.on("console", onConsole);
  try {
    for (const [i, step] of steps.entries()) {
      try {
        await take(page, step, tally);
        if (!step.hasty) await atRest(page);
        if (problems.length > 0) throw new Error(problems.join("; "));
      } catch (error) {
        throw new Error(`at step ${i + 1} (${step.do}): ${(error as Error).message}`);
      }
    }
  } finally {
    page.off("pageerror", onError);
    page.off("console", onConsole);
  }
}

/** Leaves out steps as long as the walk still fails; `fails` walks it on a fresh page. */
export async function shorten(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
  tries = 25,
): Promise<readonly Step[]> {
  let best = steps;
  for (let size = Math.ceil(best.length / 2); size >= 1; ) {
    let less = false;
    for (let at = 0; at < best.length && tries > 0; ) {
      const fewer = [...best.slice(0, at), ...best.slice(at + size)];
      tries--;
      if (fewer.length > 0 && (await fails(fewer))) {
        best = fewer;
        less = true;
      } else at += size;
    }
    if (tries === 0 || (size === 1 && !less)) break;
    if (size > 1) size = Math.ceil(size / 2);
  }
  return best;
}

export const print = (steps: readonly Step[]) => steps.map((it) => `  ${JSON.stringify(it)}`).join("\n");
