/** One plan, pruned and judged on the images, or remembered. */

import { identityOf } from "../../lib/identity";
import { RECORD } from "../../lib/tally";
import type { Evaluation, PlanOptions } from "../../wasm/core";
import { words } from "../../words";
import { EngineLost } from "../../worker/engine";
import { cutterCall } from "../engines";
import { keyOf } from "../store";
import type { Scope } from "./bench";
import { type Candidate, pool } from "./pool";
import type { Token } from "./progress";
import { addResult, results, SHOWN } from "./results";
import { pressing, turn } from "./turns";

interface JudgeRequest {
  of: Scope;
  token: Token;
  /** A person waits for it; the background makes room. */
  urgent: boolean;
  heard?: (records: Float64Array) => void;
}

/** A network that was opened, or a measurement that was made since, ends what it has nothing to do with. */
async function cut(plan: PlanOptions, { origin }: Scope): Promise<Blob> {
  const [, made, bytes] = await cutterCall((core) => Promise.all([core.prune(plan), core.made(), core.prunedBytes()]));
  if (made.identity !== identityOf(origin, plan)) throw new EngineLost(words.page.stopped, true);
  return new Blob([bytes as Uint8Array<ArrayBuffer>]);
}

/** Any network under a key of its own: repaired ones have no plan that would make them again. */
export function judgeFile(key: string, bytes: () => Promise<Blob>, request: JudgeRequest): Promise<Evaluation> {
  const known = results.peek().get(key);
  if (known) return Promise.resolve(known);
  const { of, token, urgent, heard = () => {} } = request;
  return turn(urgent, async () => {
    token.check();
    const candidate: Candidate = { id: `${of.key}${key}`, bytes: await bytes() };
    const halted = () => token.stopped || (!urgent && pressing());
    const first: number[] = [];
    const listen = (records: Float64Array) => {
      for (let at = 0; at + RECORD <= records.length; at += RECORD)
        if (records[at]! < SHOWN) first.push(...records.subarray(at, at + RECORD));
      heard(records);
    };
    const result = await pool.evaluate(of.bench, candidate, of.images, { heard: listen, halted });
    addResult(of.key, key, result, first);
    return result;
  });
}

export function judgePlan(plan: PlanOptions, request: JudgeRequest): Promise<Evaluation> {
  return judgeFile(keyOf(plan), () => cut(plan, request.of), request);
}

/** A key for a network that is only given by its file. */
export async function fileKey(bytes: Blob): Promise<string> {
  return `file:${await pool.digest([bytes])}`;
}
