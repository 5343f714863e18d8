/** What a link says, taken over by the page: at once for the network that is open, else with the one that it names. */
import { batch } from "@preact/signals";
import { applySettings } from "./settings";
import * as store from "./store";
import { defaults, type Shared } from "./url";

export function applyLink(state: Shared): void {
  batch(() => {
    applySettings(state);
    store.screen.mode.value = state.mode;
    store.screen.view.value = state.view;
    store.screen.mapAs.value = state.mapAs;
    store.sides.pinned.value = state.a;
    store.sides.a.value = state.sideA;
    store.sides.b.value = state.sideB;
    store.sides.budget.value = state.budget;
    store.screen.lab.value = state.lab;
    store.screen.lesson.value = state.lesson;
    store.screen.presenting.value = state.present;
    store.screen.reporting.value = state.report;
    store.presetChoice.value = state.preset;
    store.labelsChoice.value = state.labels;
    store.screen.selected.value = state.selected;
    store.screen.zoom.value = state.zoom;
  });
}

/**
 * What one network was cut by says nothing of the next; how channels are ordered and compensated is a habit. A sample opens
 * at a cut that was tried on it. Of a network of one's own nothing is known yet, so it opens whole.
 */
export function startAnew(own: boolean): void {
  const { threshold, share } = defaults();
  batch(() => {
    store.controls.threshold.value = threshold;
    store.controls.share.value = own ? 0 : share;
    store.controls.locked.value = [];
    store.controls.own.value = "";
    store.screen.selected.value = null;
    store.screen.zoom.value = null;
    store.sides.pinned.value = null;
    store.presetChoice.value = "";
    store.labelsChoice.value = "";
  });
}
