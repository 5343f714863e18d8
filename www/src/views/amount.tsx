import { MOST_SHARE } from "../charts/dial-scale";
import { HIGHEST, LOWEST, logit, sliderPosition, thresholdAt } from "../lib/logit";
import { NumberBox } from "./parts";

interface Amount {
  name: string;
  /** A threshold, or a share of what may go. */
  value: number;
  takesShare: boolean;
  onSet: (value: number, since: number) => void;
}

/** Thresholds stand on a logit scale, shares on an even one. */
export function AmountSlider({ name, value, takesShare, onSet, ...more }: Amount & { id?: string; spoken: string }) {
  return (
    <input
      {...(more.id ? { id: more.id } : {})}
      type="range"
      aria-label={name}
      aria-valuetext={more.spoken}
      min={takesShare ? 0 : logit(LOWEST)}
      max={takesShare ? MOST_SHARE : logit(HIGHEST)}
      step={takesShare ? 0.005 : 0.02}
      value={takesShare ? value : sliderPosition(value)}
      onInput={(event) => {
        const position = event.currentTarget.valueAsNumber;
        onSet(takesShare ? position : thresholdAt(position), event.timeStamp);
      }}
    />
  );
}

export function AmountBox({ name, value, takesShare, onSet }: Amount) {
  return (
    <NumberBox
      name={name}
      hideLabel
      value={value}
      min={0}
      max={takesShare ? 0.99 : 1}
      step={takesShare ? 0.01 : "any"}
      onCommit={onSet}
    />
  );
}
