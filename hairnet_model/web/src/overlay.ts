/** Hair and face drawn over the picture, as areas or as lines. */

import type { Picture, Planes } from "./pixels";
import { FACE_COLOUR, HAIR_COLOUR, type Colour, type Settings } from "./settings";

/** Lays the classes that are switched on over `picture`, in place. */
export function overlay(picture: Picture, { hair, face }: Planes, settings: Settings): void {
  const draw = settings.style === "fill" ? area : line;
  if (settings.face) draw(picture, face, FACE_COLOUR, settings.opacity);
  if (settings.hair) draw(picture, hair, HAIR_COLOUR, settings.opacity);
}

function area({ data }: Picture, plane: Float32Array, [red, green, blue]: Colour, opacity: number): void {
  for (let pixel = 0, at = 0; pixel < plane.length; pixel++, at += 4) {
    const sure = plane[pixel];
    if (sure < 0.3) continue;
    const share = opacity * Math.min(1, (sure - 0.3) * 2.5);
    data[at] += (red - data[at]) * share;
    data[at + 1] += (green - data[at + 1]) * share;
    data[at + 2] += (blue - data[at + 2]) * share;
  }
}

/** A line where the class becomes more likely than not; how far a pixel is from there, its slope tells. */
function line({ data, width, height }: Picture, plane: Float32Array, colour: Colour, opacity: number): void {
  const [red, green, blue] = colour;
  const half = Math.max(width, height) / 260;
  const strength = Math.min(1, 2 * opacity); // a line covers little
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const sure = plane[pixel];
      if (sure < 0.02 || sure > 0.98) continue;
      const across = plane[x + 1 < width ? pixel + 1 : pixel] - plane[x > 0 ? pixel - 1 : pixel];
      const down = plane[y + 1 < height ? pixel + width : pixel] - plane[y > 0 ? pixel - width : pixel];
      const slope = Math.sqrt(across * across + down * down) / 2;
      const away = Math.abs(sure - 0.5) / (slope + 1e-4);
      if (away > half + 0.5) continue;
      const share = strength * Math.min(1, half + 0.5 - away);
      const at = pixel * 4;
      data[at] += (red - data[at]) * share;
      data[at + 1] += (green - data[at + 1]) * share;
      data[at + 2] += (blue - data[at + 2]) * share;
    }
  }
}
