/** Entries of the performance timeline that tests and curious people read. */
export type MeasureName = "load" | "plan" | "prune" | "check" | "infer:original" | "infer:pruned";

export function measure(name: MeasureName, start: number, end = performance.now()): number {
  performance.measure(name, { start, end: Math.max(start, end) });
  return end - start;
}

export async function timed<T>(name: MeasureName, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  measure(name, start);
  return result;
}
