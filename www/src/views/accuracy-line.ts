import { fixed, percent } from "../lib/format";
import type { Judged } from "../lib/judged";
import { words } from "../words";

/** Before, after, and the difference with its interval; agreement where there are no labels. */
export function accuracyLine({ result }: Pick<Judged, "result">) {
  const { against } = result;
  if (!against) return null;
  const inPercent = ([low, high]: [number, number]) => `${fixed(100 * low, 1)} – ${percent(100 * high)}`;
  const signed = (points: number) => `${points > 0 ? "+" : ""}${fixed(100 * points, 1)}`;
  if (result.accuracy === null || against.accuracy === null || against.difference === null) {
    return {
      agreement: true,
      before: "",
      after: percent(100 * against.agreement),
      change: "",
      interval: inPercent(against.agreement_interval),
    };
  }
  const [low, high] = against.difference_interval ?? [against.difference, against.difference];
  return {
    agreement: false,
    before: percent(100 * result.accuracy),
    after: percent(100 * against.accuracy),
    change: words.report.points(signed(against.difference)),
    interval: `${signed(low)} … ${signed(high)}`,
  };
}
