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

export function readPalette(within: Element = document.documentElement): Palette {
  const style = getComputedStyle(within);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink"),
    quiet: of("quiet"),
    paper: of("hero-paper"),
    accent: of("accent"),
    // The colours of the picture of the network: one channel looks the same in every place.
    states: [
      of("kept-strong"),
      of("output-dead"),
      of("input-dead"),
      of("both-dead"),
      of("hero-hollow"),
      of("withheld"),
    ],
    alive: [of("kept-strong"), of("kept-pale")],
    linear: [of("linear-a"), of("linear-b")],
  };
}

/** "#rrggbb" as a number; builds shorten "#ffffff" to "#fff". */
function rgb(hex: string): number {
  const digits = hex.slice(1);
  return Number.parseInt(digits.length === 3 ? [...digits].map((it) => it + it).join("") : digits, 16);
}

/** A colour as a little-endian pixel for a Uint32Array over ImageData. */
export function pixel(hex: string): number {
  const n = rgb(hex);
  return (0xff000000 | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
}

/** A ramp of `steps` pixels from one colour to another. */
export function ramp(from: string, to: string, steps: number): Uint32Array {
  const a = rgb(from);
  const b = rgb(to);
  return Uint32Array.from({ length: steps }, (_, i) => {
    const t = steps > 1 ? i / (steps - 1) : 0;
    const mix = (shift: number) => Math.round(((a >> shift) & 255) * (1 - t) + ((b >> shift) & 255) * t);
    return (0xff000000 | (mix(0) << 16) | (mix(8) << 8) | mix(16)) >>> 0;
  });
}

/** How large letters are on this page, 1 being the browsers' ordinary size: canvases have no rem. */
export function letterSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
}
