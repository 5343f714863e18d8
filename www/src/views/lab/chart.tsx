/** The curves as a picture: hover or arrow keys read a point out, a click or Enter takes its plan over. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import {
  bandPath,
  type CurvePoint,
  type Frame,
  frame,
  linePath,
  MARGIN,
  nearest,
  type XAxis,
  type YAxis,
} from "../../charts/curves";
import { hundredths } from "../../lib/proportion";
import type { Compensation } from "../../wasm/core";
import { words } from "../../words";

export interface DrawnPoint {
  at: CurvePoint | null;
  /** Whether it is the plan on the page. */
  current: boolean;
}

export interface DrawnCurve {
  name: string;
  compensation: Compensation;
  colour: number;
  points: DrawnPoint[];
}

interface Props {
  curves: DrawnCurve[];
  x: XAxis;
  y: YAxis;
  /** The original's value with its interval; null until something was judged. */
  original: CurvePoint | null;
  /** What the plan on the page removes, as a share. */
  now: number | null;
  /** [curve, point] that is read out. */
  shown: readonly [number, number] | null;
  onShow: (at: [number, number] | null, byKey: boolean) => void;
  onTake: (at: readonly [number, number]) => void;
}

export function Chart(props: Props) {
  const { curves, x, y, original, now, shown, onShow, onTake } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const flat = curves.flatMap((curve, c) =>
    curve.points.map((it, p) => ({ at: it.at, where: [c, p] as [number, number] })),
  );
  const points = flat.flatMap((it) => it.at ?? []);
  const view = frame({ width, height }, points, { x: now ?? 0, y: original?.high ?? 1 });
  const find = (event: MouseEvent) => {
    const bounds = box.current!.getBoundingClientRect();
    const at: [number, number] = [event.clientX - bounds.left, event.clientY - bounds.top];
    const found = nearest(
      flat.map((it) => it.at),
      view,
      at,
    );
    return found < 0 ? null : flat[found]!.where;
  };
  const step = (event: KeyboardEvent) => {
    if (event.key === "Enter" && shown) onTake(shown);
    const next = walk(curves, shown, event.key);
    if (!next) return;
    event.preventDefault();
    onShow(next, true);
  };
  return (
    <div
      ref={box}
      class="lab-chart"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a widget of its own, walked by arrow keys, like the map
      tabIndex={0}
      aria-label={words.lab.curves.help}
      onPointerMove={(event) => onShow(find(event), false)}
      onPointerLeave={() => onShow(null, false)}
      onKeyDown={step}
      onClick={(event) => {
        const at = find(event);
        if (at) onTake(at);
      }}
    >
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
        <Axes view={view} x={x} y={y} />
        {original ? (
          <g class="chart-original">
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={view.y(original.y)} y2={view.y(original.y)} />
            <text x={width - MARGIN.right} y={view.y(original.y) + 12} text-anchor="end">
              {words.lab.curves.original(hundredths(original.y))}
            </text>
          </g>
        ) : null}
        {now === null ? null : (
          <g class="chart-now">
            <line x1={view.x(now)} x2={view.x(now)} y1={MARGIN.top} y2={height - MARGIN.bottom} />
            <text
              x={view.x(now) + (view.x(now) > width - 70 ? -4 : 4)}
              y={height - MARGIN.bottom - 5}
              text-anchor={view.x(now) > width - 70 ? "end" : "start"}
            >
              {words.lab.curves.now}
            </text>
          </g>
        )}
        {curves.map((it) => (
          <path key={it.name} class={`band curve-${it.colour}`} d={bandPath(placed(it), view)} />
        ))}
        {curves.map((it, c) => (
          <CurveOf key={it.name} of={it} view={view} shown={shown?.[0] === c ? shown[1] : null} />
        ))}
      </svg>
    </div>
  );
}

const placed = (of: DrawnCurve) => of.points.flatMap((it) => it.at ?? []);

function CurveOf({ of, view, shown }: { of: DrawnCurve; view: Frame; shown: number | null }) {
  return (
    <g class={`curve-${of.colour}`}>
      <path class={`line ${of.compensation}`} d={linePath(placed(of), view)} />
      {of.points.map((it, i) =>
        it.at ? (
          <circle
            key={i}
            class={`${i === shown ? "shown" : ""} ${it.current ? "current" : ""}`}
            cx={view.x(it.at.x).toFixed(1)}
            cy={view.y(it.at.y).toFixed(1)}
            r={i === shown || it.current ? 5 : 3}
          />
        ) : null,
      )}
    </g>
  );
}

function Axes({ view, x, y }: { view: Frame; x: XAxis; y: YAxis }) {
  const { width, height } = view;
  const floor = height - MARGIN.bottom;
  return (
    <g class="chart-axes">
      {view.y.ticks(6).map((tick) => (
        <g key={tick}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={view.y(tick)} y2={view.y(tick)} />
          <text x={MARGIN.left - 6} y={view.y(tick) + 3.5} text-anchor="end">
            {tidy(tick)}
          </text>
        </g>
      ))}
      {view.x.ticks(width < 400 ? 5 : 8).map((tick) => (
        <g key={tick}>
          <line x1={view.x(tick)} x2={view.x(tick)} y1={floor} y2={floor + 4} />
          <text x={view.x(tick)} y={floor + 15} text-anchor="middle">
            {tidy(tick)}
          </text>
        </g>
      ))}
      <text class="axis-name" x={width - MARGIN.right} y={height - 4} text-anchor="end">
        {words.lab.curves.xAxis[x]}
      </text>
      <text class="axis-name" x={MARGIN.left + 4} y={MARGIN.top - 2}>
        {words.lab.curves.yAxis[y]}
      </text>
    </g>
  );
}

function tidy(share: number): string {
  return String(Number((100 * share).toFixed(1)));
}

/** The next point for an arrow key; points that are not judged yet are passed over. */
function walk(curves: DrawnCurve[], from: readonly [number, number] | null, key: string): [number, number] | null {
  const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  if (!move) return null;
  const known = curves.map((it) => it.points.flatMap((p, i) => (p.at ? [i] : [])));
  if (!from) {
    const c = known.findIndex((it) => it.length > 0);
    return c < 0 ? null : [c, known[c]![0]!];
  }
  const [across = 0, along = 0] = move;
  if (along !== 0) {
    const row = known[from[0]] ?? [];
    const next = row[row.indexOf(from[1]) + along];
    return next === undefined ? null : [from[0], next];
  }
  for (let c = from[0] + across; c >= 0 && c < curves.length; c += across) {
    const row = known[c]!;
    if (row.length === 0) continue;
    const x = curves[from[0]]!.points[from[1]]!.at?.x ?? 0;
    const away = (i: number) => Math.abs(curves[c]!.points[i]!.at!.x - x);
    return [c, row.reduce((a, b) => (away(b) < away(a) ? b : a))];
  }
  return null;
}

/** Text keeps its size in every box, so the drawing follows the box instead of being scaled. */
function useSize(of: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 500, height: 268 });
  useLayoutEffect(() => {
    const box = of.current!;
    const read = () => setSize({ width: Math.max(240, box.clientWidth), height: Math.max(160, box.clientHeight) });
    read();
    const observer = new ResizeObserver(read);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return size;
}
