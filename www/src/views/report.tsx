import { useEffect, useRef, useState } from "preact/hooks";
import { MapPainter } from "../charts/map";
import { naturalHeight } from "../charts/map-layout";
import { readPalette } from "../charts/palette";
import { download } from "../lib/download";
import { bytes, count, percent, plural, removedPercent, value } from "../lib/format";
import { ownAddress } from "../lib/origin";
import { cuts } from "../state/cursor";
import { stem } from "../state/exports";
import { lockedRows, ownRows } from "../state/locks";
import { answers, answersKey, current, latency } from "../state/proof";
import { settings } from "../state/settings";
import { drag, type Model, model, order, pinned, plan, reporting, shared } from "../state/store";
import { encode } from "../state/url";
import reportCss from "../styles/report.css?inline";
import type { Change, Plan } from "../wasm/core";
import { AgainstTable, Overlap } from "./pinned";
import { CASE_ROWS, planSentence } from "./words";

/** What fits on one page. */
const MOST_LAYERS = 42;

/** The present plan on one page, for paper or for whoever was not there. */
export function Report() {
  const [open, step, full] = [model.value, drag.value, plan.value];
  const sheet = useRef<HTMLElement>(null);
  const close = () => {
    reporting.value = false;
  };
  useEffect(() => {
    const leave = (event: KeyboardEvent) => event.key === "Escape" && close();
    window.addEventListener("keydown", leave);
    sheet.current?.focus();
    return () => window.removeEventListener("keydown", leave);
  }, []);
  return (
    <main class="reporting">
      <div class="report-tools">
        <button type="button" class="primary" onClick={() => print()}>
          Print
        </button>
        <button type="button" disabled={!full} onClick={() => saveHtml(sheet.current!)}>
          Save as HTML
        </button>
        <button type="button" onClick={close}>
          Back to the page
        </button>
      </div>
      <article class="report" aria-label="Report" ref={sheet} tabIndex={-1}>
        {open && step && full ? <Sheet open={open} full={full} /> : <p>The plan is being worked out…</p>}
      </article>
    </main>
  );
}

function Sheet({ open, full }: { open: Model; full: Plan }) {
  const { overview } = open;
  const { preview } = drag.value!;
  return (
    <>
      <header>
        <h2>{overview.file}</h2>
        <p>{planSentence(settings.value, open.layerNames, open.siteNames)}</p>
      </header>
      <div class="columns">
        {pinned.value ? <AgainstTable original /> : <Savings full={full} />}
        <table>
          <caption>Four cases of the depthwise pairs</caption>
          <tbody>
            {CASE_ROWS.map(([key, name, meaning]) => (
              <tr key={key}>
                <th scope="row">
                  <i class={`swatch ${key === "keep" ? "alive" : key.replace("_", "-")}`} /> {name}
                </th>
                <td>{count(preview.cases[key])}</td>
                <td class="words">{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pinned.value ? <Overlap /> : null}
      <MapPicture open={open} />
      <Layers full={full} open={open} />
      <Evidence />
      <Remarks full={full} />
      <footer>
        <p>
          Method: Zhao et al.,{" "}
          <cite>Probability-Based Channel Pruning for Depthwise Separable Convolutional Networks</cite>, JCST 37(3),
          2022, doi 10.1007/s11390-022-2131-8. MACs are multiply-adds of convolutions and matrix products at batch 1.
        </p>
        <p class="address">
          {ownAddress()}#{encode({ ...shared.value, report: false })}
        </p>
      </footer>
    </>
  );
}

function Savings({ full }: { full: Plan }) {
  const { preview } = drag.value!;
  return (
    <table>
      <caption>Savings</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">before</th>
          <th scope="col">after</th>
          <th scope="col">removed</th>
        </tr>
      </thead>
      <tbody>
        <Line name="Parameters" change={preview.params} show={count} />
        <Line name="MACs" change={preview.macs} show={count} />
        <Line name="Channels" change={preview.channels} show={count} />
        <Line name="File size" change={full.bytes} show={bytes} />
      </tbody>
    </table>
  );
}

function Line({ name, change, show }: { name: string; change: Change; show: (n: number) => string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{show(change.before)}</td>
      <td>{show(change.after)}</td>
      <td>{percent(removedPercent(change))}</td>
    </tr>
  );
}

const LEGEND = [
  ["alive", "kept"],
  ["output-dead", "output dead"],
  ["input-dead", "input dead"],
  ["both-dead", "both dead"],
  ["removed", "removed otherwise"],
  ["withheld", "withheld"],
] as const;

/** The map in the report's own colours: paper is light, whatever the screen is. */
function MapPicture({ open }: { open: Model }) {
  const box = useRef<HTMLElement>(null);
  const [svg, setSvg] = useState("");
  const [rows, step] = [order.value, drag.value];
  useEffect(() => {
    if (!rows || !step || !box.current || rows.channels.length !== step.states.length) return;
    const painter = new MapPainter(document.createElement("canvas"));
    const { sites, pairs } = open.overview;
    // A narrow picture: scaled to the sheet, its letters are as large as the sheet's.
    painter.resize(open, 700, Math.min(naturalHeight(sites, pairs), 330), 2);
    const scene = {
      model: open,
      order: rows,
      states: step.states,
      cuts: cuts.value,
      own: ownRows.value,
      byScore: rows.by !== "probability",
      cursor: null,
      pointed: null,
      locked: lockedRows(),
      selected: null,
    };
    setSvg(painter.svg(scene, readPalette(box.current)));
  }, [open, rows, step]);
  return (
    <figure ref={box} class="map-figure">
      <figcaption>
        Channel map: a row per normalised layer, a cell per channel, what goes first to the right; the bar is the cut.{" "}
        {LEGEND.map(([swatch, name]) => (
          <span key={swatch}>
            <i class={`swatch ${swatch}`} /> {name}{" "}
          </span>
        ))}
      </figcaption>
      {/* Our own recorder wrote it, and it escapes names. */}
      <div role="img" aria-label="Channel map" dangerouslySetInnerHTML={{ __html: svg }} />
    </figure>
  );
}

/** Rows that lose channels; a long list stays short, the file has all of it. */
function Layers({ full, open }: { full: Plan; open: Model }) {
  const cut = full.layers.filter((it) => it.channels.after < it.channels.before);
  if (cut.length === 0) return <p>No layer loses a channel.</p>;
  const short = (name: string) => open.layerNames[open.overview.layers.findIndex((it) => it.name === name)] ?? name;
  return (
    <section class="layer-list">
      <h3>
        {cut.length} of {plural(full.layers.length, "layer")} lose channels <small>and so much of their MACs</small>
      </h3>
      <ul>
        {cut.slice(0, MOST_LAYERS).map((it) => (
          <li key={it.name}>
            <span>{short(it.name)}</span> {it.channels.before} → {it.channels.after}{" "}
            <small>−{percent(removedPercent(it.macs))}</small>
          </li>
        ))}
      </ul>
      {cut.length > MOST_LAYERS ? <p class="hint">and {cut.length - MOST_LAYERS} more</p> : null}
    </section>
  );
}

/** What was run on this plan; nothing is claimed that was not. */
function Evidence() {
  const made = current.value;
  const all = answers.value;
  const fresh = made && all.length > 0 && answersKey.value === made.key + made.repairedOn;
  const agree = all.filter((it) => it.agree).length;
  return (
    <section>
      <h3>Proof</h3>
      <p>
        {made?.check
          ? `The pruned file differs from a masked copy of the original by at most ${value(made.check.max_abs_diff)} over ${plural(made.check.samples, "sample")} (outputs up to ${value(made.check.max_abs_output)}). `
          : "The pruned file has not been made and checked yet. "}
        {made?.repairedOn ? `It was then repaired with ${plural(made.repairedOn, "image")}. ` : ""}
        {fresh
          ? `Both networks name the same class on ${agree} of ${plural(all.length, "image")}. `
          : "The networks have not been run side by side on this plan. "}
        {fresh && latency.value
          ? `Warm latency ${latency.value.original.warm.toFixed(2)} → ${latency.value.pruned.warm.toFixed(2)} ms in this browser.`
          : ""}
      </p>
    </section>
  );
}

function Remarks({ full }: { full: Plan }) {
  const withheld = full.withheld.reduce((sum, it) => sum + it.channels, 0);
  const items = [
    withheld > 0 ? `${plural(withheld, "dead channel")} withheld: ${full.withheld[0]!.reason}` : "",
    full.dead_branches.length > 0
      ? `${plural(full.dead_branches.length, "whole branch", "whole branches")} leave.`
      : "",
    full.approximate.length > 0
      ? `${plural(full.approximate.length, "fold is", "folds are")} approximate at the border of padded convolutions.`
      : "",
    full.not_prunable.length > 0
      ? `${plural(full.not_prunable.length, "layer")} left alone, e.g. ${full.not_prunable[0]!.node}: ${full.not_prunable[0]!.reason}`
      : "",
  ].filter(Boolean);
  if (items.length === 0) return null;
  return (
    <section>
      <h3>Remarks</h3>
      <ul class="remarks">
        {items.map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
    </section>
  );
}

/** The sheet and its styles as a file that needs nothing else. */
function saveHtml(sheet: HTMLElement): void {
  const title = `${stem()} report`;
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><style>${reportCss}</style></head>
<body><article class="report">${sheet.innerHTML}</article></body>
</html>
`;
  download(`${stem()}.report.html`, html, "text/html");
}
