/** Where the nodes of the layer graph stand. The layout library is loaded with the first graph. */
import type { Topology, TopologyNode } from "../wasm/core";

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

/** The widest layer's bar. */
const WIDEST = 220;
/** Room for the label beside a bar. */
const LABEL = 96;
const HEIGHT = { layer: 26, other: 18 };

export function sizeOf(node: TopologyNode, scale: number): { width: number; height: number } {
  const layer = node.kind === "layer";
  return { width: Math.max(node.channels * scale, layer ? LABEL : 24), height: layer ? HEIGHT.layer : HEIGHT.other };
}

const library = () => import("@dagrejs/dagre");

/** Fetches the library when the page has come to rest, so that the panel opens offline too. */
export function fetchLayoutLater(): void {
  setTimeout(() => library().catch(() => {}), 1500);
}

export async function place(topology: Topology): Promise<Placed> {
  const { Graph, layout } = await library();
  const most = Math.max(1, ...topology.nodes.map((it) => it.channels));
  const scale = WIDEST / most;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 22, ranksep: 18, edgesep: 12, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  topology.nodes.forEach((node, i) => {
    graph.setNode(String(i), sizeOf(node, scale));
  });
  topology.edges.forEach((edge, i) => {
    graph.setEdge(String(edge.from), String(edge.to), {}, String(i));
  });
  layout(graph);
  const nodes = topology.nodes.map((_, i) => {
    const { x, y, width, height } = graph.node(String(i)) as Box;
    return { x, y, width, height };
  });
  const edges = topology.edges.map((edge, i) => {
    const { points } = graph.edge(String(edge.from), String(edge.to), String(i)) as {
      points: { x: number; y: number }[];
    };
    return points.map(({ x, y }) => ({ x, y }));
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { nodes, edges, width, height, scale };
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
