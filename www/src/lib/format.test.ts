import { expect, test } from "vitest";
import * as format from "./format";

test("counts, sizes and shares", () => {
  expect(format.count(823722)).toBe("823,722");
  expect(format.compact(823722)).toBe("824\u00a0k");
  expect(format.compact(12167168)).toBe("12.2\u00a0M");
  expect(format.compact(999_900)).toBe("1.0\u00a0M");
  expect(format.bytes(3364890)).toBe("3.4\u00a0MB");
  expect(format.bytes(512)).toBe("512\u00a0B");
  expect(format.percent(format.removedPercent({ before: 823722, after: 684042 }))).toBe("17.0\u00a0%");
  expect(format.percent(format.removedPercent({ before: 0, after: 0 }))).toBe("0.0\u00a0%");
  expect(format.percent(-0.01)).toBe("0.0\u00a0%");
});

test("a probability is never rounded to certainty", () => {
  expect(format.probability(1)).toBe("1");
  expect(format.probability(0.99999)).toBe("0.999990");
  expect(format.probability(1 - 1e-9)).toContain("10⁻⁹");
  expect(format.probability(1e-12)).toBe("1.0·10⁻¹²");
});

test("values carry a real minus sign", () => {
  expect(format.value(-0.1234)).toBe("−0.123");
  expect(format.value(-1e-9)).toBe("−1.0·10⁻⁹");
});

test("median", () => {
  expect(format.median([3, 1, 2])).toBe(2);
  expect(format.median([4, 1, 2, 3])).toBe(2.5);
  expect(format.median([])).toBeNaN();
});

test("the file name says the plan", () => {
  expect(format.planFileStem("net.onnx", "probability", 0.99, "shift")).toBe("net.probability-0.99-shift");
  expect(format.planFileStem("my net.onnx", "sigma", 0.25, "mean")).toBe("my_net.sigma-0.25-mean");
});

test("the square of a Gaussian is not read as part of a power", () => {
  expect(format.normal(0.5, 0.25)).toBe("N(0.500, 0.250²)");
  expect(format.normal(-0.5, 9.5e-5)).toBe("N(−0.500, (9.5·10⁻⁵)²)");
});
