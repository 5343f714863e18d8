/** How channels are put in order: what is recommended, the paper's way, and all others. */
import { batch } from "@preact/signals";
import { percent } from "../../lib/format";
import { drawer } from "../../state/hero";
import { scope } from "../../state/lab/bench";
import {
  bestMethod,
  type Figure,
  judgeMethods,
  judgingMethods,
  methodFigures,
  methodsProblem,
} from "../../state/lab/methods";
import { spare } from "../../state/lab/repair";
import { blocksMayLeave, canShrink, photosAdvised, shrinking, shrinkWithImages } from "../../state/lab/shrink";
import { working } from "../../state/proof";
import * as store from "../../state/store";
import { COMPENSATIONS, CRITERIA } from "../../state/url";
import type { Compensation, Criterion } from "../../wasm/core";
import { words } from "../../words";
import { chooseCriterion } from "../dial";
import { Term } from "../term";
import { BestMethods } from "./best";
import { hasNextStep, ShrinkByPhotos } from "./next";

function set(criterion: Criterion, compensation: Compensation): void {
  batch(() => {
    store.controls.criterion.value = criterion;
    store.controls.compensation.value = compensation;
  });
}

const byPhotos = () => store.controls.criterion.value === "reconstruction";
const fromFile = () =>
  store.controls.criterion.value === "recommended" && store.controls.compensation.value === "moments";
const isRecommended = () => (photosAdvised.value ? byPhotos() : fromFile());
const isPaper = () => store.controls.criterion.value === "probability" && store.controls.compensation.value === "shift";

export function MethodLine() {
  const [recommended, paper] = [isRecommended(), isPaper()];
  return (
    <div class="method-line">
      <fieldset class="segments" aria-label={words.shrink.method.name}>
        <button
          type="button"
          aria-pressed={recommended}
          aria-disabled={shrinking.value || working.value}
          onClick={() => {
            if (!photosAdvised.value) set("recommended", "moments");
            else if (!byPhotos()) void shrinkWithImages();
          }}
        >
          {words.shrink.method.recommended}
        </button>
        <button type="button" aria-pressed={paper} onClick={() => set("probability", "shift")}>
          {words.shrink.method.paper}
        </button>
        <button
          type="button"
          aria-pressed={!recommended && !paper && !fromFile()}
          onClick={() => {
            drawer.value = "method";
          }}
        >
          {words.shrink.method.other}
        </button>
      </fieldset>
      <p>{why(recommended, paper)}</p>
      {photosAdvised.value && !byPhotos() && !shrinking.value && !hasNextStep.value ? <ShrinkByPhotos /> : null}
    </div>
  );
}

/** What is in force, and what is recommended where that is something else. */
function why(recommended: boolean, paper: boolean): string {
  const { criterion, compensation } = store.controls;
  if (byPhotos()) return recommended ? words.shrink.measured.whyAdvised : words.shrink.measured.why;
  if (photosAdvised.value) return words.shrink.measured.advice(spare.value);
  if (recommended) return words.shrink.method.why;
  if (paper) return words.shrink.method.paperWhy;
  return words.shrink.method.otherWhy(
    words.choices.criteria[criterion.value],
    words.choices.compensations[compensation.value],
  );
}

export function MethodCards() {
  return (
    <div class="method-cards">
      <div class="row">
        <button
          type="button"
          disabled={!scope.value}
          aria-disabled={judgingMethods.value}
          onClick={() => void judgeMethods()}
        >
          {judgingMethods.value ? words.shrink.method.judging : words.shrink.method.judge}
        </button>
        <p class="hint">{scope.value ? words.shrink.method.judgeHelp : words.shrink.method.noImages}</p>
      </div>
      {methodsProblem.value ? <p class="caution">{methodsProblem.value}</p> : null}
      <BestMethods />
      <div role="radiogroup" aria-label={words.dial.criterion}>
        <h3>
          <Term means={words.terms.criterion}>{words.dial.criterion}</Term>
        </h3>
        {CRITERIA.map((it) => (
          <Card
            key={it}
            group="criterion"
            name={words.choices.criteria[it]}
            help={words.choices.criterionHelp[it]}
            mark={
              it === "reconstruction" && photosAdvised.value
                ? words.shrink.method.best
                : it === "probability"
                  ? words.shrink.method.fromPaper
                  : ""
            }
            figure={figureOf(it)}
            top={bestMethod.value === it}
            checked={store.controls.criterion.value === it}
            onChoose={() => {
              if (it === "reconstruction" && photosAdvised.value && !store.isKnown(it)) void shrinkWithImages();
              else batch(() => chooseCriterion(it));
            }}
          />
        ))}
      </div>
      <Blocks />
      <div role="radiogroup" aria-label={words.dial.compensation}>
        <h3>
          <Term means={words.terms.compensation}>{words.dial.compensation}</Term>
        </h3>
        {COMPENSATIONS.map((it) => (
          <Card
            key={it}
            group="compensation"
            name={words.choices.compensations[it]}
            help={words.choices.compensationHelp[it]}
            mark={it === "shift" ? words.shrink.method.fromPaper : it === "moments" ? words.shrink.method.best : ""}
            checked={store.controls.compensation.value === it}
            onChoose={() => {
              store.controls.compensation.value = it;
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** Residual branches that leave as a whole, for cuts by photos. */
function Blocks() {
  if (!canShrink.value) return null;
  const gone = byPhotos() ? (store.live.plan.value?.dead_branches.length ?? 0) : 0;
  return (
    <label class={blocksMayLeave.value ? "card chosen" : "card"}>
      <input
        type="checkbox"
        checked={blocksMayLeave.value}
        disabled={shrinking.value || working.value}
        onChange={(event) => {
          blocksMayLeave.value = event.currentTarget.checked;
          if (byPhotos()) void shrinkWithImages();
        }}
      />
      <span>
        <strong>{words.shrink.blocks.name}</strong>
        <span class="hint">{words.shrink.blocks.help(gone)}</span>
      </span>
    </label>
  );
}

function figureOf(criterion: Criterion): string {
  const figure: Figure | undefined = methodFigures.value.get(criterion);
  return figure ? words.shrink.method.measured(percent(figure.macs), percent(100 * figure.quality)) : "";
}

function Card(props: {
  figure?: string;
  /** The best of all that were judged. */
  top?: boolean;
  group: string;
  name: string;
  help: string;
  mark: string;
  checked: boolean;
  onChoose: () => void;
}) {
  return (
    <label class={props.checked ? "card chosen" : "card"}>
      <input type="radio" name={props.group} checked={props.checked} onChange={props.onChoose} />
      <span>
        <strong>{props.name}</strong>
        {props.mark ? <em>{props.mark}</em> : null}
        {props.top ? <em class="top">{words.shrink.method.bestHere}</em> : null}
        {props.figure ? <span class="figure">{props.figure}</span> : null}
        {props.help ? <span class="hint">{props.help}</span> : null}
      </span>
    </label>
  );
}
