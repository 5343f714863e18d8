/** In the place of the axis: what a step is about, where that is smaller than the network. */

import { fit } from "../../state/fit";
import type { Stage as Which } from "../../state/learn-steps";
import { job, measured } from "../../state/store";
import { words } from "../../words";
import { FitView } from "../fit";
import { BellStage } from "./bell-stage";
import { PriceStage } from "./price-stage";
import { SignalStage } from "./signal-stage";
import { TiedStage } from "./tied-stage";
import { TimesStage } from "./times-stage";

const STAGES = {
  bell: BellStage,
  signal: SignalStage,
  price: PriceStage,
  fit: FitStage,
  sum: () => <TiedStage tie="sum" />,
  groups: () => <TiedStage tie="groups" />,
  times: TimesStage,
};

export function Stage({ of }: { of: Which }) {
  const Shown = STAGES[of];
  return (
    <section class="axis staged" id="axis" aria-label={words.learn.stage}>
      <Shown />
    </section>
  );
}

function FitStage() {
  return (
    <div class="tryout fit-stage">
      <FitView />
      {fit.value ? null : (
        <p class="hint" aria-live="polite">
          {measured.value > 0 || job.value ? words.proof.fit.testing : words.learn.notMeasured}
        </p>
      )}
    </div>
  );
}
