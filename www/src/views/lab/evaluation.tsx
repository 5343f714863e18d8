/** Both networks on the labelled images: numbers with their intervals, and what the interval allows to say. */
import { count, plural, value } from "../../lib/format";
import { intervalText, pointsInterval, pointsText, shareText } from "../../lib/proportion";
import { scope } from "../../state/lab/bench";
import {
  evaluate,
  evaluating,
  evaluationNews,
  evaluationProblem,
  hasRepaired,
  originalResult,
  planResult,
  repairedResult,
  soFar,
  stopEvaluation,
} from "../../state/lab/evaluation";
import { repairWithSpare, spare } from "../../state/lab/repair";
import { current, working } from "../../state/proof";
import type { Against, Evaluation, Matching } from "../../wasm/core";
import { matchingText } from "../../words/matching";
import { LAB } from "../words";
import { ClassBars } from "./classes";
import { type WhiskerRow, Whiskers } from "./whiskers";
import { Problem, Working } from "./working";

export function EvaluationView() {
  const of = scope.value;
  const [original, plan, repaired] = [originalResult.value, planResult.value, repairedResult.value];
  const complete = plan !== null && (!hasRepaired.value || repaired !== null);
  const shown = {
    original,
    pruned: plan?.against ?? null,
    repaired: hasRepaired.value ? (repaired?.against ?? null) : undefined,
  };
  return (
    <section class="lab-part" aria-label="Evaluation">
      <div class="lab-actions">
        <button
          type="button"
          class={complete ? "" : "primary"}
          disabled={!of}
          aria-disabled={evaluating.value !== null || complete}
          onClick={() => {
            if (!complete) void evaluate();
          }}
        >
          {hasRepaired.value ? "Evaluate all networks" : "Evaluate both networks"}
        </button>
        <Working
          name="Evaluating"
          progress={evaluating.value}
          unit="images"
          rest={complete ? "Evaluated for the plan on this page." : of ? "Not evaluated yet for this plan." : ""}
          news={evaluationNews.value}
          onStop={stopEvaluation}
        />
      </div>
      <Problem text={evaluationProblem.value} />
      <p class="lab-verdict">{plan?.against ? verdict(plan, plan.against) : soFarText()}</p>
      <div class="lab-columns">
        <div>
          <Numbers {...shown} />
          <MatchingNote of={original?.matching ?? null} />
          <Pictures {...shown} />
        </div>
        <div>
          <ClassBars {...shown} />
          <RepairHere />
        </div>
      </div>
    </section>
  );
}

export interface Shown {
  original: Evaluation | null;
  pruned: Against | null;
  /** Undefined where there is no repaired network. */
  repaired: Against | null | undefined;
}

function soFarText(): string {
  const tally = soFar.value;
  if (!tally) return LAB.beforeEvaluation;
  const agreeing = `both agree on ${shareText(tally.agreeing / tally.images)}`;
  if (tally.labelled === 0) return `So far ${agreeing}.`;
  const [a, b] = tally.right.map((it) => shareText(it / tally.labelled));
  return `So far the original is right on ${a} and the pruned network on ${b}; ${agreeing}.`;
}

function verdict(of: Evaluation, against: Against): string {
  const { difference, difference_interval: interval, lost, won } = against;
  const on = `these ${plural(of.images, "image")}`;
  if (difference === null || !interval) {
    return `Both networks give the same answer on ${shareText(against.agreement)} of ${on}; how many more or fewer would be right can not be said without labels.`;
  }
  const moved = `${plural(lost ?? 0, "answer")} went wrong and ${count(won ?? 0)} came right`;
  const range = `${pointsText(difference)} points, 95 % interval ${pointsInterval(interval)}`;
  if (interval[0] > 0) return `The pruned network is better on ${on}: ${range}; ${moved}.`;
  if (interval[1] < 0) return `The pruned network is worse: ${range}; ${moved}.`;
  return `No difference can be shown on ${on}: ${range}, which contains 0; ${moved}.`;
}

function Numbers({ original, pruned, repaired }: Shown) {
  const nets: (Evaluation | Against | null)[] = [original, pruned];
  if (repaired !== undefined) nets.push(repaired);
  const changed = nets.slice(1) as (Against | null)[];
  return (
    <table class="lab-numbers">
      <caption class="hidden">Accuracy on labelled images</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">original</th>
          <th scope="col">pruned</th>
          {repaired === undefined ? null : <th scope="col">repaired</th>}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Right (top-1)</th>
          {nets.map((it, i) => (
            <Cell key={i} main={shareText(it?.accuracy)} small={intervalText(it?.accuracy_interval)} />
          ))}
        </tr>
        <tr>
          <th scope="row">Change, points</th>
          <td />
          {changed.map((it, i) => (
            <Cell
              key={i}
              main={it?.difference == null ? "–" : pointsText(it.difference)}
              small={it?.difference_interval ? pointsInterval(it.difference_interval) : ""}
            />
          ))}
        </tr>
        <tr>
          <th scope="row">Among the five best (top-5)</th>
          {nets.map((it, i) => (
            <Cell key={i} main={shareText(it?.top5)} small={intervalText(it?.top5_interval)} />
          ))}
        </tr>
        <tr>
          <th scope="row">Same answer as the original</th>
          <td />
          {changed.map((it, i) => (
            <Cell key={i} main={shareText(it?.agreement)} small={intervalText(it?.agreement_interval)} />
          ))}
        </tr>
        <tr>
          <th scope="row" title="Kullback–Leibler divergence of the class probabilities, in nats">
            Mean KL
          </th>
          <td />
          {changed.map((it, i) => (
            <Cell key={i} main={it ? value(it.mean_kl) : "–"} small={it ? "nats" : ""} />
          ))}
        </tr>
      </tbody>
    </table>
  );
}

/** Classes taken in order are a guess, and said to be one. */
function MatchingNote({ of }: { of: Matching | null }) {
  if (!of) return null;
  return <p class={of.by_name ? "hint" : "caution"}>{matchingText(of)}</p>;
}

/** Images that are not judged by may be learnt from. */
function RepairHere() {
  const made = current.value;
  const left = spare.value;
  return (
    <div class="lab-repair">
      <h3>Repair</h3>
      <p class="hint">{left > 0 ? LAB.repair : LAB.noSpare}</p>
      <div class="row">
        <button
          type="button"
          disabled={left <= 0 || !scope.value}
          aria-disabled={working.value}
          onClick={() => void repairWithSpare()}
        >
          Repair with {left > 0 ? plural(left, "other image") : "other images"}
        </button>
      </div>
      {made?.repairedOn ? <p class="checked">Repaired; the proof says how it went. Evaluate it here.</p> : null}
    </div>
  );
}

function Cell({ main, small }: { main: string; small: string }) {
  return (
    <td>
      <span class="with-interval">
        {main} <small>{small}</small>
      </span>
    </td>
  );
}

function Pictures({ original, pruned, repaired }: Shown) {
  const row = (name: string, of: Evaluation | Against | null | undefined): WhiskerRow[] =>
    of === undefined ? [] : [{ name, value: of?.accuracy ?? null, interval: of?.accuracy_interval ?? null }];
  const change = (name: string, of: Against | null | undefined): WhiskerRow[] =>
    of === undefined ? [] : [{ name, value: of?.difference ?? null, interval: of?.difference_interval ?? null }];
  return (
    <div class="lab-pictures">
      <Whiskers
        title="Right, %"
        rows={[...row("original", original), ...row("pruned", pruned), ...row("repaired", repaired)]}
        room={0.02}
        inside={[0, 1]}
      />
      <Whiskers
        title="Change, points"
        rows={[...change("pruned", pruned), ...change("repaired", repaired)]}
        room={0.01}
        inside={[-1, 1]}
        zero
      />
    </div>
  );
}
