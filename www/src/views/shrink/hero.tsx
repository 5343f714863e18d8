/** The network as one picture, and everything the pointer and the keys do in it. */
import { effect, untracked } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { HeroPainter, type HeroScene, heroColours } from "../../charts/hero";
import { type Camera, clamped, HOME, heroLayout, hitHero, zoomed } from "../../charts/hero-layout";
import { probability } from "../../lib/format";
import { cursor, moveCursor, openAtCursor } from "../../state/cursor";
import { camera, drawer, graph } from "../../state/hero";
import { live, model, screen } from "../../state/store";
import { words } from "../../words";
import { watchPinch } from "../pinch";
import { placeIn } from "../place";

const CLOSEST = 60;
const STEP = 1.6;
const MOVE_MS = 320;
/** Of the numbers of `Session.states`. */
const INPUT_DEAD = 2;

const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function Hero() {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<HeroPainter | null>(null);
  const colours = useRef(heroColours());
  const moving = useRef(0);

  const scene = (): HeroScene | null => {
    const [open, rows, step] = [model.value, live.order.value, live.drag.value];
    if (!open || !rows || !step || rows.channels.length !== step.states.length) return null;
    const [site, channel] = screen.selected.value ?? [-1, 0];
    const row = open.overview.sites[site];
    return {
      model: open,
      order: rows,
      states: step.states,
      layerChannels: step.layerChannels,
      camera: camera.value,
      cursor: cursor.value,
      selected: row && drawer.value !== "" ? row.offset + channel : null,
      lit: null,
    };
  };
  const paint = () => {
    const now = scene();
    if (now && painter.current?.layout) painter.current.paint(now, colours.current);
  };
  const refit = () => {
    const [of, open, around] = [graph.peek(), model.peek(), box.current];
    if (!of || !open || of.of !== open.blob || !around || !painter.current) return;
    const { clientWidth, clientHeight } = around;
    if (clientWidth < 40 || clientHeight < 40) return;
    painter.current.resize(heroLayout(of.topology, open.overview, clientWidth, clientHeight));
    paint();
  };
  const bounded = (to: Camera) => {
    const layout = painter.current?.layout;
    return layout ? clamped(to, layout.width, layout.height, CLOSEST) : HOME;
  };
  const flyTo = (target: Camera) => {
    const [from, to] = [camera.peek(), bounded(target)];
    cancelAnimationFrame(moving.current);
    if (still()) {
      camera.value = to;
      return;
    }
    const start = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, (now - start) / MOVE_MS);
      const eased = 1 - (1 - part) ** 3;
      const k = from.k * (to.k / from.k) ** eased;
      // The point that stays where it is between the two views stays there on the way as well.
      const share = to.k === from.k ? eased : (k - from.k) / (to.k - from.k);
      camera.value = { k, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
      if (part < 1) moving.current = requestAnimationFrame(step);
      else camera.value = to;
    };
    moving.current = requestAnimationFrame(step);
  };
  const zoomBy = (by: number, x?: number, y?: number) => {
    const layout = painter.current?.layout;
    if (!layout) return;
    flyTo(bounded(zoomed(camera.peek(), by, x ?? layout.width / 2, y ?? layout.height / 2)));
  };
  /** A block fills two thirds of the height a channel's name needs. */
  const zoomToBlock = (at: number, y: number) => {
    const layout = painter.current?.layout;
    const block = layout?.blocks[at];
    if (!layout || !block) return;
    const k = Math.min(
      CLOSEST,
      Math.max(3, Math.min((18 * block.channels) / block.height, (0.5 * layout.width) / block.width)),
    );
    const [cx, now] = [block.x + block.width / 2, camera.peek()];
    const cy = (y - now.y) / now.k;
    flyTo({ k, x: layout.width / 2 - cx * k, y: layout.height / 2 - cy * k });
  };

  useEffect(() => {
    painter.current = new HeroPainter(canvas.current!);
    const observer = new ResizeObserver(refit);
    observer.observe(box.current!);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const recolour = () => {
      colours.current = heroColours();
      paint();
    };
    dark.addEventListener("change", recolour);
    void document.fonts.ready.then(paint);
    const unpinch = watchPinch(box.current!, (x, y, closer) => {
      zoomBy(closer ? STEP : 1 / STEP, ...placeIn(canvas.current!, { clientX: x, clientY: y }));
    });
    // Plain effects: what a drag changes is to be in the frame that the drag is in.
    const stopFit = effect(() => {
      graph.value;
      model.value;
      // What it paints is followed below: a drag is no reason to lay the picture out again.
      untracked(refit);
    });
    const stop = effect(() => {
      screen.selected.value;
      drawer.value;
      paint();
    });
    return () => {
      stop();
      stopFit();
      unpinch();
      observer.disconnect();
      dark.removeEventListener("change", recolour);
    };
  }, []);

  const place = (event: { clientX: number; clientY: number }) => placeIn(canvas.current!, event);
  const under = (event: MouseEvent) => {
    const layout = painter.current?.layout;
    return layout ? hitHero(layout, camera.peek(), ...place(event)) : null;
  };
  const point = (event: MouseEvent) => {
    const at = under(event);
    const site = at ? (painter.current!.layout!.blocks[at.block]?.site ?? -1) : -1;
    const now = cursor.peek();
    if (site < 0) cursor.value = null;
    else if (now?.row !== site || now.slot !== at!.slot) cursor.value = { row: site, slot: at!.slot };
  };

  const clicked = useRef(-1);
  const pan = useRef<{ x: number; y: number; from: Camera; moved: boolean } | null>(null);

  return (
    <div class="hero-frame">
      <div
        class="hero-box"
        ref={box}
        role="application"
        aria-label={words.shrink.hero.name}
        aria-describedby="hero-help"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture is a widget of its own, moved through by arrow keys
        tabIndex={0}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          const turned: Record<string, string> = {
            ArrowLeft: "ArrowUp",
            ArrowRight: "ArrowDown",
            ArrowUp: "ArrowLeft",
            ArrowDown: "ArrowRight",
          };
          if (event.key === "+" || event.key === "=") zoomBy(STEP);
          else if (event.key === "-") zoomBy(1 / STEP);
          else if (event.key === "Escape" && camera.value.k > 1) flyTo(HOME);
          else if (event.key === "Enter" || event.key === " ") explain();
          else if (!moveCursor(turned[event.key] ?? event.key, event.shiftKey)) return;
          event.preventDefault();
        }}
      >
        <canvas
          ref={canvas}
          onPointerMove={(event) => {
            const from = pan.current;
            if (from && event.buttons > 0 && camera.peek().k > 1) {
              const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
              if (from.moved || Math.abs(dx) + Math.abs(dy) > 5) {
                from.moved = true;
                camera.value = bounded({ ...from.from, x: from.from.x + dx, y: from.from.y + dy });
                return;
              }
            }
            point(event);
          }}
          onPointerDown={(event) => {
            pan.current = { x: event.clientX, y: event.clientY, from: camera.peek(), moved: false };
            if (camera.peek().k > 1) event.currentTarget.setPointerCapture(event.pointerId);
          }}
          onPointerLeave={() => {
            cursor.value = null;
          }}
          onWheel={(event) => {
            if (event.ctrlKey || event.metaKey) {
              event.preventDefault();
              const [x, y] = place(event);
              cancelAnimationFrame(moving.current);
              camera.value = bounded(zoomed(camera.peek(), Math.exp(-event.deltaY * 0.004), x, y));
            } else if (camera.peek().k > 1) {
              event.preventDefault();
              const { k, x, y } = camera.peek();
              camera.value = bounded({ k, x: x - event.deltaX, y: y - event.deltaY });
            }
          }}
          onClick={(event) => {
            const dragged = pan.current?.moved;
            pan.current = null;
            if (dragged) return;
            point(event);
            if (event.detail < 2) clicked.current = under(event)?.block ?? -1;
            if (cursor.value) explain();
          }}
          onDblClick={(event) => {
            // The first click may have opened the drawer, and the picture is narrower since.
            const at = clicked.current;
            if (at >= 0) zoomToBlock(at, place(event)[1]);
            else flyTo(HOME);
          }}
        />
      </div>
      <p id="hero-help" class="hidden">
        {words.shrink.hero.help}
      </p>
      <ReadOut />
      <div class="hero-zoom">
        <ZoomButton name={words.shrink.hero.zoomOut} icon="M3 8h10" onClick={() => zoomBy(1 / STEP)} />
        <ZoomButton name={words.shrink.hero.zoomIn} icon="M3 8h10M8 3v10" onClick={() => zoomBy(STEP)} />
        {camera.value.k > 1 ? (
          <ZoomButton
            name={words.shrink.hero.whole}
            icon="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"
            onClick={() => flyTo(HOME)}
          />
        ) : null}
      </div>
    </div>
  );
}

function explain(): void {
  openAtCursor();
  if (drawer.peek() !== "channel" && drawer.peek() !== "layer") drawer.value = "channel";
}

/** What the pointer is on; in its absence, how the picture is read. */
function ReadOut() {
  const [at, open, rows] = [cursor.value, model.value, live.order.value];
  const site = at && open?.overview.sites[at.row];
  const flat = site && rows?.channels[site.offset + at.slot];
  if (!open || !site || flat === undefined || flat === null) {
    return <p class="read-out hint">{words.shrink.hero.hint}</p>;
  }
  const p = open.probabilities[flat]!;
  const state = live.drag.value?.states[flat] ?? 0;
  // Whose input is dead goes for that one's probability, not for its own.
  const said = Number.isNaN(p) || state === INPUT_DEAD ? null : probability(p);
  return (
    <p class="read-out" aria-live="polite">
      <strong>{words.shrink.hero.states[state]}</strong>{" "}
      {words.shrink.hero.place(open.siteNames[at.row]!, flat - site.offset, said)}
    </p>
  );
}

/** `icon`: the path of a picture of 16 × 16. */
function ZoomButton({ name, icon, onClick }: { name: string; icon: string; onClick: () => void }) {
  return (
    <button type="button" class="icon" aria-label={name} title={name} onClick={onClick}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={icon} />
      </svg>
    </button>
  );
}
