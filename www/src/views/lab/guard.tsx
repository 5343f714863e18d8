/** The largest pruning that keeps a pledge on the labelled images. */
import { percent, plural, removedPercent } from "../../lib/format";
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
import { compensation, criterion, takesShare } from "../../state/store";
import type { Against } from "../../wasm/core";
import { Choice, NumberBox } from "../parts";
import { COMPENSATION_NAMES, CRITERION_NAMES, LAB } from "../words";
import { Problem, Working } from "./working";

const LIMITS = { loss: { initial: 0.5, min: 0, max: 50 }, agreement: { initial: 99, min: 50, max: 100 } };

export function GuardView() {
  const of = pledge.value;
  const limits = LIMITS[of.kind];
  const set = (change: Partial<Pledge>) => {
    pledge.value = { ...of, ...change };
  };
  return (
    <section class="lab-part guard" aria-label="Largest pruning that holds">
      <div class="guard-asks">
        <p>
          {LAB.guard} It searches by <strong>{CRITERION_NAMES[criterion.value]}</strong> and{" "}
          <strong>{COMPENSATION_NAMES[compensation.value].toLowerCase()}</strong>, as chosen on the page.
        </p>
        <div class="row">
          <Choice
            name="Must hold"
            value={of.kind}
            options={[
              ["loss", "Lose at most … points"],
              ["agreement", "Agree on at least … %"],
            ]}
            onChoose={(kind) => set({ kind, limit: LIMITS[kind].initial })}
          />
          <NumberBox
            name={of.kind === "loss" ? "Points" : "Percent"}
            value={of.limit}
            min={limits.min}
            max={limits.max}
            onCommit={(limit) => set({ limit })}
          />
          <label class="lab-check">
            <input type="checkbox" checked={of.sure} onChange={(event) => set({ sure: event.currentTarget.checked })} />
            with 95 % confidence
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
            Search
          </button>
          <Working
            name="Searching"
            progress={guarding.value}
            unit="plans"
            rest={found.value ? "" : LAB.guardRest}
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
  const asked = of.kind === "loss" ? `loses at most ${of.limit} points` : `agrees on at least ${of.limit} %`;
  if (!best) {
    return `No pruning by this criterion ${asked}${of.sure ? " with 95 % confidence: more images would narrow the interval, or allow more" : " on these images"}.`;
  }
  const against = best.result.against!;
  const on = `on ${plural(best.result.images, "image")}`;
  const lead = `The knob is set: ${percent(removedPercent(best.macs))} of the MACs go, and ${on} the network ${asked}`;
  return `${lead}: ${measured(of, against)}.${of.sure ? "" : doubt(of, against)}`;
}

function measured(of: Pledge, against: Against): string {
  if (of.kind === "agreement")
    return `${shareText(against.agreement)}, 95 % interval ${intervalText(against.agreement_interval)}`;
  return `${pointsText(against.difference ?? 0)}, 95 % interval ${pointsInterval(against.difference_interval ?? [0, 0])}`;
}

/** The images at hand keep it; whether others would is another matter. */
function doubt(of: Pledge, against: Against): string {
  const low = of.kind === "agreement" ? against.agreement_interval[0] : (against.difference_interval?.[0] ?? -1);
  const safe = of.kind === "agreement" ? 100 * low >= of.limit : 100 * low >= -of.limit;
  return safe ? "" : " The interval reaches beyond the limit, so on other images it may not hold.";
}

function Trail() {
  const { kind } = pledge.value;
  const best = found.value?.best ?? null;
  return (
    <div class="lab-scroll">
      <table class="trail">
        <caption class="hidden">Plans that were tried</caption>
        <thead>
          <tr>
            <th scope="col">MACs removed</th>
            <th scope="col">{takesShare.value ? "Share" : "Threshold"}</th>
            <th scope="col">{kind === "loss" ? "Change, points" : "Agreement"}</th>
            <th scope="col">Holds</th>
          </tr>
        </thead>
        <tbody>
          {tried.value.length === 0 ? (
            <tr>
              <td class="hint" colSpan={4}>
                {LAB.trail}
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
      <td>{of.holds ? "✓ yes" : "✗ no"}</td>
    </tr>
  );
}
