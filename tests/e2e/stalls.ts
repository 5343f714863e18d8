/** How long the page kept its own thread busy at a time. */
import type { Page } from "playwright-core";

export interface Stall {
  at: number;
  /** ms */
  long: number;
}

/** From now on. Where the browser does not tell of long tasks, as in Firefox, a late frame tells of one. */
export async function watchStalls(page: Page): Promise<void> {
  await page.evaluate(() => {
    const stalls: Stall[] = [];
    Object.assign(window, { stalls });
    if (PerformanceObserver.supportedEntryTypes.includes("longtask")) {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) stalls.push({ at: entry.startTime, long: entry.duration });
      }).observe({ type: "longtask" });
      return;
    }
    const frame = 1000 / 60;
    let last = performance.now();
    const look = () => {
      const now = performance.now();
      // What a frame missed beyond its own length, and one that fell out for no reason of the page.
      const long = now - last - 2 * frame;
      if (long > 50) stalls.push({ at: last, long });
      last = now;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

export function stalls(page: Page): Promise<Stall[]> {
  return page.evaluate(() => (window as unknown as { stalls: Stall[] }).stalls);
}

/** For tests that assert times: a machine that others use stands still now and then, so they get three tries. */
export const TIMED = { retry: 2 };
