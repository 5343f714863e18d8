import { copyLink } from "../state/link";
import { job, model, presenting, reporting } from "../state/store";
import { LessonsMenu } from "./lessons";

export function TopBar() {
  return (
    <header class="topbar">
      <h1>
        <img src="./favicon.svg" alt="" width="24" height="24" />
        Channel pruning
      </h1>
      <p class="privacy">
        <strong>Your files stay on this device.</strong>
        <span> Networks and images are read, pruned and run in this page; nothing is uploaded.</span>
      </p>
      <Progress />
      <Actions />
    </header>
  );
}

function Actions() {
  const present = presenting.value;
  return (
    <div class="actions">
      {reporting.value ? null : (
        <>
          <LessonsMenu />
          <button
            type="button"
            aria-pressed={present}
            title="Large type, and only the map, the knob and what it does"
            onClick={() => {
              presenting.value = !present;
            }}
          >
            Present
          </button>
          <button
            type="button"
            disabled={!model.value}
            onClick={() => {
              reporting.value = true;
            }}
          >
            Report
          </button>
        </>
      )}
      <button type="button" onClick={copyLink}>
        Copy link
      </button>
    </div>
  );
}

/** Its place is reserved, so that nothing moves when work begins. */
function Progress() {
  const now = job.value;
  const percent = now?.fraction == null ? null : Math.round(100 * now.fraction);
  return (
    <div class="progress">
      <div role="status">{now ? `${now.label}…` : ""}</div>
      {now ? <progress aria-label={now.label} max={100} {...(percent === null ? {} : { value: percent })} /> : null}
      {now?.cancel ? (
        <button type="button" class="quiet" onClick={now.cancel}>
          Stop
        </button>
      ) : null}
    </div>
  );
}
