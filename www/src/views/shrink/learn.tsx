/** One idea a screen: what is shown, a guess, what happens, and what it is called. */
import { useEffect } from "preact/hooks";
import { guess, guessed, learnStep, learnSteps, openStep, sheet, turnTo } from "../../state/learn";
import { words } from "../../words";

const t = words.learn;

/** There the arrow keys have a meaning of their own. */
function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest("input, select, textarea, [role=application], [role=tablist]") !== null
  );
}

export function LearnCard() {
  const step = learnStep.value;
  const all = learnSteps.value;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTaken(event.target)) return;
      if (event.key === "ArrowRight" || event.key === "PageDown") turnTo(1);
      else if (event.key === "ArrowLeft" || event.key === "PageUp") turnTo(-1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  const said = step && t.each[step.id];
  if (!step || !said) return null;
  const at = all.indexOf(step);
  const chosen = guessed.value;
  return (
    <section class="learn-card" aria-label={t.name}>
      <ol class="learn-dots" aria-label={t.steps}>
        {all.map((it, i) => (
          <li key={it.id}>
            <button
              type="button"
              aria-label={t.stepName(i + 1, t.each[it.id]?.title ?? "")}
              aria-current={it === step ? "step" : undefined}
              onClick={() => void openStep(it.id)}
            />
          </li>
        ))}
      </ol>
      <h2>{said.title}</h2>
      <p>{said.text}</p>
      <fieldset class="guesses" aria-label={said.question}>
        <legend>{said.question}</legend>
        {said.guesses.map((it, i) => (
          <button
            key={it}
            type="button"
            class={chosen === null ? "" : i === step.right ? "right" : i === chosen ? "missed" : "other"}
            aria-pressed={chosen === i}
            aria-disabled={chosen !== null}
            onClick={() => guess(i)}
          >
            {it}
          </button>
        ))}
      </fieldset>
      <div class="learn-answer" aria-live="polite">
        {chosen === null ? null : (
          <>
            <p>
              <strong>{chosen === step.right ? t.right : t.wrong(said.guesses[step.right]!)}</strong> {said.answer}
            </p>
            <p class="learn-name">
              <strong>{said.name}</strong> {said.meaning}
            </p>
          </>
        )}
      </div>
      <div class="learn-moves">
        <button type="button" disabled={at <= 0} onClick={() => turnTo(-1)}>
          {t.previous}
        </button>
        <button type="button" class="primary" disabled={at >= all.length - 1} onClick={() => turnTo(1)}>
          {t.next}
        </button>
        <button type="button" class="quiet" onClick={() => void document.documentElement.requestFullscreen?.()}>
          {t.fullScreen}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            sheet.value = true;
          }}
        >
          {t.sheet}
        </button>
      </div>
    </section>
  );
}

/** All steps on paper, for whoever stands in front of a class. */
export function TeachersSheet() {
  return (
    <main class="sheet">
      <div class="sheet-acts">
        <button type="button" class="primary" onClick={() => window.print()}>
          {t.print}
        </button>
        <button
          type="button"
          onClick={() => {
            sheet.value = false;
          }}
        >
          {t.backToSteps}
        </button>
      </div>
      <h2>{t.sheetTitle}</h2>
      <p>{t.sheetIntro}</p>
      <ol>
        {learnSteps.value.map((step) => {
          const said = t.each[step.id]!;
          return (
            <li key={step.id}>
              <h3>{said.title}</h3>
              <p>{said.text}</p>
              <p>
                <strong>{said.question}</strong> {t.choices(said.guesses)}
              </p>
              <p>
                <em>{t.answerIs(said.guesses[step.right]!)}</em> {said.answer}
              </p>
              <p>
                <strong>{said.name}</strong> {said.meaning}
              </p>
            </li>
          );
        })}
      </ol>
    </main>
  );
}
