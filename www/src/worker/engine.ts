/**
 * A worker that may die. The core is built with panic=abort, so a bug or exhausted memory surfaces as
 * a RuntimeError and leaves the wasm instance unusable: the worker is replaced, and whoever owns the
 * engine opens its network again. The same path, without the alarm, is how long work is cancelled.
 */

import { type Remote, releaseProxy, wrap } from "comlink";
import { words } from "../words";
import type { Api } from "./api";
import type { Fault } from "./fault";
import { spawn } from "./spawn";

/** The worker was lost (or stopped) during a call; a fresh, empty one has taken its place. */
export class EngineLost extends Error {
  readonly cancelled: boolean;
  constructor(reason: string, cancelled: boolean) {
    super(reason);
    this.name = "EngineLost";
    this.cancelled = cancelled;
  }
}

const coreWorker = () =>
  spawn(
    "core.worker",
    () => new Worker(new URL("./core.worker.ts", import.meta.url), { type: "module", name: "core" }),
  );

export class Engine<A = Api> {
  private worker!: Worker;
  private remote!: Remote<A>;
  private readonly make: () => Worker;
  /**
   * Who waits for an answer. A promise of the worker's end to race against would hold on to every answer that it was
   * ever raced with, for as long as the worker lives.
   */
  private waiting = new Set<(lost: EngineLost) => void>();
  private broken = false;
  /** Counts replacements, so that an owner can tell whether its network is still in there. */
  generation = 0;

  constructor(make: () => Worker = coreWorker) {
    this.make = make;
    this.start();
  }

  async call<T>(work: (core: Remote<A>) => Promise<T>): Promise<T> {
    // Only on demand: a worker whose script can not be fetched would otherwise restart for ever.
    if (this.broken) this.replace(new EngineLost(words.errors.restarted, false));
    const generation = this.generation;
    try {
      return await this.answered(work(this.remote));
    } catch (error) {
      if (isFatal(error) && generation === this.generation) {
        const lost = new EngineLost(error.message, false);
        this.replace(lost);
        throw lost;
      }
      throw error;
    }
  }

  /** A terminated worker never answers, so whoever waits hears of its end. */
  private answered<T>(answer: Promise<T>): Promise<T> {
    const { waiting } = this;
    return new Promise<T>((resolve, reject) => {
      waiting.add(reject);
      answer.then(resolve, reject).finally(() => waiting.delete(reject));
    });
  }

  private fail(lost: EngineLost): void {
    const { waiting } = this;
    this.waiting = new Set();
    for (const reject of waiting) reject(lost);
  }

  cancel(): void {
    this.replace(new EngineLost(words.page.stopped, true));
  }

  private start(): void {
    this.broken = false;
    this.worker = this.make();
    this.remote = wrap<A>(this.worker);
    const { worker } = this;
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (worker !== this.worker) return;
      this.broken = true;
      this.fail(new EngineLost(event.message || words.errors.notStarted, false));
    });
  }

  private replace(reason: EngineLost): void {
    const { worker, remote } = this;
    this.generation++;
    this.start();
    this.fail(reason);
    remote[releaseProxy]();
    worker.terminate();
  }
}

function isFatal(error: unknown): error is Error {
  return error instanceof Error && (error.name === "RuntimeError" || error.name === "RangeError");
}

const FAULTS = new Map<string, string>(Object.entries<string>(words.errors.worker satisfies Record<Fault, string>));

/** One sentence from whatever was thrown: the core throws strings, a worker the name of one (see fault.ts). */
export function sentence(error: unknown): string {
  const thrown = typeof error === "string" ? error : error instanceof Error ? error.message : String(error);
  const text = FAULTS.get(thrown) ?? thrown;
  const trimmed = text.trim() || words.errors.unknown;
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
