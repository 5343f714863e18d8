/** One bell to drag, and beside it what the channel then says at a hundred positions of an image. */
import { area, outline, ticks, toX } from "../../charts/gaussian";
import { probability } from "../../lib/format";
import { DEAD, deadShare, POSITIONS, QUANTILES } from "../../lib/story";
import { BELL_AT_FIRST, bell } from "../../state/learn";
import { words } from "../../words";
import { signed, slide } from "./slide";

const WIDTH = 420;
const HEIGHT = 150;
const REACH = 5;
const MOST = 3.5;
const frame = { low: -REACH, high: REACH, width: WIDTH, height: HEIGHT };
const SIDE = 10;

/** The same scatter every time: positions of an image are in no order. */
const PLACES = QUANTILES.map((_, i) => (i * 37 + 11) % POSITIONS);

export function BellStage() {
  const beta = bell.value;
  const p = deadShare(beta);
  const dead = p >= DEAD;
  const values = QUANTILES.map((z) => Math.max(0, beta + z));
  const speaking = values.filter((it) => it > 0).length;
  const x = (at: number) => toX(frame, at);
  return (
    <div class={dead ? "tryout bell-stage output-dead" : "tryout bell-stage"}>
      <figure>
        <svg viewBox={`0 -14 ${WIDTH} ${HEIGHT + 36}`}>
          <title>{words.learn.bell.name}</title>
          <rect class="try-zero" x={0} y={-14} width={x(0)} height={HEIGHT + 14} />
          <text class="try-note" x={8} y={2}>
            {words.learn.bell.zeroed}
          </text>
          <g
            class="drag-bell"
            {...slide({
              name: words.learn.bell.drag,
              text: words.learn.bell.spoken(signed(beta), probability(p)),
              value: beta,
              low: -MOST,
              high: MOST,
              scale: (box) => [(2 * REACH) / box.width, 0],
              onMove: (to) => {
                bell.value = to;
              },
            })}
          >
            <path class="bell-fill" d={area(frame, beta, 1)} />
            <path class="bell-pinned" d={area(frame, beta, 1, -REACH, 0)} />
            <path class="bell-line" d={outline(frame, beta, 1)} />
            <circle class="grip" cx={x(beta)} cy={0.45 * HEIGHT} r={13} />
            {beta === BELL_AT_FIRST ? (
              <g class="grip-hint">
                <rect x={x(beta) + 20} y={0.45 * HEIGHT - 13} width={74} height={26} rx={13} />
                <text x={x(beta) + 57} y={0.45 * HEIGHT + 5}>
                  {words.learn.bell.hint}
                </text>
              </g>
            ) : null}
            <path class="grip-arrows" d={`M${x(beta) - 7} ${0.45 * HEIGHT}h14m-4-4l4 4l-4 4m-6-8l-4 4l4 4`} />
          </g>
          <line class="bell-end" x1={x(0)} x2={x(0)} y1={-14} y2={HEIGHT} />
          <line class="bell-axis" x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
          {ticks(-4, 4, 4).map((at) => (
            <text key={at} class="try-tick" x={x(at)} y={HEIGHT + 17}>
              {String(at).replace("-", "−")}
            </text>
          ))}
        </svg>
        <figcaption>{words.learn.bell.below(signed(beta))}</figcaption>
      </figure>
      <p class="try-arrow" aria-hidden="true">
        <span>{words.learn.bell.relu}</span>
      </p>
      <figure>
        <svg class="positions" viewBox={`-2 -2 ${SIDE * 18 + 2} ${SIDE * 18 + 2}`}>
          <title>{words.learn.bell.positions(speaking, POSITIONS)}</title>
          {values.map((it, i) => (
            <rect
              key={PLACES[i]}
              class={it > 0 ? "speaks" : "silent"}
              x={(PLACES[i]! % SIDE) * 18}
              y={Math.floor(PLACES[i]! / SIDE) * 18}
              width={15}
              height={15}
              rx={2}
              fill-opacity={it > 0 ? Math.min(1, 0.25 + it / 3) : 1}
            />
          ))}
        </svg>
        <figcaption aria-live="off">{words.learn.bell.positions(speaking, POSITIONS)}</figcaption>
      </figure>
      <p class="try-verdict" aria-live="off">
        <strong>{words.learn.bell.share(probability(p))}.</strong>{" "}
        {dead ? words.learn.bell.dead : words.learn.bell.alive}
      </p>
    </div>
  );
}
