/** The way of one channel through the network graph: what writes it, carries it, ties it and reads it. */
import type { Explanation, Topology } from "../wasm/core";

export type Role = "writes" | "carries" | "reads" | "ties";

export interface Coupled {
  nodes: ReadonlyMap<number, Role>;
  edges: ReadonlySet<number>;
}

/** The nodes that are coupled to a channel, and the edges that it runs along. */
export function trace({ nodes, edges }: Topology, { together, ties }: Explanation): Coupled {
  const roles = new Map<number, Role>();
  const names = new Set(ties.map((it) => it.node));
  nodes.forEach((node, i) => {
    const own = together.filter((it) => it.layer === node.layer && node.layer !== null).map((it) => it.role);
    // Of a layer between two coupled channels the filter that goes says more than the column.
    const role = own.find((it) => it !== "reads") ?? own[0];
    if (role) roles.set(i, role as Role);
    else if (names.has(node.name)) roles.set(i, "ties");
  });
  // From what makes the channel to what takes it; a reader passes nothing of it on.
  const makes = (i: number) => roles.has(i) && roles.get(i) !== "reads";
  const along = edges.flatMap((edge, i) => (makes(edge.from) && roles.has(edge.to) ? [i] : []));
  return { nodes: roles, edges: new Set(along) };
}
