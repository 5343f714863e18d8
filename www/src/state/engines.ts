/**
 * Workers with the same network: the planner answers a drag in a frame and is never kept busy; the
 * runner does what takes long (surgery, inference, repair) and can be stopped at any time; the cutter,
 * there only once the lab is used, prunes for it without touching what lies in the runner.
 */

import { proxy, type Remote, transfer } from "comlink";
import { type Made, networkOf, type Origin } from "../lib/identity";
import { words } from "../words";
import type { Api, Companion, Measured, Opened, Phase, Ranking } from "../worker/api";
import { Engine, EngineLost, sentence } from "../worker/engine";
import type { Fault } from "../worker/fault";
import { alertText, labels, type Model, measured, model, noticeText, preset, ranked } from "./store";

const planner = new Engine();
let runner: Engine | null = null;
let cutter: Engine | null = null;

/** What is open where; a replaced worker has a new generation and is empty. */
interface Holding {
  model: Model | null;
  generation: number;
  calibrated: number;
  ranking: Ranking | null;
  labels: string;
  /** The last bringing-up: two at once would open the network twice and lose what the first did. */
  turn: Promise<unknown>;
}
const emptyHolding = (): Holding => ({
  model: null,
  generation: 0,
  calibrated: 0,
  ranking: null,
  labels: "",
  turn: Promise.resolve(),
});
const inPlanner = emptyHolding();
/** The network that the planner opened last, and the openings under way: the page shows it a moment later, or never. */
let planned = "";
let opening: Promise<unknown> = Promise.resolve();
const inRunner = emptyHolding();
const inCutter = emptyHolding();

/** Images the open network was measured on, to be repeated in a worker that opens it later. */
let calibration: { image: Blob; preset: string }[] = [];
/** The order of `reconstruction` that all workers go by. */
let ranking: Ranking | null = null;
/** A text file's labels win over the named set. */
let customLabels: string | null = null;

export async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

async function openIn(engine: Engine, name: string, blob: Blob, companions: Companion<Blob>[]): Promise<Opened> {
  const bytes = await bytesOf(blob);
  const files: Companion[] = [];
  for (const it of companions) files.push({ name: it.name, content: await bytesOf(it.content) });
  const handedOver = [bytes, ...files.map((it) => it.content)].map((it) => it.buffer as ArrayBuffer);
  const opened = await engine.call((core) => core.open(name, transfer(bytes, handedOver), files, networkOf(blob)));
  if (engine === planner) planned = opened.origin.network;
  return opened;
}

/** A sentence as part of another one. */
const clause = (error: Error) => error.message.replace(/\.$/, "");

/** A call about one network; a worker that holds another by now refuses it, and that is no failure of its own. */
async function callAbout<T>(
  engine: Engine,
  of: Model | null,
  product: Made | null,
  work: (core: Remote<Api>) => Promise<T>,
): Promise<T> {
  if (!of) return engine.call(work);
  try {
    return await engine.call((core) => {
      // Without waiting for it: the two messages must follow one another. Work that was lost says so itself.
      core.use(networkOf(of.blob), product).catch(() => {});
      return work(core);
    });
  } catch (error) {
    if (error === ("other-network" satisfies Fault)) throw new EngineLost(words.page.stopped, true);
    throw error;
  }
}

/** An answer, and where it comes from. */
export function withOrigin<T>(
  call: typeof plannerCall,
  work: (core: Remote<Api>) => Promise<T>,
): Promise<{ answer: T; origin: Origin }> {
  return call(async (core) => {
    const [answer, origin] = await Promise.all([work(core), core.origin()]);
    return { answer, origin };
  });
}

/** Opens a network in the planner without making it the page's; the caller does that on success. */
export async function openInPlanner(name: string, blob: Blob, companions: Companion<Blob>[]): Promise<Opened> {
  const mine = openIn(planner, name, blob, companions);
  // Nothing of what was opened is handed on: each result would hold the one before it.
  opening = Promise.allSettled([opening, mine]).then(() => {});
  try {
    return await mine;
  } catch (error) {
    if (!(error instanceof EngineLost)) throw error;
    await bringUp(planner, inPlanner);
    throw words.errors.openingStopped(name, clause(error));
  }
}

export function adopt(opened: Model): void {
  calibration = [];
  ranking = null;
  measured.value = 0;
  inPlanner.model = opened;
  inPlanner.generation = planner.generation;
  inPlanner.calibrated = 0;
  inPlanner.ranking = null;
  ranked.value = null;
}

/** The same network with fresh numbers (after a measurement): workers need not open it again. */
export function keepHolding(from: Model, to: Model): void {
  for (const holding of [inPlanner, inRunner, inCutter]) if (holding.model === from) holding.model = to;
}

/** Brings a worker to what the page shows: network, measurement. */
function bringUp(engine: Engine, holding: Holding): Promise<Model | null> {
  const mine = holding.turn.catch(() => {}).then(() => bringUpAlone(engine, holding));
  holding.turn = mine;
  return mine;
}

async function bringUpAlone(engine: Engine, holding: Holding): Promise<Model | null> {
  const wanted = model.value;
  if (!wanted) return null;
  if (holding.model !== wanted || holding.generation !== engine.generation) {
    await openIn(engine, wanted.overview.file, wanted.blob, wanted.companions);
    Object.assign(holding, { model: wanted, generation: engine.generation, calibrated: 0, ranking: null, labels: "" });
  }
  while (holding.calibrated < calibration.length) {
    const { image, preset: as } = calibration[holding.calibrated]!;
    const bytes = await bytesOf(image);
    await callAbout(engine, wanted, null, (core) => core.calibrate(transfer(bytes, [bytes.buffer]), as));
    holding.calibrated++;
  }
  if (holding.ranking !== ranking) {
    const of = ranking;
    await callAbout(engine, wanted, null, (core) => core.setRanking(of));
    holding.ranking = of;
  }
  return wanted;
}

let losses: number[] = [];

/** A call to the planner; when its worker dies, the network is opened again and the page says so. */
export async function plannerCall<T>(work: (core: Remote<Api>) => Promise<T>): Promise<T> {
  try {
    return await callAbout(planner, model.peek(), null, work);
  } catch (error) {
    if (error instanceof EngineLost) await (error.cancelled ? comeBack() : recover(error));
    throw error;
  }
}

/** The planner holds another network than the page: either the page is about to show it, or it never will. */
async function comeBack(): Promise<void> {
  await opening;
  // Whoever waited for the opening shows it first.
  await new Promise((resolve) => setTimeout(resolve));
  if (!model.value || planned === networkOf(model.value.blob)) return;
  inPlanner.model = null;
  await bringUp(planner, inPlanner);
}

async function recover(lost: EngineLost): Promise<void> {
  const now = performance.now();
  losses = [...losses.filter((at) => now - at < 10_000), now];
  try {
    await bringUp(planner, inPlanner);
    noticeText.value = words.errors.recovered(clause(lost), model.value?.overview.file);
  } catch (again) {
    alertText.value = words.errors.notRecovered(sentence(again));
  }
}

/** Whether the planner dies faster than it helps; then the page waits for a change by the user. */
export function plannerUnstable(): boolean {
  return losses.length > 2;
}

/** A call to the runner, opened on first use; about its pruned network, if `product` says which. */
export async function runnerCall<T>(work: (core: Remote<Api>) => Promise<T>, product: Made | null = null): Promise<T> {
  runner ??= new Engine();
  const engine = runner;
  try {
    const of = await bringUp(engine, inRunner);
    const set = customLabels ?? labels.value;
    if (inRunner.labels !== set) {
      await callAbout(engine, of, null, (core) => core.setLabels(set));
      inRunner.labels = set;
    }
    return await callAbout(engine, of, product, work);
  } catch (error) {
    if (error instanceof EngineLost && !error.cancelled) {
      throw words.errors.workStopped(clause(error));
    }
    throw error;
  }
}

/** A call to the lab's own copy of the network, opened on first use. */
export async function cutterCall<T>(work: (core: Remote<Api>) => Promise<T>): Promise<T> {
  cutter ??= new Engine();
  const of = await bringUp(cutter, inCutter);
  return await callAbout(cutter, of, null, work);
}

export function stopCutter(): void {
  cutter?.cancel();
}

/** Opens the network in the runner ahead of need; errors will show when it is needed. */
export function warmRunner(): void {
  runnerCall(async () => {}).catch(() => {});
}

/** Stops whatever the runner does. What it held is opened again at the next call. */
export function stopRunner(): void {
  runner?.cancel();
}

/** Whether what the runner pruned is still there. */
export function runnerGeneration(): number {
  return runner?.generation ?? 0;
}

/** Work of several calls can be stopped between two of them, when no call is there to fail. */
export function sameRunner(generation: number): void {
  if (runnerGeneration() !== generation) throw new EngineLost(words.page.stopped, true);
}

export function useLabelText(text: string | null): void {
  customLabels = text;
}

/** Measuring an image twice would count it twice. */
export function isMeasured(image: Blob): boolean {
  return calibration.some((it) => it.image === image && it.preset === preset.value);
}

export function measuredSoFar(): Promise<Measured> {
  return plannerCall((core) => core.measured());
}

/** Measures both workers' networks on one more image. */
export async function calibrateWith(image: Blob): Promise<number> {
  calibration.push({ image, preset: preset.value });
  try {
    await bringUp(planner, inPlanner);
    return inPlanner.calibrated;
  } catch (error) {
    calibration.pop();
    throw error;
  }
}

/** Measures in the runner, on the images queued there, and has the planner go by what it found. */
export async function rankWithQueue(
  multiple: number,
  blocks: boolean,
  progress: (phase: Phase, done: number, total: number) => void,
): Promise<Ranking> {
  const of = model.value;
  const found = await runnerCall((core) => core.rank(multiple, blocks, proxy(progress)));
  if (model.value?.blob !== of?.blob) throw new EngineLost(words.page.stopped, true);
  ranking = found;
  inRunner.ranking = found;
  await bringUp(planner, inPlanner);
  return found;
}

export async function forgetCalibration(): Promise<void> {
  calibration = [];
  inPlanner.calibrated = 0;
  await plannerCall((core) => core.clearCalibration());
  if (inRunner.model) {
    inRunner.calibrated = 0;
    await runnerCall((core) => core.clearCalibration());
  }
  if (inCutter.model) {
    inCutter.calibrated = 0;
    await cutterCall((core) => core.clearCalibration());
  }
}
