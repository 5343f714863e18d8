/** One idea a screen: what is shown, a guess, what happens, and what it is called. */
import { useEffect } from "preact/hooks";
import { camera, drawer } from "../../state/hero";
import {
  goTo,
  guess,
  guessed,
  learnStep,
  learnSteps,
  openExample,
  openStep,
  sheet,
  tried,
  turnTo,
} from "../../state/learn";
import { words } from "../../words";
import { turnFullScreen, useFullScreen } from "../full-screen";

/** There the arrow keys have a meaning of their own. */
function isTaken(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, select, textarea, [role=application], [role=tablist], [role=slider]") !== null
  );
}

/** Whether Escape has something to undo or to close before it leaves the lesson. */
function isClosing(target: EventTarget | null): boolean {
  if (drawer.peek() !== "" || document.querySelector(":popover-open, dialog[open]") !== null) return true;
  return camera.peek().k > 1 || target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

export function LearnCard() {
  const whole = useFullScreen();
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
    // Asked on the way down: on the way up the drawer has closed itself already.
    const leave = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || isClosing(event.target)) return;
      event.preventDefault();
      goTo("shrink");
    };
    window.addEventListener("keydown", press);
    window.addEventListener("keydown", leave, true);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("keydown", leave, true);
    };
  }, []);
  const said = step && words.learn.each[step.id];
  if (!step || !said) return null;
  const at = all.indexOf(step);
  const chosen = guessed.value;
  return (
    <section class="learn-card" aria-label={words.learn.name}>
      <p class="learn-at" aria-hidden="true">
        {words.learn.stepOf(at + 1, all.length)}
      </p>
      <ol class="learn-dots" aria-label={words.learn.steps}>
        {all.map((it, i) => (
          <li key={it.id}>
            <button
              type="button"
              aria-label={words.learn.stepName(i + 1, words.learn.each[it.id]?.title ?? "")}
              aria-current={it === step ? "step" : undefined}
              onClick={() => void openStep(it.id)}
            />
          </li>
        ))}
      </ol>
      <div class="learn-idea" aria-live="polite">
        <h2>{said.title}</h2>
        <p>{said.text}</p>
      </div>
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
              <strong>
                {chosen === step.right ? words.learn.right : words.learn.wrong(said.guesses[step.right]!)}
              </strong>{" "}
              {said.answer}
            </p>
            {said.task ? (
              <p class={tried.value ? "learn-task done" : "learn-task"}>
                <i aria-hidden="true" />
                <span>{words.learn.yourTurn(said.task)}</span>
                {tried.value ? <strong> {words.learn.done}</strong> : null}
              </p>
            ) : null}
            <p class="learn-name">
              <strong>{said.name}</strong> {said.meaning}
              {said.formula ? <span class="formula">{said.formula}</span> : null}
              {said.symbols ? <span class="symbols">{said.symbols}</span> : null}
            </p>
            {step.example ? (
              <button type="button" class="link" onClick={openExample}>
                {words.learn.example}
              </button>
            ) : null}
          </>
        )}
      </div>
      <div class="learn-moves">
        <button type="button" disabled={at <= 0} onClick={() => turnTo(-1)}>
          {words.learn.previous}
        </button>
        <button type="button" class="primary" disabled={at >= all.length - 1} onClick={() => turnTo(1)}>
          {words.learn.next}
        </button>
        <button type="button" class="quiet whole" onClick={() => turnFullScreen()}>
          {whole ? words.page.leaveFullScreen : words.page.fullScreen}
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            sheet.value = true;
          }}
        >
          {words.learn.sheet}
        </button>
      </div>
    </section>
  );
}
