/** Keeps the address bar and the state in step. */
import { batch, effect } from "@preact/signals";
import { openSample } from "./models";
import * as store from "./store";
import { decode, encode } from "./url";

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
    if (location.hash === written) return;
    const state = decode(location.hash);
    const open = store.model.value?.source;
    batch(() => {
      store.criterion.value = state.criterion;
      store.threshold.value = state.threshold;
      store.share.value = state.share;
      store.compensation.value = state.compensation;
      store.per.value = state.per;
      store.seed.value = state.seed;
      store.floor.value = state.floor;
      store.multiple.value = state.multiple;
      store.view.value = state.view;
      store.presetChoice.value = state.preset;
      store.labelsChoice.value = state.labels;
      const { layers, sites } = store.model.value?.overview ?? { layers: [], sites: [] };
      store.locked.value = state.locked.filter((i) => i < layers.length);
      const [site, channel] = state.selected ?? [0, Number.POSITIVE_INFINITY];
      store.selected.value = channel < (sites[site]?.channels ?? 0) ? [site, channel] : null;
    });
    const sample = store.samples.value.networks.find((it) => it.file === state.net);
    if (sample && !(open?.kind === "sample" && open.file === sample.file)) {
      void openSample(sample.file, performance.now(), true);
    }
  });
}

export async function copyLink(): Promise<void> {
  const text = encode(store.shared.value);
  const link = location.href.replace(/#.*$/, "") + (text ? `#${text}` : "");
  const local = store.model.value?.source.kind === "local" ? " It names your file but does not contain it." : "";
  try {
    await navigator.clipboard.writeText(link);
    store.noticeText.value = `Link copied.${local}`;
  } catch {
    history.replaceState(null, "", link);
    store.noticeText.value = `The browser does not let the page copy; the link is in the address bar.${local}`;
  }
}
