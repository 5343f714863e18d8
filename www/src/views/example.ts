import { live, model } from "../state/store";
import type { Cases } from "../wasm/core";

/** A channel of the open network that is in the given case, as seen behind its depthwise convolution; the core chooses it. */
export function exampleOf(state: keyof Cases): { site: number; channel: number; name: string } | null {
  const found = live.drag.value?.preview.examples.find((it) => it.case === state);
  if (!found) return null;
  const [site, channel] = found.after;
  return { site, channel, name: model.value?.siteNames[site] ?? "" };
}
