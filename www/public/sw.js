/*
 * Offline. Every build has a cache of its own with all its files, filled before the build's worker may take over,
 * so no page ever meets half a build. The page itself comes from the network while there is one: a new version
 * is what the next load shows. Old caches go when no page of an old build is open any more.
 */
const BUILD = "development";
const FILES = [];

const PREFIX = "channel-pruning-";
const CACHE = PREFIX + BUILD;
/* Of the two cores the one that this browser runs: `f32x4.relaxed_madd` is what the other lacks. */
const RELAXED_SIMD = WebAssembly.validate(
  Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
    ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
  ),
);
const isOther = (path) => path.includes(RELAXED_SIMD ? "/core_bg-" : "/core_relaxed_bg-");
/* What is fetched on demand outlives builds; it is refreshed whenever it is used. */
const SAMPLES = `${PREFIX}samples`;
/* A network that does not answer for so long is none. */
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(fill()));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

/* A page asks which files belong to the build that has just been installed. */
self.addEventListener("message", (event) => {
  if (event.data === "files") event.ports[0]?.postMessage(FILES);
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.url.includes("/samples/")) event.respondWith(keptThenRefreshed(event));
  else event.respondWith(kept(request));
});

const at = (path) => new URL(path, self.registration.scope).href;

async function fill() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    FILES.filter((path) => !isOther(path)).map(async (path) => {
      const url = at(path);
      // The name of a hashed file says what is in it; others are asked for anew.
      const hashed = path.startsWith("assets/");
      const known = hashed ? await caches.match(url) : undefined;
      const response = known ?? (await fetch(url, { cache: hashed ? "default" : "reload" }));
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

async function tidy() {
  const names = await caches.keys();
  const stale = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE && name !== SAMPLES);
  await Promise.all(stale.map((name) => caches.delete(name)));
}

async function page(request) {
  try {
    return await inTime(fetch(request));
  } catch {
    const cache = await caches.open(CACHE);
    return (await cache.match(request, { ignoreSearch: true })) ?? (await cache.match(at("./"))) ?? Response.error();
  }
}

function inTime(answer) {
  return new Promise((resolve, reject) => {
    answer.then(resolve, reject);
    setTimeout(reject, PATIENCE_MS);
  });
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function keptThenRefreshed(event) {
  const { request } = event;
  const old = await caches.match(request);
  const update = fetch(request).then(async (response) => {
    if (response.ok) (await caches.open(SAMPLES)).put(request, response.clone());
    return response;
  });
  if (!old) return update;
  event.waitUntil(update.catch(() => {}));
  return old;
}
