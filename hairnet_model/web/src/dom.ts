/** The page's elements by their ids, with their types checked. */

import { type Key, put } from "./texts";

export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no ${type.name} #${id}`);
  return found;
}

export const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
export const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);

/** The caption of a button that also has a picture. */
export function caption(of: HTMLButtonElement, key: Key): void {
  const span = of.querySelector("span");
  if (span) put(span, [key]);
}

export function press(of: HTMLButtonElement, pressed: boolean): void {
  of.setAttribute("aria-pressed", String(pressed));
}
