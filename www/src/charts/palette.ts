/** Colours of the charts come from the style sheet, so that light and dark are defined once. */
export interface Palette {
  ink: string;
  quiet: string;
  paper: string;
  accent: string;
  /** By channel state, see Session.states: kept, output dead, input dead, both dead, removed, withheld. */
  states: [string, string, string, string, string, string];
  /** Kept channels run from surely alive to nearly dead. */
  alive: [string, string];
  /** Rows without a probability. */
  linear: [string, string];
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink"),
    quiet: of("quiet"),
    paper: of("panel"),
    accent: of("accent"),
    states: [of("alive-low"), of("output-dead"), of("input-dead"), of("both-dead"), of("removed"), of("withheld")],
    alive: [of("alive-low"), of("alive-high")],
    linear: [of("linear-a"), of("linear-b")],
  };
}

/** "#rrggbb" as a little-endian pixel for a Uint32Array over ImageData. */
export function pixel(hex: string): number {
  const n = Number.parseInt(hex.slice(1), 16);
  return (0xff000000 | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
}

/** A ramp of `steps` pixels from one colour to another. */
export function ramp(from: string, to: string, steps: number): Uint32Array {
  const a = Number.parseInt(from.slice(1), 16);
  const b = Number.parseInt(to.slice(1), 16);
  return Uint32Array.from({ length: steps }, (_, i) => {
    const t = steps > 1 ? i / (steps - 1) : 0;
    const mix = (shift: number) => Math.round(((a >> shift) & 255) * (1 - t) + ((b >> shift) & 255) * t);
    return (0xff000000 | (mix(0) << 16) | (mix(8) << 8) | mix(16)) >>> 0;
  });
}
