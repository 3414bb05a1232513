/** Squares that were cut out of a picture and segmented: `hairnet_model/inference/cuts.py` once more. */

import { type Box, type Component, type Head, longer, overlap } from "./components";
import type { Size } from "./pixels";
import { rounded, type Square } from "./squares";

const FILL = 0.75; // share of the square's side that a head's longer side takes in its cut
export const LARGE = 0.5; // a head that fills so much of the picture's square needs no cut
export const FITS = [0.45, 0.95] as const; // shares of the cut that a head may fill before it is cut out once more

/** A square that was segmented. */
export interface Cut {
  readonly square: Square;
  /** (S, S, 3); S is larger where a finer network looked again. */
  readonly probabilities: Float32Array;
  /** Of the head in it; the weight falls off outside. */
  readonly box: Box;
}

export interface Located {
  /** Of the picture that boxes and squares are counted in. */
  readonly picture: Size;
  /** Probabilities of the framed picture, (S, S, 3). */
  readonly whole: Float32Array;
  readonly size: number;
  /** To put over them. */
  readonly cuts: readonly Cut[];
  /** Boxes within the picture, in whole pixels, the largest first. */
  readonly heads: readonly Head[];
  /** Squares that the network saw. */
  readonly passes: number;
}

/** The boxes of heads, within the picture and in whole pixels, the largest first. */
export function headBoxes(heads: readonly Component[], { width, height }: Size): Box[] {
  return heads
    .map(({ box }) => {
      const [x, y] = [Math.max(0, rounded(box.x)), Math.max(0, rounded(box.y))];
      const [right, bottom] = [Math.min(width, rounded(box.x + box.width)), Math.min(height, rounded(box.y + box.height))];
      return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
    })
    .sort((a, b) => b.width * b.height - a.width * a.height || byPlace(a, b));
}

export function byPlace(a: Box, b: Box): number {
  return a.x - b.x || a.y - b.y || a.width - b.width || a.height - b.height;
}

/** The square in which the longer side of a box fills `FILL`. */
export function around(box: Box): Square {
  const side = Math.max(8, rounded(longer(box) / FILL));
  return { left: rounded(box.x + box.width / 2 - side / 2), top: rounded(box.y + box.height / 2 - side / 2), side };
}

/** What a cut shows of the head that was in a box: the largest face that lies over it, or else the largest hair. */
export function same(seen: readonly Component[], box: Box): Component | null {
  const there = seen.filter((other) => overlap(other.box, box) > 0.3);
  const faces = there.filter(({ hasFace }) => hasFace);
  const sorted = (faces.length ? faces : there).sort((a, b) => b.area - a.area || byPlace(b.box, a.box));
  return sorted[0] ?? null;
}
