/** Registers the service worker and hands it what the first visit loaded before it existed. */
export function registerOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker
      .register("./sw.js")
      .then(() => navigator.serviceWorker.ready)
      .then((registration) => {
        // Workers and the wasm are fetched by the workers themselves, a little later than the page.
        setTimeout(() => registration.active?.postMessage({ keep: loaded() }), 3000);
      })
      .catch(() => {
        // Without it (private windows, plain http) the page works, only not offline.
      });
  });
}

function loaded(): string[] {
  const own = performance
    .getEntriesByType("resource")
    .map((entry) => entry.name)
    .filter((url) => url.startsWith(location.origin));
  return [...new Set([location.href.replace(/#.*$/, ""), ...own])];
}
