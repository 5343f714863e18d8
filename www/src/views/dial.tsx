import { batch } from "@preact/signals";
import { useState } from "preact/hooks";
import { amountPlace, amountTicks } from "../charts/dial-scale";
import { brief, percent, removedPercent } from "../lib/format";
import { ownRows } from "../state/locks";
import { setAmount, solveFor } from "../state/planning";
import * as store from "../state/store";
import { COMPENSATIONS, CRITERIA, PERS } from "../state/url";
import type { Change, Criterion } from "../wasm/core";
import { words } from "../words";
import { AmountBox, AmountSlider } from "./amount";
import { Changed } from "./changed";
import { CurveView } from "./curve";
import { Choice, NumberBox, Step } from "./parts";
import { Steps } from "./steps";

/** The one control the page is about, and its effect right below it. */
export function Dial() {
  return (
    <section class="dial" aria-label={words.dial.name}>
      <Step n={3} title={words.dial.plan}>
        <Steps />
      </Step>
      <div class="choices">
        <Choice
          name={words.dial.criterion}
          value={store.controls.criterion.value}
          options={CRITERIA.map((it): [Criterion, string] => [it, words.choices.criteria[it]])}
          onChoose={(criterion) => batch(() => chooseCriterion(criterion))}
        />
        <Choice
          name={words.dial.compensation}
          value={store.controls.compensation.value}
          options={COMPENSATIONS.map((it) => [it, words.choices.compensations[it]] as const)}
          onChoose={(value) => {
            store.controls.compensation.value = value;
          }}
        />
      </div>
      {/* On a phone this is the bar at the foot of the screen, and the curve stays behind in the page. */}
      <div class="knob">
        <Slider />
        <Outputs />
      </div>
      <div class="curve-apart">
        <CurveView />
      </div>
      <Target />
      <Changed />
      <p class="hint dial-help">{words.choices.criterionHelp[store.controls.criterion.value]}</p>
      <Limits />
    </section>
  );
}

export function chooseCriterion(criterion: Criterion): void {
  if (!store.isKnown(criterion)) {
    store.noticeText.value = words.dial.imagesFirst(criterion);
    return;
  }
  store.noticeText.value = "";
  store.controls.criterion.value = criterion;
  // A channel that hardly varies is a bias: telling its readers 0 or a pinned value would waste that.
  if (criterion === "sigma" && store.controls.compensation.value === "shift")
    store.controls.compensation.value = "mean";
  const spread = criterion === "influence" || criterion === "recommended" || criterion === "reconstruction";
  if (spread && store.controls.compensation.value !== "none") store.controls.compensation.value = "moments";
  if (criterion === "probability" && store.controls.compensation.value !== "none")
    store.controls.compensation.value = "shift";
}

function Slider() {
  const takesShare = store.takesShare.value;
  const amount = store.amount.value;
  const name = takesShare ? words.dial.share : words.dial.threshold;
  return (
    <div class="slider">
      <div class="slider-head">
        <label for="amount">{name}</label>
        <span class="symbol" aria-hidden="true">
          {takesShare ? words.dial.shareSide : words.dial.thresholdSide}
        </span>
        <AmountBox name={words.dial.value} value={amount} takesShare={takesShare} onSet={setAmount} />
      </div>
      <CurveView />
      <AmountSlider
        id="amount"
        name={name}
        spoken={words.dial.spoken(amount, store.live.drag.value?.preview.channels)}
        value={amount}
        takesShare={takesShare}
        onSet={setAmount}
      />
      <div class="scale" aria-hidden="true">
        {amountTicks(takesShare).map((tick) => (
          <span key={tick} style={{ left: `${100 * amountPlace(Number(tick), takesShare)}%` }}>
            {tick}
          </span>
        ))}
      </div>
    </div>
  );
}

function Outputs() {
  const preview = store.live.drag.value?.preview;
  return (
    <div class="outputs">
      <Output name={words.dial.outputs.params} below={words.dial.outputsBelow.params} change={preview?.params} />
      <Output name={words.dial.outputs.macs} below={words.dial.outputsBelow.macs} change={preview?.macs} />
      <Output name={words.dial.outputs.channels} below={words.dial.outputsBelow.channels} change={preview?.channels} />
    </div>
  );
}

function Output({ name, below, change }: { name: string; below: string; change: Change | undefined }) {
  return (
    <div class="output">
      {/* It follows every pixel of a drag; announcing that would drown everything else. */}
      <output aria-label={name} aria-live="off" for="amount">
        {change ? percent(removedPercent(change)) : "–"}
      </output>
      <span class="output-name">{below}</span>
      <span class="output-counts">{change ? `${brief(change.before)} → ${brief(change.after)}` : ""}</span>
    </div>
  );
}

/** The usual target, so it stands in the open: a saving, and the threshold that reaches it. */
function Target() {
  const [percentage, setPercentage] = useState(30);
  return (
    <div class="row target">
      <NumberBox name={words.dial.target} value={percentage} min={1} max={95} step={1} onCommit={setPercentage} />
      <button type="button" disabled={!store.model.value} onClick={() => void solveFor(percentage)}>
        {words.dial.solve(percentage)}
      </button>
    </div>
  );
}

/** What a plan has to respect; most people never need it. */
export function Limits({ open = false }: { open?: boolean }) {
  return (
    <details class="limits" open={open}>
      <summary>
        {store.controls.criterion.value === "random" ? words.dial.limitsAndSeed : words.dial.limits}
        {ownRows.value.size > 0 ? <span class="hint"> {words.limits.short(ownRows.value.size)}</span> : null}
      </summary>
      <div class="row">
        <NumberBox
          name={words.dial.keepAtLeast}
          value={store.controls.floor.value}
          min={1}
          max={65536}
          step={1}
          onCommit={(value) => {
            store.controls.floor.value = Math.round(value);
          }}
        />
        <NumberBox
          name={words.dial.multipleOf}
          value={store.controls.multiple.value}
          min={1}
          max={256}
          step={1}
          onCommit={(value) => {
            store.controls.multiple.value = Math.round(value);
          }}
        />
        {store.takesShare.value ? (
          <Choice
            name={words.dial.order}
            value={store.controls.per.value}
            options={PERS.map((it) => [it, words.choices.pers[it]] as const)}
            onChoose={(value) => {
              store.controls.per.value = value;
            }}
          />
        ) : null}
        {store.controls.criterion.value === "random" ? (
          <NumberBox
            name={words.dial.seed}
            value={store.controls.seed.value}
            min={0}
            max={0xffffffff}
            step={1}
            onCommit={(value) => {
              store.controls.seed.value = Math.round(value);
            }}
          />
        ) : null}
      </div>
      <OwnLimits />
    </details>
  );
}

/** Layers that are set apart, where all layers are spoken of. */
function OwnLimits() {
  const count = ownRows.value.size;
  if (count === 0) return <p class="hint">{words.limits.how}</p>;
  return (
    <p class="hint">
      {words.limits.ownCount(count)}{" "}
      <button
        type="button"
        class="link"
        onClick={() => {
          store.controls.own.value = "";
        }}
      >
        {words.limits.clear}
      </button>
    </p>
  );
}
