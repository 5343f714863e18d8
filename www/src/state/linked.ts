/** What a link says, taken over by the page: at once for the network that is open, else with the one that it names. */
import { batch } from "@preact/signals";
import { applySettings } from "./settings";
import * as store from "./store";
import { defaults, type Shared } from "./url";

export function applyLink(state: Shared): void {
  batch(() => {
    applySettings(state);
    store.mode.value = state.mode;
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
    store.selected.value = state.selected;
    store.zoom.value = state.zoom;
  });
}

/** What one network was cut by says nothing of the next; how channels are ordered and compensated is a habit. */
export function startAnew(): void {
  const { threshold, share } = defaults();
  batch(() => {
    store.threshold.value = threshold;
    store.share.value = share;
    store.locked.value = [];
    store.own.value = "";
    store.selected.value = null;
    store.zoom.value = null;
    store.pinned.value = null;
    store.presetChoice.value = "";
    store.labelsChoice.value = "";
  });
}
