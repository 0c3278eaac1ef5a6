/// <reference lib="webworker" />
// The service worker: keeps the page, its program and the digits that were used, so that a second
// visit needs no network. A new version waits until all tabs of the old one are closed: tabs of one
// room must speak the same protocol.

import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { CacheFirst } from "workbox-strategies";

declare const self: ServiceWorkerGlobalScope;

/** Filled in by the build. */
declare const SITE: {
  /** All files but the digits. */
  files: PrecacheEntry[];
  /** Changes with the digits. */
  digits: string;
};

const DIGITS = "sotto-digits-";

// Settings are in the address, and every address is the same page.
precacheAndRoute(SITE.files, { ignoreURLParametersMatching: [/.*/] });
cleanupOutdatedCaches();

const folder = new URL("data/", self.registration.scope).href;
registerRoute(({ url }) => url.href.startsWith(folder), new CacheFirst({ cacheName: DIGITS + SITE.digits }));

self.addEventListener("activate", (event) => event.waitUntil(forgetOldDigits()));

async function forgetOldDigits(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(DIGITS) && name !== DIGITS + SITE.digits);
  await Promise.all(old.map((name) => caches.delete(name)));
}
