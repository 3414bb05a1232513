/** Before and after: a slider that parts the picture, and the original while the picture is held. */

import { button, element, input, press } from "./dom";
import { put } from "./texts";

/** Connects both; `show` is told when the original shall be shown instead of the effect. */
export function compare(show: (original: boolean) => void): void {
  input("split").addEventListener("input", () => part(Number(input("split").value)));
  part(50);

  const original = button("original");
  const pressed = (): boolean => original.getAttribute("aria-pressed") === "true";
  original.addEventListener("click", () => {
    press(original, !pressed());
    show(pressed());
  });
  const canvas = element("canvas", HTMLCanvasElement);
  canvas.addEventListener("pointerdown", (event) => {
    if (original.disabled) return;
    canvas.setPointerCapture(event.pointerId);
    show(true);
  });
  canvas.addEventListener("lostpointercapture", () => show(pressed()));
  canvas.addEventListener("contextmenu", (event) => event.preventDefault()); // a finger that is held asks for it
}

/** Shows the original on the left `percent` of the picture. */
export function part(percent: number): void {
  const split = input("split");
  const view = element("view", HTMLDivElement);
  split.value = String(percent);
  put(split, ["split", { share: percent / 100 }], "value");
  view.style.setProperty("--split", `${percent}%`);
  view.classList.toggle("no-before", percent < 15);
  view.classList.toggle("no-after", percent > 85);
}
