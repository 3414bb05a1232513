/** A bar over the picture while something takes its time. */

import { element } from "./dom";
import { type Key, put } from "./texts";

const PATIENCE = 250; // milliseconds; what takes less is not worth a bar

let waiting: ReturnType<typeof setTimeout> | undefined;

/** @param share of the work that is done, 0..1, if it is known. */
export function busy(key: Key, share: number | null = null): void {
  const bar = element("progress", HTMLProgressElement);
  put(element("busy-text", HTMLElement), [key]);
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
  waiting ??= setTimeout(() => (element("busy", HTMLDivElement).hidden = false), PATIENCE);
}

export function idle(): void {
  clearTimeout(waiting);
  waiting = undefined;
  element("busy", HTMLDivElement).hidden = true;
}
