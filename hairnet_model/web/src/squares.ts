/** Squares of a picture's pixels, which the network sees one by one: `hairnet_model/inference/squares.py` once more. */

import { frame } from "./framing";
import { type Picture, picture, type Size } from "./pixels";

/** It may reach over the picture's edges. */
export interface Square {
  readonly left: number;
  readonly top: number;
  readonly side: number;
}

/** To the nearest integer, halves to the even one, as Python rounds. */
export function rounded(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** The square that `frame` shows of a picture. */
export function framedSquare({ width, height }: Size): Square {
  const side = Math.max(width, height);
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), side };
}

/** A square around the same middle, rounded to entire pixels. */
export function scaled({ left, top, side }: Square, factor: number): Square {
  const scaledSide = Math.max(1, rounded(factor * side));
  const margin = Math.floor((scaledSide - side) / 2);
  return { left: left - margin, top: top - margin, side: scaledSide };
}

/**
 * Tiles that cover a picture from edge to edge, row by row.
 *
 * @param side of a tile, in pixels.
 * @param step distance between tiles, in their sides, at most.
 */
export function tileSquares({ width, height }: Size, side: number, step: number): Square[] {
  const columns = starts(width, side, step);
  return starts(height, side, step).flatMap((top) => columns.map((left) => ({ left, top, side })));
}

function starts(length: number, side: number, step: number): number[] {
  if (length <= side) return [Math.floor((length - side) / 2)];
  const count = Math.ceil((length - side) / (step * side)) + 1;
  return Array.from({ length: count }, (_, at) => rounded((at * (length - side)) / (count - 1)));
}

/**
 * A square of a picture as the network takes it; what lies outside the picture is grey.
 *
 * @param size side S of the network's square.
 * @param pad that grey.
 * @returns (S, S, 3) RGB.
 */
export function cutOut(from: Picture, square: Square, size: number, pad: number): Uint8Array<ArrayBuffer> {
  const inside = picture(square.side, square.side);
  inside.data.fill(pad);
  const [first, end] = [Math.max(0, square.left), Math.min(from.width, square.left + square.side)];
  const bottom = Math.min(from.height, square.top + square.side);
  for (let y = Math.max(0, square.top); y < bottom && first < end; y++) {
    const row = from.data.subarray((y * from.width + first) * 4, (y * from.width + end) * 4);
    inside.data.set(row, ((y - square.top) * square.side + first - square.left) * 4);
  }
  return frame(inside, size, pad, new Uint8Array(size * size * 3));
}

/** A framed square left to right, and the same for what the network says of it: (S, S, 3) both. */
export function mirrored<T extends Uint8Array<ArrayBuffer> | Float32Array>(values: T, size: number): T {
  const made = values.slice() as T;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + x) * 3;
      made.set(values.subarray(from, from + 3), (y * size + size - 1 - x) * 3);
    }
  }
  return made;
}
