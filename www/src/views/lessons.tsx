import { isSet, lessonOf, openLesson, shownLessons, tryOut } from "../state/lessons";
import { lesson } from "../state/store";
import { LESSON_WORDS } from "./lesson-words";

/** A menu of what can be shown to a class in a few minutes each. */
export function LessonsMenu() {
  return (
    <>
      <button type="button" popovertarget="lessons">
        Lessons
      </button>
      <div id="lessons" popover="auto" class="menu">
        <ol aria-label="Lessons">
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
                {LESSON_WORDS[it.id]?.title}
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
  const words = LESSON_WORDS[lesson.value];
  if (!now || !words) return null;
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
    <aside class="lesson" aria-label="Lesson">
      <div class="lesson-head">
        <h2>{words.title}</h2>
        <span class="hint">
          Lesson {at + 1} of {all.length}
        </span>
      </div>
      <p>{words.text}</p>
      <div class="lesson-tries">
        {now.tries.map((it, i) => (
          <button
            key={words.tries[i]}
            type="button"
            aria-pressed={"set" in it ? isSet(it) : undefined}
            onClick={() => tryOut(it)}
          >
            {words.tries[i]}
          </button>
        ))}
      </div>
      <div class="lesson-moves">
        {neighbour(-1, "Previous")}
        {neighbour(1, "Next")}
        <button
          type="button"
          class="quiet"
          aria-label="Close the lesson"
          onClick={() => {
            lesson.value = "";
          }}
        >
          ×
        </button>
      </div>
    </aside>
  );
}
