/** While the page loads, nothing moves away from under a reader's eye or finger. */
import { expect, test } from "vitest";
import { BROWSER } from "./browsers";
import { openPage } from "./harness";

declare global {
  interface Window {
    shifts: number;
    bars: number[];
  }
}

// Firefox does not tell of shifts.
test.runIf(BROWSER === "chromium").each([
  [1440, 900],
  [1024, 768],
  [390, 844],
])("at %i×%i next to nothing shifts at load, and the bar at the top keeps its height", async (width, height) => {
  const page = await openPage({
    viewport: { width, height },
    before: (opened) =>
      opened.addInitScript(() => {
        window.shifts = 0;
        window.bars = [];
        if (PerformanceObserver.supportedEntryTypes.includes("layout-shift")) {
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries())
              window.shifts += (entry as PerformanceEntry & { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
        }
        const look = () => {
          const bar = document.querySelector(".topbar")?.getBoundingClientRect().height;
          if (bar !== undefined) window.bars.push(bar);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  });
  const { shifts, bars } = await page.evaluate(() => ({ shifts: window.shifts, bars: window.bars }));
  expect(shifts).toBeLessThan(0.1);
  expect(bars.length).toBeGreaterThan(3);
  expect(Math.max(...bars) - Math.min(...bars)).toBeLessThanOrEqual(1);
});
