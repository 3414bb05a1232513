/** Lets live hair follow a head until the next is painted. */

import type { Picture } from "../pixels";
import type { View } from "./head";

const LEAST = 0.5 / 255; // pixels that are replaced less than this stay as they are

/** A layer of hair, and the head that it was painted for, in the layer's pixels. */
export interface Kept {
  readonly layer: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly view: View;
  readonly of: string;
}

/**
 * Lays a layer over a picture where the head is now: moved, turned and scaled with it, bilinear.
 *
 * @param view of the head in the picture.
 */
export function layMoved({ data, width, height }: Picture, { layer, width: wide, height: high, view: from }: Kept, view: View): void {
  const grow = from.size / view.size; // pixels of the layer for each of the picture
  const turn = ((from.roll - view.roll) * Math.PI) / 180;
  const [c, s] = [Math.cos(turn) * grow, Math.sin(turn) * grow];
  const corners = [0, wide].flatMap((x) => [0, high].map((y) => [x - from.x, y - from.y]));
  const across = corners.map(([x, y]) => view.x + (c * x + s * y) / grow ** 2);
  const down = corners.map(([x, y]) => view.y + (c * y - s * x) / grow ** 2);
  const [left, right] = [Math.max(0, Math.floor(Math.min(...across))), Math.min(width, Math.ceil(Math.max(...across)))];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(...down))), Math.min(height, Math.ceil(Math.max(...down)))];
  for (let y = top; y < bottom; y++) {
    const dy = y + 0.5 - view.y;
    for (let x = left; x < right; x++) {
      const dx = x + 0.5 - view.x;
      const column = from.x + c * dx - s * dy - 0.5;
      const row = from.y + s * dx + c * dy - 0.5;
      if (column < -0.5 || row < -0.5 || column > wide - 0.5 || row > high - 0.5) continue;
      const first = column > 0 ? Math.floor(column) : 0;
      const upper = row > 0 ? Math.floor(row) : 0;
      const a = (upper * wide + first) * 4;
      const b = first + 1 < wide ? a + 4 : a;
      const below = upper + 1 < high ? wide * 4 : 0;
      if (!(layer[a + 3] || layer[b + 3] || layer[a + below + 3] || layer[b + below + 3])) continue;
      const u = column > first ? column - first : 0;
      const v = row > upper ? row - upper : 0;
      const two = u * (1 - v);
      const four = u * v;
      const one = 1 - u - v + four;
      const three = v - four;
      const share = layer[a + 3] * one + layer[b + 3] * two + layer[a + below + 3] * three + layer[b + below + 3] * four;
      if (share <= LEAST) continue;
      const to = (y * width + x) * 4;
      for (let k = 0; k < 3; k++) {
        const code = layer[a + k] * one + layer[b + k] * two + layer[a + below + k] * three + layer[b + below + k] * four;
        data[to + k] = data[to + k] * (1 - share) + code;
      }
    }
  }
}
