/** One worker, one wasm instance, one open network. Translates messages into Session calls. */

import { expose, type Remote, releaseProxy, transfer } from "comlink";
import { digest, digestText } from "../lib/digest";
import { identityOf, type Made, type Origin, sameMade } from "../lib/identity";
import { type ChannelDetail, Guard, type Plan, type PlanOptions, Session, version, with_preset } from "../wasm/core";
import type { Api, GuardStep, Opened, Ranking } from "./api";
import type { Fault } from "./fault";
import { coreReady } from "./ready";

// Messages that arrive before the module is compiled wait here, in each call: a file dropped early
// is only queued, never lost.
const ready = coreReady();

let session: Session | null = null;
let guard: Guard | null = null;

/** What the session was opened from, and measured on. */
let network = "";
let images: string[] = [];
/** Queued for a repair. */
let repairing: string[] = [];
/** The images behind the order of `reconstruction`. */
let ranking = "";
const NOTHING: Made = { identity: "", repair: "" };
/** The pruned network that the session holds. */
let made = NOTHING;
/** What the next calls are about. */
let wanted: { network: string; product: Made | null } | null = null;

const imageKey = (image: Uint8Array, preset: string) => `${preset}:${digest([image])}`;
const listKey = (keys: readonly string[]) => (keys.length > 0 ? digestText(keys.join()) : "");

function originOf(from: Session): Origin {
  const planned = images.length > 0 && from.overview().sites.some((it) => it.calibrated);
  return { network, statistics: listKey(images), ranking, planned };
}

/** The overview is large; between two measurements the origin stays what it is. */
let origin: Origin | null = null;

function whence(from: Session): Origin {
  origin ??= originOf(from);
  return origin;
}

function guardStep(): GuardStep {
  if (!guard) throw "no-search" satisfies Fault;
  const next = guard.next() ?? null;
  return { next, best: guard.best() ?? null, done: guard.done(), total: guard.total() };
}

async function current(): Promise<Session> {
  await ready;
  if (!session) throw "no-network" satisfies Fault;
  if (wanted && wanted.network !== network) throw "other-network" satisfies Fault;
  return session;
}

/** For calls about the pruned network. */
async function pruned(): Promise<Session> {
  const s = await current();
  if (wanted?.product && !sameMade(wanted.product, made)) throw "other-product" satisfies Fault;
  return s;
}

function describe(from: Session, origin: Origin): Opened {
  const opened: Opened = {
    origin,
    overview: from.overview(),
    means: from.means(),
    stds: from.stds(),
    probabilities: from.probabilities(),
    saturations: from.saturations(),
  };
  return transfer(opened, [
    opened.means.buffer,
    opened.stds.buffer,
    opened.probabilities.buffer,
    opened.saturations.buffer,
  ]);
}

/** The plan is worth painting without it. */
function describeChannel(s: Session, [site, channel]: [number, number], options: PlanOptions): ChannelDetail | null {
  try {
    return s.channel(site, channel, options);
  } catch (error) {
    if (error instanceof Error) throw error;
    return null;
  }
}

/** A plan that asks for the measured zeros. */
const ZEROS: PlanOptions = {
  criterion: "apoz",
  threshold: 1,
  share: 0,
  compensation: "none",
  per: "own",
  seed: 0,
  floor: 1,
  multiple: 1,
  locked: [],
  layers: [],
};

const api: Api = {
  async version() {
    await ready;
    return version();
  },
  async open(name, bytes, companions, of) {
    await ready;
    // The old network stays until the new one is known to be good.
    const next =
      companions.length === 0
        ? new Session(name, bytes)
        : Session.with_files(
            name,
            bytes,
            companions.map((it) => it.name),
            companions.map((it) => it.content),
          );
    let opened: Opened;
    try {
      opened = describe(next, { network: of, statistics: "", ranking: "", planned: false });
    } catch (error) {
      next.free();
      throw error;
    }
    session?.free();
    session = next;
    network = of;
    images = [];
    repairing = [];
    ranking = "";
    made = NOTHING;
    origin = null;
    return opened;
  },
  async use(of, product) {
    await ready;
    wanted = { network: of, product };
  },
  async origin() {
    return whence(await current());
  },
  async made() {
    await current();
    return made;
  },
  async refresh() {
    const s = await current();
    return describe(s, whence(s));
  },
  async scores(options) {
    const scores = (await current()).scores(options);
    return transfer(scores, [scores.buffer]);
  },
  async preview(options, channel) {
    const s = await current();
    const plan = s.preview(options);
    const preview = plan.summary();
    const states = plan.states();
    const layerChannels = plan.layer_channels();
    const layerParams = plan.layer_params();
    const layerMacs = plan.layer_macs();
    plan.free();
    const detail = channel ? describeChannel(s, channel, options) : null;
    return transfer({ preview, states, layerChannels, layerParams, layerMacs, detail }, [
      states.buffer,
      layerChannels.buffer,
      layerParams.buffer,
      layerMacs.buffer,
    ]);
  },
  async channel(site, channel, options) {
    return (await current()).channel(site, channel, options);
  },
  async curve(options, amounts) {
    const s = await current();
    const params: number[] = [];
    const macs: number[] = [];
    for (const amount of amounts) {
      const plan = s.preview({ ...options, threshold: amount, share: amount });
      const p = plan.summary();
      plan.free();
      params.push((100 * (p.params.before - p.params.after)) / Math.max(1, p.params.before));
      macs.push((100 * (p.macs.before - p.macs.after)) / Math.max(1, p.macs.before));
    }
    return { params, macs };
  },
  async solveMacs(options, percent) {
    return (await current()).solve_macs(options, percent);
  },
  async sweepKnobs(options, points) {
    const knobs = (await current()).sweep_knobs(options, points);
    return transfer(knobs, [knobs.buffer]);
  },
  async deadShares(thresholds) {
    return [...(await current()).dead_shares(new Float64Array(thresholds))];
  },
  async guardStart(knobs, steps, byProbability) {
    await ready;
    guard?.free();
    guard = new Guard(knobs, steps, byProbability);
    return guardStep();
  },
  async guardTell(knob, holds) {
    guard?.tell(knob, holds);
    return guardStep();
  },
  async plan(options) {
    return (await current()).plan(options);
  },
  async prune(options) {
    const s = await current();
    const plan = s.prune(options);
    made = { identity: identityOf(whence(s), options), repair: "" };
    return plan;
  },
  async check() {
    return (await pruned()).check();
  },
  async prunedBytes() {
    const bytes = (await pruned()).pruned_bytes();
    return transfer(bytes, [bytes.buffer]);
  },
  async withPreset(bytes, preset) {
    await ready;
    const file = with_preset(bytes, preset) as Uint8Array<ArrayBuffer>;
    return transfer(file, [file.buffer]);
  },
  async count(bytes) {
    await ready;
    const opened = new Session("pruned.onnx", bytes);
    try {
      const { params, macs } = opened.overview();
      return { params, macs };
    } finally {
      opened.free();
    }
  },
  async infer(which, image, preset) {
    const s = which === "pruned" ? await pruned() : await current();
    return s.infer(which, image, preset);
  },
  async setLabels(labels) {
    (await current()).set_labels(labels);
  },
  async calibrate(image, preset) {
    const s = await current();
    const count = s.calibrate(image, preset);
    images.push(imageKey(image, preset));
    origin = null;
    return count;
  },
  async measured() {
    const s = await current();
    const probabilities = s.probabilities();
    const zeros = s.scores(ZEROS).map((score) => 1 - score);
    return transfer({ probabilities, zeros }, [probabilities.buffer, zeros.buffer]);
  },
  async clearCalibration() {
    (await current()).clear_calibration();
    images = [];
    origin = null;
  },
  async addRepairImage(image, preset) {
    const count = (await current()).add_repair_image(image, preset);
    repairing.push(imageKey(image, preset));
    return count;
  },
  async forgetRepairImages() {
    (await current()).forget_repair_images();
    repairing = [];
  },
  async rank(multiple, blocks, progress) {
    const s = await current();
    try {
      s.measure_reconstruction(multiple, blocks, progress);
    } finally {
      (progress as unknown as Remote<typeof progress>)[releaseProxy]();
    }
    ranking = `${listKey(repairing)}${blocks ? " blocks" : ""}`;
    origin = null;
    const [places, predicted] = [s.ranking_places(), s.ranking_predicted()];
    const found: Ranking = {
      by: ranking,
      images: repairing.length,
      places,
      predicted,
      measured: s.ranking_measured(),
    };
    return transfer(found, [places.buffer, predicted.buffer]);
  },
  async setRanking(of) {
    const s = await current();
    if (of) s.set_ranking(of.places, of.predicted, of.measured);
    ranking = of?.by ?? "";
    origin = null;
  },
  async predictedKl(options) {
    return (await current()).predicted_kl(options) ?? null;
  },
  async repair(options, progress) {
    const s = await current();
    const by = listKey(repairing);
    repairing = [];
    let plan: Plan;
    try {
      plan = s.repair(options, progress);
    } finally {
      // The page's end of it would wait for ever.
      (progress as unknown as Remote<typeof progress>)[releaseProxy]();
    }
    // A repair that was not taken leaves the cut network as it was.
    made = { identity: identityOf(whence(s), options), repair: plan.repair?.declined ? "" : by };
    return plan;
  },
  async topology() {
    return (await current()).topology();
  },
  async topologyWidths(options) {
    const widths = (await current()).topology_widths(options);
    return transfer(widths, [widths.buffer]);
  },
  async explain(site, channel, options) {
    return (await current()).explain(site, channel, options);
  },
  async tryChannel(slot, site, channel, options) {
    (await current()).try_channel(slot, site, channel, options);
  },
  async tryPlan(slot, options) {
    return (await current()).try_plan(slot, options);
  },
  async forgetTrials() {
    (await current()).forget_trials();
  },
};

expose(api);
