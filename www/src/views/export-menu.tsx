/** Everything that leaves the page, but for the network itself: the report, figures, tables. */
import { savePng, saveSvg } from "../charts/save";
import { downloadPlanCsv, downloadPlanJson } from "../state/exports";
import { downloadCurvesCsv } from "../state/lab/curves-out";
import { curves } from "../state/lab/sweep";
import { alertText, live, model, screen, shown } from "../state/store";
import { words } from "../words";
import { type Drawn, figures } from "./figure";
import { Icon } from "./icon";

const MENU = "export";
const WAYS = [
  [words.page.svg, "svg", saveSvg],
  [words.page.png, "png", savePng],
] as const;

async function save({ picture, stem, draw }: Drawn, write: typeof saveSvg, ending: string): Promise<void> {
  const drawn = draw();
  if (!drawn) return;
  try {
    await write(drawn, `${stem()}.${ending}`);
  } catch {
    alertText.value = words.pictures.failed(picture);
  }
}

export function ExportMenu() {
  return (
    <>
      <button type="button" popovertarget={MENU} disabled={!model.value}>
        <Icon path="M8 2.5v7M4.8 6.6 8 9.8l3.2-3.2M2.8 11.5v2h10.4v-2" />
        <span class="in-words">{words.page.export.name}</span>
      </button>
      <section id={MENU} popover="auto" class="menu" aria-label={words.page.export.name}>
        <button
          type="button"
          class="item"
          disabled={!model.value}
          onClick={() => {
            document.getElementById(MENU)?.hidePopover();
            screen.reporting.value = true;
          }}
        >
          {words.page.report}
        </button>
        <Figures />
        <Tables />
      </section>
    </>
  );
}

function Figures() {
  const all = figures.value;
  if (all.length === 0) return null;
  return (
    <div>
      <h3>{words.page.export.figures}</h3>
      <ul>
        {all.map((it) => (
          <li key={it.picture}>
            <span aria-hidden="true">{it.picture}</span>
            {WAYS.map(([kind, ending, write]) => (
              <button
                key={kind}
                type="button"
                class="quiet"
                aria-label={words.page.saveAs(it.picture, kind)}
                onClick={() => void save(it, write, ending)}
              >
                {kind}
              </button>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Tables() {
  const judged = curves.value.some((it) => it.points.length > 0);
  return (
    <div>
      <h3>{words.page.export.tables}</h3>
      <button type="button" class="item" disabled={!model.value} onClick={() => void downloadPlanJson()}>
        {words.plan.json}
      </button>
      <button
        type="button"
        class="item"
        disabled={!live.drag.value}
        aria-disabled={!shown.value}
        onClick={downloadPlanCsv}
      >
        {words.plan.csv}
      </button>
      {judged ? (
        <button type="button" class="item" onClick={downloadCurvesCsv}>
          {words.lab.curves.csv}
        </button>
      ) : null}
    </div>
  );
}
