/**
 * A question that is asked again and again, where only the latest call counts: at most one is under way,
 * and whatever was asked meanwhile becomes one more at its end. An error ends the turn and forgets the call;
 * `work` says what is to be said of it.
 */
export function latest(work: () => Promise<void>): () => Promise<void> {
  let busy = false;
  let wanted = false;
  return async () => {
    wanted = true;
    if (busy) return;
    busy = true;
    try {
      while (wanted) {
        wanted = false;
        await work();
      }
    } finally {
      busy = false;
    }
  };
}
