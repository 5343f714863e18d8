import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { MapPainter, type Scene } from "../charts/map";
import { hit, hitLabel, naturalHeight } from "../charts/map-layout";
import { readPalette } from "../charts/palette";
import type { Drawing } from "../charts/picture";
import { RowPainter, type RowScene } from "../charts/row";
import { cellAt, slotAt } from "../charts/row-layout";
import { cutPosition } from "../lib/order";
import { cursor, cuts, moveCursor, openAtCursor, perLine, pointed, readOut, zoomTo } from "../state/cursor";
import { lockedRows, ownRows, toggleRowLock } from "../state/locks";
import { amount, live, type Model, model, screen, takesShare } from "../state/store";
import { words } from "../words";
import { watchPinch } from "./pinch";
import { placeIn } from "./place";

/** The map's canvas, whole or one row of it, and everything the pointer and the keys do there. */
export function MapBox({ picture }: { picture: RefObject<() => Drawing | null> }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const whole = useRef<MapPainter | null>(null);
  const close = useRef<RowPainter | null>(null);
  const palette = useRef(readPalette());
  const followed = useRef<{ row: number; cut: number } | null>(null);
  const fitted = useRef<{ model: Model; zoom: number | null } | null>(null);

  /** What both views show; null until there is a plan to show. */
  const common = () => {
    const [open, rows, step] = [model.value, live.order.value, live.drag.value];
    if (!open || !rows || !step || rows.channels.length !== step.states.length) return null;
    const [site, channel] = screen.selected.value ?? [-1, 0];
    const row = open.overview.sites[site];
    return {
      model: open,
      order: rows,
      states: step.states,
      // The line moves with the colours, when the plan is there.
      cuts: cuts.peek(),
      byScore: rows.by !== "probability",
      selected: row ? row.offset + channel : null,
    };
  };
  const wholeScene = (): Scene | null => {
    const scene = common();
    return (
      scene && { ...scene, cursor: cursor.value, pointed: pointed.value, locked: lockedRows(), own: ownRows.peek() }
    );
  };
  const rowScene = (row: number): RowScene | null => {
    const scene = common();
    const slot = cursor.value?.row === row ? cursor.value.slot : null;
    const threshold = ownRows.peek().get(row)?.threshold ?? amount.peek();
    return scene && { ...scene, row, slot, cutLabel: takesShare.value ? words.map.cut : words.map.cutAt(threshold) };
  };

  const paint = () => {
    const row = screen.zoom.value;
    const open = model.value;
    if (!open || !whole.current || !close.current) return;
    if (fitted.current?.model !== open || fitted.current.zoom !== row) {
      fitToBox();
      return;
    }
    if (row === null) {
      followed.current = null;
      const scene = wholeScene();
      if (scene) whole.current.paint(scene, palette.current);
    } else {
      const scene = rowScene(row);
      if (scene) close.current.paint(scene, palette.current);
      followCut(row);
    }
  };

  /** The line with the cut is in sight when a layer is opened, and when the layer's own cut is moved. */
  const followCut = (row: number) => {
    const [site, sorted] = [model.peek()?.overview.sites[row], live.order.peek()];
    const [cut, layout, around] = [cuts.peek()?.[row], close.current?.layout, box.current];
    if (!site || !sorted || cut === undefined || !layout || !around) return;
    const before = followed.current;
    followed.current = { row, cut };
    if (before?.row === row && (Object.is(before.cut, cut) || !ownRows.peek().has(row))) return;
    const { y } = cellAt(layout, Math.min(cutPosition(sorted, site, cut), site.channels - 1));
    if (y - 18 >= around.scrollTop && y + layout.pitch <= around.scrollTop + around.clientHeight) return;
    around.scrollTop = y - (around.clientHeight - layout.pitch) / 2;
  };

  picture.current = () => {
    const row = screen.zoom.value;
    if (row === null) {
      const scene = wholeScene();
      return scene && whole.current!.drawing({ ...scene, cursor: null, pointed: null }, palette.current);
    }
    const scene = rowScene(row);
    return scene && close.current!.drawing({ ...scene, slot: null }, palette.current);
  };

  const fitToBox = () => {
    const open = model.value;
    const around = box.current;
    if (!open || !around || !whole.current || !close.current) return;
    const { sites, pairs } = open.overview;
    // What a short map leaves goes to the channel view.
    around.style.setProperty("--natural", `${naturalHeight(sites, pairs)}px`);
    // clientWidth leaves the scroll bar out, which comes and goes with the number of rows.
    const [width, height] = [around.clientWidth, around.clientHeight];
    const row = screen.zoom.value;
    if (row === null) whole.current.resize(open, width, height);
    else {
      close.current.resize(sites[row]?.channels ?? 1, width, height);
      perLine.value = close.current.layout!.perLine;
    }
    if (fitted.current?.zoom !== row) around.scrollTop = 0;
    fitted.current = { model: open, zoom: row };
    paint();
  };

  useEffect(() => {
    whole.current = new MapPainter(canvas.current!);
    close.current = new RowPainter(canvas.current!);
    const observer = new ResizeObserver(fitToBox);
    observer.observe(box.current!);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => {
      palette.current = readPalette();
      paint();
    };
    dark.addEventListener("change", recolour);
    document.fonts.ready.then(paint);
    const unpinch = watchPinch(box.current!.parentElement!, (x, y, closer) => {
      if (!closer) zoomTo(null);
      else if (screen.zoom.value === null) {
        const row = rowAt(x, y);
        if (row !== null) zoomTo(row);
      }
    });
    // Reads every signal the picture depends on. A plain effect, because the hook for effects waits for
    // the next frame, and the picture should be in the frame that the drag step is in.
    const stop = effect(() => {
      cursor.value;
      pointed.value;
      screen.selected.value;
      screen.presenting.value;
      paint();
    });
    return () => {
      stop();
      unpinch();
      observer.disconnect();
      dark.removeEventListener("change", recolour);
    };
  }, []);

  const place = (event: { clientX: number; clientY: number }) => placeIn(canvas.current!, event);
  const rowAt = (clientX: number, clientY: number) => {
    const map = whole.current?.map;
    const [x, y] = place({ clientX, clientY });
    if (!map || !model.value) return null;
    return (hit(map, model.value.overview.sites, x, y) ?? hitLabel(map, x, y))?.row ?? null;
  };
  const point = (event: MouseEvent) => {
    const sites = model.value?.overview.sites;
    const [x, y] = place(event);
    const row = screen.zoom.value;
    if (!sites) return;
    if (row !== null) {
      const layout = close.current?.layout;
      const slot = layout ? slotAt(layout, sites[row]?.channels ?? 0, x, y) : null;
      cursor.value = slot === null ? null : { row, slot };
      return;
    }
    const map = whole.current?.map;
    cursor.value = map ? hit(map, sites, x, y) : null;
    const label = map && !cursor.value ? hitLabel(map, x, y) : null;
    const now = pointed.value;
    if (label?.row !== now?.row || label?.part !== now?.part) pointed.value = label;
  };

  return (
    <>
      <div
        class="map-box"
        ref={box}
        role="application"
        aria-label={words.map.name}
        aria-roledescription={words.map.role}
        aria-describedby="map-help"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is a widget of its own, moved through by arrow keys
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || !press(event.key, event.shiftKey)) return;
          event.preventDefault();
          keepInView(event.currentTarget, whole.current, close.current);
        }}
      >
        <canvas
          ref={canvas}
          class={pointed.value ? "on-label" : ""}
          onPointerMove={point}
          onPointerLeave={() => {
            cursor.value = null;
            pointed.value = null;
          }}
          onClick={(event) => {
            point(event);
            const label = pointed.value;
            if (label?.part === "name") zoomTo(label.row);
            else if (label) toggleRowLock(label.row);
            else openAtCursor();
          }}
        />
      </div>
      <p class="read-out" aria-live="polite">
        {readOut.value || <span class="hint">{screen.zoom.value === null ? words.map.hint : words.map.rowHint}</span>}
      </p>
      <p id="map-help" class="hidden">
        {words.map.help}
      </p>
    </>
  );
}

/** What a key does in the map; false where it is none of the map's. */
function press(key: string, shift: boolean): boolean {
  const row = screen.zoom.value ?? cursor.value?.row ?? null;
  if (key === "Enter" || key === " ") openAtCursor();
  else if (key === "Escape") {
    if (screen.zoom.value === null) return false;
    zoomTo(null);
  } else if (key === "z" || key === "Z" || key === "+") zoomTo(screen.zoom.value === null ? (row ?? 0) : null);
  else if (key === "-") zoomTo(null);
  else if (key === "l" || key === "L") return row !== null && toggleRowLock(row);
  else if (screen.zoom.value !== null && (key === "PageDown" || key === "PageUp")) {
    zoomTo(screen.zoom.value + (key === "PageDown" ? 1 : -1));
  } else return moveCursor(key, shift);
  return true;
}

function keepInView(box: HTMLElement, whole: MapPainter | null, close: RowPainter | null): void {
  const at = cursor.value;
  if (!at) return;
  const row = whole?.map?.rows[at.row];
  const span =
    screen.zoom.value === null
      ? row && { y: row.y, height: row.height }
      : close?.layout && { y: cellAt(close.layout, at.slot).y - 18, height: close.layout.pitch + 18 };
  if (!span) return;
  if (span.y < box.scrollTop) box.scrollTop = span.y - 4;
  else if (span.y + span.height > box.scrollTop + box.clientHeight) {
    box.scrollTop = span.y + span.height + 4 - box.clientHeight;
  }
}
