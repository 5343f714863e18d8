/** An opened network as the page holds it. */
import type { Companion, Opened } from "./api";

/** A local network may have come from an address that a link names. */
export type Source = { kind: "sample"; file: string } | { kind: "local"; url?: string };

export interface Model extends Opened {
  source: Source;
  /** Kept to open the network again in a replaced or second worker. */
  blob: Blob;
  /** The files its weights lie in, if not in its own. */
  companions: Companion<Blob>[];
  /** Short row labels, one per site, and one per layer. */
  siteNames: string[];
  layerNames: string[];
}
