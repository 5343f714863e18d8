import { closeLesson, isSet, lessonOf, openLesson, shownLessons, tryOut } from "../state/lessons";
import { lesson, measured } from "../state/store";
import { words } from "../words";
import { fitSentence } from "./fit";

/** A menu of what can be shown to a class in a few minutes each. */
export function LessonsMenu() {
  return (
    <>
      <button type="button" popovertarget="lessons">
        {words.lessons.name}
      </button>
      <div id="lessons" popover="auto" class="menu">
        <ol aria-label={words.lessons.name}>
          {shownLessons.value.map((it) => (
            <li key={it.id}>
              <button
                type="button"
                aria-current={lesson.value === it.id ? "true" : undefined}
                onClick={() => {
                  document.getElementById("lessons")?.hidePopover();
                  void openLesson(it.id);
                }}
              >
                {words.lessons.each[it.id]?.title}
              </button>
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

/** The lesson that is on: its sentences, what to try, and the way on. */
export function LessonCard() {
  const now = lessonOf(lesson.value);
  const told = words.lessons.each[lesson.value];
  if (!now || !told) return null;
  const all = shownLessons.value;
  const at = all.indexOf(now);
  const neighbour = (by: number, name: string) => {
    const to = all[at + by];
    return (
      <button type="button" class="quiet" disabled={!to} onClick={() => to && void openLesson(to.id)}>
        {name}
      </button>
    );
  };
  return (
    <aside class="lesson" aria-label={words.lessons.card}>
      <div class="lesson-head">
        <h2>{told.title}</h2>
        <span class="hint">{words.lessons.place(at + 1, all.length)}</span>
      </div>
      <p>{told.text}</p>
      <div class="lesson-tries">
        {now.tries.map((it, i) => (
          <button
            key={told.tries[i]}
            type="button"
            aria-pressed={"set" in it ? isSet(it) : undefined}
            onClick={() => tryOut(it)}
          >
            {told.tries[i]}
          </button>
        ))}
        {now.id === "gaussian" ? <Found /> : null}
      </div>
      <div class="lesson-moves">
        {neighbour(-1, words.lessons.previous)}
        {neighbour(1, words.lessons.next)}
        <button type="button" class="quiet" aria-label={words.lessons.close} onClick={() => void closeLesson()}>
          ×
        </button>
      </div>
    </aside>
  );
}

/** The lesson's claim, tested; its place is kept, so that nothing moves when the answer comes. */
function Found() {
  return (
    <div class="lesson-found" aria-live="polite">
      {fitSentence() || (
        <span class="hint">{measured.value > 0 ? words.proof.fit.testing : words.proof.fit.notYet}</span>
      )}
    </div>
  );
}
