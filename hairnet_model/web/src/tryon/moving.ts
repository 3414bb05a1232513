/** Lets hair follow a head until the next is painted. */

import type { View } from "./head";

/** A layer of hair, and the head that it was painted for. */
export interface Kept {
  readonly layer: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly view: View;
  readonly of: string;
}

/** A layer that was made for a head, where the head is now: moved, turned and scaled with it. */
export function moved(kept: Kept, view: View, width: number, height: number): Float32Array {
  const same = kept.view.x === view.x && kept.view.y === view.y && kept.width === width && kept.height === height;
  if (same) return kept.layer;
  const made = new Float32Array(width * height * 4);
  const grow = kept.view.size / view.size;
  const turn = ((kept.view.roll - view.roll) * Math.PI) / 180;
  const [c, s] = [Math.cos(turn) * grow, Math.sin(turn) * grow];
  for (let y = 0, at = 0; y < height; y++) {
    const dy = y + 0.5 - view.y;
    for (let x = 0; x < width; x++, at += 4) {
      const dx = x + 0.5 - view.x;
      const column = Math.floor(kept.view.x + c * dx - s * dy);
      const row = Math.floor(kept.view.y + s * dx + c * dy);
      if (column < 0 || row < 0 || column >= kept.width || row >= kept.height) continue;
      const from = (row * kept.width + column) * 4;
      made[at] = kept.layer[from];
      made[at + 1] = kept.layer[from + 1];
      made[at + 2] = kept.layer[from + 2];
      made[at + 3] = kept.layer[from + 3];
    }
  }
  return made;
}
