// Plans against ones computed from the definition by an independent program (tests/reference), number for number.
import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { json, pruneJson, samples } from "./lib/prune.mjs";

for (const reference of json("tests", "fixtures", "reference_plans.json") ?? []) {
  describe(reference.file, () => {
    for (const expected of reference.plans) {
      test(`threshold ${expected.threshold}`, async () => {
        const file = path.join(samples, reference.file);
        const plan = await pruneJson("plan", file, "--threshold", expected.threshold);
        assert.deepEqual(plan.cases, expected.cases);
        assert.deepEqual(plan.params, { before: reference.params, after: expected.params });
        assert.deepEqual(plan.macs, { before: reference.macs, after: expected.macs });
        const removed = plan.layers.filter((layer) => layer.removed.length > 0);
        assert.deepEqual(Object.fromEntries(removed.map((layer) => [layer.name, layer.removed])), expected.removed);
      });
    }
  });
}
