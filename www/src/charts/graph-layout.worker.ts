/** Places the nodes of the layer graph, away from the page: hundreds of them take longer than a frame. */
import { Graph, layout } from "@dagrejs/dagre";
import { expose } from "comlink";
import type { Topology, TopologyNode } from "../wasm/core";
import { type Box, barMiddle, LABEL, type Placed } from "./graph-layout";

/** The highest layer's bar. */
const HIGHEST = 120;
const LEAST = 12;
const WIDTH = { layer: 32, other: 24 };
/** Of a bar; the lines to it end where it does. */
const BAR = { layer: 10, other: 6 };

function sizeOf(node: TopologyNode, scale: number): { width: number; height: number } {
  const width = node.kind === "layer" ? WIDTH.layer : WIDTH.other;
  return { width, height: Math.max(node.channels * scale, LEAST) + LABEL };
}

function place(topology: Topology): Placed {
  const most = Math.max(1, ...topology.nodes.map((it) => it.channels));
  const scale = HIGHEST / most;
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 8, edgesep: 12, marginx: 12, marginy: 12 });
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
    const end = (at: number, side: 1 | -1) => {
      const bar = topology.nodes[at]!.kind === "layer" ? BAR.layer : BAR.other;
      return { x: nodes[at]!.x + (side * bar) / 2, y: barMiddle(nodes[at]!) };
    };
    // What lies between was found for whole boxes; lines run at the height of the bars.
    const between = points.slice(1, -1).map(({ x, y }) => ({ x, y: y - LABEL / 2 }));
    return [end(edge.from, 1), ...between, end(edge.to, -1)];
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { nodes, edges, width, height, scale };
}

const api = { place };
export type Layouter = typeof api;

expose(api);
