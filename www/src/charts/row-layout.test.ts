import { expect, test } from "vitest";
import { cellAt, rowLayout, slotAt } from "./row-layout";

test.each([
  [1, 560],
  [16, 560],
  [128, 560],
  [1280, 560],
  [1000, 330],
])("every one of %i cells in %i pixels is found again under its middle", (channels, width) => {
  const layout = rowLayout(channels, width, 400);
  expect(layout.perLine * layout.lines).toBeGreaterThanOrEqual(channels);
  for (let slot = 0; slot < channels; slot++) {
    const { x, y } = cellAt(layout, slot);
    expect(x + layout.cell.width).toBeLessThanOrEqual(width);
    expect(y + layout.cell.height).toBeLessThanOrEqual(layout.total.height);
    expect(slotAt(layout, channels, x + layout.cell.width / 2, y + layout.cell.height / 2)).toBe(slot);
  }
});

test("beside, above and between the cells there is none", () => {
  const layout = rowLayout(50, 560, 300);
  expect(slotAt(layout, 50, 1, layout.top + 5)).toBeNull();
  expect(slotAt(layout, 50, 100, 2)).toBeNull();
  expect(slotAt(layout, 50, 100, layout.top + layout.cell.height + 4)).toBeNull();
  const last = cellAt(layout, 49);
  expect(slotAt(layout, 50, last.x + layout.cell.width + 1, last.y + 3)).toBeNull();
});
