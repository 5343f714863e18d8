import { drag, model } from "../state/store";

const CODES = { output_dead: 1, input_dead: 2, both_dead: 3 } as const;

/**
 * A channel of the open network that is in the given case, as seen behind its depthwise convolution: the
 * one whose two Gaussians can best be seen as bells. Many dead channels are point masses, which show less.
 */
export function exampleOf(state: keyof typeof CODES): { site: number; channel: number; name: string } | null {
  const [open, step] = [model.value, drag.value];
  if (!open || !step) return null;
  const { sites, pairs } = open.overview;
  let best: { site: number; channel: number; name: string } | null = null;
  let widest = -1;
  for (const pair of pairs) {
    const site = sites.findIndex((it) => it.norm === pair.after);
    const [row, before] = [sites[site], sites.find((it) => it.norm === pair.before)];
    if (!row || !before) continue;
    for (let c = 0; c < row.channels; c++) {
      if (step.states[row.offset + c] !== CODES[state]) continue;
      const own = open.stds[row.offset + c]!;
      const width = Math.min(own, c < before.channels ? open.stds[before.offset + c]! : own, 1);
      if (width > widest) {
        widest = width;
        best = { site, channel: c, name: open.siteNames[site]! };
      }
    }
  }
  return best;
}
