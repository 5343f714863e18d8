/** What is known of the drawing of the layer graph; graph-layout.worker.ts finds the places. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Placed {
  /** Centres and sizes, as `Topology.nodes`. */
  nodes: Box[];
  /** Way points from top to bottom, as `Topology.edges`. */
  edges: { x: number; y: number }[][];
  width: number;
  height: number;
  /** Pixels per channel. */
  scale: number;
}

/** A smooth line through way points, from the bottom of one node to the top of the next. */
export function ribbon(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x.toFixed(1)},${first.y.toFixed(1)}`;
  let from = first;
  for (const to of rest) {
    const middle = (from.y + to.y) / 2;
    path += ` C${from.x.toFixed(1)},${middle.toFixed(1)} ${to.x.toFixed(1)},${middle.toFixed(1)} ${to.x.toFixed(1)},${to.y.toFixed(1)}`;
    from = to;
  }
  return path;
}
