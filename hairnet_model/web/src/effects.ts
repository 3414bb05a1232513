/** What is made of a picture and its masks. */

import { bald } from "./bald";
import type { Located } from "./locate";
import { overlay } from "./overlay";
import type { Picture, Planes } from "./pixels";
import { drawAxes } from "./pose/axes";
import { recolour } from "./recolour/recolour";
import { colourOf, type Settings } from "./settings";

/** Draws the axes of heads over `picture` if they are asked for; `located` may be of another size of it. */
export function annotate(picture: Picture, located: Located, settings: Settings): void {
  if (settings.axes) drawAxes(picture, located.heads, picture.width / located.picture.width);
}

/** Applies the chosen effect to `picture`, in place; its masks have its size. */
export function apply(picture: Picture, planes: Planes, settings: Settings): void {
  if (settings.original) return;
  switch (settings.effect) {
    case "masks":
      return overlay(picture, planes, settings);
    case "recolour":
      return recolour(picture, planes, { ...settings, colour: colourOf(settings.colour) });
    case "bald":
      return bald(picture, planes);
    case "hairstyle":
      return; // painted elsewhere: see `tryon/trying.ts`
  }
}
