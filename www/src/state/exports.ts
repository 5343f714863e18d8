/** Files other than the network: the plan as JSON and as CSV. */

import { type Cell, csv } from "../lib/csv";
import { download } from "../lib/download";
import { planFileStem } from "../lib/format";
import { PLAN_COLUMNS, PLAN_STATES } from "../words/files";
import { sentence } from "../worker/engine";
import { plannerCall } from "./engines";
import * as store from "./store";

export function stem(): string {
  const name = store.model.value?.overview.file ?? "network.onnx";
  return planFileStem(name, store.controls.criterion.value, store.amount.value, store.controls.compensation.value);
}

export async function downloadPlanJson(): Promise<void> {
  try {
    const name = stem();
    const options = store.options.value;
    const plan = await plannerCall((core) => core.plan(options));
    download(`${name}.json`, JSON.stringify(plan, null, 2), "application/json");
  } catch (error) {
    store.alertText.value = sentence(error);
  }
}

export function downloadPlanCsv(): void {
  const { model, shown } = store;
  // Its name says which plan it is, so it waits for that plan.
  if (!model.value || !shown.value) return;
  download(`${stem()}.csv`, csv(PLAN_COLUMNS, channelRows(model.value, shown.value.states)), "text/csv");
}

function* channelRows(model: store.Model, states: Uint8Array): Generator<Cell[]> {
  for (const site of model.overview.sites) {
    for (let c = 0; c < site.channels; c++) {
      const i = site.offset + c;
      yield [
        site.norm,
        site.activation,
        c,
        model.means[i]!,
        model.stds[i]!,
        model.probabilities[i]!,
        model.saturations[i]!,
        PLAN_STATES[states[i]!] ?? "",
      ];
    }
  }
}
