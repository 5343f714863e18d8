/** Long work of the lab: how far it is, how long it will take, and how to end it. */
import { words } from "../../words";
import { EngineLost } from "../../worker/engine";
import { stopCutter } from "../engines";
import { pool } from "./pool";

export interface Progress {
  done: number;
  total: number;
  /** Seconds; null until it is known. */
  left: number | null;
}

/** Handed through everything that works for one request of the user's. */
export class Token {
  stopped = false;
  private ended = false;

  /** Ends between two slices, and by force where a slice takes longer than a person waits. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    setTimeout(() => {
      if (this.ended) return;
      pool.cancel();
      stopCutter();
    }, PATIENCE_MS);
  }

  end(): void {
    this.ended = true;
  }

  check(): void {
    if (this.stopped) throw new EngineLost(words.page.stopped, true);
  }
}

const PATIENCE_MS = 150;

export function wasStopped(error: unknown): boolean {
  return error instanceof EngineLost && error.cancelled;
}

/** Reckons the time that is left from the pace so far; the first moments say nothing. */
export class Clock {
  private readonly since = performance.now();
  private readonly total: number;
  private readonly already: number;

  constructor(total: number, already = 0) {
    this.total = total;
    this.already = already;
  }

  at(done: number): Progress {
    const seconds = (performance.now() - this.since) / 1000;
    const fresh = done - this.already;
    const left = seconds < 0.7 || fresh <= 0 ? null : (seconds * (this.total - done)) / fresh;
    return { done, total: this.total, left };
  }
}
