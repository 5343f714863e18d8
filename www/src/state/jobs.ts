/** Long work, shown only when it lasts: progress that flashes for 50 ms is noise. */
import { type Job, job } from "./store";

const PATIENCE_MS = 200;

export async function withJob<T>(
  label: string,
  cancel: (() => void) | null,
  work: (progress: (fraction: number, label?: string) => void) => Promise<T>,
): Promise<T> {
  const mine: Job = { label, fraction: null, cancel };
  let current = mine;
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    job.value = current;
  }, PATIENCE_MS);
  try {
    return await work((fraction, text) => {
      const next = { ...current, fraction, label: text ?? current.label };
      if (shown && job.value === current) job.value = next;
      current = next;
    });
  } finally {
    clearTimeout(timer);
    if (job.value === current) job.value = null;
  }
}
