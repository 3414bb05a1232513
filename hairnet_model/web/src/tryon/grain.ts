/** Blur and noise of a photo, so that hair looks as if photographed with it: `hairnet_model/tryon/grain.py` once more. */

import type { Picture } from "../pixels";
import { quantile } from "../statistics";
import { gaussian } from "./gaussian";
import { hashed } from "./thicken";

const BLURS = [0, 0.6, 0.9, 1.3, 1.8, 2.5, 3.5]; // standard deviations that are tried, in pixels
const FEWEST = 200; // pixels to measure anything in
const FEWEST_HAIR = 2000;
const SURE = Math.fround(0.9);
const NOISIEST = 12; // codes; more is texture
const KERNEL = [1, -2, 1, -2, 4, -2, 1, -2, 1]; // Immerkær 1996
const [MEAN, SPREAD] = [510, 147.8]; // of the sum of four bytes

/** The blur, in pixels, by which a layer (premultiplied RGBA) becomes no sharper than the photo's own hair, or else its skin. */
export function blurLike(photo: Picture, hair: Float32Array, face: Float32Array, layer: Uint8Array): number {
  const { width, height } = photo;
  const own = chosen(hair, SURE);
  const wanted = sharpness(lumaOf(photo.data), own.length >= FEWEST_HAIR ? own : chosen(face, SURE), width, height);
  if (wanted === null) return 0;
  const painted = lumaOf(layer);
  const where: number[] = [];
  for (let at = 0; at < painted.length; at++) if (layer[at * 4 + 3] > 0.98 * 255) where.push(at);
  const fits = (sigma: number): boolean => {
    const made = painted.slice();
    if (sigma) gaussian(made, width, height, sigma);
    const sharp = sharpness(made, where, width, height);
    return sharp === null || sharp <= wanted;
  };
  return BLURS.find(fits) ?? BLURS[BLURS.length - 1];
}

/** Blurs a layer in place. */
export function soften(layer: Uint8Array, width: number, height: number, sigma: number): void {
  if (!sigma) return;
  const plane = new Float32Array(width * height);
  for (let k = 0; k < 4; k++) {
    for (let at = 0; at < plane.length; at++) plane[at] = layer[at * 4 + k];
    gaussian(plane, width, height, sigma);
    for (let at = 0; at < plane.length; at++) layer[at * 4 + k] = Math.round(plane[at]);
  }
}

/** Standard deviation of the noise of the photo's skin in codes, by the median so that edges do not count. */
export function noiseOf({ data, width, height }: Picture, face: Float32Array): number {
  const luma = lumaOf(data);
  const found: number[] = [];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let [sum, smooth] = [0, face[at] > SURE];
      for (let k = 0; smooth && k < 9; k++) {
        const [across, down] = [x + (k % 3) - 1, y + Math.floor(k / 3) - 1];
        if (across >= 0 && across < width && down >= 0 && down < height) smooth = face[down * width + across] > SURE;
        sum += KERNEL[k] * luma[inside(down, height) * width + inside(across, width)];
      }
      if (smooth) found.push(Math.abs(sum));
    }
  }
  return found.length < FEWEST ? 0 : Math.min(NOISIEST, quantile(found, 0.5) / 0.6745 / 6);
}

/** Noise of standard deviation 1 at a place of the photo. */
export function noiseAt(x: number, y: number): number {
  const number = hashed(Math.imul(y, 65536) + x);
  return ((number & 255) + ((number >>> 8) & 255) + ((number >>> 16) & 255) + (number >>> 24) - MEAN) / SPREAD;
}

/** A place within 0 .. length - 1; what is outside is mirrored. */
function inside(at: number, length: number): number {
  return Math.max(0, Math.min(length - 1, at < 0 ? -at : at >= length ? 2 * length - 2 - at : at));
}

function chosen(plane: Float32Array, least: number): number[] {
  const made: number[] = [];
  for (let at = 0; at < plane.length; at++) if (plane[at] > least) made.push(at);
  return made;
}

function lumaOf(data: Uint8Array | Uint8ClampedArray): Float32Array {
  const made = new Float32Array(data.length / 4);
  for (let at = 0; at < made.length; at++) made[at] = 0.299 * data[at * 4] + 0.587 * data[at * 4 + 1] + 0.114 * data[at * 4 + 2];
  return made;
}

/** Share of the finest octave in the two finest ones, 0..1; null where there is too little to see. */
function sharpness(luma: Float32Array, where: readonly number[], width: number, height: number): number | null {
  if (where.length < FEWEST) return null;
  const [one, two] = [luma.slice(), luma.slice()];
  gaussian(one, width, height, 1);
  gaussian(two, width, height, 2.5);
  let [fine, both] = [0, 0];
  for (const at of where) {
    fine += (luma[at] - one[at]) ** 2;
    both += (luma[at] - two[at]) ** 2;
  }
  return both / where.length > 1 ? fine / both : null;
}
