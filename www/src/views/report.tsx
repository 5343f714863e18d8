import { useEffect, useRef, useState } from "preact/hooks";
import { MapPainter } from "../charts/map";
import { naturalHeight } from "../charts/map-layout";
import { readPalette } from "../charts/palette";
import { bare } from "../charts/picture";
import { download } from "../lib/download";
import { bytes, count, fixed, percent, removedPercent, value } from "../lib/format";
import { ownAddress } from "../lib/origin";
import { cuts } from "../state/cursor";
import { stem } from "../state/exports";
import { judgedPlan } from "../state/lab/judged";
import { lockedRows, ownRows } from "../state/locks";
import { answers, answersCurrent, current, latency } from "../state/proof";
import { settings } from "../state/settings";
import { live, type Model, model, screen, shared, shown, sides } from "../state/store";
import { encode } from "../state/url";
import reportCss from "../styles/report.css?inline";
import type { Change, Plan } from "../wasm/core";
import { words } from "../words";
import { language } from "../words/language";
import { accuracyLine } from "./accuracy-line";
import { CASES } from "./cases-words";
import { AgainstTable, Overlap } from "./pinned";

/** What fits on one page. */
const MOST_LAYERS = 42;

/** The present plan on one page, for paper or for whoever was not there. */
export function Report() {
  // Both of one plan: while either is on its way, there is no report.
  const [open, step] = [model.value, shown.value];
  const full = live.plan.value?.identity === step?.identity ? live.plan.value : null;
  const sheet = useRef<HTMLElement>(null);
  const close = () => {
    screen.reporting.value = false;
  };
  useEffect(() => {
    const leave = (event: KeyboardEvent) => event.key === "Escape" && close();
    window.addEventListener("keydown", leave);
    // The buttons over the sheet stay in sight, wherever the page had been.
    sheet.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
    return () => window.removeEventListener("keydown", leave);
  }, []);
  return (
    <main class="reporting">
      <div class="report-tools">
        <button type="button" class="primary" onClick={() => print()}>
          {words.report.print}
        </button>
        <button type="button" disabled={!full} onClick={() => saveHtml(sheet.current!)}>
          {words.report.save}
        </button>
        <button type="button" onClick={close}>
          {words.report.back}
        </button>
      </div>
      <article class="report" aria-label={words.report.name} ref={sheet} tabIndex={-1}>
        {open && step && full ? <Sheet open={open} full={full} /> : <p>{words.report.working}</p>}
      </article>
    </main>
  );
}

function Sheet({ open, full }: { open: Model; full: Plan }) {
  const { overview } = open;
  const { preview } = live.drag.value!;
  return (
    <>
      <header>
        <h2>{overview.file}</h2>
        <p>{words.choices.planSentence(settings.value, open.layerNames, open.siteNames)}</p>
      </header>
      <div class="columns">
        {sides.pinned.value ? <AgainstTable original /> : <Savings full={full} />}
        <table>
          <caption>{words.report.cases}</caption>
          <tbody>
            {CASES.map((key) => (
              <tr key={key}>
                <th scope="row">
                  <i class={`swatch ${key === "keep" ? "alive" : key.replace("_", "-")}`} />{" "}
                  {words.choices.cases[key].name}
                </th>
                <td>{count(preview.cases[key])}</td>
                <td class="words">{words.choices.cases[key].meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sides.pinned.value ? <Overlap /> : null}
      <MapPicture open={open} />
      <Layers full={full} open={open} />
      <Evidence />
      <Remarks full={full} />
      <footer>
        <p>
          {words.report.method} <cite>{words.network.paper}</cite>
          {words.report.published}
        </p>
        <p class="address">
          {ownAddress()}#{encode({ ...shared.value, report: false })}
        </p>
      </footer>
    </>
  );
}

function Savings({ full }: { full: Plan }) {
  const { preview } = live.drag.value!;
  return (
    <table>
      <caption>{words.plan.savings}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{words.plan.before}</th>
          <th scope="col">{words.plan.after}</th>
          <th scope="col">{words.plan.removed}</th>
        </tr>
      </thead>
      <tbody>
        <Line name={words.plan.parameters} change={preview.params} show={count} />
        <Line name={words.plan.macs} change={preview.macs} show={count} />
        <Line name={words.plan.channels} change={preview.channels} show={count} />
        <Line name={words.plan.fileSize} change={full.bytes} show={bytes} />
        <Accuracy />
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

/** What the lab measured, or that it did not; never of another plan without saying so. */
function Accuracy() {
  const judged = judgedPlan.value;
  const line = judged ? accuracyLine(judged) : null;
  return (
    <tr>
      <th scope="row">{line?.agreement ? words.report.agreementName : words.report.accuracyName}</th>
      {line && judged ? (
        <>
          <td>{line.before}</td>
          <td>{line.after}</td>
          <td>
            {line.change}
            <small>{words.report.accuracyNote(judged, line.interval)}</small>
          </td>
        </>
      ) : (
        <td colSpan={3}>{words.report.notJudged}</td>
      )}
    </tr>
  );
}

const LEGEND = [
  ["alive", words.report.legend.alive],
  ["output-dead", words.report.legend.outputDead],
  ["input-dead", words.report.legend.inputDead],
  ["both-dead", words.report.legend.bothDead],
  ["removed", words.report.legend.removed],
  ["withheld", words.report.legend.withheld],
] as const;

/** The map in the report's own colours: paper is light, whatever the screen is. */
function MapPicture({ open }: { open: Model }) {
  const box = useRef<HTMLElement>(null);
  const [svg, setSvg] = useState("");
  const [rows, step] = [live.order.value, live.drag.value];
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
    setSvg(bare(painter.drawing(scene, readPalette(box.current))));
  }, [open, rows, step]);
  return (
    <figure ref={box} class="map-figure">
      <figcaption>
        {words.report.mapCaption}{" "}
        {LEGEND.map(([swatch, name]) => (
          <span key={swatch}>
            <i class={`swatch ${swatch}`} /> {name}{" "}
          </span>
        ))}
      </figcaption>
      {/* Our own recorder wrote it, and it escapes names. */}
      <div role="img" aria-label={words.report.map} dangerouslySetInnerHTML={{ __html: svg }} />
    </figure>
  );
}

/** Rows that lose channels; a long list stays short, the file has all of it. */
function Layers({ full, open }: { full: Plan; open: Model }) {
  const cut = full.layers.filter((it) => it.channels.after < it.channels.before);
  if (cut.length === 0) return <p>{words.report.noLayer}</p>;
  const short = (name: string) => open.layerNames[open.overview.layers.findIndex((it) => it.name === name)] ?? name;
  return (
    <section class="layer-list">
      <h3>
        {words.report.layers(cut.length, full.layers.length)} <small>{words.report.layersNote}</small>
      </h3>
      <ul>
        {cut.slice(0, MOST_LAYERS).map((it) => (
          <li key={it.name}>
            <span>{short(it.name)}</span> {it.channels.before} → {it.channels.after}{" "}
            <small>−{percent(removedPercent(it.macs))}</small>
          </li>
        ))}
      </ul>
      {cut.length > MOST_LAYERS ? <p class="hint">{words.report.more(cut.length - MOST_LAYERS)}</p> : null}
    </section>
  );
}

/** What was run on this plan; nothing is claimed that was not. */
function Evidence() {
  const made = current.value;
  const all = answers.value;
  const fresh = answersCurrent.value && all.length > 0;
  const agree = all.filter((it) => it.agree).length;
  return (
    <section>
      <h3>{words.report.proof}</h3>
      <p>
        {made?.check
          ? words.report.checked(value(made.check.max_abs_diff), made.check.samples, value(made.check.max_abs_output))
          : words.report.notChecked}
        {made?.repairedOn ? words.report.repaired(made.repairedOn) : ""}
        {fresh ? words.report.agree(agree, all.length) : words.report.notRun}
        {fresh && latency.value
          ? latency.value.differs
            ? words.report.latency(fixed(latency.value.original.warm, 2), fixed(latency.value.pruned.warm, 2))
            : words.report.noLatencyDifference
          : ""}
      </p>
    </section>
  );
}

function Remarks({ full }: { full: Plan }) {
  const items = [
    words.plan.tally(full.tally),
    full.tally.withheld > 0 ? words.report.withheld(full.tally.withheld, full.tally_withheld[0]!.reason) : "",
    full.dead_branches.length > 0 ? words.report.branches(full.dead_branches.length) : "",
    full.approximate.length > 0 ? words.report.approximate(full.approximate.length) : "",
    full.not_prunable.length > 0
      ? words.report.notPruned(full.not_prunable.length, full.not_prunable[0]!.node, full.not_prunable[0]!.reason)
      : "",
  ].filter(Boolean);
  if (items.length === 0) return null;
  return (
    <section>
      <h3>{words.report.remarks}</h3>
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
  const title = words.report.fileTitle(stem());
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${title}</title><style>${reportCss}</style></head>
<body><article class="report">${sheet.innerHTML}</article></body>
</html>
`;
  download(`${stem()}.report.html`, html, "text/html");
}
