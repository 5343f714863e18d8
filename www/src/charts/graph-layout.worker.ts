/** Places the nodes of the layer graph, away from the page: hundreds of them take longer than a frame. */
import { Graph, layout } from "@dagrejs/dagre";
import { expose } from "comlink";
import type { Topology, TopologyNode } from "../wasm/core";
import type { Box, Placed } from "./graph-layout";

/** The widest layer's bar. */
const WIDEST = 220;
/** Room for the label beside a bar. */
const LABEL = 128;
const HEIGHT = { layer: 28, other: 20 };

function sizeOf(node: TopologyNode, scale: number): { width: number; height: number } {
  const layer = node.kind === "layer";
  return { width: Math.max(node.channels * scale, layer ? LABEL : 24), height: layer ? HEIGHT.layer : HEIGHT.other };
}

function place(topology: Topology): Placed {
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

const api = { place };
export type Layouter = typeof api;

expose(api);
