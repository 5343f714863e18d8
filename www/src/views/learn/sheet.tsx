/** All steps on paper, for whoever stands in front of a class. */
import { learnSteps, sheet } from "../../state/learn";
import { defaults, encode } from "../../state/url";
import { words } from "../../words";

/** Where a step opens, as it can be typed. */
function addressOf(id: string): string {
  return `${location.href.replace(/#.*$/, "")}#${encode({ ...defaults(), mode: "learn", lesson: id })}`;
}

export function TeachersSheet() {
  return (
    <main class="sheet">
      <div class="sheet-acts">
        <button type="button" class="primary" onClick={() => window.print()}>
          {words.learn.print}
        </button>
        <button
          type="button"
          onClick={() => {
            sheet.value = false;
          }}
        >
          {words.learn.backToSteps}
        </button>
      </div>
      <h2>{words.learn.sheetTitle}</h2>
      <p>{words.learn.sheetIntro}</p>
      <ol>
        {learnSteps.value.map((step) => {
          const said = words.learn.each[step.id]!;
          return (
            <li key={step.id}>
              <h3>{said.title}</h3>
              <p>{said.text}</p>
              <p>
                <strong>{said.question}</strong> {words.learn.choices(said.guesses)}
              </p>
              <p>
                <em>{words.learn.answerIs(said.guesses[step.right]!)}</em> {said.answer}
              </p>
              {said.task ? <p>{words.learn.yourTurn(said.task)}</p> : null}
              <p>
                <strong>{said.name}</strong> {said.meaning}
                {said.formula ? <span class="formula">{said.formula}</span> : null}
                {said.symbols ? <span class="symbols">{said.symbols}</span> : null}
              </p>
              <p class="address">{addressOf(step.id)}</p>
            </li>
          );
        })}
      </ol>
    </main>
  );
}
