/** Hair in another colour; docs/recolouring.md specifies it, and Python (`hairnet_model/effects`) does the same. */

import type { Picture, Planes } from "../pixels";
import type { Colour } from "../settings";
import { withBeardOrWithout } from "./beards";
import { type Grid, gridOf, Reader } from "./grid";
import { INSIDE, NO_HAIR, shareOfHair, type Sides, sidesOf } from "./matting";
import { fromSrgb, lightness, type Oklab, toCodes } from "./oklab";
import { along, extent, type Pattern, streak } from "./patterns";
import { Colours, fitted, shaded, Strands, type Tone } from "./tone";
import { metricOf, SAMPLED } from "./unlikeness";

/** What is done to hair. */
export interface Dye {
  readonly colour: Colour;
  readonly pattern: Pattern;
  /** 0..1. */
  readonly strength: number;
  /** Dye beards too; else none of them. */
  readonly beard: boolean;
}

/** Recolours the hair of `picture` in place. */
export function recolour(picture: Picture, planes: Planes, dye: Dye): void {
  if (dye.strength <= 0) return;
  const grid = gridOf(picture);
  const hair = withBeardOrWithout(picture, planes, grid, dye.beard);
  const sides = sidesOf(picture, hair, grid);
  if (!sides) return;
  const base = sides.hair[0].map(lightness);
  const target = fromSrgb(...dye.colour, [0, 0, 0]);
  const tone = fitted(...sample(picture, hair, base, grid, sides.sure), target);
  paint(picture, hair, sides, base, grid, tone, dye);
}

function paint(
  picture: Picture,
  hair: Float32Array,
  sides: Sides,
  base: Float32Array,
  grid: Grid,
  tone: Tone,
  { pattern, strength }: Dye,
): void {
  const { width, height, data } = picture;
  const metric = metricOf(picture, hair, sides, grid);
  const lit = base.map((value) => shaded(value, tone));
  const reader = new Reader(grid, [...sides.hair, ...sides.other, sides.inside, base, lit]);
  const [top, end] = extent(sides.inside, grid);
  const colours = new Colours(tone);
  const strands = new Strands(tone);
  const [pixel, mine, other, codes]: [Oklab, Oklab, Oklab, Oklab] = [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]];
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    const worn = along(pattern, ((y + 0.5) / grid.step - top) / (end - top)) * strength;
    for (let x = 0; x < width; x++, at++) {
      const probability = hair[at];
      if (probability < NO_HAIR) continue;
      const to = at * 4;
      fromSrgb(data[to], data[to + 1], data[to + 2], pixel);
      reader.column(x);
      const inside = reader.at(6);
      if (inside < INSIDE) {
        for (let channel = 0; channel < 3; channel++) {
          mine[channel] = reader.at(channel);
          other[channel] = reader.at(channel + 3);
        }
      }
      const alpha = shareOfHair(pixel, probability, inside, mine, other, metric);
      // What the pixel's hair would be without what shines through.
      const through = 1 - alpha;
      const pure = pixel[0] + through * (mine[0] - other[0]);
      const light = lightness(Math.min(1, Math.max(0, pure)));
      const below = reader.at(7);
      const share = alpha * worn * (pattern === "highlights" ? streak(light - below, tone.texture) : 1);
      if (share <= 0) continue;
      const place = colours.place(reader.at(8) + strands.of(light, below));
      if (share === 1) {
        data[to] = colours.at(place, 3);
        data[to + 1] = colours.at(place, 4);
        data[to + 2] = colours.at(place, 5);
        continue;
      }
      toCodes(
        pixel[0] + share * (colours.at(place, 0) - pure),
        pixel[1] + share * (colours.at(place, 1) - pixel[1] - through * (mine[1] - other[1])),
        pixel[2] + share * (colours.at(place, 2) - pixel[2] - through * (mine[2] - other[2])),
        codes,
      );
      data[to] = codes[0];
      data[to + 1] = codes[1];
      data[to + 2] = codes[2];
    }
  }
}

/** Lightnesses of pixels that are surely hair and of their base: of an even part of them, or of all of a few. */
function sample(
  { width, height, data }: Picture,
  hair: Float32Array,
  base: Float32Array,
  grid: Grid,
  sure: number,
): [Float64Array, Float64Array] {
  const reader = new Reader(grid, [base]);
  const colour: Oklab = [0, 0, 0];
  let [own, under]: [number[], number[]] = [[], []];
  const coarse = Math.max(1, Math.floor(Math.max(width, height) / SAMPLED));
  for (const every of [coarse, 1]) {
    [own, under] = [[], []];
    for (let y = 0; y < height; y += every) {
      reader.row(y);
      for (let x = 0; x < width; x += every) {
        const at = y * width + x;
        if (hair[at] < sure) continue;
        own.push(lightness(fromSrgb(data[at * 4], data[at * 4 + 1], data[at * 4 + 2], colour)[0]));
        reader.column(x);
        under.push(reader.at(0));
      }
    }
    if (own.length >= 64) break;
  }
  return [Float64Array.from(own), Float64Array.from(under)];
}
