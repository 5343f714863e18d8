import { expect, test } from "vitest";
import { hundredths, intervalText, pointsInterval, pointsText, shareText, timeLeft } from "./proportion";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

test("shares, intervals and changes", () => {
  expect(plain(shareText(0.9073))).toBe("90.7 %");
  expect(shareText(null)).toBe("–");
  expect(plain(intervalText([0.8877, 0.9244]))).toBe("88.8 – 92.4");
  expect(intervalText(null)).toBe("");
  expect(pointsText(-0.0042)).toBe("−0.4");
  expect(pointsText(0.0042)).toBe("+0.4");
  expect(plain(pointsInterval([-0.0112, 0.003]))).toBe("−1.1 to +0.3");
});

test("nothing is never minus nothing", () => {
  expect(hundredths(-0.0001)).toBe("0.0");
  expect(pointsText(-0.0001)).toBe("0.0");
  expect(pointsText(0)).toBe("0.0");
});

test("time left in the unit one waits in", () => {
  expect(timeLeft(null)).toBe("");
  expect(plain(timeLeft(0.2))).toBe("1 s left");
  expect(plain(timeLeft(12.4))).toBe("12 s left");
  expect(plain(timeLeft(200))).toBe("3 min left");
  expect(plain(timeLeft(7200))).toBe("2.0 h left");
});
