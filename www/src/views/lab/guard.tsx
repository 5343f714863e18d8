/** The largest pruning that keeps a pledge on the labelled images. */

import { percent, removedPercent } from "../../lib/format";
import { intervalText, pointsInterval, pointsText, shareText } from "../../lib/proportion";
import { scope } from "../../state/lab/bench";
import {
  type Found,
  found,
  guarding,
  guardProblem,
  type Pledge,
  pledge,
  searchGuard,
  stopGuard,
  type Tried,
  tried,
} from "../../state/lab/guard";
import { controls, takesShare } from "../../state/store";
import type { Against } from "../../wasm/core";
import { words } from "../../words";
import { Marked } from "../marked";
import { Choice, Heads, NumberBox } from "../parts";
import { Problem, Working } from "./working";

const LIMITS = { loss: { initial: 0.5, min: 0, max: 50 }, agreement: { initial: 99, min: 50, max: 100 } };

export function GuardView() {
  const of = pledge.value;
  const limits = LIMITS[of.kind];
  const set = (change: Partial<Pledge>) => {
    pledge.value = { ...of, ...change };
  };
  return (
    <section class="lab-part guard" aria-label={words.lab.guard.name}>
      <div class="guard-asks">
        <p>
          <Marked
            text={words.lab.guard.ask(
              words.choices.criteria[controls.criterion.value],
              words.choices.compensationInside(controls.compensation.value),
            )}
          />
        </p>
        <div class="row">
          <Choice
            name={words.lab.guard.must}
            value={of.kind}
            options={[
              ["loss", words.lab.guard.lose],
              ["agreement", words.lab.guard.agree],
            ]}
            onChoose={(kind) => set({ kind, limit: LIMITS[kind].initial })}
          />
          <NumberBox
            name={of.kind === "loss" ? words.lab.guard.points : words.lab.guard.percent}
            value={of.limit}
            min={limits.min}
            max={limits.max}
            onCommit={(limit) => set({ limit })}
          />
          <label class="lab-check">
            <input type="checkbox" checked={of.sure} onChange={(event) => set({ sure: event.currentTarget.checked })} />
            {words.lab.guard.sure}
          </label>
        </div>
        <div class="lab-actions">
          <button
            type="button"
            class="primary"
            disabled={!scope.value}
            aria-disabled={guarding.value !== null}
            onClick={() => void searchGuard()}
          >
            {words.lab.guard.run}
          </button>
          <Working
            name={words.lab.guard.working}
            progress={guarding.value}
            unit={words.lab.units.plans}
            rest={found.value ? "" : words.lab.guard.rest}
            news={found.value ? verdict(found.value) : ""}
            onStop={stopGuard}
          />
        </div>
        <Problem text={guardProblem.value} />
        <p class="lab-verdict">{found.value ? verdict(found.value) : "\u00a0"}</p>
      </div>
      <Trail />
    </section>
  );
}

function verdict({ pledge: of, best }: Found): string {
  const asked = of.kind === "loss" ? words.lab.guard.loses(of.limit) : words.lab.guard.agrees(of.limit);
  if (!best) return words.lab.guard.none(asked, of.sure, tried.value.length);
  const against = best.result.against!;
  const macs = percent(removedPercent(best.macs));
  return words.lab.guard.found(
    macs,
    best.result.images,
    asked,
    measured(of, against),
    !of.sure && doubtful(of, against),
  );
}

function measured(of: Pledge, against: Against): string {
  if (of.kind === "agreement")
    return words.lab.guard.measured(shareText(against.agreement), intervalText(against.agreement_interval));
  return words.lab.guard.measured(
    pointsText(against.difference ?? 0),
    pointsInterval(against.difference_interval ?? [0, 0]),
  );
}

/** The images at hand keep it; whether others would is another matter. */
function doubtful(of: Pledge, against: Against): boolean {
  const low = of.kind === "agreement" ? against.agreement_interval[0] : (against.difference_interval?.[0] ?? -1);
  return !(of.kind === "agreement" ? 100 * low >= of.limit : 100 * low >= -of.limit);
}

function Trail() {
  const { kind } = pledge.value;
  const best = found.value?.best ?? null;
  return (
    <div class="lab-scroll">
      <table class="trail">
        <caption class="hidden">{words.lab.guard.table}</caption>
        <Heads
          of={[
            words.lab.guard.macsRemoved,
            takesShare.value ? words.lab.guard.share : words.lab.guard.threshold,
            kind === "loss" ? words.lab.guard.change : words.lab.guard.agreement,
            words.lab.guard.holds,
          ]}
        />
        <tbody>
          {tried.value.length === 0 ? (
            <tr>
              <td class="hint" colSpan={4}>
                {words.lab.guard.trail}
              </td>
            </tr>
          ) : null}
          {tried.value.map((it) => (
            <TrailRow key={it.knob} of={it} kind={kind} best={it === best} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TrailRow({ of, kind, best }: { of: Tried; kind: Pledge["kind"]; best: boolean }) {
  const against = of.result.against!;
  const [main, small] =
    kind === "agreement"
      ? [shareText(against.agreement), intervalText(against.agreement_interval)]
      : against.difference === null
        ? ["–", ""]
        : [
            pointsText(against.difference),
            against.difference_interval ? pointsInterval(against.difference_interval) : "",
          ];
  return (
    <tr class={best ? "best" : ""}>
      <td>{percent(removedPercent(of.macs))}</td>
      <td>{of.knob}</td>
      <td>
        {main} <small>{small}</small>
      </td>
      <td>{of.holds ? words.lab.guard.yes : words.lab.guard.no}</td>
    </tr>
  );
}
