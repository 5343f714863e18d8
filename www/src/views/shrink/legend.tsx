/** The four cases are the legend of the picture. */
import { count } from "../../lib/format";
import { live } from "../../state/store";
import { words } from "../../words";
import { CASES } from "../cases-words";

export function Legend() {
  const preview = live.drag.value?.preview;
  const cases = preview?.cases;
  return (
    <div class="legend-line">
      {/* Roles are said, because cells that flow are no table to some browsers. */}
      <table class="legend-cases" aria-label={words.shrink.legend.caption}>
        <tbody>
          {CASES.map((key) => (
            <tr key={key} class={cases && cases[key] === 0 ? "none" : ""} title={words.choices.cases[key].meaning}>
              <th scope="row">
                <i class={`swatch ${key === "keep" ? "kept" : key.replace("_", "-")}`} aria-hidden="true" />
                {words.choices.cases[key].name}
              </th>
              <td>{cases ? count(cases[key]) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="sum" aria-live="off">
        {preview ? words.shrink.legend.sum(preview.tally) : ""}
      </p>
    </div>
  );
}
