/** What a repair did, on images held back from it. */

import { value } from "../lib/format";
import { shareText } from "../lib/proportion";
import { type Closeness, type RepairReport, repairOf } from "../state/repaired";
import type { Plan } from "../wasm/core";
import { words } from "../words";

export function Repaired({ plan }: { plan: Plan }) {
  const report = repairOf(plan);
  if (!report) return null;
  const { held, declined, warning, before, after } = report;
  return (
    <div class="repaired">
      {declined ? <p class="stale-note">{words.proof.repaired.left(declined)}</p> : null}
      {held > 0 ? (
        <table>
          <caption>{words.proof.repaired.table(held)}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">{words.proof.repaired.cut}</th>
              <th scope="col">{words.proof.repaired.repaired}</th>
            </tr>
          </thead>
          <tbody>
            {rows(before, after).map(([name, a, b]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{a}</td>
                <td>{b}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p class="hint">{words.proof.repaired.tooFew}</p>
      )}
      {warning ? <p class="caution">{warning}</p> : null}
      <Layers of={report} />
    </div>
  );
}

function rows(before: Closeness, after: Closeness): [string, string, string][] {
  const all: [string, string, string][] = [[words.proof.repaired.difference, value(before.error), value(after.error)]];
  if (before.mean_kl !== null && after.mean_kl !== null) {
    all.unshift([words.proof.repaired.kl, value(before.mean_kl), value(after.mean_kl)]);
  }
  if (before.agreement !== null && after.agreement !== null) {
    all.unshift([words.proof.repaired.agreement, shareText(before.agreement), shareText(after.agreement)]);
  }
  return all;
}

function Layers({ of }: { of: RepairReport }) {
  const layers = of.steps.flatMap((it) => it.layers);
  const left = layers.filter((it) => it.declined);
  if (layers.length === 0) return null;
  return (
    <details>
      <summary>{words.proof.repaired.layers(layers.length - left.length, left.length)}</summary>
      <ul class="reasons">
        {left.map((it) => (
          <li key={it.node}>
            <code>{it.node}</code> {it.declined}
          </li>
        ))}
      </ul>
    </details>
  );
}
