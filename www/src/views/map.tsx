import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { MapPainter } from "../charts/map";
import { hit, naturalHeight } from "../charts/map-layout";
import { readPalette } from "../charts/palette";
import { download } from "../lib/download";
import { cursor, cutKey, moveCursor, openAtCursor, readOut } from "../state/cursor";
import { stem } from "../state/exports";
import { drag, type Model, model, order, selected } from "../state/store";
import { Step } from "./parts";

export function MapView() {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<MapPainter | null>(null);
  const palette = useRef(readPalette());
  const fitted = useRef<Model | null>(null);

  const paint = () => {
    const [open, rows, step] = [model.value, order.value, drag.value];
    if (!open || !rows || !step || !painter.current || rows.channels.length !== step.states.length) return;
    if (fitted.current !== open) {
      fitToBox();
      return;
    }
    const [site, channel] = selected.value ?? [-1, 0];
    const row = open.overview.sites[site];
    painter.current.paint(
      {
        model: open,
        order: rows,
        states: step.states,
        // The line moves with the colours, when the plan is there.
        cut: cutKey.peek(),
        byScore: rows.by !== "probability",
        cursor: cursor.value,
        selected: row ? row.offset + channel : null,
      },
      palette.current,
    );
  };

  const fitToBox = () => {
    const open = model.value;
    const around = box.current;
    if (!open || !around || !painter.current) return;
    // What a short map leaves goes to the channel view.
    around.style.setProperty("--natural", `${naturalHeight(open.overview.sites, open.overview.pairs)}px`);
    // clientWidth leaves the scroll bar out, which comes and goes with the number of rows.
    painter.current.resize(open, around.clientWidth, around.clientHeight);
    fitted.current = open;
    paint();
  };

  useEffect(() => {
    painter.current = new MapPainter(canvas.current!);
    const observer = new ResizeObserver(fitToBox);
    observer.observe(box.current!);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => {
      palette.current = readPalette();
      paint();
    };
    dark.addEventListener("change", recolour);
    document.fonts.ready.then(paint);
    // Reads every signal the picture depends on. A plain effect, because the hook for effects waits for
    // the next frame, and the picture should be in the frame that the drag step is in.
    const stop = effect(() => {
      model.value;
      cursor.value;
      selected.value;
      paint();
    });
    return () => {
      stop();
      observer.disconnect();
      dark.removeEventListener("change", recolour);
    };
  }, []);

  const at = (event: MouseEvent) => {
    const map = painter.current?.map;
    const bounds = canvas.current!.getBoundingClientRect();
    return map && model.value
      ? hit(map, model.value.overview.sites, event.clientX - bounds.left, event.clientY - bounds.top)
      : null;
  };

  return (
    <div class="map">
      <Step n={2} title="Channels">
        <button
          type="button"
          class="quiet"
          disabled={!model.value}
          onClick={() => canvas.current!.toBlob((blob) => blob && download(`${stem()}.map.png`, blob))}
        >
          Save PNG
        </button>
      </Step>
      <Legend />
      <div
        class="map-box"
        ref={box}
        role="application"
        aria-label="Channel map"
        aria-roledescription="channel map"
        aria-describedby="map-help"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is a widget of its own, moved through by arrow keys
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === " ") openAtCursor();
          else if (!moveCursor(event.key, event.shiftKey)) return;
          event.preventDefault();
          const row = cursor.value && painter.current?.map?.rows[cursor.value.row];
          if (row) keepInView(event.currentTarget, row.y, row.height);
        }}
      >
        <canvas
          ref={canvas}
          onPointerMove={(event) => {
            cursor.value = at(event);
          }}
          onPointerLeave={() => {
            cursor.value = null;
          }}
          onClick={(event) => {
            cursor.value = at(event);
            openAtCursor();
          }}
        />
      </div>
      <p class="read-out" aria-live="polite">
        {readOut.value || <span class="hint">Point at a cell to name the channel, click to open it.</span>}
      </p>
      <p id="map-help" class="hidden">
        Arrow keys move between layers and channels, with Shift ten at a time; Enter opens the channel.
      </p>
    </div>
  );
}

function keepInView(box: HTMLElement, y: number, height: number): void {
  if (y < box.scrollTop) box.scrollTop = y - 4;
  else if (y + height > box.scrollTop + box.clientHeight) box.scrollTop = y + height + 4 - box.clientHeight;
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
