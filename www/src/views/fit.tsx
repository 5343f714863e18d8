/** Does the Gaussian hold? Not on one channel: on hundreds of them, as a sentence and as a picture. */
import { useRef } from "preact/hooks";
import { NEAR, NEARER } from "../lib/fit";
import { probability } from "../lib/format";
import { shareText } from "../lib/proportion";
import { fitPicture } from "../saved/fit";
import { stem } from "../state/exports";
import { fit } from "../state/fit";
import { model, screen, takesShare } from "../state/store";
import { words } from "../words";
import { Figure } from "./figure";

const SIZE = 150;
const LEFT = 34;
const FOOT = 30;
const DOT = 2.5;

/** What the test found, in two sentences. */
export function fitSentence(): string {
  const of = fit.value;
  if (!of) return "";
  const near = words.proof.fit.near(
    of.tested,
    of.channels,
    of.images,
    shareText(of.near, 0),
    String(100 * NEAR),
    shareText(of.nearer, 0),
    String(100 * NEARER),
  );
  return of.dead > 0 && !takesShare.value
    ? `${near} ${words.proof.fit.dead(of.dead, of.deadHeld, String(100 * NEARER))}`
    : near;
}

export function FitView() {
  const of = fit.value;
  const box = useRef<HTMLElement>(null);
  if (!of) return null;
  return (
    <figure class="fit-view" ref={box}>
      <Scatter />
      <figcaption>
        <p>{fitSentence()}</p>
        <p class="hint">
          {words.proof.fit.worst}{" "}
          {of.worst.map((it) => (
            <button
              key={`${it.site}.${it.channel}`}
              type="button"
              class="link"
              onClick={() => {
                screen.selected.value = [it.site, it.channel];
                screen.view.value = "channel";
              }}
            >
              {words.proof.fit.one(
                it.channel,
                model.value?.siteNames[it.site] ?? "",
                probability(it.p),
                shareText(it.measured, 0),
              )}
            </button>
          ))}
        </p>
        <Figure
          picture={words.pictures.names.fit}
          stem={() => `${stem()}.gaussian`}
          draw={() => fitPicture(box.current, fitSentence())}
        />
      </figcaption>
    </figure>
  );
}

/** A dot a channel: where the Gaussian is right they lie on the diagonal. */
function Scatter() {
  const of = fit.value!;
  const x = (p: number) => LEFT + p * SIZE;
  const y = (share: number) => 6 + (1 - share) * SIZE;
  const dots = of.all.map((it) => `M${x(it.p).toFixed(1)} ${y(it.measured).toFixed(1)}h0`).join("");
  return (
    <svg viewBox={`0 0 ${LEFT + SIZE + 12} ${6 + SIZE + FOOT}`} role="img" aria-label={fitSentence()}>
      <path class="fit-frame" d={`M${x(0)} ${y(1)}V${y(0)}H${x(1)}`} />
      <path
        class="fit-near"
        d={`M${x(0)} ${y(NEAR)}L${x(1 - NEAR)} ${y(1)}H${x(1)}V${y(1 - NEAR)}L${x(NEAR)} ${y(0)}H${x(0)}Z`}
      />
      <path class="fit-line" d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
      <path class="fit-dots" d={dots} stroke-width={DOT} />
      {[0, 0.5, 1].map((it) => (
        <g key={it} class="fit-tick">
          <text x={x(it)} y={y(0) + 12} text-anchor="middle">
            {it}
          </text>
          <text x={LEFT - 4} y={y(it) + 3.5} text-anchor="end">
            {it}
          </text>
        </g>
      ))}
      <text class="fit-tick" x={x(0.5)} y={y(0) + 25} text-anchor="middle">
        {words.proof.fit.across}
      </text>
      <text class="fit-tick" x={-y(0.5)} y={9} text-anchor="middle" transform="rotate(-90)">
        {words.proof.fit.upwards}
      </text>
    </svg>
  );
}
