/** P and τ on one scale: where the channel stands, and the threshold to slide past it. */

import { probability } from "../lib/format";
import { HIGHEST, LOWEST, logit, sliderPosition, thresholdAt } from "../lib/logit";
import { setAmount } from "../state/planning";
import { controls, takesShare } from "../state/store";
import type { ChannelRef } from "../wasm/core";
import { words } from "../words";

const place = (p: number) => (100 * (sliderPosition(p) - logit(LOWEST))) / (logit(HIGHEST) - logit(LOWEST));

export function TauRail({ own, partner, behind }: { own: ChannelRef; partner: ChannelRef | null; behind: boolean }) {
  if (own.probability === null && (partner?.probability ?? null) === null) return null;
  const marks = [
    {
      of: own,
      text: partner ? (behind ? words.channel.rail.behind : words.channel.rail.before) : words.channel.rail.p,
    },
    ...(partner ? [{ of: partner, text: behind ? words.channel.rail.before : words.channel.rail.behind }] : []),
  ].filter((it) => it.of.probability !== null);
  return (
    <div class="rail">
      <div class="rail-marks">
        {marks.map(({ of, text }) => {
          const p = of.probability!;
          const at = place(p);
          const side = at > 48 ? "before" : "after";
          return (
            <span key={`${of.site}.${of.channel}`} class={p >= controls.threshold.value ? "mark dead" : "mark"}>
              <i style={{ left: `${at}%` }} />
              <span class={side} style={side === "after" ? { left: `${at}%` } : { right: `${100 - at}%` }}>
                {words.channel.rail.mark(text, probability(p), p > HIGHEST)}
              </span>
            </span>
          );
        })}
      </div>
      {takesShare.value ? (
        <p class="hint">{words.channel.rail.share}</p>
      ) : (
        <label class="rail-tau">
          <span>{words.channel.rail.tau(controls.threshold.value)}</span>
          <input
            type="range"
            aria-label={words.channel.rail.slide}
            aria-valuetext={String(controls.threshold.value)}
            min={logit(LOWEST)}
            max={logit(HIGHEST)}
            step={0.02}
            value={sliderPosition(controls.threshold.value)}
            onInput={(event) => setAmount(thresholdAt(event.currentTarget.valueAsNumber), event.timeStamp)}
          />
        </label>
      )}
    </div>
  );
}
