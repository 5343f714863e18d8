/** The four cases are the legend of the picture. */
import { count } from "../../lib/format";
import { live } from "../../state/store";
import { words } from "../../words";
import { CASES } from "../cases-words";
import { Term } from "../term";

export function Legend() {
  const preview = live.drag.value?.preview;
  const cases = preview?.cases;
  const tally = preview?.tally;
  const alive = tally ? tally.removed_alive + tally.outside_removed : 0;
  // What a case says is kept, a criterion may remove for its little influence.
  const shown = cases && tally ? { ...cases, keep: cases.keep - tally.removed_alive } : null;
  // A network without depthwise pairs has no cases.
  const any = shown === null || CASES.some((key) => shown[key] > 0);
  return (
    <div class="legend-line">
      {/* Roles are said, because cells that flow are no table to some browsers. */}
      <table class="legend-cases" aria-label={words.shrink.legend.caption}>
        <tbody>
          {CASES.map((key, i) => (
            <tr key={key} class={any ? (shown?.[key] === 0 ? "none" : "") : "hidden"}>
              <th scope="row">
                <i class={`swatch ${key === "keep" ? "kept" : key.replace("_", "-")}`} aria-hidden="true" />
                <Term means={words.terms.cases[key]}>{words.choices.cases[key].name}</Term>
                {i > 0 ? <small aria-hidden="true"> {words.shrink.legend.number(i + 1)}</small> : null}
              </th>
              <td>{shown ? count(shown[key]) : "–"}</td>
            </tr>
          ))}
          {alive > 0 ? (
            <tr>
              <th scope="row">
                <i class="swatch hollow" aria-hidden="true" />
                <Term means={words.shrink.legend.influenceMeaning}>{words.shrink.legend.influence}</Term>
              </th>
              <td>{count(alive)}</td>
            </tr>
          ) : null}
        </tbody>
      </table>
      <p class="sum" aria-live="off">
        {tally ? words.shrink.legend.sum(tally) : ""}
      </p>
    </div>
  );
}
