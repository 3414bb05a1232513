/** Colours that are not worn all over: roots, highlights and ombre. */

import { smoothstep } from "../pixels";
import type { Grid } from "./grid";

export const PATTERNS = ["", "roots", "highlights", "ombre"] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Top and lower end of the hair, in rows of cells: all but a hundredth of it lies below, and above. */
export function extent(inside: Float32Array, { rows, columns }: Grid): [number, number] {
  const sums = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    sums[row] = row ? sums[row - 1] : 0;
    for (let column = 0; column < columns; column++, at++) sums[row] += inside[at];
  }
  const first = (share: number): number => sums.findIndex((sum) => sum >= share * sums[rows - 1]);
  return [first(0.01), first(0.99) + 1];
}

/** The share of the new colour, from the top of the hair, 0, to its lower end, 1. */
export function along(pattern: Pattern, place: number): number {
  if (pattern === "roots") return smoothstep(0.06, 0.3, place);
  if (pattern === "ombre") return smoothstep(0.3, 0.85, place);
  return 1;
}

/** The share of the new colour in a strand that is lighter than its base by so much, for highlights. */
export function streak(lighter: number, texture: number): number {
  return 0.1 + 0.55 * smoothstep(-1, 2, lighter / Math.max(texture, 1e-3));
}
