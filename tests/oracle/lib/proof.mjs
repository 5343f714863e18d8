// What every pruned file has to show, measured by the second runtime.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { count } from "./count.mjs";
import { decode } from "./onnx.mjs";
import { compare, noise, open } from "./runtime.mjs";

/** Asserts |Δ| ≤ tolerance · max(1, largest |output|) between two networks on seeded noise; resolves to |Δ|. */
export async function assertSame(one, other, { batch = 1, seed = 1, tolerance = 1e-4, what }) {
  const feeds = noise(one, batch, seed);
  const { difference, scale } = compare(await one.run(feeds), await other.run(feeds));
  const allowed = tolerance * Math.max(1, scale);
  assert.ok(difference <= allowed, `${what}: differs by ${difference} where ${allowed} is allowed (batch ${batch})`);
  return difference;
}

/** Asserts that the network runs and that all its outputs are finite. */
export async function assertRuns(session, batch) {
  for (const { data } of Object.values(await session.run(noise(session, batch, 7)))) {
    assert.ok(data.length > 0 && data.every(Number.isFinite), `an output is empty or not finite (batch ${batch})`);
  }
}

/** Asserts that what a plan reports of a written file is what the file holds. */
export async function assertCounts(file, plan) {
  const bytes = readFileSync(file);
  const { params, macs } = await count(decode(bytes));
  assert.equal(plan.params.after, params, "parameters");
  assert.equal(plan.macs.after, macs, "MACs");
  assert.equal(plan.bytes.after, bytes.length, "bytes");
}

/** Opens files, hands them on, and closes them whatever happens. */
export async function withSessions(files, work) {
  const sessions = [];
  try {
    for (const file of files) sessions.push(await open(file));
    return await work(...sessions);
  } finally {
    for (const session of sessions) await session.release();
  }
}
