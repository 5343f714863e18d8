/** One node of the layer graph: a bar as high as its channels, what stays of it filled. */

import { type Box, barMiddle } from "../charts/graph-layout";
import type { Role } from "../lib/coupling";
import { count } from "../lib/format";
import { clip } from "../lib/names";
import type { TopologyNode } from "../wasm/core";
import { words } from "../words";

/** Characters of a label; the layout leaves room for them. */
const LONGEST = 15;

export function NodeMark(props: {
  node: TopologyNode;
  box: Box;
  scale: number;
  kept: number;
  name: string;
  label: string;
  here: boolean;
  /** What it is to the selected channel. */
  role: Role | null;
  reached: boolean;
  onPoint: (on: boolean) => void;
  onOpen: () => void;
  onStep: (by: number) => void;
}) {
  const { node, box, scale, kept, name, label, here, reached } = props;
  const layer = node.kind === "layer";
  const was = Math.max(2, node.channels * scale);
  const is = kept * scale;
  const bar = layer ? 10 : 6;
  const middle = barMiddle(box);
  const left = box.x - bar / 2;
  const below = middle + Math.max(was, 12) / 2;
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) props.onStep(by);
    else if (event.key === "Enter" || event.key === " ") props.onOpen();
    else return;
    event.preventDefault();
  };
  const text = layer
    ? clip(name, LONGEST)
    : node.kind === "join"
      ? (words.graph.joins[node.op] ?? node.op)
      : (words.graph.signs[node.kind] ?? (node.kind === "other" ? node.op : clip(name, LONGEST)));
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button in a drawing.
    <g
      class={`node ${node.kind}${here ? " here" : ""}${props.role ? ` coupled ${props.role}` : ""}${kept < node.channels ? " cut" : ""}`}
      role="button"
      tabindex={reached ? 0 : -1}
      aria-pressed={here}
      onPointerEnter={() => props.onPoint(true)}
      onPointerLeave={() => props.onPoint(false)}
      onFocus={() => props.onPoint(true)}
      onClick={props.onOpen}
      onKeyDown={keys}
    >
      {/* Not an aria-label: what is seen of long names is their end. */}
      <title>{label}</title>
      <rect
        class="node-target"
        x={box.x - box.width / 2 - 3}
        y={box.y - box.height / 2 - 2}
        width={box.width + 6}
        height={box.height + 4}
        rx={4}
      />
      {layer ? (
        <text class="node-count" x={box.x} y={below + 14} text-anchor="middle">
          {count(kept)}
        </text>
      ) : null}
      <text
        x={layer ? 0 : box.x}
        y={layer ? 0 : below + 13}
        text-anchor={layer ? "start" : "middle"}
        transform={layer ? `translate(${box.x - 4} ${below + 21}) rotate(90)` : undefined}
      >
        {text}
      </text>
      <rect class="node-was" x={left} y={middle - was / 2} width={bar} height={was} />
      {is > 0 ? <rect class="node-is" x={left} y={middle - is / 2} width={bar} height={is} /> : null}
    </g>
  );
}
