/*
 * Offline: the page itself comes from the network while there is one (so an update never leaves a
 * page with missing pieces), hashed files come from the cache, samples from the cache and refreshed.
 */
const CACHE = "channel-pruning-v1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

/* What the first visit loaded before this worker was there. */
self.addEventListener("message", (event) => {
  const urls = event.data?.keep;
  if (!Array.isArray(urls)) return;
  event.waitUntil(
    caches.open(CACHE).then((cache) =>
      Promise.all(
        urls
          .filter((url) => new URL(url).origin === self.location.origin)
          .map(async (url) => {
            if (!(await cache.match(url))) await cache.add(url).catch(() => {});
          }),
      ),
    ),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fresh(request));
  else if (request.url.includes("/assets/")) event.respondWith(kept(request));
  else event.respondWith(keptThenRefreshed(event));
});

async function store(request, response) {
  if (response.ok) (await caches.open(CACHE)).put(request, response.clone());
  return response;
}

async function fresh(request) {
  try {
    const response = await store(request, await fetch(request));
    if (response.ok) void sweep(response.clone());
    return response;
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}

async function kept(request) {
  return (await caches.match(request)) ?? store(request, await fetch(request));
}

async function keptThenRefreshed(event) {
  const { request } = event;
  const old = await caches.match(request);
  const update = fetch(request).then((response) => store(request, response));
  if (!old) return update;
  event.waitUntil(update.catch(() => {}));
  return old;
}

/* Hashed entry files that the current page no longer names belong to an older build. */
async function sweep(page) {
  const text = await page.text();
  const cache = await caches.open(CACHE);
  const entries = (await cache.keys()).filter((key) => /\/assets\/index-[^/]+\.(js|css)$/.test(key.url));
  const stale = entries.filter((key) => !text.includes(key.url.split("/").pop()));
  await Promise.all(stale.map((key) => cache.delete(key)));
}
