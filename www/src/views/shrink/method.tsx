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
import * as store from "../../state/store";
import { COMPENSATIONS, CRITERIA } from "../../state/url";
import type { Compensation, Criterion } from "../../wasm/core";
import { words } from "../../words";
import { chooseCriterion } from "../dial";
import { BestMethods } from "./best";

function set(criterion: Criterion, compensation: Compensation): void {
  batch(() => {
    store.controls.criterion.value = criterion;
    store.controls.compensation.value = compensation;
  });
}

const isRecommended = () =>
  store.controls.criterion.value === "recommended" && store.controls.compensation.value === "moments";
const isPaper = () => store.controls.criterion.value === "probability" && store.controls.compensation.value === "shift";

export function MethodLine() {
  const [recommended, paper] = [isRecommended(), isPaper()];
  return (
    <div class="method-line">
      <fieldset class="segments" aria-label={words.shrink.method.name}>
        <button type="button" aria-pressed={recommended} onClick={() => set("recommended", "moments")}>
          {words.shrink.method.recommended}
        </button>
        <button type="button" aria-pressed={paper} onClick={() => set("probability", "shift")}>
          {words.shrink.method.paper}
        </button>
        <button
          type="button"
          aria-pressed={!recommended && !paper}
          onClick={() => {
            drawer.value = "method";
          }}
        >
          {words.shrink.method.other}
        </button>
      </fieldset>
      <p>
        {recommended
          ? words.shrink.method.why
          : paper
            ? words.shrink.method.paperWhy
            : store.controls.criterion.value === "reconstruction"
              ? words.shrink.measured.why
              : words.shrink.method.otherWhy(
                  words.choices.criteria[store.controls.criterion.value],
                  words.choices.compensations[store.controls.compensation.value],
                )}
      </p>
    </div>
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
        <h3>{words.dial.criterion}</h3>
        {CRITERIA.map((it) => (
          <Card
            key={it}
            group="criterion"
            name={words.choices.criteria[it]}
            help={words.choices.criterionHelp[it]}
            mark={
              it === "recommended"
                ? words.shrink.method.best
                : it === "probability"
                  ? words.shrink.method.fromPaper
                  : ""
            }
            figure={figureOf(it)}
            top={bestMethod.value === it}
            checked={store.controls.criterion.value === it}
            onChoose={() => batch(() => chooseCriterion(it))}
          />
        ))}
      </div>
      <div role="radiogroup" aria-label={words.dial.compensation}>
        <h3>{words.dial.compensation}</h3>
        {COMPENSATIONS.map((it) => (
          <Card
            key={it}
            group="compensation"
            name={words.choices.compensations[it]}
            help=""
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
