import { expect, test } from "vitest";
import { History } from "./history";

test("steps go back and forth, and a new step forgets what was undone", () => {
  const history = new History(1);
  expect(history.undo()).toBeUndefined();
  history.record(2);
  history.record(3);
  expect(history.previous).toBe(2);
  expect(history.undo()).toBe(2);
  expect(history.undo()).toBe(1);
  expect(history.canUndo).toBe(false);
  expect(history.redo()).toBe(2);
  expect(history.next).toBe(3);
  history.record(9);
  expect(history.canRedo).toBe(false);
  expect(history.undo()).toBe(2);
});

test("one gesture is one step, the next gesture another", () => {
  const history = new History(0);
  for (let i = 1; i <= 50; i++) history.record(i, "drag 1");
  for (let i = 51; i <= 60; i++) history.record(i, "drag 2");
  expect(history.undo()).toBe(50);
  expect(history.undo()).toBe(0);
  expect(history.canUndo).toBe(false);
});

test("a gesture does not swallow the change that stands alone between its parts", () => {
  const history = new History(0);
  history.record(1, "drag");
  history.record(2);
  history.record(3, "drag");
  expect(history.undo()).toBe(2);
  expect(history.undo()).toBe(1);
});

test("the oldest steps fall off, and a restart forgets all", () => {
  const history = new History(0, 3);
  for (let i = 1; i <= 10; i++) history.record(i);
  expect([history.undo(), history.undo(), history.undo(), history.undo()]).toEqual([9, 8, 7, undefined]);
  history.restart(5);
  expect(history.canRedo).toBe(false);
  history.record(6);
  expect(history.undo()).toBe(5);
});
