/** The four cases, taught on the selected channel: step by step, with its own numbers. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { count } from "../lib/format";
import { stagesPicture } from "../saved/stages";
import { explanation } from "../state/explain";
import { stem } from "../state/exports";
import { controls, live, model, screen, takesShare } from "../state/store";
import type { ChannelDetail, Explanation, Stage } from "../wasm/core";
import { words } from "../words";
import { EffectView } from "./cases-effect";
import { Stages } from "./cases-stages";
import { type CaseName, stepText } from "./cases-words";
import { exampleOf } from "./example";
import { Figure } from "./figure";
import { Heads } from "./parts";

const step = signal(0);
const playing = signal(false);
const PLAY_MS = 4500;

export function CasesView() {
  const open = model.value;
  const detail = live.detail.value;
  const found = explanation.value;
  if (!open) return <div class="cases empty-view" />;
  if (open.overview.pairs.length === 0) {
    return (
      <div class="cases empty-view">
        <p class="hint">{words.cases.noPairs}</p>
      </div>
    );
  }
  const fits = detail && found && matches(detail, found);
  return (
    <div class="cases">
      <CaseTable of={(detail?.case as CaseName | null) ?? null} />
      {fits && found.after ? (
        <Lesson detail={detail} explanation={found} />
      ) : (
        <p class="hint">{screen.selected.value && fits ? words.cases.notInPair : words.cases.choose}</p>
      )}
    </div>
  );
}

/** Both answers come apart; a lesson needs them about one channel. */
function matches(detail: ChannelDetail, found: Explanation): boolean {
  const same = (stage: Stage | null) =>
    stage?.channel.site === detail.this.site && stage.channel.channel === detail.this.channel;
  return same(found.before) || same(found.after);
}

/** Alive or dead before, alive or dead behind; each cell opens an example. */
function CaseTable({ of }: { of: CaseName | null }) {
  const cases = live.drag.value?.preview.cases;
  const cell = (name: CaseName) => {
    const example = exampleOf(name);
    return (
      <td class={of === name ? `case ${name} here` : `case ${name}`}>
        <button
          type="button"
          disabled={!example}
          aria-current={of === name ? "true" : undefined}
          onClick={() => {
            if (!example) return;
            screen.selected.value = [example.site, example.channel];
            step.value = 0;
          }}
        >
          {words.choices.cases[name].name} <span class="n">{cases ? count(cases[name]) : "–"}</span>
        </button>
      </td>
    );
  };
  return (
    <table class="case-table">
      <caption class="hidden">{words.cases.table}</caption>
      <Heads of={["", words.cases.aliveBehind, words.cases.deadBehind]} />
      <tbody>
        <tr>
          <th scope="row">{words.cases.aliveBefore}</th>
          {cell("keep")}
          {cell("output_dead")}
        </tr>
        <tr>
          <th scope="row">{words.cases.deadBefore}</th>
          {cell("input_dead")}
          {cell("both_dead")}
        </tr>
      </tbody>
    </table>
  );
}

function go(to: number): void {
  step.value = Math.min(words.cases.steps.length - 1, Math.max(0, to));
}

function Lesson({ detail, explanation: of }: { detail: ChannelDetail; explanation: Explanation }) {
  const open = model.value!;
  const at = step.value;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!playing.value) return;
    if (at === words.cases.steps.length - 1) {
      playing.value = false;
      return;
    }
    const timer = setTimeout(() => go(at + 1), PLAY_MS);
    return () => clearTimeout(timer);
  }, [playing.value, at]);
  const nameOf = (layer: number) => open.layerNames[layer] ?? "–";
  const reader = of.readers[0];
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    playing.value = false;
    go(at + by);
  };
  return (
    // Arrow keys step wherever the focus is in the lesson.
    <section ref={box} class="walk" aria-label={words.cases.walk} onKeyDown={keys}>
      <div class="walk-head">
        <h3>
          {words.cases.channel(of.before.channel.channel)}{" "}
          <span class="of">
            {words.cases.channelOf(
              open.siteNames[of.before.channel.site]!,
              words.choices.cases[detail.case as CaseName].name,
            )}
          </span>
        </h3>
        {takesShare.value ? <span class="hint">{words.cases.byThreshold(controls.threshold.value)}</span> : null}
        <div class="controls">
          <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
            {words.cases.back}
          </button>
          <button type="button" disabled={at === words.cases.steps.length - 1} onClick={() => go(at + 1)}>
            {words.cases.next}
          </button>
          <button
            type="button"
            aria-pressed={playing.value}
            onClick={() => {
              if (at === words.cases.steps.length - 1) go(0);
              playing.value = !playing.value;
            }}
          >
            {playing.value ? words.cases.pause : words.cases.play}
          </button>
          <Figure
            picture={words.pictures.names.stages}
            stem={() => `${stem()}.case-${of.before.channel.site}-${of.before.channel.channel}-step-${at + 1}`}
            draw={() => stagesPicture(box.current)}
          />
        </div>
      </div>
      <Stages
        explanation={of}
        detail={detail}
        threshold={controls.threshold.value}
        step={at}
        nameOf={nameOf}
        siteName={(stage) => open.siteNames[stage.channel.site] ?? "–"}
      />
      <ol class="walk-steps">
        {words.cases.steps.map((title, i) => (
          <li key={title}>
            <button
              type="button"
              aria-current={i === at ? "step" : undefined}
              onClick={() => {
                playing.value = false;
                go(i);
              }}
            >
              <span aria-hidden="true">{i + 1}</span> {title}
            </button>
          </li>
        ))}
      </ol>
      <p class="telling" aria-live="polite">
        {stepText(at, {
          explanation: of,
          detail,
          threshold: controls.threshold.value,
          reader: reader ? nameOf(reader.layer) : words.cases.nextLayer,
          into: reader ? shortInto(reader.into) : words.cases.bias,
        })}
      </p>
      <EffectView wanted={at >= 3} possible={of.obstacle === null} />
    </section>
  );
}

/** "shift β of NODE" with the node as the map names it. */
function shortInto(text: string): string {
  const open = model.value;
  const last = text.split(" ").at(-1) ?? "";
  const site = open?.overview.sites.findIndex((it) => it.norm === last) ?? -1;
  const layer = open?.overview.layers.findIndex((it) => it.name === last) ?? -1;
  const short = site >= 0 ? open!.siteNames[site]! : layer >= 0 ? open!.layerNames[layer]! : last;
  return text.slice(0, text.length - last.length) + short;
}
