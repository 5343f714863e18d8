/** How much can go for half a point, by any method: three answers, each one click from the page's plan. */
import { useState } from "preact/hooks";
import { percent } from "../../lib/format";
import { pointsInterval, pointsText, shareText } from "../../lib/proportion";
import { scope } from "../../state/lab/bench";
import {
  type Answer,
  bestAnswers,
  searched,
  searching,
  searchMethods,
  searchProblem,
  stopSearch,
  useAnswer as takeAnswer,
} from "../../state/lab/best";
import * as store from "../../state/store";
import { words } from "../../words";
import { Working } from "../lab/working";
import { NumberBox } from "../parts";

export function BestMethods() {
  const [limit, setLimit] = useState(0.5);
  const answers = bestAnswers.value;
  return (
    <section class="best-methods" aria-label={words.shrink.best.name}>
      <h3>{words.shrink.best.name}</h3>
      <div class="row">
        <NumberBox name={words.shrink.best.limit} value={limit} min={0} max={50} onCommit={setLimit} />
        <button
          type="button"
          disabled={!scope.value}
          aria-disabled={searching.value !== null}
          onClick={() => void searchMethods(limit)}
        >
          {words.shrink.best.run}
        </button>
      </div>
      {searching.value ? (
        <Working
          name={words.shrink.best.working}
          progress={searching.value}
          unit={words.shrink.best.unit}
          rest=""
          news=""
          onStop={stopSearch}
        />
      ) : null}
      {searchProblem.value ? <p class="caution">{searchProblem.value}</p> : null}
      <ol>
        {answers.map((it) => (
          <li key={it.criterion}>
            <Line of={it} />
          </li>
        ))}
      </ol>
      {searched.value && answers.length === 0 ? <p class="hint">{words.shrink.best.none}</p> : null}
    </section>
  );
}

function Line({ of }: { of: Answer }) {
  const { agreement, difference, difference_interval: span } = of.against;
  const cost =
    difference === null
      ? words.shrink.best.agree(shareText(agreement))
      : `${pointsText(difference)}${span ? ` (${pointsInterval(span)})` : ""}`;
  const now = store.controls.criterion.value === of.criterion && store.amount.value === of.knob;
  return (
    <button type="button" class="best-method" aria-pressed={now} onClick={() => takeAnswer(of)}>
      <strong>{words.shrink.best.removes(percent(of.macs))}</strong> <span>{words.choices.criteria[of.criterion]}</span>{" "}
      <span class="hint">{cost}</span>
    </button>
  );
}
