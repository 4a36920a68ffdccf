// The service worker of a demo's pages: without a connection it shows a page that says so.
// It keeps that page and its files, which are public, and nothing that is a visitor's.

const FILES = {{ files|tojson }};
const PAGE = "/sin-conexion";
const PAUSE = 1000; // milliseconds
const KEPT = `offline ${FILES[0]}`;

async function keep() {
  const cache = await caches.open(KEPT);
  await cache.addAll([PAGE, ...FILES]);
  await self.skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name !== KEPT) await caches.delete(name);
  }
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

const kept = (address) => caches.match(address, { cacheName: KEPT, ignoreVary: true });

// A connection that is just back needs a moment. A form that is sent twice has a key, and acts once.
async function tryAgain(request) {
  if (!navigator.onLine) throw new Error("offline");
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  return fetch(request);
}

async function load(event) {
  const again = event.request.clone();
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return tryAgain(again).catch(async () => (await kept(PAGE)) ?? Response.error());
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.mode === "navigate") event.respondWith(load(event));
  else if (FILES.includes(pathname)) event.respondWith(kept(pathname).then((file) => file ?? fetch(event.request)));
});
