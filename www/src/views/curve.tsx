import { curveShown } from "../state/planning";
import { amount, takesShare } from "../state/store";
import { words } from "../words";

const WIDTH = 300;
const HEIGHT = 44;

/** What every position of the slider below would save: MACs and parameters, on the slider's own scale. */
export function CurveView() {
  const lines = curveShown.value;
  if (!lines || lines.params.length < 2) return <div class="curve" />;
  const x = (i: number) => (WIDTH * i) / (lines.amounts.length - 1);
  const path = (values: number[]) =>
    `M${values.map((v, i) => `${x(i).toFixed(1)},${(HEIGHT - (v / 100) * (HEIGHT - 3) - 1).toFixed(1)}`).join(" L")}`;
  const at = position(lines.amounts, amount.value);
  return (
    <div class="curve">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.dial.curve(takesShare.value)}
      >
        <line class="curve-now" x1={x(at)} x2={x(at)} y1={0} y2={HEIGHT} />
        <path class="curve-params" d={path(lines.params)} />
        <path class="curve-macs" d={path(lines.macs)} />
      </svg>
      <span class={takesShare.value ? "curve-key low" : "curve-key"} aria-hidden="true">
        <i class="key params" /> {words.dial.curveParams} <i class="key macs" /> {words.dial.curveMacs}
      </span>
    </div>
  );
}

/** Fractional index of an amount among ascending samples. */
function position(amounts: number[], value: number): number {
  const next = amounts.findIndex((it) => it >= value);
  if (next < 0) return amounts.length - 1;
  if (next === 0) return 0;
  const [a, b] = [amounts[next - 1]!, amounts[next]!];
  return next - 1 + (value - a) / (b - a || 1);
}
