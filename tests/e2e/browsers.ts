/** Which browser a run drives, how it is started, and what it is given through settings of its own. */
import { existsSync } from "node:fs";
import { type Browser, chromium, firefox } from "playwright-core";
import { mend } from "./bidi";

const there = (...paths: (string | undefined)[]) => paths.find((it) => it && existsSync(it));

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FIREFOX = there(process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox");

/** The project says it; see vite.config.ts. */
export const BROWSER = process.env.E2E_BROWSER === "firefox" ? "firefox" : "chromium";

/** Why nothing can run, if nothing can: Chromium has to be there. */
export const missing = BROWSER === "firefox" && !FIREFOX ? "Firefox is not installed" : undefined;

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const FIREFOX_SETTINGS = {
  // It would take the keyboard from the page.
  "browser.download.alwaysOpenPanel": false,
  // The clipboard is read without a question to a person.
  "dom.events.testing.asyncClipboard": true,
  "app.update.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

/** What a person sets in the browser or the system, and the page follows. */
export interface Wishes {
  colorScheme?: "light" | "dark";
  reducedMotion?: "reduce" | "no-preference";
  /** The browser's own size of text, px. */
  fontSize?: number;
}

/** Firefox takes them from its profile; Chromium page by page (harness.ts). */
function settings({ colorScheme = "light", reducedMotion = "no-preference", fontSize = 16 }: Wishes) {
  return {
    "layout.css.prefers-color-scheme.content-override": colorScheme === "dark" ? 0 : 1,
    "ui.prefersReducedMotion": reducedMotion === "reduce" ? 1 : 0,
    "font.size.variable.x-western": fontSize,
  };
}

const started = new Map<string, Promise<Browser>>();

/** One browser for as many pages as ask for the same. */
export function browserFor(wishes: Wishes): Promise<Browser> {
  const profile = BROWSER === "firefox" ? settings(wishes) : {};
  const key = JSON.stringify(profile);
  if (!started.has(key)) started.set(key, start(profile));
  return started.get(key)!;
}

function start(profile: Record<string, number>): Promise<Browser> {
  if (BROWSER === "chromium") return chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  mend();
  // Any channel of this name is driven over WebDriver BiDi: a Firefox as it is shipped, not a patched one.
  return firefox.launch({
    channel: "moz-firefox",
    executablePath: FIREFOX!,
    firefoxUserPrefs: { ...FIREFOX_SETTINGS, ...profile },
  });
}

export async function closeAll(): Promise<void> {
  for (const browser of started.values()) await (await browser).close();
  started.clear();
}
