// The photos and masks that are in memory.

import { ask, askMask } from "./requests.js";

const KEPT = 12; // portraits whose photos stay in memory

export const loaded = new Map(); // of items' numbers: {photo, painting}, or a promise of it

/** Gives a portrait's photo and painting, or a promise of both. */
export function load(number) {
  if (!loaded.has(number)) {
    const both = Promise.all([
      ask(`/api/photo/${number}`)
        .then((answer) => answer.blob())
        .then((blob) => createImageBitmap(blob)),
      askMask(`/api/mask/${number}`),
    ]).then(([photo, painting]) => ({ photo, painting }));
    both.then((ready) => loaded.set(number, ready)).catch(() => loaded.delete(number));
    loaded.set(number, both);
  }
  return loaded.get(number);
}

/** Closes the photos that are far from the one that is shown, unless something was painted there. */
export function forgetFar(now) {
  for (const [number, ready] of loaded) {
    if (loaded.size <= KEPT) return;
    if (Math.abs(number - now) > 2 && ready.painting && !ready.painting.changed) {
      ready.photo.close();
      loaded.delete(number);
    }
  }
}
