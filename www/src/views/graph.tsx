/** The network as a graph of layers: how wide each was and still is. */

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Box, ribbon } from "../charts/graph-layout";
import type { Role } from "../lib/coupling";
import { percent, removedPercent } from "../lib/format";
import { graphPicture } from "../saved/graph";
import { coupled } from "../state/coupling";
import { cursor } from "../state/cursor";
import { stem } from "../state/exports";
import { live, model, screen } from "../state/store";
import { type Drawing, drawing, widths } from "../state/topology";
import type { TopologyNode } from "../wasm/core";
import { words } from "../words";
import { Figure } from "./figure";
import { NodeMark } from "./graph-node";
import { follow, type Glance, whole, zoomed } from "./graph-view";

/** Shift, in pixels, and zoom of the drawing. */
const glance = signal<Glance>({ x: 0, y: 0, zoom: 1 });
const pointed = signal<number | null>(null);
/** The node that the Tab key reaches. */
const reached = signal(0);
let fitted: Drawing | null = null;
/** Width that the shift counts on. */
let fittedWidth = 0;

export function GraphView() {
  const shown = drawing.value;
  if (!shown || shown.of.blob !== model.value?.blob) {
    return (
      <div class="graph empty-view">
        <p class="hint">{model.value ? words.graph.drawing : words.graph.noNetwork}</p>
      </div>
    );
  }
  return <GraphPicture shown={shown} />;
}

function GraphPicture({ shown }: { shown: Drawing }) {
  const { topology, placed } = shown;
  const box = useRef<SVGSVGElement>(null);
  useEffect(() => {
    if (fitted === shown || !box.current) return;
    fitted = shown;
    reached.value = 0;
    pointed.value = null;
    fittedWidth = box.current.clientWidth;
    glance.value = whole(box.current, placed);
  }, [shown]);
  const chosen = screen.selected.value?.join(".");
  const known = useRef(chosen);
  const show = () => {
    const at = topology.nodes.findIndex(isSelected);
    if (box.current && at >= 0)
      glance.value = insight(glance.peek(), placed.nodes[at]!, box.current.getBoundingClientRect());
  };
  // A channel that is chosen elsewhere comes into sight; a layer that was clicked is there already.
  useEffect(() => {
    if (known.current !== chosen) show();
    known.current = chosen;
  }, [chosen]);
  // What stood in the middle stays there when the panel grows.
  useEffect(() => {
    const of = box.current;
    if (!of) return;
    const observer = new ResizeObserver(() => {
      const by = of.clientWidth - fittedWidth;
      if (by === 0 || of.clientWidth === 0) return;
      fittedWidth = of.clientWidth;
      glance.value = { ...glance.peek(), x: glance.peek().x + by / 2 };
    });
    observer.observe(of);
    return () => observer.disconnect();
  }, []);
  useEffect(() => (box.current ? follow(box.current, glance) : undefined), []);
  const kept = widths.value;
  const partners = coupled.value;
  const { x, y, zoom } = glance.value;
  const stays = (i: number) => kept?.[i] ?? topology.nodes[i]!.channels;
  const at = pointed.value;
  const touched = matchMedia("(hover: none) and (pointer: coarse)").matches;
  return (
    <div class="graph">
      <div class="graph-tools">
        <p class="graph-read" aria-live="polite">
          {at === null
            ? touched
              ? words.graph.hintTouch
              : words.graph.hint
            : describe(topology.nodes[at]!, stays(at), partners?.nodes.get(at))}
        </p>
        <button type="button" aria-label={words.graph.zoomOut} onClick={() => zoomBy(box.current, 1 / 1.3)}>
          −
        </button>
        <button type="button" aria-label={words.graph.zoomIn} onClick={() => zoomBy(box.current, 1.3)}>
          +
        </button>
        <button
          type="button"
          onClick={() => {
            if (box.current) glance.value = whole(box.current, placed, true);
          }}
        >
          {words.graph.fit}
        </button>
        <button type="button" title={words.graph.showTitle} disabled={!topology.nodes.some(isSelected)} onClick={show}>
          {words.graph.show}
        </button>
        <Figure
          picture={words.pictures.names.graph}
          stem={() => `${stem()}.network`}
          draw={() => graphPicture(box.current, placed)}
        />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing can not be a fieldset. */}
      <svg ref={box} class="graph-picture" role="group" aria-label={words.graph.name}>
        <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${zoom.toFixed(4)})`}>
          {topology.edges.map((edge, i) => {
            const path = ribbon(placed.edges[i]!);
            const left = kept?.[topology.nodes.length + i] ?? edge.channels;
            return (
              <g key={`${edge.from}-${edge.to}-${i}`} class={partners?.edges.has(i) ? "edge coupled" : "edge"}>
                <path d={path} stroke-width={thickness(edge.channels, placed.scale)} class="edge-was" />
                {left > 0 ? <path d={path} stroke-width={thickness(left, placed.scale)} class="edge-is" /> : null}
                {partners?.edges.has(i) ? <path d={path} class="edge-coupled" /> : null}
              </g>
            );
          })}
          {topology.nodes.map((node, i) => (
            <NodeMark
              key={i}
              node={node}
              box={placed.nodes[i]!}
              scale={placed.scale}
              kept={stays(i)}
              name={nameOf(node)}
              label={describe(node, stays(i), partners?.nodes.get(i))}
              role={partners?.nodes.get(i) ?? null}
              here={isSelected(node)}
              reached={reached.value === i}
              onPoint={(on) => {
                pointed.value = on ? i : pointed.value === i ? null : pointed.value;
                if (on) reached.value = i;
              }}
              onOpen={() => openLayer(node)}
              onStep={(by) => step(by, shown, box.current)}
            />
          ))}
        </g>
      </svg>
    </div>
  );
}

function thickness(channels: number, scale: number): number {
  return Math.max(1, channels * scale * 0.22);
}

function zoomBy(box: SVGSVGElement | null, by: number): void {
  if (!box) return;
  const { width, height } = box.getBoundingClientRect();
  glance.value = zoomed(glance.value, by, width / 2, height / 2);
}

function nameOf(node: TopologyNode): string {
  const open = model.value;
  return node.layer === null ? node.name : (open?.layerNames[node.layer] ?? node.name);
}

function describe(node: TopologyNode, kept: number, role: Role | undefined): string {
  const layer = node.layer === null ? null : model.value?.overview.layers[node.layer];
  const what = layer
    ? `${words.plan.kinds[layer.kind] ?? layer.kind} ${layer.kernel}`.trim()
    : (words.graph.kinds[node.kind] ?? node.op);
  const before = node.channels;
  const channels = words.graph.channels(before, kept, percent(removedPercent({ before, after: kept })));
  const op = layer ? "" : node.op ? `${node.op} · ` : "";
  return [nameOf(node), op + what, channels, role ? words.graph.coupled[role] : ""].filter(Boolean).join(" · ");
}

/** The row of the map that a layer writes. */
function rowOf(node: TopologyNode): number {
  const sites = model.value?.overview.sites ?? [];
  return node.kind === "layer" ? sites.findIndex((it) => it.writer === node.name) : -1;
}

function isSelected(node: TopologyNode): boolean {
  const row = screen.selected.value?.[0];
  return row !== undefined && node.kind === "layer" && model.value?.overview.sites[row]?.writer === node.name;
}

/** Selects a channel of the layer in the map: one that goes, if there is one. */
function openLayer(node: TopologyNode): void {
  const row = rowOf(node);
  const site = model.value?.overview.sites[row];
  if (!site) return;
  const states = live.drag.value?.states.subarray(site.offset, site.offset + site.channels);
  const gone = states?.findIndex((it) => it > 0) ?? -1;
  screen.selected.value = [row, Math.max(0, gone)];
  cursor.value = { row, slot: 0 };
}

/** To the next node in running order, kept in sight. */
function step(by: number, { topology, placed }: Drawing, box: SVGSVGElement | null): void {
  const next = Math.min(topology.nodes.length - 1, Math.max(0, reached.value + by));
  reached.value = next;
  pointed.value = next;
  if (!box) return;
  glance.value = insight(glance.value, placed.nodes[next]!, box.getBoundingClientRect());
  // At once, not with the next picture: the key that follows belongs to the node that was stepped to.
  box.querySelectorAll<SVGGElement>(".node")[next]?.focus();
}

function insight(from: Glance, node: Box, view: { width: number; height: number }): Glance {
  const left = node.x * from.zoom + from.x;
  const top = node.y * from.zoom + from.y;
  const inside = left > 40 && left < view.width - 40 && top > 24 && top < view.height - 24;
  if (inside) return from;
  return { ...from, x: view.width / 2 - node.x * from.zoom, y: view.height / 2 - node.y * from.zoom };
}
