/** What an evaluation came to, with what should be known of it. */
import type { Evaluation } from "../wasm/core";

/** With the time it was measured; results that were kept earlier have none. */
export type Dated = Evaluation & {
  measuredAt?: number;
  /** Records of the first images (see lib/tally.ts), for showing them. */
  first?: number[];
};

/** The accuracy that can be said of a plan, with all that it depends on. */
export interface Judged {
  result: Dated;
  /** Name of the labelled images. */
  data: string;
  repaired: boolean;
  /** Whether it was measured for the plan on the page. */
  current: boolean;
}
