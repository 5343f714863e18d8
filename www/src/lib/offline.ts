/** Registers the service worker, which makes the page work offline, and tells when it has a newer version ready. */

/** A tab may stay open for days. */
const LOOK_AGAIN_MS = 60 * 60 * 1000;

export function registerOffline(newer: () => void): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator) || location.protocol === "file:") return;
  window.addEventListener("load", async () => {
    try {
      watch(await navigator.serviceWorker.register("./sw.js"), newer);
    } catch {
      // Without it (private windows, plain http) the page works, only not offline.
    }
  });
}

function watch(registration: ServiceWorkerRegistration, newer: () => void): void {
  const look = async (worker: ServiceWorker | null) => {
    // The very first one brings nothing newer than what is on the screen.
    if (!worker || !navigator.serviceWorker.controller) return;
    await installed(worker);
    if (worker.state === "installed" && !(await filesOf(worker)).some(isRunning)) newer();
  };
  void look(registration.waiting);
  registration.addEventListener("updatefound", () => void look(registration.installing));
  let last = performance.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || performance.now() - last < LOOK_AGAIN_MS) return;
    last = performance.now();
    registration.update().catch(() => {});
  });
}

function installed(worker: ServiceWorker): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (worker.state !== "installing") resolve();
    };
    worker.addEventListener("statechange", look);
    look();
  });
}

function filesOf(worker: ServiceWorker): Promise<string[]> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data);
    worker.postMessage("files", [port2]);
  });
}

/** Whether a file is this page's own entry: then the page is of that build already. */
function isRunning(file: string): boolean {
  const own = document.querySelector<HTMLScriptElement>("script[type=module][src]")?.src ?? "";
  return own.endsWith(file);
}
