/** What a square shows faintly: `hairnet_model/inference/evidence.py` once more; the reasons and the measurements are there. */

import { type Box, type Component, components, longer } from "./components";
import type { Size } from "./pixels";
import type { Square } from "./squares";

const FAINT = 0.008; // the least probability of hair or face of a pixel that belongs to a faint head
const LEAST = 0.0006; // smallest faint face, and smallest faint hair without one, in areas of the network's square
const RIM = 0.25; // around a head's box, in its longer sides: what is seen so far from it belongs to it

/** Heads in a square by pixels that show hair or face with `FAINT` and more. */
export function faintHeads(probabilities: Float32Array, size: number, square: Square, picture: Size): Component[] {
  const raised = probabilities.slice();
  for (let at = 0; at < raised.length; at += 3) {
    const ground = raised[at] * (FAINT / (1 - FAINT));
    const sum = ground + raised[at + 1] + raised[at + 2];
    raised.set([ground / sum, raised[at + 1] / sum, raised[at + 2] / sum], at);
  }
  return components(raised, size, square, picture, [LEAST, LEAST]);
}

/** The probability of hair or face, (S, S); 0 outside the picture, in the boxes of heads, and near them. */
export function likelyElsewhere(
  probabilities: Float32Array,
  size: number,
  square: Square,
  { width, height }: Size,
  heads: readonly Box[],
): Float32Array {
  const scale = square.side / size;
  const likely = Float32Array.from({ length: size * size }, (_, at) => 1 - probabilities[at * 3]);
  const outside = (at: number, start: number, length: number): boolean => {
    const centre = start + (at + 0.5) * scale;
    return centre < 0 || centre > length;
  };
  for (let at = 0; at < likely.length; at++) {
    if (outside(at % size, square.left, width) || outside(Math.floor(at / size), square.top, height)) likely[at] = 0;
  }
  for (const box of heads) {
    const rim = RIM * longer(box);
    const [left, right] = within(square.left, scale, size, box.x - rim, box.width + 2 * rim);
    const [top, bottom] = within(square.top, scale, size, box.y - rim, box.height + 2 * rim);
    for (let y = top; y < bottom; y++) likely.fill(0, y * size + left, y * size + Math.max(left, right));
  }
  return likely;
}

/** The largest value of `likelyElsewhere` of a square in a part of it; 0 where they do not overlap. */
export function mostWithin(likely: Float32Array, size: number, square: Square, part: Square): number {
  const scale = square.side / size;
  const [left, right] = within(square.left, scale, size, part.left, part.side);
  const [top, bottom] = within(square.top, scale, size, part.top, part.side);
  let most = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) most = Math.max(most, likely[y * size + x]);
  }
  return most;
}

/** From which pixel and to which one centres lie between `start` and `length` more, in pixels of the picture. */
function within(first: number, scale: number, size: number, start: number, length: number): [number, number] {
  const from = (value: number): number => {
    let at = 0;
    while (at < size && first + (at + 0.5) * scale < value) at++;
    return at;
  };
  return [from(start), from(start + length)];
}
