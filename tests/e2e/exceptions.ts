/** Tests that a browser cannot run, by name, and why. They are reported as skipped. */
export const exceptions: Record<"chromium" | "firefox", Record<string, string>> = {
  chromium: {},
  firefox: {},
};
