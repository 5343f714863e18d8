/** Where an amount stands along the slider, from 0 to 1, and which amounts are written under it. */
import { HIGHEST, LOWEST, logit } from "../lib/logit";

/** The slider's right end, for the criteria that take a share. */
export const MOST_SHARE = 0.95;

export function amountPlace(amount: number, takesShare: boolean): number {
  if (takesShare) return amount / MOST_SHARE;
  const at = Math.min(HIGHEST, Math.max(LOWEST, amount));
  return (logit(at) - logit(LOWEST)) / (logit(HIGHEST) - logit(LOWEST));
}

export function amountTicks(takesShare: boolean): string[] {
  return takesShare ? ["0", "0.25", "0.5", "0.75"] : ["0.1", "0.5", "0.9", "0.99", "0.999", "0.9999"];
}
