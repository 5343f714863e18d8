import { batch } from "@preact/signals";
import { useState } from "preact/hooks";
import { brief, count, percent, removedPercent } from "../lib/format";
import { HIGHEST, LOWEST, logit, sliderPosition, thresholdAt } from "../lib/logit";
import { ownRows } from "../state/locks";
import { MEASURE_FIRST, setAmount, solveFor } from "../state/planning";
import * as store from "../state/store";
import { COMPENSATIONS, CRITERIA, PERS } from "../state/url";
import type { Change } from "../wasm/core";
import { LIMITS, ownCount } from "../words/limits";
import { CurveView } from "./curve";
import { Choice, NumberBox, Step } from "./parts";
import { Steps } from "./steps";
import { COMPENSATION_NAMES, CRITERION_HELP, CRITERION_NAMES, PER_NAMES } from "./words";

/** The one control the page is about, and its effect right below it. */
export function Dial() {
  return (
    <section class="dial" aria-label="Threshold and savings">
      <Step n={3} title="Plan">
        <Steps />
      </Step>
      <div class="choices">
        <Choice
          name="Criterion"
          value={store.criterion.value}
          options={CRITERIA.map((it) => [it, CRITERION_NAMES[it]] as const)}
          onChoose={(criterion) => batch(() => chooseCriterion(criterion))}
        />
        <Choice
          name="Compensation"
          value={store.compensation.value}
          options={COMPENSATIONS.map((it) => [it, COMPENSATION_NAMES[it]] as const)}
          onChoose={(value) => {
            store.compensation.value = value;
          }}
        />
      </div>
      <Slider />
      <Outputs />
      <Target />
      <p class="hint dial-help">{CRITERION_HELP[store.criterion.value]}</p>
      <Limits />
    </section>
  );
}

function chooseCriterion(criterion: (typeof CRITERIA)[number]): void {
  if (criterion === "apoz" && store.measured.value === 0) {
    store.noticeText.value = MEASURE_FIRST;
    return;
  }
  store.noticeText.value = "";
  store.criterion.value = criterion;
  // A channel that hardly varies is a bias: telling its readers 0 or a pinned value would waste that.
  if (criterion === "sigma" && store.compensation.value === "shift") store.compensation.value = "mean";
  if (criterion === "influence" && store.compensation.value !== "none") store.compensation.value = "moments";
  if (criterion === "probability" && store.compensation.value !== "none") store.compensation.value = "shift";
}

function Slider() {
  const takesShare = store.takesShare.value;
  const amount = store.amount.value;
  const name = takesShare ? "Share removed" : "Threshold";
  const removed = store.drag.value?.preview.channels;
  const effect = removed
    ? `, ${count(removed.before - removed.after)} of ${count(removed.before)} channels removed`
    : "";
  return (
    <div class="slider">
      <div class="slider-head">
        <label for="amount">{name}</label>
        <span class="symbol" aria-hidden="true">
          {takesShare ? "lowest score first" : "τ, lower cuts more"}
        </span>
        <NumberBox
          name="Threshold value"
          hideLabel
          value={amount}
          min={0}
          max={takesShare ? 0.99 : 1}
          step={takesShare ? 0.01 : "any"}
          onCommit={setAmount}
        />
      </div>
      <CurveView />
      <input
        id="amount"
        type="range"
        aria-label={name}
        aria-valuetext={`${amount}${effect}`}
        min={takesShare ? 0 : logit(LOWEST)}
        max={takesShare ? 0.95 : logit(HIGHEST)}
        step={takesShare ? 0.005 : 0.02}
        value={takesShare ? amount : sliderPosition(amount)}
        onInput={(event) => {
          const position = event.currentTarget.valueAsNumber;
          setAmount(takesShare ? position : thresholdAt(position), event.timeStamp);
        }}
      />
      <div class="scale" aria-hidden="true">
        {(takesShare ? ["0", "0.25", "0.5", "0.75"] : ["0.1", "0.5", "0.9", "0.99", "0.999", "0.9999"]).map((tick) => (
          <span key={tick} style={{ left: `${100 * place(Number(tick), takesShare)}%` }}>
            {tick}
          </span>
        ))}
      </div>
    </div>
  );
}

function place(amount: number, takesShare: boolean): number {
  if (takesShare) return amount / 0.95;
  return (logit(amount) - logit(LOWEST)) / (logit(HIGHEST) - logit(LOWEST));
}

function Outputs() {
  const preview = store.drag.value?.preview;
  return (
    <div class="outputs">
      <Output name="Parameters removed" short="parameters" change={preview?.params} />
      <Output name="MACs removed" short="MACs" change={preview?.macs} />
      <Output name="Channels removed" short="channels" change={preview?.channels} />
    </div>
  );
}

function Output({ name, short, change }: { name: string; short: string; change: Change | undefined }) {
  return (
    <div class="output">
      {/* It follows every pixel of a drag; announcing that would drown everything else. */}
      <output aria-label={name} aria-live="off" for="amount">
        {change ? percent(removedPercent(change)) : "–"}
      </output>
      <span class="output-name">{short} removed</span>
      <span class="output-counts">{change ? `${brief(change.before)} → ${brief(change.after)}` : ""}</span>
    </div>
  );
}

/** The usual wish, so it stands in the open: a saving, and the threshold that reaches it. */
function Target() {
  const [percentage, setPercentage] = useState(30);
  return (
    <div class="row target">
      <NumberBox name="MACs to remove, %" value={percentage} min={1} max={95} step={1} onCommit={setPercentage} />
      <button type="button" disabled={!store.model.value} onClick={() => void solveFor(percentage)}>
        Solve for −{percentage} % MACs
      </button>
    </div>
  );
}

/** What a plan has to respect; most people never need it. */
function Limits() {
  return (
    <details class="limits">
      <summary>{store.criterion.value === "random" ? "Limits per layer, and seed" : "Limits per layer"}</summary>
      <div class="row">
        <NumberBox
          name="Keep at least, per layer"
          value={store.floor.value}
          min={1}
          max={65536}
          step={1}
          onCommit={(value) => {
            store.floor.value = Math.round(value);
          }}
        />
        <NumberBox
          name="Keep a multiple of"
          value={store.multiple.value}
          min={1}
          max={256}
          step={1}
          onCommit={(value) => {
            store.multiple.value = Math.round(value);
          }}
        />
        {store.takesShare.value ? (
          <Choice
            name="Order channels"
            value={store.per.value}
            options={PERS.map((it) => [it, PER_NAMES[it]] as const)}
            onChoose={(value) => {
              store.per.value = value;
            }}
          />
        ) : null}
        {store.criterion.value === "random" ? (
          <NumberBox
            name="Seed"
            value={store.seed.value}
            min={0}
            max={0xffffffff}
            step={1}
            onCommit={(value) => {
              store.seed.value = Math.round(value);
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
  if (count === 0) return <p class="hint">{LIMITS.how}</p>;
  return (
    <p class="hint">
      {ownCount(count)}{" "}
      <button
        type="button"
        class="link"
        onClick={() => {
          store.own.value = "";
        }}
      >
        {LIMITS.clear}
      </button>
    </p>
  );
}
