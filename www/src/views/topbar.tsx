import { goTo } from "../state/learn";
import { copyLink } from "../state/link";
import { job, screen } from "../state/store";
import { MODES } from "../state/url";
import { words } from "../words";
import { ExportMenu } from "./export-menu";
import { turnFullScreen } from "./full-screen";
import { Icon } from "./icon";

export function TopBar() {
  return (
    <header class="topbar">
      <h1>
        <img src="./favicon.svg" alt="" width="24" height="24" />
        <span>{words.page.shortTitle}</span>
      </h1>
      <nav class="modes" aria-label={words.shrink.modes.name}>
        {MODES.map((it) => (
          <button
            key={it}
            type="button"
            aria-pressed={screen.mode.value === it}
            onClick={() => {
              goTo(it);
            }}
          >
            {words.shrink.modes[it]}
          </button>
        ))}
      </nav>
      {screen.mode.value !== "research" ? (
        <p class="headline">
          <strong>{words.shrink.headline}</strong> {words.shrink.headlineMore}
        </p>
      ) : (
        <p class="privacy">
          <strong>{words.page.privacy}</strong>
          <span> {words.page.privacyMore}</span>
        </p>
      )}
      <Progress />
      <Actions />
    </header>
  );
}

function Actions() {
  return (
    <div class="actions">
      {!screen.reporting.value && screen.mode.value === "research" ? <FullScreen /> : null}
      {!screen.reporting.value && screen.mode.value !== "learn" ? <ExportMenu /> : null}
      <button type="button" onClick={copyLink}>
        <Icon path="M6.5 9.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2l-.9.9M9.5 6.5a3 3 0 0 0-4.2 0L2.9 8.9a3 3 0 0 0 4.2 4.2l.9-.9" />
        <span class="in-words">{words.page.copyLink}</span>
      </button>
    </div>
  );
}

function FullScreen() {
  const present = screen.presenting.value;
  return (
    <button
      type="button"
      title={words.page.fullScreenHelp}
      onClick={() => {
        screen.presenting.value = !present;
        turnFullScreen(!present);
      }}
    >
      {present ? words.page.leaveFullScreen : words.page.fullScreen}
    </button>
  );
}

/** Its place is reserved, so that nothing moves when work begins. */
function Progress() {
  const now = job.value;
  const percent = now?.fraction == null ? null : Math.round(100 * now.fraction);
  return (
    <div class="progress">
      <div role="status">{now ? words.page.ongoing(now.label) : ""}</div>
      {now ? <progress aria-label={now.label} max={100} {...(percent === null ? {} : { value: percent })} /> : null}
      {now?.cancel ? (
        <button type="button" class="quiet" onClick={now.cancel}>
          {words.page.stop}
        </button>
      ) : null}
    </div>
  );
}
