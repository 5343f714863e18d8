import { expect, test } from "vitest";
import { digest, digestText } from "./digest";

test("equal bytes have equal digests, others do not", () => {
  expect(digestText("a network")).toBe(digestText("a network"));
  const seen = new Set<string>();
  for (let i = 0; i < 5000; i++) seen.add(digest([Uint8Array.from([i & 255, i >> 8, 7])]));
  expect(seen.size).toBe(5000);
});

test("one bit, the length and the border between files count", () => {
  const bytes = new Uint8Array(1000);
  const flipped = bytes.slice();
  flipped[400] = 1;
  expect(digest([bytes])).not.toBe(digest([flipped]));
  expect(digest([bytes])).not.toBe(digest([bytes.subarray(1)]));
  expect(digest([bytes])).not.toBe(digest([bytes.subarray(0, 500), bytes.subarray(500)]));
});
