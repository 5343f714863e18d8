/**
 * The pool does one thing at a time. What a person asked for goes before what runs in the background,
 * at the next point where the background pauses.
 */
type Waiting = { urgent: boolean; start: () => void };

const waiting: Waiting[] = [];
let taken = false;

function release(): void {
  const next = waiting.findIndex((it) => it.urgent);
  const [chosen] = waiting.splice(Math.max(0, next), 1);
  if (chosen) chosen.start();
  else taken = false;
}

/** Whether somebody who should not wait does. */
export function pressing(): boolean {
  return waiting.some((it) => it.urgent);
}

export async function turn<T>(urgent: boolean, work: () => Promise<T>): Promise<T> {
  if (taken) await new Promise<void>((start) => waiting.push({ urgent, start }));
  taken = true;
  try {
    return await work();
  } finally {
    release();
  }
}
