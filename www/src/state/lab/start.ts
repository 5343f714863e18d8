/** Sets the judging of networks going: data, benches, results, curves, and what is judged unasked. */
import { effect, untracked } from "@preact/signals";
import { busy } from "../busy";
import { judgingPoint, startAuto } from "./auto";
import { scope, startBench } from "./bench";
import { searching, stopSearch } from "./best";
import { startData } from "./data";
import { evaluating, forgetEvaluation } from "./evaluation";
import { forgetGuard, guarding } from "./guard";
import { startReading } from "./reading";
import { startResults } from "./results";
import { startPredicting } from "./shrink";
import { startSweeping, sweeping } from "./sweep";

export function startLab(): void {
  startData();
  startBench();
  startResults();
  startSweeping();
  effect(() => {
    busy.value =
      judgingPoint.value ||
      evaluating.value !== null ||
      sweeping.value !== null ||
      guarding.value !== null ||
      searching.value !== null;
  });
  let judged = "";
  effect(() => {
    const key = scope.value?.key ?? "";
    if (key === judged) return;
    judged = key;
    untracked(forgetEvaluation);
    untracked(forgetGuard);
    untracked(stopSearch);
  });
  startAuto();
  startPredicting();
  startReading();
}
