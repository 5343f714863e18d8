/** One node of the layer graph: a bar as wide as its channels, what stays of it filled. */

import type { Box } from "../charts/graph-layout";
import type { Role } from "../lib/coupling";
import { count } from "../lib/format";
import { clip } from "../lib/names";
import type { TopologyNode } from "../wasm/core";
import { words } from "../words";

/** Characters of a label; the layout leaves room for them. */
const LONGEST = 20;

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
  const bar = layer ? 8 : 5;
  const bottom = box.y + box.height / 2;
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) props.onStep(by);
    else if (event.key === "Enter" || event.key === " ") props.onOpen();
    else return;
    event.preventDefault();
  };
  const text = layer
    ? `${clip(name, LONGEST)}  ${kept === node.channels ? count(kept) : `${count(node.channels)} → ${count(kept)}`}`
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
      <text x={box.x} y={box.y - box.height / 2 + (layer ? 13 : 11)} text-anchor="middle">
        {text}
      </text>
      <rect class="node-was" x={box.x - was / 2} y={bottom - bar} width={was} height={bar} />
      {is > 0 ? <rect class="node-is" x={box.x - was / 2} y={bottom - bar} width={is} height={bar} /> : null}
    </g>
  );
}
