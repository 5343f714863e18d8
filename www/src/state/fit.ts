/** The Gaussian put to the test: for channels all over the network, P against what the images pinned. */
import { computed, effect, signal } from "@preact/signals";
import { spread, summarise, type Tested } from "../lib/fit";
import { plannerCall } from "./engines";
import { controls, measured, model, options } from "./store";

/** About a third of a second of the planner's time, given in pieces that a drag fits between. */
const MOST = 480;

interface Tests {
  images: number;
  /** Channels that have a probability at all. */
  channels: number;
  all: Tested[];
}

export const tests = signal<Tests | null>(null);

export const fit = computed(() => {
  const of = tests.value;
  return of && of.all.length > 0 ? { ...of, ...summarise(of.all, controls.threshold.value) } : null;
});

let turn = 0;

async function testOn(images: number): Promise<void> {
  const mine = ++turn;
  const open = model.peek();
  if (!open) return;
  const places = open.overview.sites.flatMap((it, site) =>
    it.pinned ? Array.from({ length: it.channels }, (_, channel) => [site, channel] as const) : [],
  );
  const all: Tested[] = [];
  try {
    for (const at of spread(places.length, MOST)) {
      const [site, channel] = places[at]!;
      const { this: own, histogram } = await plannerCall((core) => core.channel(site, channel, options.peek()));
      if (mine !== turn) return;
      if (own.probability === null || !histogram) continue;
      all.push({ site, channel, p: own.probability, measured: histogram.pinned });
    }
  } catch {
    // The engine says itself what became of it; a part of a test is none.
    return;
  }
  tests.value = { images, channels: places.length, all };
}

/** Whenever a measurement has come to rest. */
export function startTesting(): void {
  let timer = 0;
  effect(() => {
    const images = measured.value;
    model.value;
    turn++;
    clearTimeout(timer);
    if (images === 0) tests.value = null;
    else timer = window.setTimeout(() => void testOn(images), 300);
  });
}
