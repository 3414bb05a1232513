/** In which direction of colour hair is unlike what is beside it, as Fisher's linear discriminant says it. */

import type { Picture } from "../pixels";
import { solved } from "../statistics";
import { type Grid, Reader } from "./grid";
import { OTHER, type Sides } from "./matting";
import { fromSrgb, type Oklab } from "./oklab";

export const SAMPLED = 128; // pixels of the longer side that are looked at
const NEAR = Math.fround(0.005); // of `Sides.inside`, from which on a pixel without hair is beside some
const FEWEST = 12; // pixels that say how colours scatter
const FINEST = 0.01; // Oklab distance that is small whatever the colours do

/** Rows of a symmetric matrix M: the square of a distance d is d M d. */
export type Metric = readonly (readonly number[])[];

/** The inverse of the covariance of colours around those of the two sides (Fisher 1936). */
export function metricOf({ width, height, data }: Picture, hair: Float32Array, sides: Sides, grid: Grid): Metric {
  const every = Math.max(1, Math.floor(Math.max(width, height) / SAMPLED));
  const reader = new Reader(grid, [...sides.hair, ...sides.other, sides.inside]);
  const [mine, other] = [new Scatter(), new Scatter()];
  const colour: Oklab = [0, 0, 0];
  for (let y = 0; y < height; y += every) {
    reader.row(y);
    for (let x = 0; x < width; x += every) {
      const at = y * width + x;
      if (hair[at] >= OTHER && hair[at] < sides.sure) continue;
      reader.column(x);
      const isHair = hair[at] >= sides.sure;
      if (!isHair && reader.at(6) <= NEAR) continue;
      fromSrgb(data[at * 4], data[at * 4 + 1], data[at * 4 + 2], colour);
      const first = isHair ? 0 : 3;
      (isHair ? mine : other).add(
        colour[0] - reader.at(first),
        colour[1] - reader.at(first + 1),
        colour[2] - reader.at(first + 2),
      );
    }
  }
  const sum = [0, 1, 2].map((i) => [0, 1, 2].map((j) => mine.of(i, j) + other.of(i, j) + (i === j ? FINEST ** 2 : 0)));
  return [0, 1, 2].map((i) => solved(sum, [0, 1, 2].map((j) => Number(i === j))));
}

/** Covariances of three numbers; 0 for a few. */
class Scatter {
  private count = 0;
  private readonly sums = [0, 0, 0];
  private readonly products = new Float64Array(9);

  add(x: number, y: number, z: number): void {
    const values = [x, y, z];
    this.count++;
    for (let i = 0; i < 3; i++) {
      this.sums[i] += values[i];
      for (let j = 0; j < 3; j++) this.products[i * 3 + j] += values[i] * values[j];
    }
  }

  of(i: number, j: number): number {
    if (this.count < FEWEST) return 0;
    return this.products[i * 3 + j] / this.count - (this.sums[i] / this.count) * (this.sums[j] / this.count);
  }
}
