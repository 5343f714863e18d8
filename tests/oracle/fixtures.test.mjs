// Networks as exporters write them, with random weights: counted, pruned, and compared with their masked twins.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { checkFiles, noChecker } from "./lib/checker.mjs";
import { count } from "./lib/count.mjs";
import { fill } from "./lib/fill.mjs";
import { decode, encode } from "./lib/onnx.mjs";
import { assertCounts, assertRuns, assertSame, withSessions } from "./lib/proof.mjs";
import { flags, json, pruneJson, root, scratch } from "./lib/prune.mjs";

const choices = [
  { criterion: "probability", amount: 0.99, compensation: "shift" },
  { criterion: "sigma", amount: 0.3, compensation: "mean" },
  { criterion: "random", amount: 0.3, compensation: "none" },
];

const folder = scratch();
const written = [];

for (const expected of json("tests", "fixtures", "expected.json") ?? []) {
  const name = expected.file;
  describe(name, () => {
    const file = path.join(folder, name);
    const model = fill(decode(readFileSync(path.join(root, "tests", "fixtures", name))), 1);
    writeFileSync(file, encode(model));

    test("is counted right", async () => {
      const params = expected.params + expected.params_other;
      assert.deepEqual(await count(model), { params, macs: expected.macs }, "counted here");
      const inspect = await pruneJson("inspect", file);
      assert.deepEqual({ params: inspect.params, macs: inspect.macs }, { params, macs: expected.macs });
    });

    for (const choice of choices) {
      test(Object.values(choice).join(" "), async () => {
        const [out, twin] = [
          path.join(folder, `pruned-${choice.criterion}-${name}`),
          path.join(folder, `twin-${name}`),
        ];
        const plan = await pruneJson("apply", file, ...flags(choice), "-o", out, "--twin", twin);
        written.push(out);
        await assertCounts(out, plan);
        await withSessions([out, twin], async (pruned, masked) => {
          await assertRuns(pruned, 1);
          await assertSame(masked, pruned, { what: "masked twin" });
        });
      });
    }
  });
}

test("onnx.checker accepts every file written", { skip: noChecker }, () => checkFiles(written));
