import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { stem } from "../state/exports";
import { mapAs, model, order, zoom } from "../state/store";
import { MapBox } from "./map-box";
import { MapTable } from "./map-table";
import { Step } from "./parts";
import { RowHead } from "./row-head";
import { SaveButtons } from "./save";

/** The channel map: as a picture, one layer of it alone, or as a table. */
export function MapView() {
  const picture = useRef<() => string | null>(() => null);
  const asTable = mapAs.value === "table";
  return (
    <div class="map">
      <Step n={2} title="Channels">
        <div class="map-tools">
          <button
            type="button"
            class="quiet"
            aria-pressed={asTable}
            onClick={() => {
              mapAs.value = asTable ? "picture" : "table";
            }}
          >
            Table
          </button>
          <SaveButtons
            picture="channel map"
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
    <ul class="legend" aria-label="Colours of the channel map">
      <li>
        <i class="swatch alive" /> kept, darker = likelier dead
      </li>
      <li>
        <i class="swatch output-dead" /> output dead
      </li>
      <li>
        <i class="swatch input-dead" /> input dead
      </li>
      <li>
        <i class="swatch both-dead" /> both dead
      </li>
      <li>
        <i class="swatch removed" /> removed otherwise
      </li>
      <li>
        <i class="swatch withheld" /> dead but withheld
      </li>
      <li>
        <i class="swatch linear" /> no probability
      </li>
    </ul>
  );
}
