/** What is known of the drawing of the layer graph; graph-layout.worker.ts finds the places. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Below every bar there is room for a count and, downwards, a name. */
export const LABEL = 122;

export interface Placed {
  /** Centres and sizes, as `Topology.nodes`; a box holds a bar and what is written below it. */
  nodes: Box[];
  /** Way points from left to right, as `Topology.edges`. */
  edges: { x: number; y: number }[][];
  width: number;
  height: number;
  /** Pixels per channel. */
  scale: number;
}

/** A smooth line through way points, from the right of one bar to the left of the next. */
export function ribbon(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x.toFixed(1)},${first.y.toFixed(1)}`;
  let from = first;
  for (const to of rest) {
    const middle = (from.x + to.x) / 2;
    path += ` C${middle.toFixed(1)},${from.y.toFixed(1)} ${middle.toFixed(1)},${to.y.toFixed(1)} ${to.x.toFixed(1)},${to.y.toFixed(1)}`;
    from = to;
  }
  return path;
}

/** Where the middle of a node's bar lies. */
export const barMiddle = (box: Box): number => box.y - LABEL / 2;
