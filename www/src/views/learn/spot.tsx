/**
 * The dragged bell's channel in the picture of the network: the first layer seen through a glass, with that channel
 * leaving it the moment it is dead.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { heroLayout, lineOf } from "../../charts/hero-layout";
import { DEAD, deadShare } from "../../lib/story";
import { graph } from "../../state/hero";
import { bell } from "../../state/learn";
import { live, model } from "../../state/store";
import { words } from "../../words";

const KEPT = 0;
const LOOKS = ["kept", "output-dead", "input-dead", "both-dead", "hollow", "kept"] as const;
/** The glass keeps clear of the columns: beside and over the first ones nothing is drawn. */
const LEFT = 6;
const TOP = 26;
const WIDE = 120;
const LEAST = 4;
const MOST = 13;

export function Spot() {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ left: 0, top: 0, width: 0, height: 0 });
  useEffect(() => {
    const around = box.current!.parentElement!;
    const picture = around.querySelector(".hero-box")!;
    const observer = new ResizeObserver(() => {
      const { left, top, width, height } = picture.getBoundingClientRect();
      const edge = around.getBoundingClientRect();
      setAt({ left: left - edge.left, top: top - edge.top, width, height });
    });
    observer.observe(picture);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="spot" ref={box} aria-hidden="true" style={{ left: `${at.left}px`, top: `${at.top}px` }}>
      <Glass {...at} />
    </div>
  );
}

function Glass({ width, height }: { width: number; height: number }) {
  const [open, of, rows, step] = [model.value, graph.value, live.order.value, live.drag.value];
  if (!open || !rows || !step || of?.of !== open.blob || width < 200 || height < 90) return null;
  const layout = heroLayout(of.topology, open.overview, width, height);
  const block = layout.blocks.find((it) => it.site >= 0);
  const site = block && open.overview.sites[block.site];
  if (!block || !site) return null;
  const order = rows.channels.subarray(site.offset, site.offset + site.channels);
  const ours = order.findIndex((it) => step.states[it] === KEPT);
  if (ours < 0) return null;
  const dead = deadShare(bell.value) >= DEAD;
  const top = layout.middle - block.height / 2;
  const line = Math.min(MOST, Math.max(LEAST, (top - TOP - 20) / site.channels));
  const bottom = TOP + line * site.channels;
  const small = block.height / site.channels;
  const at = lineOf(ours, site.channels);
  const right = LEFT + WIDE;
  return (
    <svg width={width} height={height} class={dead ? "dead" : ""} aria-hidden="true">
      <path class="spot-cone" d={`M${LEFT} ${bottom}H${right}L${block.x + block.width} ${top}H${block.x}Z`} />
      <text x={LEFT} y={TOP - 10}>
        {words.learn.spot.layer(site.channels)}
      </text>
      {Array.from(order, (channel, slot) => {
        const mine = slot === ours;
        const look = mine ? "ours" : LOOKS[step.states[channel]!];
        return (
          <rect
            key={channel}
            class={`spot-line ${look}`}
            x={LEFT}
            y={TOP + lineOf(slot, site.channels) * line + 1}
            width={WIDE}
            height={Math.max(2.5, line - 2)}
            rx={2}
          />
        );
      })}
      <rect class="spot-line ours" x={block.x} y={top + at * small} width={block.width} height={Math.max(3, small)} />
      <rect
        class="spot-ring"
        x={LEFT - 4}
        y={TOP + at * Math.max(2.5, line - 2)}
        width={WIDE + 8}
        height={line + 4}
        rx={5}
      />
      <text class="spot-says" x={right + 14} y={TOP + (at + 0.5) * line + 5}>
        {dead ? words.learn.spot.dead : words.learn.spot.alive}
      </text>
    </svg>
  );
}
