/** Whose a pixel is where hair ends: the colours on both sides, and the hair's share of what lies between. */

import { type Picture, smoothstep } from "../pixels";
import { areaOf, filled, type Grid, softened } from "./grid";
import { fromCodes, type Oklab } from "./oklab";
import type { Metric } from "./unlikeness";

export const LEAST = 0.5; // where no pixel reaches this probability there is no hair
export const NO_HAIR = Math.fround(0.05); // pixels below this stay as they are
export const INSIDE = 0.97; // of `Sides.inside`: from here on all of a pixel is hair
const SURE = 0.9;
export const OTHER = Math.fround(0.1); // below this a pixel shows what is beside the hair
const UNLIKE = [0.5, 2] as const; // distance of the sides by the metric: below, colours say nothing; above, they say all
const BARE = 0.08; // of the way between the two sides that is as good as its end
const SCATTER = [0.3, 0.06] as const; // by the metric, what colours scatter: so much more is; at most so much
const PRIOR = [1, 0.2] as const; // likewise, by how much of the way the probability moves the place
const SOME = 0.3; // probability from which all of a pixel may be hair

/** The two colours that meet at the hair's edge, in cells, each as three planes of Oklab. */
export interface Sides {
  readonly hair: Float32Array[];
  readonly other: Float32Array[];
  /** The blurred probability of hair; near 1 well inside it. */
  readonly inside: Float32Array;
  /** The probability from which pixels were taken for hair. */
  readonly sure: number;
}

/** Looks at hair that is sure and at what is sure to be none, and continues both colours into what lies between. */
export function sidesOf({ data }: Picture, hair: Float32Array, grid: Grid): Sides | null {
  let most = 0;
  for (let pixel = 0; pixel < hair.length; pixel++) if (hair[pixel] > most) most = hair[pixel];
  if (most < LEAST) return null;
  const sure = Math.fround(Math.min(SURE, 0.8 * most));
  const count = grid.rows * grid.columns;
  const [mine, other, likely] = [new Float64Array(count * 4), new Float64Array(count * 4), new Float64Array(count)];
  for (let y = 0; y < grid.height; y++) {
    for (let column = 0, pixel = y * grid.width; column < grid.columns; column++) {
      const cell = Math.floor(y / grid.step) * grid.columns + column;
      const end = y * grid.width + Math.min(grid.width, (column + 1) * grid.step);
      for (; pixel < end; pixel++) {
        const probability = hair[pixel];
        likely[cell] += probability;
        if (probability < sure && probability >= OTHER) continue;
        const into = probability < sure ? other : mine;
        into[cell * 4] += data[pixel * 4];
        into[cell * 4 + 1] += data[pixel * 4 + 1];
        into[cell * 4 + 2] += data[pixel * 4 + 2];
        into[cell * 4 + 3]++;
      }
    }
  }
  for (let cell = 0; cell < count; cell++) likely[cell] /= areaOf(grid, cell);
  const inside = softened(likely, grid, 1);
  // Next to the edge a pixel may be a mixture that no probability tells: what is further away counts more.
  let beside = false;
  for (let cell = 0; cell < count; cell++) {
    const area = areaOf(grid, cell);
    const own = Math.max(0.02, smoothstep(0.8, 0.98, inside[cell])) / area;
    const apart = Math.max(0.02, 1 - smoothstep(0.02, 0.2, inside[cell])) / area;
    beside ||= other[cell * 4 + 3] > 0;
    for (let at = cell * 4; at < cell * 4 + 4; at++) {
      mine[at] *= own;
      other[at] *= apart;
    }
  }
  const ofHair = continued(mine, grid, 2);
  return { hair: ofHair, other: beside ? continued(other, grid, 1) : ofHair, inside, sure };
}

/** Colours of cells (RGB times weight, and weight) blurred and continued into those that have none, in Oklab. */
function continued(cells: Float64Array, grid: Grid, radius: number): Float32Array[] {
  const planes = [0, 1, 2, 3].map((channel) => {
    const plane = new Float32Array(cells.length / 4);
    for (let cell = 0; cell < plane.length; cell++) plane[cell] = cells[cell * 4 + channel];
    return softened(plane, grid, radius);
  });
  const known = new Float64Array(cells.length);
  for (let cell = 0; cell < planes[3].length; cell++) {
    const weight = Math.min(1, 4 * planes[3][cell]);
    const scale = weight / Math.max(planes[3][cell], 1e-6);
    for (let channel = 0; channel < 3; channel++) known[cell * 4 + channel] = planes[channel][cell] * scale;
    known[cell * 4 + 3] = weight;
  }
  const made = filled(known, grid.rows, grid.columns);
  const colour: Oklab = [0, 0, 0];
  for (let cell = 0; cell < planes[3].length; cell++) {
    fromCodes(made[0][cell], made[1][cell], made[2][cell], colour);
    for (let channel = 0; channel < 3; channel++) made[channel][cell] = colour[channel];
  }
  return made;
}

/**
 * How much of a pixel is hair, 0..1.
 *
 * What the network says is a soft guess that is some of its own pixels wide. Between two colours that differ, the
 * pixel's own place on the way from one to the other says it finely; the probability then moves the place and sets
 * the bounds.
 */
export function shareOfHair(
  pixel: Oklab,
  probability: number,
  inside: number,
  hair: Oklab,
  other: Oklab,
  [[xx, xy, xz], [, yy, yz], [, , zz]]: Metric,
): number {
  const least = smoothstep(0.75, INSIDE, inside);
  const most = smoothstep(NO_HAIR, SOME, probability);
  if (least === 1) return most;
  const [x, y, z] = [hair[0] - other[0], hair[1] - other[1], hair[2] - other[2]];
  const [u, v, w] = [xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z];
  const length = x * u + y * v + z * w;
  const along = (pixel[0] - other[0]) * u + (pixel[1] - other[1]) * v + (pixel[2] - other[2]) * w;
  const apart = Math.max(1e-3, Math.sqrt(Math.max(0, length)));
  const bare = BARE + Math.min(SCATTER[1], SCATTER[0] / apart);
  const moved = along / Math.max(length, 1e-6) + Math.min(PRIOR[1], PRIOR[0] / apart) * (probability - 0.5);
  const place = Math.min(1, Math.max(0, (moved - bare) / (1 - 2 * bare)));
  const guess = smoothstep(0.15, 0.85, probability);
  const said = guess + smoothstep(...UNLIKE, apart) * (place - guess);
  return Math.min(Math.max(said, least), most);
}
