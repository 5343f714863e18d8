/** Whose method it is, and whose code it stands on. */
import { download } from "../lib/download";
import { fetchOwn, isInside } from "../lib/own-files";
import { words } from "../words";

/** Written by the build (vite.config.ts). */
const LICENCES = "third-party-licences.txt";

/** In the one-file page there is no file beside the page to follow a link to. */
function saveInstead(event: Event): void {
  if (!isInside(LICENCES)) return;
  event.preventDefault();
  void fetchOwn(LICENCES).then(async (it) => download(LICENCES, await it.text(), "text/plain"));
}

export function About() {
  return (
    <footer class="about">
      <p>
        {words.network.after} <cite>{words.network.paper}</cite>
        {words.network.published}
      </p>
      <p>
        <a href={LICENCES} target="_blank" rel="noreferrer" onClick={saveInstead}>
          {words.network.licences}
        </a>
      </p>
    </footer>
  );
}
