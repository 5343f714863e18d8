import { drag, model } from "../state/store";

const CODES = { output_dead: 1, input_dead: 2, both_dead: 3 } as const;

/** A channel of the open network that is in the given case, as seen behind its depthwise convolution. */
export function exampleOf(state: keyof typeof CODES): { site: number; channel: number; name: string } | null {
  const [open, step] = [model.value, drag.value];
  if (!open || !step) return null;
  const { sites, pairs } = open.overview;
  for (const pair of pairs) {
    const site = sites.findIndex((it) => it.norm === pair.after);
    const row = sites[site];
    if (!row) continue;
    const channel = step.states.subarray(row.offset, row.offset + row.channels).indexOf(CODES[state]);
    if (channel >= 0) return { site, channel, name: open.siteNames[site]! };
  }
  return null;
}
