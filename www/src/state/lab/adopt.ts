/** A point of a curve becomes the plan on the page. */
import { batch } from "@preact/signals";
import { writeOwn } from "../../lib/own";
import * as store from "../store";

export function adoptPlan(plan: store.WholePlan): void {
  const { layers = [], sites = [] } = store.model.value?.overview ?? {};
  batch(() => {
    store.criterion.value = plan.criterion;
    store.compensation.value = plan.compensation;
    if (plan.criterion === "probability") store.threshold.value = plan.threshold;
    else store.share.value = plan.share;
    store.per.value = plan.per;
    store.seed.value = plan.seed;
    store.floor.value = plan.floor;
    store.multiple.value = plan.multiple;
    store.locked.value = plan.locked.map((name) => layers.findIndex((it) => it.name === name)).filter((i) => i >= 0);
    const rows = plan.layers.map(({ layer, ...own }) => [sites.findIndex((it) => it.norm === layer), own] as const);
    store.own.value = writeOwn(new Map(rows.filter(([row]) => row >= 0)));
  });
}
