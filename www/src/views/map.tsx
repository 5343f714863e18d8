import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { stem } from "../state/exports";
import { mapAs, model, order, zoom } from "../state/store";
import { words } from "../words";
import { MapBox } from "./map-box";
import { MapTable } from "./map-table";
import { Step } from "./parts";
import { RowHead } from "./row-head";
import { SaveButtons } from "./save";

const t = words.map;

/** The channel map: as a picture, one layer of it alone, or as a table. */
export function MapView() {
  const picture = useRef<() => string | null>(() => null);
  const asTable = mapAs.value === "table";
  return (
    <div class="map">
      <Step n={2} title={t.step}>
        <div class="map-tools">
          <button
            type="button"
            class="quiet"
            aria-pressed={asTable}
            onClick={() => {
              mapAs.value = asTable ? "picture" : "table";
            }}
          >
            {t.table}
          </button>
          <SaveButtons
            picture={words.page.pictures.map}
            stem={() => `${stem()}.map${zoom.value === null ? "" : `-row-${zoom.value + 1}`}`}
            svg={() => picture.current()}
            disabled={!model.value || !order.value || asTable}
          />
        </div>
      </Step>
      {zoom.value === null ? null : <RowHead row={zoom.value} />}
      {asTable ? <MapTable /> : <Picture of={picture} />}
    </div>
  );
}

function Picture({ of }: { of: RefObject<() => string | null> }) {
  return (
    <>
      <Legend />
      <MapBox picture={of} />
    </>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label={t.legend.name}>
      <li>
        <i class="swatch alive" /> {t.legend.alive}
      </li>
      <li>
        <i class="swatch output-dead" /> {t.legend.outputDead}
      </li>
      <li>
        <i class="swatch input-dead" /> {t.legend.inputDead}
      </li>
      <li>
        <i class="swatch both-dead" /> {t.legend.bothDead}
      </li>
      <li>
        <i class="swatch removed" /> {t.legend.removed}
      </li>
      <li>
        <i class="swatch withheld" /> {t.legend.withheld}
      </li>
      <li>
        <i class="swatch linear" /> {t.legend.linear}
      </li>
    </ul>
  );
}
