/** A point of a curve becomes the plan on the page. */
import { batch } from "@preact/signals";
import { writeOwn } from "../../lib/own";
import * as store from "../store";

export function adoptPlan(plan: store.WholePlan): void {
  const { layers = [], sites = [] } = store.model.value?.overview ?? {};
  batch(() => {
    store.controls.criterion.value = plan.criterion;
    store.controls.compensation.value = plan.compensation;
    if (plan.criterion === "probability") store.controls.threshold.value = plan.threshold;
    else store.controls.share.value = plan.share;
    store.controls.per.value = plan.per;
    store.controls.seed.value = plan.seed;
    store.controls.floor.value = plan.floor;
    store.controls.multiple.value = plan.multiple;
    store.controls.locked.value = plan.locked
      .map((name) => layers.findIndex((it) => it.name === name))
      .filter((i) => i >= 0);
    const rows = plan.layers.map(({ layer, ...own }) => [sites.findIndex((it) => it.norm === layer), own] as const);
    store.controls.own.value = writeOwn(new Map(rows.filter(([row]) => row >= 0)));
  });
}
