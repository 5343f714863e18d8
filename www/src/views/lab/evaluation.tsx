/** Both networks on the labelled images: numbers with their intervals, and what the interval allows to say. */

import { useRef } from "preact/hooks";
import { value } from "../../lib/format";
import { intervalText, pointsInterval, pointsText, shareText } from "../../lib/proportion";
import { evaluationPicture } from "../../saved/lab";
import { scope } from "../../state/lab/bench";
import { stem } from "../../state/lab/curves-out";
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
import { words } from "../../words";
import { Figure } from "../figure";
import { Heads } from "../parts";
import { ClassBars, linesOf, type Shown } from "./classes";
import { type WhiskerRow, Whiskers } from "./whiskers";
import { Problem, Working } from "./working";

export function EvaluationView() {
  const of = scope.value;
  const box = useRef<HTMLElement>(null);
  const [original, plan, repaired] = [originalResult.value, planResult.value, repairedResult.value];
  const complete = plan !== null && (!hasRepaired.value || repaired !== null);
  // Of the network that would be taken home.
  const judged = repaired ?? plan;
  const shown = {
    original,
    pruned: plan?.against ?? null,
    repaired: hasRepaired.value ? (repaired?.against ?? null) : undefined,
  };
  return (
    <section ref={box} class="lab-part evaluation" aria-label={words.lab.evaluation.name}>
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
          {hasRepaired.value ? words.lab.evaluation.all : words.lab.evaluation.both}
        </button>
        <Working
          name={words.lab.evaluation.working}
          progress={evaluating.value}
          unit={words.lab.units.images}
          rest={complete ? words.lab.evaluation.done : of ? words.lab.evaluation.notYet : ""}
          news={evaluationNews.value}
          onStop={stopEvaluation}
        />
      </div>
      <Problem text={evaluationProblem.value} />
      <p class="lab-verdict">{judged?.against ? verdict(judged, judged.against) : soFarText()}</p>
      <div class={shown.repaired === undefined ? "lab-columns" : "lab-columns three"}>
        <div>
          <Numbers {...shown} />
          <MatchingNote of={original?.matching ?? null} />
          <Pictures {...shown} />
          <Figure
            picture={words.pictures.names.evaluation}
            stem={() => `${stem()}.evaluation`}
            draw={() =>
              evaluationPicture(
                box.current,
                linesOf(shown),
                shown.repaired ? words.lab.evaluation.repaired : words.lab.evaluation.pruned,
              )
            }
            disabled={!original}
          />
        </div>
        <div>
          <ClassBars {...shown} />
          <RepairHere />
        </div>
      </div>
    </section>
  );
}

function soFarText(): string {
  const tally = soFar.value;
  if (!tally) return words.lab.evaluation.before;
  const agreeing = words.lab.evaluation.bothAgree(shareText(tally.agreeing / tally.images));
  if (tally.labelled === 0) return words.lab.evaluation.soFarAgree(agreeing);
  const [a = "", b = ""] = tally.right.map((it) => shareText(it / tally.labelled));
  return words.lab.evaluation.soFar(a, b, agreeing);
}

function verdict(of: Evaluation, against: Against): string {
  const { difference, difference_interval: interval, lost, won } = against;
  if (difference === null || !interval) {
    return words.lab.evaluation.withoutLabels(shareText(against.agreement), of.images);
  }
  const moved = words.lab.evaluation.moved(lost ?? 0, won ?? 0);
  const range = words.lab.evaluation.range(pointsText(difference), pointsInterval(interval));
  const mended = hasRepaired.value && repairedResult.value === of;
  if (interval[0] > 0) return words.lab.evaluation.better(mended, of.images, range, moved);
  if (interval[1] < 0) return words.lab.evaluation.worse(mended, range, moved);
  return words.lab.evaluation.noDifference(of.images, range, moved);
}

function Numbers({ original, pruned, repaired }: Shown) {
  const nets: (Evaluation | Against | null)[] = [original, pruned];
  if (repaired !== undefined) nets.push(repaired);
  const changed = nets.slice(1) as (Against | null)[];
  return (
    <table class="lab-numbers">
      <caption class="hidden">{words.lab.evaluation.table}</caption>
      <Heads
        of={[
          "",
          words.lab.evaluation.original,
          words.lab.evaluation.pruned,
          ...(repaired === undefined ? [] : [words.lab.evaluation.repaired]),
        ]}
      />
      <tbody>
        <tr>
          <th scope="row">{words.lab.evaluation.right}</th>
          {nets.map((it, i) => (
            <Cell key={i} main={shareText(it?.accuracy)} small={intervalText(it?.accuracy_interval)} />
          ))}
        </tr>
        <tr>
          <th scope="row">{words.lab.evaluation.change}</th>
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
          <th scope="row">{words.lab.evaluation.topFive}</th>
          {nets.map((it, i) => (
            <Cell key={i} main={shareText(it?.top5)} small={intervalText(it?.top5_interval)} />
          ))}
        </tr>
        <tr>
          <th scope="row">{words.lab.evaluation.agreement}</th>
          <td />
          {changed.map((it, i) => (
            <Cell key={i} main={shareText(it?.agreement)} small={intervalText(it?.agreement_interval)} />
          ))}
        </tr>
        <tr>
          <th scope="row" title={words.lab.evaluation.klHelp}>
            {words.lab.evaluation.kl}
          </th>
          <td />
          {changed.map((it, i) => (
            <Cell key={i} main={it ? value(it.mean_kl) : "–"} small={it ? words.lab.evaluation.nats : ""} />
          ))}
        </tr>
      </tbody>
    </table>
  );
}

/** Classes taken in order are a guess, and said to be one. */
function MatchingNote({ of }: { of: Matching | null }) {
  if (!of) return null;
  return <p class={of.by_name ? "hint" : "caution"}>{words.matching.text(of)}</p>;
}

/** Images that are not judged by may be learnt from. */
function RepairHere() {
  const made = current.value;
  const left = spare.value;
  return (
    <div class="lab-repair">
      <h3>{words.lab.evaluation.repair}</h3>
      <p class="hint">
        {left > 0
          ? words.lab.evaluation.repairHint
          : scope.value
            ? words.lab.evaluation.noSpare
            : words.lab.evaluation.noImagesYet}
      </p>
      <div class="row">
        <button
          type="button"
          disabled={left <= 0 || !scope.value}
          aria-disabled={working.value}
          onClick={() => void repairWithSpare()}
        >
          {words.lab.evaluation.repairWith(left)}
        </button>
      </div>
      {made?.repairedOn ? <p class="checked">{words.lab.evaluation.repairDone}</p> : null}
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
  const row = (kind: WhiskerRow["kind"], of: Evaluation | Against | null | undefined): WhiskerRow[] =>
    of === undefined ? [] : [{ kind, value: of?.accuracy ?? null, interval: of?.accuracy_interval ?? null }];
  const change = (kind: WhiskerRow["kind"], of: Against | null | undefined): WhiskerRow[] =>
    of === undefined ? [] : [{ kind, value: of?.difference ?? null, interval: of?.difference_interval ?? null }];
  return (
    <div class="lab-pictures">
      <Whiskers
        title={words.lab.evaluation.rightPercent}
        rows={[...row("original", original), ...row("pruned", pruned), ...row("repaired", repaired)]}
        room={0.02}
        inside={[0, 1]}
      />
      <Whiskers
        title={words.lab.evaluation.change}
        rows={[...change("pruned", pruned), ...change("repaired", repaired)]}
        room={0.01}
        inside={[-1, 1]}
        zero
      />
    </div>
  );
}
