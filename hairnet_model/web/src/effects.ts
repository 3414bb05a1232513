/** What is made of a picture and its masks. */

import { blurBackground } from "./background";
import { bald } from "./bald";
import { overlay } from "./overlay";
import type { Picture, Planes } from "./pixels";
import { recolour } from "./recolour/recolour";
import { colourOf, type Settings } from "./settings";

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
    case "blur":
      return blurBackground(picture, planes, settings.blur);
  }
}
