/** Always in sight: what is saved, what it costs, and the file. */
import { bytes, fixed, milliseconds, percent, removedPercent } from "../../lib/format";
import { judgedUnasked, judgingCost } from "../../state/lab/auto";
import { scope } from "../../state/lab/bench";
import { images, labelled } from "../../state/lab/data";
import { evaluate } from "../../state/lab/evaluation";
import { spare } from "../../state/lab/repair";
import { photosAdvised, predicted, shrinking, shrinkWithImages } from "../../state/lab/shrink";
import {
  estimate,
  fixIt,
  type Level,
  type Quality,
  quality,
  repairable,
  repairing,
  uncut,
} from "../../state/lab/verdict";
import { isDimmed } from "../../state/learn";
import { answersCurrent, current, latency, runBoth, saved, savedCurrent, working } from "../../state/proof";
import * as store from "../../state/store";
import type { Change } from "../../wasm/core";
import { words } from "../../words";
import { Download } from "../download";
import { Term } from "../term";

/** Multiply-adds a second, on a slow machine with two cores. */
const PACE = 4e9;

export function Verdict() {
  const now = quality.value;
  return (
    <section
      class={`verdict-bar ${now.level}`}
      aria-label={words.shrink.verdict.name}
      id="verdict"
      inert={isDimmed("verdict")}
    >
      <Accuracy now={now} />
      <Savings />
      <Says now={now} />
      <div class="verdict-acts">
        <div class="mend">
          {shrinking.value ? <UnderWay /> : null}
          <Shrink />
          <Fix level={now.level} />
        </div>
        <Download class="download" />
      </div>
    </section>
  );
}

const whole = (it: number) => percent(100 * it);

function Accuracy({ now }: { now: Quality }) {
  const name = now.accuracy ? words.shrink.verdict.accuracy : words.shrink.verdict.agreement;
  const { before, after, change, interval, images, part, level } = now;
  return (
    <div class="accuracy">
      <span class="name">
        <Term means={meaning(now)}>{name}</Term>
        {now.repaired ? <em>{words.shrink.verdict.repaired}</em> : null}
      </span>
      <output class="big" aria-label={name} aria-live="off">
        {after === null ? (
          <span class="pending">{pending(part)}</span>
        ) : now.accuracy && before !== null ? (
          <>
            <span class="was">{fixed(100 * before, 1)} →</span> {whole(after)}
          </>
        ) : (
          whole(after)
        )}
      </output>
      <span class="below">
        {level === "judging" ? (
          words.shrink.verdict.judging(part?.images ?? 0, scope.value?.images ?? 0)
        ) : uncut.value && after !== null ? (
          words.shrink.verdict.uncut
        ) : now.seen ? (
          words.shrink.verdict.seen
        ) : change !== null && interval ? (
          <>
            <strong>{words.shrink.verdict.points(change)}</strong>{" "}
            {words.shrink.verdict.range(interval[0], interval[1], images)}
          </>
        ) : interval ? (
          words.shrink.verdict.agreeing(percent(interval[0]), percent(interval[1]), images)
        ) : after !== null ? (
          words.shrink.verdict.few(images)
        ) : (
          <Judge />
        )}
      </span>
    </div>
  );
}

/** What the figure says, and on which images. */
function meaning(now: Quality): string {
  if (!now.accuracy) return words.terms.agreement;
  const [data, source] = [labelled.value, store.model.value?.source];
  if (!data) return words.terms.accuracyPlain;
  const sample = store.samples.value.networks.find((it) => source?.kind === "sample" && it.file === source.file);
  return data.builtIn && sample
    ? words.terms.builtIn(images.value, data.info.images, fixed(100 * sample.accuracy, 1))
    : words.terms.accuracy(images.value, data.name);
}

/** While the plan is judged or dragged: what was counted so far, else what the curve says there. */
function pending(part: Quality["part"]): string {
  if (part && part.labelled > 0) return whole(part.right[1] / part.labelled);
  return estimate.value === null ? "–" : `≈ ${whole(estimate.value)}`;
}

/** Nothing was measured: one button that does. */
function Judge() {
  if (shrinking.value) return <>{words.shrink.measured.underWay}</>;
  if (store.controls.criterion.value === "reconstruction" && !current.value) {
    const kl = predicted.value;
    if (kl === null) return <>{words.shrink.measured.unmade}</>;
    const text = kl < 0.001 ? "under 0.001" : kl.toFixed(kl < 0.1 ? 3 : 2);
    return <Term means={words.terms.kl}>{words.shrink.measured.predicted(text)}</Term>;
  }
  if (uncut.value) return <>{words.shrink.verdict.uncut}</>;
  if (scope.value && !judgedUnasked.value) {
    const seconds = Math.max(5, Math.round(judgingCost.value / PACE));
    return (
      <button type="button" class="link" onClick={() => void evaluate()}>
        {words.shrink.verdict.judge(seconds)}
      </button>
    );
  }
  if (scope.value) return <>{words.shrink.verdict.none}</>;
  return (
    <button type="button" class="link" aria-disabled={working.value} onClick={() => void runBoth()}>
      {words.shrink.verdict.noImages}
    </button>
  );
}

function Savings() {
  const preview = store.live.drag.value?.preview;
  const written = current.value;
  const size: Change | undefined = written
    ? { before: written.plan.bytes.before, after: written.bytes.size }
    : store.live.plan.value?.bytes;
  const time = answersCurrent.value ? latency.value : null;
  return (
    <dl class="savings-line">
      <Saving
        name={words.shrink.verdict.macs}
        means={words.terms.macs}
        label={words.dial.outputs.macs}
        change={preview?.macs}
        lead
      />
      <Saving
        name={words.shrink.verdict.params}
        means={words.terms.parameters}
        label={words.dial.outputs.params}
        change={preview?.params}
      />
      <Saving
        name={words.shrink.verdict.channels}
        means={words.terms.channels}
        label={words.dial.outputs.channels}
        change={preview?.channels}
        more
      />
      <div class="size">
        <dt>{words.shrink.verdict.size}</dt>
        <dd>{size ? `${bytes(size.before)} → ${bytes(size.after)}` : "–"}</dd>
      </div>
      <div class="latency">
        <dt>
          <Term means={words.terms.latency}>{words.shrink.verdict.latency}</Term>
        </dt>
        <dd>
          {time ? (
            time.differs ? (
              `${milliseconds(time.original.warm)} → ${milliseconds(time.pruned.warm)}`
            ) : (
              words.shrink.verdict.same
            )
          ) : (
            <button type="button" class="link" aria-disabled={working.value} onClick={() => void runBoth()}>
              {words.shrink.verdict.notTimed}
            </button>
          )}
        </dd>
      </div>
    </dl>
  );
}

function Saving(props: {
  name: string;
  means: string;
  label: string;
  change: Change | undefined;
  lead?: boolean;
  more?: boolean;
}) {
  return (
    <div class={props.lead ? "saving lead" : props.more ? "saving more" : "saving"}>
      <dt>
        <Term means={props.means}>{props.name}</Term>
      </dt>
      <dd>
        <output aria-label={props.label} aria-live="off" for="amount">
          {props.change ? percent(removedPercent(props.change)) : "–"}
        </output>
      </dd>
    </div>
  );
}

/** Two verdicts: whether the file is the plan, and whether the plan is any good. */
function Says({ now }: { now: Quality }) {
  const check = current.value?.check;
  const file = check ? (check.passed ? "correct" : "wrong") : "open";
  return (
    <div class="says" role="status">
      <p class={`says-chip ${now.level}`}>
        <i aria-hidden="true" />
        {uncut.value && now.level === "unknown"
          ? words.shrink.verdict.whole
          : (now.accuracy ? words.shrink.verdict.levels : words.shrink.verdict.agreementLevels)[now.level]}
      </p>
      <p class={`says-chip file ${file}`}>
        <i aria-hidden="true" />
        {words.shrink.verdict.file[file]}
        {savedCurrent.value && saved.value ? <span class="hidden"> {saved.value.name}</span> : null}
      </p>
    </div>
  );
}

/** With photos chosen for it a measured cut loses far less than a repair of any other. */
function Shrink() {
  if (shrinking.value || !photosAdvised.value || store.controls.criterion.value === "reconstruction") return null;
  return (
    <button
      type="button"
      class="fix needed measured"
      aria-disabled={working.value || shrinking.value}
      title={words.shrink.measured.help(spare.value)}
      onClick={() => void shrinkWithImages()}
    >
      {words.shrink.measured.button(spare.value)}
    </button>
  );
}

/** Where the work was begun: how far it is, how long it will take, and its end. */
function UnderWay() {
  const now = store.job.value;
  if (!now) return null;
  return (
    <div class="under-way">
      <span>{now.label}</span>
      <progress aria-label={words.shrink.measured.working} max={1} value={now.fraction ?? 0} />
      {now.cancel ? (
        <button type="button" onClick={now.cancel}>
          {words.shrink.measured.stop}
        </button>
      ) : null}
    </div>
  );
}

function Fix({ level }: { level: Level }) {
  const images = repairable.value;
  // A cut that nothing is known of before it is made.
  const unmade = store.controls.criterion.value === "reconstruction" && !current.value;
  const needed = level === "costs" || level === "broken";
  const repaired = (current.value?.repairedOn ?? 0) > 0;
  if (shrinking.value) return null;
  // Always in its place: what it waits for is said where the pointer is.
  const blocked = repaired || (images === 0 && !unmade);
  return (
    <button
      type="button"
      class={(needed && !blocked) || unmade ? "fix needed" : "fix"}
      aria-disabled={blocked || working.value || repairing.value}
      title={
        repaired
          ? words.shrink.verdict.fixDone
          : images === 0
            ? words.shrink.verdict.fixNone
            : words.shrink.verdict.fixHelp(images)
      }
      onClick={() => {
        if (!blocked) void fixIt();
      }}
    >
      {repairing.value ? words.shrink.verdict.fixing : words.shrink.verdict.fix}
    </button>
  );
}
