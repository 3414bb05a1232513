/** Steadies live what the masks say of a head: how its place, size, breadth and hairline differ from its pose. */

import type { View } from "./head";

const FORGETS = 400; // ms in which what was seen before loses two thirds of its weight
const LOST = 2000; // ms after which it is another head

export class Steadier {
  private fit = [0, 0, 1, 1, 0];
  private last = -Infinity;

  /**
   * @param view of the head by its pose alone.
   * @param found the same fitted to the masks of this picture.
   * @param now milliseconds of any clock.
   */
  next(view: View, found: View, now: number): View {
    const { size } = view;
    const fresh = [(found.x - view.x) / size, (found.y - view.y) / size, found.size / size, found.breadth, found.hairline];
    const share = now - this.last > LOST ? 1 : 1 - Math.exp((this.last - now) / FORGETS);
    this.fit = this.fit.map((value, at) => value + (fresh[at] - value) * share);
    this.last = now;
    const [right, down, larger, breadth, hairline] = this.fit;
    return { ...view, x: view.x + right * size, y: view.y + down * size, size: size * larger, breadth, hairline };
  }
}
