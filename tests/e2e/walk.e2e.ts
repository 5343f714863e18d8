/**
 * Whatever was done before: a file that is saved is the plan that was shown when the button was pressed.
 * WALKS is the number of walks, WALK_STEPS their length, WALK_SEED the first seed,
 * WALK_LANES how many pages walk at a time.
 */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openPage } from "./harness";
import { print, type Step, shorten, stepsOf, type Tally, walk } from "./walk";

const WALKS = Number(process.env.WALKS ?? 60);
const STEPS = Number(process.env.WALK_STEPS ?? 12);
const FIRST = Number(process.env.WALK_SEED ?? 1);
/** Pages that walk beside each other: a page alone waits half of its time. */
const LANES = Number(process.env.WALK_LANES ?? 2);

const PICTURES = ["bag", "coat"].map((name) => ({
  name: `${name}.png`,
  mimeType: "image/png",
  buffer: readFileSync(new URL(`../../www/public/samples/images/fashion/${name}.png`, import.meta.url)),
}));

/** Few small pictures, so that running takes no longer than it must. */
async function freshPage(): Promise<Page> {
  // Problems are counted by the walk itself, which knows the step.
  const page = await openPage({ hash: "#view=lab", expected: /./ });
  await page.getByLabel("Add images").setInputFiles(PICTURES);
  return page;
}

async function failure(steps: readonly Step[]): Promise<string | null> {
  const page = await freshPage();
  try {
    await walk(page, steps, { saved: 0, declined: [] });
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await page.context().close();
  }
}

// What a walk finds once is found: no second try.
const OPTIONS = { retry: 0, timeout: WALKS * 60_000 };

test(`${WALKS} random walks of ${STEPS} steps: every saved file is the plan that was shown`, OPTIONS, async () => {
  const start = Date.now();
  const tally: Tally = { saved: 0, declined: [] };
  const lane = async (from: number) => {
    let page = await freshPage();
    for (let seed = from; seed < FIRST + WALKS; seed += LANES) {
      const steps = stepsOf(seed, STEPS);
      try {
        await walk(page, steps, tally);
      } catch (error) {
        const first = (error as Error).message;
        await page.context().close();
        const alone = await failure(steps);
        if (alone === null) {
          throw new Error(`Seed ${seed}, only behind the walks before it: ${first}\n${print(steps)}`);
        }
        const shortest = await shorten(steps, async (it) => (await failure(it)) !== null);
        page = await freshPage();
        throw new Error(`Seed ${seed}: ${first}\n${print(steps)}\nShortened:\n${print(shortest)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, k) => lane(FIRST + k)));
  const reasons = [...new Set(tally.declined)].map(
    (it) => `${tally.declined.filter((one) => one === it).length}× ${it}`,
  );
  console.log(
    `${WALKS} walks in ${((Date.now() - start) / 1000).toFixed(0)} s, ${tally.saved} files saved; declined: ${reasons.join(" | ") || "none"}`,
  );
  // A page that declines everything would save nothing wrong either.
  expect(tally.saved).toBeGreaterThan(tally.declined.length * 3);
  expect(tally.saved).toBeGreaterThanOrEqual(WALKS / 2);
});
