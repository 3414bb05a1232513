/** What is made of a picture and its masks. */

import { bald } from "./bald";
import type { Located } from "./cuts";
import { overlay } from "./overlay";
import type { Picture, Planes } from "./pixels";
import { drawAxes } from "./pose/axes";
import { recolour } from "./recolour/recolour";
import { colourOf, type Settings } from "./settings";

/** Draws the axes of heads over `picture` if they are asked for; `located` may be of another size of it. */
export function annotate(picture: Picture, located: Located, settings: Settings): void {
  if (settings.axes) drawAxes(picture, located.heads, picture.width / located.picture.width);
}

/** Applies the chosen effect to `picture`, in place; its masks have its size. False where it needs a face and sees none. */
export function apply(picture: Picture, planes: Planes, settings: Settings): boolean {
  if (settings.original) return true;
  switch (settings.effect) {
    case "masks":
      overlay(picture, planes, settings);
      return true;
    case "recolour":
      recolour(picture, planes, { ...settings, colour: colourOf(settings.colour) });
      return true;
    case "bald":
      return bald(picture, planes);
    case "hairstyle":
      return true; // painted elsewhere: see `tryon/trying.ts`
  }
}
