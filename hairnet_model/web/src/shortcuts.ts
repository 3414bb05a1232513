/** Keys that press buttons, whatever has the focus; shown on the page, and switched off there. */

import { button, element, input } from "./dom";
import { type Key, put } from "./texts";

const SHORTCUTS: readonly { readonly key: string; readonly of: string; readonly says: Key }[] = [
  { key: "c", of: "camera", says: "startCamera" },
  { key: "p", of: "pause", says: "pause" },
  { key: "f", of: "open", says: "openPhoto" },
  { key: "o", of: "original", says: "showOriginal" },
  { key: "s", of: "save-picture", says: "saveAsPng" },
];

export function shortcuts(): void {
  const list = element("shortcuts", HTMLUListElement);
  for (const { key, of, says } of SHORTCUTS) {
    button(of).setAttribute("aria-keyshortcuts", key);
    const [entry, cap, text] = [document.createElement("li"), document.createElement("kbd"), document.createElement("span")];
    cap.textContent = key.toUpperCase();
    put(text, [says]);
    entry.append(cap, text);
    list.append(entry);
  }
  addEventListener("keydown", (event) => {
    if (!input("use-shortcuts").checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target instanceof HTMLSelectElement) return; // letters choose from it
    const pressed = event.key === " " && event.target === document.body ? "p" : event.key.toLowerCase();
    const of = SHORTCUTS.find(({ key }) => key === pressed)?.of;
    if (!of || button(of).hidden || button(of).disabled) return;
    event.preventDefault();
    button(of).click();
  });
}
