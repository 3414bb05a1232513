/** Small planes read at the size of a large picture, bilinearly, row by row. */

/** Where a large side's pixels fall among a small side's places. */
export interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Of `high`, 0..1. */
  readonly share: Float32Array;
}

/**
 * @param large pixels of the large side.
 * @param small places of the small one.
 * @param step large pixels that a place stands for.
 */
export function tapsOf(large: number, small: number, step: number): Taps {
  const made = { low: new Int32Array(large), high: new Int32Array(large), share: new Float32Array(large) };
  for (let at = 0; at < large; at++) {
    const place = Math.min(small - 1, Math.max(0, (at + 0.5) / step - 0.5));
    made.low[at] = Math.floor(place);
    made.high[at] = Math.min(small - 1, made.low[at] + 1);
    made.share[at] = place - made.low[at];
  }
  return made;
}
