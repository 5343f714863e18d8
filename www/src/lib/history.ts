/**
 * Steps back and forth through values. A gesture (one drag, one run of held arrow keys) changes a value
 * many times and is one step: changes that carry the same gesture are merged.
 */
export class History<T> {
  private past: T[] = [];
  private future: T[] = [];
  private now: T;
  private gesture: unknown = null;
  private readonly limit: number;

  constructor(now: T, limit = 200) {
    this.now = now;
    this.limit = limit;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** What an undo, or a redo, would bring back. */
  get previous(): T | undefined {
    return this.past.at(-1);
  }

  get next(): T | undefined {
    return this.future.at(-1);
  }

  /** Takes a new value as a step; `gesture` is null for a change that stands alone. */
  record(value: T, gesture: unknown = null): void {
    const merged = gesture !== null && gesture === this.gesture;
    this.gesture = gesture;
    if (!merged) {
      this.past.push(this.now);
      if (this.past.length > this.limit) this.past.shift();
    }
    this.now = value;
    this.future = [];
  }

  undo(): T | undefined {
    return this.move(this.past, this.future);
  }

  redo(): T | undefined {
    return this.move(this.future, this.past);
  }

  /** Forgets all steps. */
  restart(value: T): void {
    this.past = [];
    this.future = [];
    this.gesture = null;
    this.now = value;
  }

  private move(from: T[], to: T[]): T | undefined {
    const value = from.pop();
    if (value === undefined) return undefined;
    to.push(this.now);
    this.now = value;
    // A drag that goes on after an undo is a step of its own.
    this.gesture = null;
    return value;
  }
}
