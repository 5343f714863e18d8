/** Keeps the address bar and the state in step. */

import { batch, effect } from "@preact/signals";
import { tidyOwn } from "../lib/own";
import { words } from "../words";
import { openSample } from "./models";
import { pictures } from "./pictures";
import { labelFile, product } from "./proof";
import { applySettings } from "./settings";
import * as store from "./store";
import { decode, encode, VERSION, versionOf } from "./url";

const t = words.page.link;

let written = location.hash;

/** Browsers limit how often the address may change; a drag would exceed that. */
const PAUSE_MS = 250;

export function writeHash(): void {
  let timer = 0;
  effect(() => {
    const text = encode(store.shared.value);
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      written = text ? `#${text}` : "";
      if (location.hash !== written) history.replaceState(null, "", written || location.pathname + location.search);
    }, PAUSE_MS);
  });
}

/** A link pasted into the open page. */
export function followHash(): void {
  window.addEventListener("hashchange", () => {
    const hash = location.hash;
    if (hash === written) return;
    const state = decode(hash);
    const open = store.model.value?.source;
    batch(() => {
      applySettings(state);
      store.view.value = state.view;
      store.mapAs.value = state.mapAs;
      store.pinned.value = state.a;
      store.sideA.value = state.sideA;
      store.sideB.value = state.sideB;
      store.budget.value = state.budget;
      store.labPart.value = state.lab;
      store.lesson.value = state.lesson;
      store.presenting.value = state.present;
      store.reporting.value = state.report;
      store.presetChoice.value = state.preset;
      store.labelsChoice.value = state.labels;
      const { layers, sites } = store.model.value?.overview ?? { layers: [], sites: [] };
      store.locked.value = state.locked.filter((i) => i < layers.length);
      store.own.value = tidyOwn(state.own, sites.length);
      const [site, channel] = state.selected ?? [0, Number.POSITIVE_INFINITY];
      store.selected.value = channel < (sites[site]?.channels ?? 0) ? [site, channel] : null;
      store.zoom.value = state.zoom !== null && state.zoom < sites.length ? state.zoom : null;
    });
    sayVersion(hash);
    const sample = store.samples.value.networks.find((it) => it.file === state.net);
    if (sample && !(open?.kind === "sample" && open.file === sample.file)) {
      void openSample(sample.file, performance.now(), true);
    }
  });
}

/** A link from a later version of the page may hold what this one does not know. */
export function sayVersion(hash: string): void {
  if (versionOf(hash) <= VERSION) return;
  store.noticeText.value = t.laterVersion;
}

/** What somebody who opens the link will miss. */
function notInLink(): string[] {
  const missing: string[] = [];
  if (store.model.value?.source.kind === "local") missing.push(t.network);
  if (pictures.value.some((it) => !it.sample)) missing.push(t.images);
  if (store.measured.value > 0) missing.push(t.measurement);
  if (labelFile.value) missing.push(t.labels);
  if (product.value?.repairedOn) missing.push(t.repair);
  return missing;
}

export async function copyLink(): Promise<void> {
  const text = encode(store.shared.value);
  const link = location.href.replace(/#.*$/, "") + (text ? `#${text}` : "");
  const note = t.missing(notInLink());
  try {
    await navigator.clipboard.writeText(link);
    brieflySay(t.copied(store.model.value?.source.kind !== "local", note));
  } catch {
    history.replaceState(null, "", link);
    store.noticeText.value = t.inAddressBar(note);
  }
}

const NEWS_MS = 10_000;

/** Good news stands for as long as it takes to read it. */
function brieflySay(news: string): void {
  store.noticeText.value = news;
  setTimeout(() => {
    if (store.noticeText.value === news) store.noticeText.value = "";
  }, NEWS_MS);
}
