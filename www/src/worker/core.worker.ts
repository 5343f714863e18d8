/** One worker, one wasm instance, one open network. Translates messages into Session calls. */

import { expose, transfer } from "comlink";
import { type ChannelDetail, Guard, type PlanOptions, Session, version } from "../wasm/core";
import type { Api, GuardStep, Opened } from "./api";
import type { Fault } from "./fault";
import { coreReady } from "./ready";

// Messages that arrive before the module is compiled wait here, in each call: a file dropped early
// is only queued, never lost.
const ready = coreReady();

let session: Session | null = null;
let guard: Guard | null = null;

function guardStep(): GuardStep {
  if (!guard) throw "no-search" satisfies Fault;
  const next = guard.next() ?? null;
  return { next, best: guard.best() ?? null, done: guard.done(), total: guard.total() };
}

async function current(): Promise<Session> {
  await ready;
  if (!session) throw "no-network" satisfies Fault;
  return session;
}

function describe(from: Session): Opened {
  const opened: Opened = {
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
  async open(name, bytes, companions) {
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
    const opened = describe(next);
    session?.free();
    session = next;
    return opened;
  },
  async refresh() {
    return describe(await current());
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
    return (await current()).prune(options);
  },
  async check() {
    return (await current()).check();
  },
  async prunedBytes() {
    const bytes = (await current()).pruned_bytes();
    return transfer(bytes, [bytes.buffer]);
  },
  async infer(which, image, preset) {
    return (await current()).infer(which, image, preset);
  },
  async setLabels(labels) {
    (await current()).set_labels(labels);
  },
  async calibrate(image, preset) {
    return (await current()).calibrate(image, preset);
  },
  async measured() {
    const s = await current();
    const probabilities = s.probabilities();
    const zeros = s.scores(ZEROS).map((score) => 1 - score);
    return transfer({ probabilities, zeros }, [probabilities.buffer, zeros.buffer]);
  },
  async clearCalibration() {
    (await current()).clear_calibration();
  },
  async addRepairImage(image, preset) {
    return (await current()).add_repair_image(image, preset);
  },
  async repair(options, progress) {
    return (await current()).repair(options, progress);
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
