/** What a photo tells of the hair in it: `hairnet_model/tryon/own_hair.py` once more. */

import { blurred } from "../blur";
import type { Picture } from "../pixels";
import { deviation, mean, quantile } from "../statistics";
import { decoded, type Tint, type Triple } from "./light";

const FEWEST = 2000; // pixels that are enough to tell more than a colour
const USUAL = [62, 46, 36];
const LOCK = 0.7; // cm, standard deviation of the blur that contrast is what differs from
const PAINTED = 0.22;
const CONTRASTS = [1, 2.8] as const;
const USUAL_CONTRAST = 2;
const ORDINARY = [0.1, 0.85] as const;
const HUED = [0.05, 0.95] as const;
const BENDS = [0.75, 1.3] as const;
const DARKEST = 0.004;
const SURE = Math.fround(0.9);

const LINEAR = Float32Array.from({ length: 256 }, (_, code) => decoded(code));
const STRAIGHT: Triple = [1, 1, 1];

/** @param colour linear RGB that is asked for; null for the own one. */
export function tintOf({ data, width, height }: Picture, hair: Float32Array, size: number, colour: Triple | null): Tint {
  const own: number[] = [];
  for (let at = 0; at < hair.length; at++) if (hair[at] > SURE) own.push(at);
  if (own.length < FEWEST) {
    const usual = own.length ? meanOf(data, own) : USUAL;
    return { colour: colour ?? linearOf(usual), contrast: USUAL_CONTRAST, bend: STRAIGHT };
  }
  const bright = new Float32Array(hair.length);
  const weight = new Float32Array(hair.length);
  for (const at of own) {
    bright[at] = 0.2126 * LINEAR[data[at * 4]] + 0.7152 * LINEAR[data[at * 4 + 1]] + 0.0722 * LINEAR[data[at * 4 + 2]];
    weight[at] = 1;
  }
  const values = Float32Array.from(own, (at) => bright[at]);
  const radius = Math.max(1, Math.round((Math.sqrt(4 * (LOCK * size) ** 2 + 1) - 1) / 2)); // three boxes for a Gaussian
  const around = blurred(bright.slice(), width, height, radius, 3);
  const share = blurred(weight, width, height, radius, 3);
  const fine = deviation(Float32Array.from(own, (at) => bright[at] - around[at] / Math.max(1e-3, share[at])));
  const contrast = Math.min(CONTRASTS[1], Math.max(CONTRASTS[0], fine / Math.max(1e-3, mean(values)) / PAINTED));
  if (colour) return { colour, contrast: Math.min(contrast, USUAL_CONTRAST), bend: STRAIGHT };
  const [low, high] = ORDINARY.map((part) => quantile(values, part));
  const ordinary = own.filter((at) => bright[at] >= low && bright[at] <= high);
  return { colour: linearOf(meanOf(data, ordinary)), contrast, bend: bendOf(data, own, bright, values) };
}

function linearOf(codes: readonly number[]): Triple {
  return [decoded(codes[0]), decoded(codes[1]), decoded(codes[2])];
}

function meanOf(data: Uint8ClampedArray, pixels: readonly number[]): number[] {
  return [0, 1, 2].map((k) => pixels.reduce((sum, at) => sum + data[at * 4 + k], 0) / pixels.length);
}

/** The slopes of the logarithms of the channels over that of the luminance. */
function bendOf(data: Uint8ClampedArray, own: readonly number[], bright: Float32Array, values: Float32Array): Triple {
  const [low, high] = HUED.map((part) => quantile(values, part));
  const kept = own.filter((at) => bright[at] >= Math.max(low, DARKEST) && bright[at] <= high);
  if (kept.length < FEWEST / 4) return STRAIGHT;
  const along = kept.map((at) => Math.log(bright[at]));
  const middle = mean(along);
  const total = along.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return [0, 1, 2].map((k) => {
    const sum = kept.reduce((all, at, number) => {
      return all + (along[number] - middle) * Math.log(Math.max(DARKEST / 4, LINEAR[data[at * 4 + k]]));
    }, 0);
    return Math.min(BENDS[1], Math.max(BENDS[0], sum / Math.max(1e-6, total)));
  }) as unknown as Triple;
}
