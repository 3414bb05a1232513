/** Keeps the site in this browser, so that it opens without a network; `public/service-worker.js` does it. */

import { hasThreads } from "./features";

/** Called when the page runs, so that its own loading comes first. A browser that keeps nothing is no fault. */
export function keepOffline(): void {
  const runtime = hasThreads() ? "threaded" : "compat";
  const address = new URL(`./service-worker.js?runtime=${runtime}`, location.href);
  navigator.serviceWorker
    ?.register(address, { updateViaCache: "none" })
    .then((registration) => registration.update()) // by itself a browser asks once a day
    .catch(() => undefined);
}
