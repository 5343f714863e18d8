/** Opening networks: from a sample, a file picker, a drop; and measuring them on images. */

import { batch } from "@preact/signals";
import { otherNetworks, type Sorted } from "../lib/files";
import { bytes as bytesText, percent, removedPercent } from "../lib/format";
import { measure } from "../lib/measure";
import { shortNames } from "../lib/names";
import { forgetFiles, keepFile, keptFile, keptFiles } from "../lib/opened";
import { tidyOwn } from "../lib/own";
import { fetchOwn } from "../lib/own-files";
import { words } from "../words";
import type { Companion, Opened } from "../worker/api";
import { watchCore } from "../worker/core-module";
import { EngineLost, sentence } from "../worker/engine";
import { alertOf, changed, succeeded } from "./changes";
import { addSnapshot, snapshots, wantsSnapshot } from "./convergence";
import {
  adopt,
  calibrateWith,
  forgetCalibration,
  isMeasured,
  keepHolding,
  measuredSoFar,
  openInPlanner,
  plannerCall,
  useLabelText,
  warmRunner,
} from "./engines";
import { playing } from "./intro";
import { withJob } from "./jobs";
import { applyLink, startAnew } from "./linked";
import { addImages, chooseSampleImages, pictures } from "./pictures";
import { resetProof } from "./proof";
import * as store from "./store";
import type { Shared } from "./url";

/** Larger files would not leave room for two copies of the network in a 32-bit memory. */
export const LARGEST = 900e6;

/** Number of the last opening that was asked for: of several under way it is the one that counts. */
let opening = 0;

interface OpenRequest {
  name: string;
  blob: Blob;
  companions?: Companion<Blob>[];
  source: store.Source;
  since: number;
  /** What a link says of this network. */
  linked?: Shared | undefined;
}

async function open(request: OpenRequest, turn = ++opening): Promise<void> {
  const { name, blob, companions = [], since } = request;
  store.alertText.value = "";
  store.noticeText.value = "";
  store.openings.value++;
  try {
    const size = companions.reduce((sum, it) => sum + it.content.size, blob.size);
    if (size > LARGEST) throw words.network.tooLarge(name, Math.round(size / 1e6), LARGEST / 1e6);
    await withJob(words.network.opening(name), null, async (progress) => {
      watchCore((bytes, all) => progress(bytes / all, words.network.loadingCore(bytesText(bytes), bytesText(all))));
      const opened = await openInPlanner(name, blob, companions);
      if (turn !== opening) return;
      show(opened, request);
      measure("load", since);
    });
    // The runner opens its copy when the first plan is on the screen.
    setTimeout(warmRunner, 600);
  } catch (error) {
    if (turn === opening) store.alertText.value = sentence(error);
  } finally {
    store.openings.value--;
  }
}

function show(opened: Opened, { name, blob, companions = [], source, linked }: OpenRequest): void {
  const { overview } = opened;
  const model: store.Model = { ...opened, source, blob, companions, ...labelsOf(opened) };
  adopt(model);
  batch(() => {
    resetProof();
    snapshots.value = [];
    store.live.order.value = null;
    store.live.drag.value = null;
    store.live.detail.value = null;
    store.live.plan.value = null;
    store.live.curve.value = null;
    const asked = store.awaited.value?.file === name ? store.awaited.value.state : linked;
    store.awaited.value = null;
    if (asked) applyLink(asked);
    else startAnew(source.kind === "local");
    if (playing.peek()) store.controls.share.value = 0;
    useLabelText(null);
    fitToNetwork(overview);
    store.model.value = model;
  });
  chooseSampleImages();
  if (source.kind === "local") void keepFile(name, { blob, companions }).then(listKept);
}

/** Rows and channels that this network does not have are left out. */
export function fitToNetwork(overview: Opened["overview"]): void {
  store.controls.locked.value = store.controls.locked.value.filter((i) => i < overview.layers.length);
  store.controls.own.value = tidyOwn(store.controls.own.value, overview.sites.length);
  const [site, channel] = store.screen.selected.value ?? [0, 0];
  if (channel >= (overview.sites[site]?.channels ?? 0)) store.screen.selected.value = null;
  if ((store.screen.zoom.value ?? 0) >= overview.sites.length) store.screen.zoom.value = null;
}

async function listKept(): Promise<void> {
  store.kept.value = await keptFiles();
}

export async function forgetKept(): Promise<void> {
  await forgetFiles();
  await listKept();
  store.noticeText.value = words.network.forgotten;
}

function labelsOf(opened: Opened) {
  return {
    siteNames: shortNames(opened.overview.sites.map((site) => site.norm)),
    layerNames: shortNames(opened.overview.layers.map((layer) => layer.name)),
  };
}

/** Files opened or dropped together: a network with what its weights lie in, and images. */
export async function openFiles(sorted: Sorted<File>, since = performance.now()): Promise<void> {
  const { network, images } = sorted;
  addImages(images);
  if (!network) return;
  const more = otherNetworks(sorted);
  const companions = sorted.companions.filter((it) => !more.includes(it)).map((it) => ({ name: it.name, content: it }));
  await open({ name: network.name, blob: network, companions, source: { kind: "local" }, since });
  if (more.length > 0 && !store.alertText.value) {
    store.noticeText.value = words.network.leftAside(
      network.name,
      more.map((it) => it.name),
    );
  }
}

/** A network that was fetched from another host. */
export function openFetched(name: string, blob: Blob, url: string, since: number): Promise<void> {
  return open({ name, blob, source: { kind: "local", url }, since });
}

/** Opens a network again that was open before, from what the page kept of it. */
export function reopen({ overview, blob, companions, source }: store.Model): Promise<void> {
  return open({ name: overview.file, blob, companions, source, since: performance.now() });
}

export async function openSample(file: string, since = performance.now(), linked?: Shared): Promise<void> {
  // It is being opened from the click on, not only from when its bytes are here.
  const turn = ++opening;
  store.openings.value++;
  try {
    const response = await fetchOwn(`samples/${file}`);
    if (!response.ok) throw words.network.sampleNotFetched(file, response.status);
    const blob = await response.blob();
    // A file that was dropped meanwhile was asked for later.
    if (turn === opening) await open({ name: file, blob, source: { kind: "sample", file }, since, linked }, turn);
  } catch (error) {
    if (turn === opening)
      store.alertText.value = sentence(error instanceof TypeError ? words.network.sampleOffline(file) : error);
  } finally {
    store.openings.value--;
  }
}

/** Reads the sample list and opens what the link names, else the first sample. */
export async function firstVisit(): Promise<void> {
  try {
    store.samples.value = await (await fetchOwn("samples/index.json")).json();
  } catch {
    store.alertText.value = words.network.samplesNotFetched;
    return;
  }
  void listKept();
  if (store.model.value || opening) return;
  const [sample] = store.samples.value.networks;
  if (store.wantedNet !== "") await openLinked(store.linkAtStart, 0);
  else if (sample) await openSample(sample.file, 0, store.linkAtStart);
}

/** A link is shown with the network it was made with, or not at all: its plan says nothing of another. */
export async function openLinked(state: Shared, since = performance.now()): Promise<void> {
  const own = state.net.startsWith("local:");
  const file = own ? state.net.slice("local:".length) : state.net;
  const now = store.model.value;
  if (now && (file === "" || (now.overview.file === file && (now.source.kind === "local") === own))) {
    batch(() => {
      store.awaited.value = null;
      applyLink(state);
      fitToNetwork(now.overview);
    });
    return;
  }
  if (!own && store.samples.value.networks.some((it) => it.file === file)) {
    await openSample(file, since, state);
    return;
  }
  const turn = opening;
  const kept = own ? await keptFile(file) : null;
  if (turn !== opening) return;
  if (kept) {
    await open({ name: file, ...kept, source: { kind: "local" }, since, linked: state });
    return;
  }
  const { link } = words.page;
  store.awaited.value = { file, text: own ? link.file(file) : link.sample(file), state };
}

/** Runs the open network on the pictures to measure its channels. */
export async function measureOnImages(): Promise<void> {
  const images = pictures.value.filter((it) => !isMeasured(it.blob));
  if (pictures.value.length === 0) return;
  if (images.length === 0) {
    store.noticeText.value = words.proof.alreadyMeasured;
    return;
  }
  let stopped = false;
  const before = store.live.drag.value?.preview.macs;
  const of = store.model.value;
  try {
    await withJob(
      words.proof.work.measuring,
      () => {
        stopped = true;
      },
      async (progress) => {
        let done = 0;
        for (const picture of images) {
          if (stopped) break;
          const now = await calibrateWith(picture.blob);
          store.measured.value = now;
          if (wantsSnapshot(now) || done + 1 === images.length) addSnapshot(now, await measuredSoFar());
          progress(++done / images.length);
        }
      },
    );
    succeeded("measure");
  } catch (error) {
    sayOf(error, "measure");
  }
  // Also after an image that could not be read: the planner counts on those before it.
  await refresh().catch((error) => sayOf(error));
  // Where BatchNormalization is in the file, a measurement leaves P and so the plan as they are.
  const rows = store.model.value?.overview.sites ?? [];
  if (before && store.model.value?.blob === of?.blob && rows.some((it) => it.calibrated)) {
    changed(words.dial.changedByMeasuring(percent(removedPercent(before))), false);
  }
}

/** What befell a network that is not open any more needs no word. */
function sayOf(error: unknown, kind?: "measure"): void {
  if (error instanceof EngineLost && error.cancelled) return;
  if (kind) alertOf(kind, sentence(error));
  else store.alertText.value = sentence(error);
}

export async function forgetMeasurement(): Promise<void> {
  // First here, then in the workers: a plan asked for in between must no longer count on the measurement.
  batch(() => {
    snapshots.value = [];
    store.measured.value = 0;
  });
  try {
    await forgetCalibration();
    await refresh();
  } catch (error) {
    sayOf(error);
  }
}

async function refresh(): Promise<void> {
  const old = store.model.value;
  if (!old) return;
  const opened = await plannerCall((core) => core.refresh());
  if (store.model.value !== old) return;
  const model: store.Model = { ...old, ...opened, ...labelsOf(opened) };
  keepHolding(old, model);
  batch(() => {
    // Measuring adds rows where BatchNorm was folded away; what was sorted and planned no longer fits.
    const [site, channel] = store.screen.selected.value ?? [-1, 0];
    const norm = old.overview.sites[site]?.norm;
    store.screen.zoom.value = null;
    const moved = opened.overview.sites.findIndex((it) => it.norm === norm);
    store.screen.selected.value = moved >= 0 ? [moved, channel] : null;
    // Where the rows are the same, the picture stays until the new plan has come.
    const rows = ({ overview }: { overview: store.Model["overview"] }) =>
      overview.sites.map((it) => `${it.norm} ${it.channels}`).join();
    if (rows(old) !== rows(model)) {
      store.live.order.value = null;
      store.live.drag.value = null;
    }
    store.live.detail.value = null;
    store.live.plan.value = null;
    store.model.value = model;
  });
}
