import { expect, test } from "vitest";
import { turn } from "./turns";

test("one at a time, the urgent first, and a failure does not block the rest", async () => {
  const log: string[] = [];
  let busy = 0;
  const work =
    (name: string, fails = false) =>
    async () => {
      expect(++busy).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 2));
      busy--;
      log.push(name);
      if (fails) throw new Error(name);
    };
  const all = [
    turn(false, work("first")),
    turn(false, work("background")),
    turn(true, work("asked for", true)),
    turn(false, work("last")),
  ];
  const ends = await Promise.allSettled(all);
  expect(log).toEqual(["first", "asked for", "background", "last"]);
  expect(ends.map((it) => it.status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
});
