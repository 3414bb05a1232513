/** What may be behind hair, mirrored at the hair's edge: `hairnet_model/tryon/ground.py` once more. */

import type { Picture } from "../pixels";
import { gaussian } from "./gaussian";

const [STRAIGHT, DIAGONAL, LONG] = [1, 1.4, 2.1969].map((length) => Math.round(length * 65536)); // as OpenCV's 5 x 5 mask
const FAR = 2 ** 31 - 1 - 4 * 65536;

/** Where pixels that are not known take their colour from. */
export interface Continued {
  /** The pixel whose colour goes on here; its own number where it is known. */
  readonly from: Int32Array;
  /** How much of it does, 0..1; the rest is a smooth filling. */
  readonly trust: Float32Array;
}

/**
 * A pixel that is not known takes the colour of its mirror image behind the nearest pixel that is known.
 *
 * @param known 1 where pixels are.
 * @param far distance in pixels at which a smooth filling has taken over; it begins at half of that.
 * @returns null where no pixel is known.
 */
export function continuedFrom({ width, height }: Picture, known: Uint8Array, far: number): Continued | null {
  if (!known.includes(1)) return null;
  const { apart, nearest } = distances(known, width, height);
  const from = new Int32Array(known.length);
  const near = new Float32Array(known.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (known[at]) {
        from[at] = at;
        near[at] = 1;
        continue;
      }
      const edge = nearest[at];
      const edgeX = edge % width;
      const column = 2 * edgeX - x;
      const row = (2 * (edge - edgeX)) / width - y;
      const there = column >= 0 && row >= 0 && column < width && row < height && known[row * width + column];
      from[at] = there ? row * width + column : edge;
      if (there) near[at] = Math.min(1, Math.max(0, 2 - (2 * apart[at]) / 65536 / far));
    }
  }
  // The edge alone would be drawn out into streaks: where no mirror image is known, the filling is smooth.
  const trust = near.slice();
  gaussian(trust, width, height, Math.max(0.5, far / 25));
  for (let at = 0; at < trust.length; at++) trust[at] = known[at] ? 1 : Math.min(near[at], 2 * Math.max(0, trust[at] - 0.25));
  return { from, trust };
}

/** Distances to the nearest known pixel in 1 / 65,536 pixels, and which it is, as OpenCV's distance transform tells them. */
function distances(known: Uint8Array, width: number, height: number): { apart: Int32Array; nearest: Int32Array } {
  const wide = width + 4; // two pixels more on every side
  const apart = new Int32Array(wide * (height + 4)).fill(FAR);
  const nearest = new Int32Array(apart.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!known[at]) continue;
      apart[(y + 2) * wide + x + 2] = 0;
      nearest[(y + 2) * wide + x + 2] = at;
    }
  }
  const places = Int32Array.of(-2 * wide - 1, -2 * wide + 1, -wide - 2, -wide - 1, -wide, -wide + 1, -wide + 2, -1);
  const lengths = Int32Array.of(LONG, LONG, LONG, DIAGONAL, STRAIGHT, DIAGONAL, LONG, STRAIGHT);
  const pass = (start: number, way: 1 | -1): void => {
    for (let y = 0, row = start; y < height; y++, row += way * wide) {
      for (let x = 0, at = row; x < width; x++, at += way) {
        let least = apart[at];
        if (least <= STRAIGHT && (way < 0 || least === 0)) continue;
        let which = nearest[at];
        for (let k = 0; k < 8; k++) {
          const there = at + way * places[k];
          const longer = apart[there] + lengths[k];
          if (longer >= least) continue;
          least = longer;
          which = nearest[there];
        }
        apart[at] = Math.min(FAR, least);
        nearest[at] = which;
      }
    }
  };
  pass(2 * wide + 2, 1);
  pass((height + 1) * wide + width + 1, -1);
  const inside = (plane: Int32Array): Int32Array => {
    const made = new Int32Array(width * height);
    for (let y = 0; y < height; y++) made.set(plane.subarray((y + 2) * wide + 2, (y + 2) * wide + 2 + width), y * width);
    return made;
  };
  return { apart: inside(apart), nearest: inside(nearest) };
}
