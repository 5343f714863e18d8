import { useRef } from "preact/hooks";
import { gapToNormal } from "../lib/distribution";
import { fixed, normal, probability, value } from "../lib/format";
import { channelPicture } from "../saved/channel";
import { explanation } from "../state/explain";
import { stem } from "../state/exports";
import { controls, live, type Model, model, screen } from "../state/store";
import type { ChannelDetail, ChannelRef, Fold, Histogram, Stage } from "../wasm/core";
import { words } from "../words";
import { Bell } from "./bell";
import { Arithmetic } from "./channel-arithmetic";
import { TauRail } from "./channel-rail";
import { GoesWith } from "./channel-together";
import { TraceView } from "./convergence";
import { Figure } from "./figure";
import { Term } from "./term";

/** One channel, its partner in the pair, and what its removal does. */
export function ChannelView() {
  const detail = live.detail.value;
  const open = model.value;
  const box = useRef<HTMLDivElement>(null);
  if (!detail || !open || !screen.selected.value) {
    return (
      <div class="channel empty-view" ref={box}>
        <p class="hint">{words.channel.choose}</p>
      </div>
    );
  }
  const { this: own, partner } = detail;
  // In the order of the data: what enters the depthwise convolution first.
  const bells = !partner ? [own] : detail.role === "after" ? [partner, own] : [own, partner];
  return (
    <div class="channel" ref={box}>
      <div class="channel-head">
        <h3>
          {words.channel.title(own.channel)} <span class="of">{words.channel.titleOf(open.siteNames[own.site]!)}</span>
        </h3>
        <Verdict detail={detail} />
        <Figure
          picture={words.pictures.names.channel}
          stem={() => `${stem()}.channel-${own.site}-${own.channel}`}
          draw={() => channelPicture(box.current)}
        />
      </div>
      <div class="channel-body">
        <div class="seen">
          <div class="bells">
            {bells.map((ref, i) => (
              <BellCard
                key={`${ref.site}.${ref.channel}`}
                open={open}
                channel={ref}
                title={partner ? (i === 0 ? words.channel.before : words.channel.after) : ""}
                own={ref === own}
                input={partner !== null && i === 0}
                detail={detail}
              />
            ))}
          </div>
          <TauRail own={own} partner={partner} behind={detail.role === "after"} />
          {detail.histogram ? <Fit histogram={detail.histogram} of={own} /> : null}
          {detail.histogram ? <TraceView detail={detail} /> : null}
        </div>
        <div class="story">
          <p>
            {words.choices.caseSentence(detail, controls.compensation.value !== "none")}{" "}
            {detail.case ? (
              <button
                type="button"
                class="link"
                onClick={() => {
                  screen.view.value = "cases";
                }}
              >
                {words.channel.stepByStep}
              </button>
            ) : null}
          </p>
          {detail.kept_because ? <p class="because">{detail.kept_because}</p> : null}
          <Folds detail={detail} />
          <p class="hint">
            {words.channel.removedTogether(detail.coupled)}{" "}
            {words.channel.activation(value(detail.activation_mean), value(detail.activation_std))}
          </p>
        </div>
      </div>
      <Deeper />
    </div>
  );
}

/**
 * Comes a moment after the rest; what is shown must be about the same channel. Takes no properties, so
 * that a drag, which renders the view around it at every step, leaves it alone.
 */
function Deeper() {
  const [open, found, at] = [model.value, explanation.value, screen.selected.value];
  const isSelected = (stage: Stage | null) => stage?.channel.site === at?.[0] && stage?.channel.channel === at?.[1];
  if (!open || !found || !(isSelected(found.before) || isSelected(found.after))) return null;
  const parts = (
    <div class="deeper">
      <Arithmetic
        of={found}
        nameOf={(layer) => open.layerNames[layer] ?? "–"}
        siteName={(stage) => open.siteNames[stage.channel.site] ?? "–"}
      />
      <GoesWith of={found} />
    </div>
  );
  // On the research page there is room for it.
  if (screen.mode.value === "research") return parts;
  return (
    <details>
      <summary>{words.channel.arithmeticShown}</summary>
      {parts}
    </details>
  );
}

function Verdict({ detail }: { detail: ChannelDetail }) {
  const text = detail.removed ? words.channel.removed : words.channel.kept;
  return <span class={`verdict ${detail.removed ? (detail.case ?? "removed") : "kept"}`}>{text}</span>;
}

function BellCard(props: {
  open: Model;
  channel: ChannelRef;
  title: string;
  own: boolean;
  input: boolean;
  detail: ChannelDetail;
}) {
  const { channel, open, own, detail } = props;
  const p = channel.probability;
  const site = open.overview.sites[channel.site];
  // Its own P says nothing of it: it sends a constant, because it receives one.
  const byInput = screen.mode.value !== "research" && detail.removed && detail.case === "input_dead" && !props.input;
  const dead = p !== null && controls.criterion.value === "probability" && p >= controls.threshold.value;
  return (
    <figure class={own ? "bell own" : "bell"}>
      <figcaption>
        <button
          type="button"
          class="link"
          disabled={own}
          onClick={() => {
            screen.selected.value = [channel.site, channel.channel];
          }}
        >
          {open.siteNames[channel.site]} · {channel.channel}
        </button>
        <span>{props.title}</span>
      </figcaption>
      <Bell
        mean={channel.mean}
        std={channel.std}
        low={p === null ? null : own && detail.low !== null ? detail.low : 0}
        high={own ? detail.high : null}
        histogram={own ? detail.histogram : null}
        dead={dead ? (props.input ? "input-dead" : "output-dead") : ""}
        name={words.channel.bell(normal(channel.mean, channel.std), p === null ? null : probability(p))}
      />
      <p class="bell-facts">
        {p === null ? (
          <span class="p none">{words.channel.noP}</span>
        ) : (
          <span class={dead ? "p dead" : "p"}>
            <Term means={words.terms.probability}>{words.channel.p(probability(p))}</Term>
          </span>
        )}
        <span>
          <Term means={words.terms.betaS}>
            {words.channel.moments(value(channel.mean), value(channel.std), site?.calibrated ?? false)}
          </Term>
        </span>
        {byInput ? <span class="hint">{words.channel.byInput}</span> : null}
        <span class="hint">
          {channel.activation === "none" ? words.channel.noActivation : channel.activation}
          {own && detail.saturation !== null && detail.saturation > 1e-4
            ? words.channel.upperEnd(probability(detail.saturation))
            : ""}
        </span>
      </p>
    </figure>
  );
}

function Folds({ detail }: { detail: ChannelDetail }) {
  if (!detail.removed || detail.folds.length === 0) return null;
  if (controls.compensation.value === "none") {
    return <p>{words.channel.uncompensated}</p>;
  }
  const shorten = (text: string) => shortened(text, model.value);
  return (
    <ul class="folds">
      {detail.folds.slice(0, 4).map((fold) => (
        <li key={fold.reader} title={fold.reader}>
          {foldText(fold, shorten)}
        </li>
      ))}
      {screen.mode.value !== "research" && detail.folds.some((it) => it.constant) ? (
        <li class="hint">
          <Term means={words.terms.folded}>{words.channel.whatFolded}</Term>
        </li>
      ) : null}
      {detail.folds.length > 4 ? <li>{words.channel.moreReaders(detail.folds.length - 4)}</li> : null}
    </ul>
  );
}

function foldText(fold: Fold, shorten: (text: string) => string): string {
  const constant = words.channel.receives(fold.constant === null ? null : value(fold.constant), fold.constant === 0);
  const where = fold.constant ? words.channel.folded(shorten(fold.into), value(fold.largest_shift)) : "";
  return words.channel.fold(shorten(fold.reader), constant, where, fold.exact);
}

/** Node names inside a sentence of the core, as short as the map shows them. */
function shortened(text: string, open: Model | null): string {
  if (!open) return text;
  const { layers, sites } = open.overview;
  const last = text.split(" ").at(-1)!;
  const layer = layers.findIndex((it) => it.name === last);
  const site = sites.findIndex((it) => it.norm === last);
  const short = layer >= 0 ? open.layerNames[layer]! : site >= 0 ? open.siteNames[site]! : last;
  return text.slice(0, text.length - last.length) + short;
}

function Fit({ histogram, of }: { histogram: Histogram; of: ChannelRef }) {
  const gap = of.probability === null ? null : Math.abs(histogram.pinned - of.probability);
  const pinned =
    gap === null
      ? words.channel.measuredOnly
      : words.channel.pinned(fixed(100 * histogram.pinned, 1), gap < 0.02 ? null : fixed(100 * gap, 1));
  return (
    <p class="hint fit">
      {words.channel.measured(histogram.images, value(histogram.mean), value(histogram.std), pinned)}{" "}
      {fitWords(histogram, of)}
    </p>
  );
}

/** How well the Gaussian describes what was measured: the largest gap between the two cumulative curves. */
function fitWords(histogram: Histogram, of: ChannelRef): string {
  if (!(of.std > 0)) return "";
  const gap = gapToNormal(histogram, of.mean, of.std);
  if (Number.isNaN(gap)) return "";
  const own = gapToNormal(histogram, histogram.mean, histogram.std);
  const how = gap < 0.05 ? words.channel.fits : gap < 0.12 ? words.channel.fitsRoughly : words.channel.fitsNot;
  // A bell elsewhere is another finding than no bell at all.
  const why = gap >= 0.12 && own < gap / 2 ? words.channel.anotherBell : "";
  return words.channel.fit(how, fixed(gap, 2), why);
}
