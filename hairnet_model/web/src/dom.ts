/** The page's elements by their ids, with their types checked. */

export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`no ${type.name} #${id}`);
  return found;
}

export const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
export const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);

/** The caption of a button that also has a picture. */
export function caption(of: HTMLButtonElement, text: string): void {
  const span = of.querySelector("span");
  if (span) span.textContent = text;
}

export function press(of: HTMLButtonElement, pressed: boolean): void {
  of.setAttribute("aria-pressed", String(pressed));
}
