/** The browser's full screen, in which Learn becomes slides and Research shows the map and the knob alone. */
import { useEffect, useState } from "preact/hooks";

/** What the browser refuses is no error: the page is as large as it was. */
export function turnFullScreen(on = document.fullscreenElement === null): void {
  if (on) void document.documentElement.requestFullscreen?.().catch(() => undefined);
  else if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
}

/** Escape leaves full screen as well, and no button hears of it. */
export function useFullScreen(): boolean {
  const [whole, setWhole] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const follow = () => setWhole(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", follow);
    return () => document.removeEventListener("fullscreenchange", follow);
  }, []);
  return whole;
}
