/** How sharp a photo is, so that hair is no sharper: `hairnet_model/tryon/grain.py` once more. */

import type { Picture } from "../pixels";
import { gaussian } from "./gaussian";

const BLURS = [0, 0.6, 0.9, 1.3, 1.8, 2.5, 3.5]; // standard deviations that are tried, in pixels
const FEWEST = 200; // pixels to measure anything in
const FEWEST_HAIR = 2000;
const SURE = 0.9;

/** Blurs a layer (premultiplied RGBA) in place, so that it is no sharper than the photo's own hair, or else its skin. */
export function softenLike(photo: Picture, hair: Float32Array, face: Float32Array, layer: Uint8Array): void {
  const { width, height } = photo;
  const own = chosen(hair, SURE);
  const wanted = sharpness(lumaOf(photo.data), own.length >= FEWEST_HAIR ? own : chosen(face, SURE), width, height);
  if (wanted === null) return;
  const painted = lumaOf(layer);
  const where: number[] = [];
  for (let at = 0; at < painted.length; at++) if (layer[at * 4 + 3] > 0.98 * 255) where.push(at);
  const fits = (sigma: number): boolean => {
    const made = painted.slice();
    if (sigma) gaussian(made, width, height, sigma);
    const sharp = sharpness(made, where, width, height);
    return sharp === null || sharp <= wanted;
  };
  const sigma = BLURS.find(fits) ?? BLURS[BLURS.length - 1];
  if (!sigma) return;
  const plane = new Float32Array(width * height);
  for (let k = 0; k < 4; k++) {
    for (let at = 0; at < plane.length; at++) plane[at] = layer[at * 4 + k];
    gaussian(plane, width, height, sigma);
    for (let at = 0; at < plane.length; at++) layer[at * 4 + k] = Math.round(plane[at]);
  }
}

function chosen(plane: Float32Array, least: number): number[] {
  const made: number[] = [];
  for (let at = 0; at < plane.length; at++) if (plane[at] > least) made.push(at);
  return made;
}

function lumaOf(data: Uint8Array | Uint8ClampedArray): Float32Array {
  return Float32Array.from({ length: data.length / 4 }, (_, at) => 0.299 * data[at * 4] + 0.587 * data[at * 4 + 1] + 0.114 * data[at * 4 + 2]);
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
