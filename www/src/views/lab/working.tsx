/** Progress of the lab, in a place that is always there, so that nothing moves when work begins. */

import { timeLeft } from "../../lib/proportion";
import type { Progress } from "../../state/lab/progress";
import { words } from "../../words";

interface Props {
  /** What is under way, for the progress bar's name. */
  name: string;
  progress: Progress | null;
  /** "images", "points": what is counted. */
  unit: string;
  /** Said when nothing is under way. */
  rest: string;
  news: string;
  onStop: () => void;
}

export function Working({ name, progress, unit, rest, news, onStop }: Props) {
  return (
    <div class="working">
      <span class="hidden" role="status">
        {progress ? words.page.ongoing(name) : news}
      </span>
      {progress ? (
        <>
          <progress aria-label={name} max={progress.total} value={progress.done} />
          <span class="working-text">
            {words.lab.progress(
              progress.done,
              progress.total,
              unit,
              progress.left === null ? null : timeLeft(progress.left),
            )}
          </span>
          <button type="button" class="quiet" onClick={onStop}>
            {words.page.stop}
          </button>
        </>
      ) : (
        <span class="hint">{rest}</span>
      )}
    </div>
  );
}

export function Problem({ text }: { text: string }) {
  return text ? (
    <p class="lab-problem" role="alert">
      {text}
    </p>
  ) : null;
}
