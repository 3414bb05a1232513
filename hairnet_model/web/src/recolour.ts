/** Hair in another colour that keeps its light and shade. */

import { luma, type Picture, type Planes } from "./pixels";
import type { Colour } from "./settings";

/**
 * Recolours the hair of `picture` in place.
 *
 * A strand that was twice as bright as the hair's mean is twice as bright afterwards; the mean moves most of the way
 * to the new colour's own brightness, so that black hair can become blond and blond hair black.
 */
export function recolour({ data }: Picture, { hair }: Planes, colour: Colour, strength: number): void {
  const table = tones(colour, meanLuma(data, hair));
  for (let pixel = 0, at = 0; pixel < hair.length; pixel++, at += 4) {
    const sure = hair[pixel];
    if (sure < 0.25) continue;
    const share = strength * Math.min(1, (sure - 0.25) * 2);
    const tone = 3 * Math.round(luma(data[at], data[at + 1], data[at + 2]));
    data[at] += (table[tone] - data[at]) * share;
    data[at + 1] += (table[tone + 1] - data[at + 1]) * share;
    data[at + 2] += (table[tone + 2] - data[at + 2]) * share;
  }
}

/** Mean luma of the hair, 0..255; of a part of its pixels, which is as good. */
function meanLuma(data: Uint8ClampedArray, hair: Float32Array): number {
  let sum = 0;
  let weight = 1e-6;
  for (let pixel = 0; pixel < hair.length; pixel += 7) {
    if (hair[pixel] < 0.5) continue;
    const at = pixel * 4;
    sum += luma(data[at], data[at + 1], data[at + 2]) * hair[pixel];
    weight += hair[pixel];
  }
  return Math.max(8, sum / weight);
}

/** The new colour for every luma: RGB, three numbers each. */
function tones([red, green, blue]: Colour, mean: number): Float32Array {
  const own = Math.max(6, luma(red, green, blue));
  const base = mean + (own - mean) * 0.72;
  const made = new Float32Array(256 * 3);
  for (let tone = 0; tone < 256; tone++) {
    // Dark hair has few tones; where it is made much brighter its contrast is held back, or it would flicker.
    const wanted = base * (tone / mean) ** (base > mean ? 0.8 : 1);
    const lit = wanted / own;
    // What would be brighter than the colour can be turns to white, as highlights do.
    const white = Math.min(0.75, Math.max(0, (lit - 1.15) * 0.35));
    const dim = Math.min(lit, 1.6);
    [red, green, blue].forEach((value, channel) => {
      const tinted = Math.min(255, value * dim);
      made[tone * 3 + channel] = tinted + (255 - tinted) * white;
    });
  }
  return made;
}
