import { expect, test } from "vitest";
import { latest } from "./latest";

/** Work that ends when told to, and how often it began. */
function held() {
  const ends: ((error?: string) => void)[] = [];
  const work = () => new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
  return { ends, work };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test("what is asked meanwhile is asked once more, not once each", async () => {
  const { ends, work } = held();
  const ask = latest(work);
  const first = ask();
  for (let i = 0; i < 5; i++) await ask();
  expect(ends).toHaveLength(1);
  ends[0]!();
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]!();
  await first;
  await turn();
  expect(ends).toHaveLength(2);
});

test("after an error it can be asked again", async () => {
  const { ends, work } = held();
  const ask = latest(work);
  const first = ask();
  ends[0]!("no");
  await expect(first).rejects.toBe("no");
  const second = ask();
  expect(ends).toHaveLength(2);
  ends[1]!();
  await second;
});
