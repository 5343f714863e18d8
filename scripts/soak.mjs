// `npm run soak`: 200 networks, 30 repairs and 2,000 threshold changes in one page, and what it holds at the end.
import { build } from "./build.mjs";
import { main, must, npx } from "./lib.mjs";
import { browser } from "./setup.mjs";

await main(import.meta, async () => {
  await build();
  const test = ["run", "--project", "e2e", "tests/e2e/soak.e2e.ts"];
  const [command, args] = npx("vitest/vitest.mjs", ...test);
  await must(command, args, { env: { SOAK: "full", CHROMIUM: await browser() } });
});
