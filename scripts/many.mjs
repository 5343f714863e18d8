// Runs one of the randomised Rust tests at a size of your choice: `npm run mutants -- 300000 [FIRST SEED]`,
// `npm run property -- 20000 [FIRST SEED]`.
import { main, must, Stop } from "./lib.mjs";

const tests = {
  mutants: { env: ["MUTANTS", "MUTANTS_FROM"], usual: 20000 },
  property: { env: ["CHANNEL_PRUNING_CASES", "CHANNEL_PRUNING_FROM"], usual: 20000 },
};

await main(import.meta, async ([name, count, from]) => {
  const test = tests[name];
  const number = (text, or) => (text === undefined ? or : Number(text));
  const values = [number(count, test?.usual), number(from, 0)];
  if (!test || values.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new Stop("Usage: npm run mutants -- COUNT [FIRST SEED], or npm run property -- COUNT [FIRST SEED].");
  }
  const env = Object.fromEntries(test.env.map((key, i) => [key, String(values[i])]));
  await must("cargo", ["test", "--locked", "--test", name, "--", "--nocapture"], { env });
});
