/** P and τ on one scale: where the channel stands, and the threshold to slide past it. */

import { probability } from "../lib/format";
import { HIGHEST, LOWEST, logit, sliderPosition, thresholdAt } from "../lib/logit";
import { setAmount } from "../state/planning";
import { takesShare, threshold } from "../state/store";
import type { ChannelRef } from "../wasm/core";
import { words } from "../words";

const t = words.channel.rail;

const place = (p: number) => (100 * (sliderPosition(p) - logit(LOWEST))) / (logit(HIGHEST) - logit(LOWEST));

export function TauRail({ own, partner, behind }: { own: ChannelRef; partner: ChannelRef | null; behind: boolean }) {
  if (own.probability === null && (partner?.probability ?? null) === null) return null;
  const marks = [
    { of: own, text: partner ? (behind ? t.behind : t.before) : t.p },
    ...(partner ? [{ of: partner, text: behind ? t.before : t.behind }] : []),
  ].filter((it) => it.of.probability !== null);
  return (
    <div class="rail">
      <div class="rail-marks">
        {marks.map(({ of, text }) => {
          const p = of.probability!;
          const at = place(p);
          const side = at > 48 ? "before" : "after";
          return (
            <span key={`${of.site}.${of.channel}`} class={p >= threshold.value ? "mark dead" : "mark"}>
              <i style={{ left: `${at}%` }} />
              <span class={side} style={side === "after" ? { left: `${at}%` } : { right: `${100 - at}%` }}>
                {t.mark(text, probability(p), p > HIGHEST)}
              </span>
            </span>
          );
        })}
      </div>
      {takesShare.value ? (
        <p class="hint">{t.share}</p>
      ) : (
        <label class="rail-tau">
          <span>{t.tau(threshold.value)}</span>
          <input
            type="range"
            aria-label={t.slide}
            aria-valuetext={String(threshold.value)}
            min={logit(LOWEST)}
            max={logit(HIGHEST)}
            step={0.02}
            value={sliderPosition(threshold.value)}
            onInput={(event) => setAmount(thresholdAt(event.currentTarget.valueAsNumber), event.timeStamp)}
          />
        </label>
      )}
    </div>
  );
}
