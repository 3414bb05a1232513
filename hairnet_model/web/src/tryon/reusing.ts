/** Uses live strands once more where the head has hardly turned: painting them takes longest. */

import type { Size } from "../pixels";
import type { View } from "./head";
import type { Light } from "./light";

const TURNED = 1; // degrees that do not show
const LARGER = 0.015; // share of the size
const FITTED = [0.005, 0.05] as const; // of the breadth, and cm of the hairline
const LIT = 0.1; // of the light
const OLDEST = 1000; // ms

/** What strands are painted for; those of another `of` are other strands. */
export interface Scene extends Size {
  readonly of: string;
  readonly view: View;
  readonly light: Light;
}

export class Reused {
  private last: { readonly scene: Scene; readonly layer: Uint8Array; readonly at: number } | null = null;

  /** A layer that the caller may change: the last one, moved by pixels, or a new one by `draw`. */
  next(scene: Scene, draw: () => Uint8Array, now: number): { layer: Uint8Array; fresh: boolean } {
    const { last } = this;
    const moved = last && now - last.at < OLDEST && alike(last.scene, scene) ? shifted(last.layer, last.scene, scene) : null;
    if (moved) return { layer: moved, fresh: false };
    const layer = draw();
    this.last = { scene, layer: layer.slice(), at: now };
    return { layer, fresh: true };
  }
}

function alike(one: Scene, other: Scene): boolean {
  const [a, b] = [one.view, other.view];
  const near = (first: number, second: number, most: number): boolean => Math.abs(first - second) <= most;
  return (
    one.of === other.of &&
    [a.yaw - b.yaw, a.pitch - b.pitch, a.roll - b.roll].every((angle) => near(angle, 0, TURNED)) &&
    near(a.size / b.size, 1, LARGER) &&
    near(a.breadth, b.breadth, FITTED[0]) &&
    near(a.hairline, b.hairline, FITTED[1]) &&
    near(one.light.level, other.light.level, LIT) &&
    one.light.slope.every((value, k) => near(value, other.light.slope[k], LIT))
  );
}

/** A layer of one scene in another; null where what lies outside of it would be seen. */
function shifted(layer: Uint8Array, from: Scene, to: Scene): Uint8Array | null {
  const [right, down] = [Math.round(to.view.x - from.view.x), Math.round(to.view.y - from.view.y)];
  const made = new Uint8Array(to.width * to.height * 4);
  const edges = [
    right > 0 && { x: 0, y: 0, width: 1, height: from.height },
    right + from.width < to.width && { x: from.width - 1, y: 0, width: 1, height: from.height },
    down > 0 && { x: 0, y: 0, width: from.width, height: 1 },
    down + from.height < to.height && { x: 0, y: from.height - 1, width: from.width, height: 1 },
  ];
  if (edges.some((edge) => edge && anyIn(layer, from.width, edge))) return null;
  const [first, end] = [Math.max(0, right), Math.min(to.width, right + from.width)];
  if (end <= first) return null;
  for (let y = Math.max(0, down); y < Math.min(to.height, down + from.height); y++) {
    const row = ((y - down) * from.width + first - right) * 4;
    made.set(layer.subarray(row, row + (end - first) * 4), (y * to.width + first) * 4);
  }
  return made;
}

function anyIn(layer: Uint8Array, wide: number, { x, y, width, height }: { x: number; y: number } & Size): boolean {
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) if (layer[(row * wide + column) * 4 + 3]) return true;
  }
  return false;
}
