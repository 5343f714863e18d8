import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Drawing } from "../charts/picture";
import { mapPicture } from "../saved/map";
import { stem } from "../state/exports";
import { live, model, screen } from "../state/store";
import { words } from "../words";
import { Figure } from "./figure";
import { MapBox } from "./map-box";
import { MapTable } from "./map-table";
import { Step } from "./parts";
import { RowHead } from "./row-head";

/** The channel map: as a picture, one layer of it alone, or as a table. */
export function MapView() {
  const picture = useRef<() => Drawing | null>(() => null);
  const asTable = screen.mapAs.value === "table";
  return (
    <div class="map">
      <Step n={2} title={words.map.step}>
        <div class="map-tools">
          <button
            type="button"
            class="quiet"
            aria-pressed={asTable}
            onClick={() => {
              screen.mapAs.value = asTable ? "picture" : "table";
            }}
          >
            {words.map.table}
          </button>
          <Figure
            picture={words.pictures.names.map}
            stem={() => `${stem()}.map${screen.zoom.value === null ? "" : `-row-${screen.zoom.value + 1}`}`}
            draw={() => mapPicture(picture.current())}
            disabled={!model.value || !live.order.value || asTable}
          />
        </div>
      </Step>
      {screen.zoom.value === null ? null : <RowHead row={screen.zoom.value} />}
      {asTable ? <MapTable /> : <Picture of={picture} />}
    </div>
  );
}

function Picture({ of }: { of: RefObject<() => Drawing | null> }) {
  return (
    <>
      <Legend />
      <MapBox picture={of} />
    </>
  );
}

const KEYS = [
  ["alive", words.map.legend.alive],
  ["output-dead", words.map.legend.outputDead],
  ["input-dead", words.map.legend.inputDead],
  ["both-dead", words.map.legend.bothDead],
  ["removed", words.map.legend.removed],
  ["withheld", words.map.legend.withheld],
  ["linear", words.map.legend.linear],
] as const;

function Legend() {
  return (
    <ul class="legend" aria-label={words.map.legend.name}>
      {KEYS.map(([key, name]) => (
        <li key={key}>
          <i class={`swatch ${key}`} /> {name}
        </li>
      ))}
    </ul>
  );
}
