/**
 * Pseudo-bald: what a head might look like without the hair on it. Nothing below the eyes changes. Python has the same
 * in `hairnet_model/effects/bald.py`.
 *
 * The skin's light is fitted to the face: each channel of Oklab by a constant and the three parts of the surface's
 * direction. What the fit leaves at the face goes on over the scalp, so that no seam is seen.
 */

import { type Picture, type Planes, smoothstep } from "./pixels";
import { type Face, faces } from "./recolour/faces";
import { areaOf, filled, type Grid, gridOf, grown, means, Reader, softened } from "./recolour/grid";
import { fromCodes, type Oklab, toCodes } from "./recolour/oklab";
import { deviation, mean, quantile, solved, weightsOf } from "./statistics";

const EYES = [0.15, 0.6] as const; // widths of the face below its top: the eyes are between
const FADE = 0.25; // widths of the face above the eyes over which the hair ends
const [SKIN, BARE] = [Math.fround(0.8), Math.fround(0.1)]; // from this of face, up to that of hair, a pixel is skin
const NOTHING = Math.fround(0.05); // up to this probability of both, a pixel is background
const FEWEST = 12; // cells of skin that say how the light falls
const UNEVEN = 0.08; // of L that skin may differ from the fit and still go on over the scalp
const FEATURES = 0.16; // of its lightness by which eyes, brows and mouth are darker than skin; backs of heads reach 0.14

/** An egg behind a face, in cells. */
interface Skull {
  /** 1 on the skull and 0 beside it, with a soft rim. */
  readonly cover: Float32Array;
  /** Which way its surface looks: 1, x, y and z of every cell. */
  readonly normals: Float32Array;
  /** 1 above the eyes, 0 from there on. */
  readonly above: Float32Array;
}

/** Oklab of the mean of some pixels of each cell, and their share of it. */
export interface Means {
  readonly colours: Float32Array[];
  readonly share: Float32Array;
}

/** Paints the hair of `picture` away, in place; where no face is seen, as from behind, nothing is done, and false is returned. */
export function bald(picture: Picture, planes: Planes): boolean {
  const grid = gridOf(picture);
  const count = grid.rows * grid.columns;
  const [hairy, facial] = [means(planes.hair, grid), means(planes.face, grid)];
  const pieces = withoutNecks(faces(facial, grid));
  if (!pieces.length) return false;
  const { hair, face } = planes;
  const light = meansOf(picture, grid, () => true).colours[0];
  const found = pieces.filter((one) => hasFeatures(one, light, facial, grid));
  if (!found.length) return false;
  const skin = meansOf(picture, grid, (at) => face[at] > SKIN && hair[at] < BARE);
  const ground = meansOf(picture, grid, (at) => face[at] < NOTHING && hair[at] < NOTHING);
  const wider = softened(grown(hairy, grid, 3), grid, 1);
  const hasGround = ground.share.some((share) => share > 0);
  const behind = hasGround ? continued(ground.colours, ground.share, grid, 1) : null;
  const [cover, above] = [new Float32Array(count), new Float32Array(count)];
  const scalp = [0, 1, 2].map(() => new Float32Array(count));
  for (const one of found) {
    const skull = skullOf(one, hairy, facial, eyesOf(one, light, facial, grid), grid);
    const painted = lit(skin, one, skull, grid);
    if (!painted) continue;
    for (let at = 0; at < count; at++) {
      if (skull.cover[at] >= cover[at]) for (let channel = 0; channel < 3; channel++) scalp[channel][at] = painted[channel][at];
      cover[at] = Math.max(cover[at], skull.cover[at]);
      const away = Math.abs((at % grid.columns) + 0.5 - one.middle) / one.wide; // hair of other heads is theirs
      above[at] = Math.max(above[at], skull.above[at] * (1 - smoothstep(1.5, 2, away)));
    }
  }
  if (behind) {
    for (let channel = 0; channel < 3; channel++) {
      for (let at = 0; at < count; at++) {
        scalp[channel][at] = scalp[channel][at] * cover[at] + behind[channel][at] * (1 - cover[at]);
      }
    }
  }
  const colour: Oklab = [0, 0, 0];
  for (let at = 0; at < count; at++) {
    toCodes(scalp[0][at], scalp[1][at], scalp[2][at], colour);
    for (let channel = 0; channel < 3; channel++) scalp[channel][at] = colour[channel];
  }
  paint(picture, planes, new Reader(grid, [wider, above, ...scalp]));
  return true;
}

function paint({ data, width, height }: Picture, { hair, face }: Planes, reader: Reader): void {
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    for (let x = 0; x < width; x++, at++) {
      reader.column(x);
      const over = reader.at(1);
      if (over <= 0) continue;
      const around = 1.4 * reader.at(0) * (1 - 0.3 * face[at]);
      const share = Math.min(1, Math.max(0, Math.max(3 * hair[at], around) - 0.1)) * over;
      if (share <= 0) continue;
      for (let channel = 0, to = at * 4; channel < 3; channel++, to++) {
        data[to] += share * (reader.at(2 + channel) - data[to]);
      }
    }
  }
}

export function meansOf({ data }: Picture, grid: Grid, chosen: (pixel: number) => boolean): Means {
  const count = grid.rows * grid.columns;
  const sums = new Float64Array(count * 4);
  for (let y = 0; y < grid.height; y++) {
    for (let column = 0, pixel = y * grid.width; column < grid.columns; column++) {
      const cell = (Math.floor(y / grid.step) * grid.columns + column) * 4;
      const end = y * grid.width + Math.min(grid.width, (column + 1) * grid.step);
      for (; pixel < end; pixel++) {
        if (!chosen(pixel)) continue;
        sums[cell] += data[pixel * 4];
        sums[cell + 1] += data[pixel * 4 + 1];
        sums[cell + 2] += data[pixel * 4 + 2];
        sums[cell + 3]++;
      }
    }
  }
  const colours = [0, 1, 2].map(() => new Float32Array(count));
  const share = new Float32Array(count);
  const colour: Oklab = [0, 0, 0];
  for (let cell = 0; cell < count; cell++) {
    const pixels = Math.max(1, sums[cell * 4 + 3]);
    fromCodes(sums[cell * 4] / pixels, sums[cell * 4 + 1] / pixels, sums[cell * 4 + 2] / pixels, colour);
    for (let channel = 0; channel < 3; channel++) colours[channel][cell] = colour[channel];
    share[cell] = sums[cell * 4 + 3] / areaOf(grid, cell);
  }
  return { colours, share };
}

/** Three planes continued into cells of little weight, and blurred. */
export function continued(planes: Float32Array[], weight: ArrayLike<number>, grid: Grid, radius: number): Float32Array[] {
  const known = new Float64Array(weight.length * 4);
  for (let cell = 0; cell < weight.length; cell++) {
    for (let channel = 0; channel < 3; channel++) known[cell * 4 + channel] = planes[channel][cell] * weight[cell];
    known[cell * 4 + 3] = weight[cell];
  }
  return filled(known, grid.rows, grid.columns).map((plane) => softened(plane, grid, radius));
}

/** All but necks and chins that a beard parts from their face. */
function withoutNecks(found: Face[]): Face[] {
  const below = (one: Face, other: Face): boolean =>
    other.top < one.top && one.top < other.top + 2.2 * other.wide && Math.abs(other.middle - one.middle) < 0.6 * other.wide;
  return found.filter((one) => !found.some((other) => below(one, other)));
}

/**
 * Whether eyes, brows or mouth are seen; else it is a neck, an arm, or a bald head from behind.
 *
 * Light and shadow of a round surface are near a polynomial of second degree; the darkest 3 % are compared with that.
 */
function hasFeatures({ mask, top, middle, wide }: Face, light: Float32Array, facial: Float32Array, { columns }: Grid): boolean {
  const [own, terms]: [number[], number[][]] = [[], []];
  for (let at = 0; at < mask.length; at++) {
    if (!mask[at] || facial[at] <= SKIN) continue;
    const x = ((at % columns) + 0.5 - middle) / wide;
    const y = (Math.floor(at / columns) + 0.5 - top) / wide;
    if (Math.abs(x) >= 0.4 || y <= 0.1 || y >= 1.2) continue;
    own.push(light[at]);
    terms.push([1, x, y, x * x, y * y, x * y]);
  }
  if (own.length < FEWEST) return false;
  const of = [0, 1, 2, 3, 4, 5];
  const square = of.map((i) => of.map((j) => terms.reduce((sum, term) => sum + term[i] * term[j], i === j ? 1e-6 * own.length : 0)));
  const fit = solved(square, of.map((i) => terms.reduce((sum, term, at) => sum + term[i] * own[at], 0)));
  const rest = own.map((value, at) => value - of.reduce((sum, i) => sum + fit[i] * terms[at][i], 0));
  return quantile(rest, 0.5) - quantile(rest, 0.03) > FEATURES * mean(own);
}

/** The row of the eyes, or of the brows: the darkest one to the left and right of the face's middle. */
function eyesOf({ top, middle, wide }: Face, light: Float32Array, facial: Float32Array, { rows, columns }: Grid): number {
  const [low, high] = EYES.map((share) => Math.min(rows - 1, Math.floor(top + share * wide)));
  const lines: { count: number; sum: number }[] = [];
  for (let row = low; row <= high; row++) {
    const line = { count: 0, sum: 0 };
    for (let x = 0; x < columns; x++) {
      const away = Math.abs(x + 0.5 - middle) / wide;
      if (facial[row * columns + x] <= SKIN || away <= 0.1 || away >= 0.4) continue;
      line.count++;
      line.sum += light[row * columns + x];
    }
    lines.push(line);
  }
  const most = Math.max(1, ...lines.map(({ count }) => count));
  const dark = lines.map(({ count, sum }) => (count >= 0.5 * most ? sum / Math.max(1, count) : 2));
  return low + dark.indexOf(Math.min(...dark)) + 0.5;
}

function skullOf(face: Face, hairy: Float32Array, facial: Float32Array, eyes: number, { rows, columns }: Grid): Skull {
  const { top: first, middle, wide } = face;
  const head = hairy.map((value, at) => Number(Math.fround(value + facial[at]) > 0.5));
  const run = (at: number, step: number, most: number): number => {
    let length = 0;
    while (length < most && head[at + length * step]) length++;
    return length;
  };
  // Hair on one side of the face more than on the other: the head is turned, and reaches as far back.
  const low = first + Math.floor(0.15 * wide);
  const high = Math.min(rows, first + Math.max(1, Math.floor(0.6 * wide)));
  const [left, right] = [-1, 1].map((side) => Math.floor(Math.min(columns - 1, Math.max(0, middle + (side * wide) / 2))));
  let turned = 0;
  for (let row = low; row < high; row++) {
    turned += run(row * columns + right, 1, columns - right) - run(row * columns + left, -1, left + 1);
  }
  const back = high > low ? Math.min(0.5 * wide, Math.max(-0.5 * wide, (0.7 * turned) / (high - low))) : 0;
  const [centre, across] = [middle + back / 2, 0.53 * wide + Math.abs(back) / 2];
  const column = Math.min(columns - 1, Math.floor(middle));
  const crown = first - run((first - 1) * columns + column, -columns, first);
  const top = Math.max(crown + 0.06 * wide, first - 0.55 * wide);
  const soft = Math.max(1.2, 0.06 * across);
  const [cover, above] = [new Float32Array(head.length), new Float32Array(head.length)];
  const normals = new Float32Array(head.length * 4);
  for (let row = 0, at = 0; row < rows; row++) {
    const y = row + 0.5;
    const down = (y - eyes) / (y < eyes ? eyes - top : 1.9 * across);
    for (let x = 0; x < columns; x++, at++) {
      const aside = (x + 0.5 - centre) / across;
      const round = (Math.abs(aside) ** 2.5 + Math.abs(down) ** 2.5) ** (1 / 2.5); // rounder than an ellipse
      cover[at] = Math.max(smoothstep(-soft / 4, soft, (1 - round) * across), facial[at]);
      const scale = 1 / Math.max(1, Math.sqrt(aside * aside + down * down) / 0.95);
      const u = aside * scale;
      const v = down * scale;
      normals[at * 4] = 1;
      normals[at * 4 + 1] = u;
      normals[at * 4 + 2] = v;
      normals[at * 4 + 3] = Math.sqrt(Math.max(0, 1 - u * u - v * v));
      above[at] = smoothstep(0, FADE * wide, eyes - y);
    }
  }
  return { cover, normals, above };
}

/** Skin all over, in Oklab, as the light falls on the face; null where too little of the face is seen. */
export function lit(
  { colours, share }: Means,
  face: Pick<Face, "mask" | "wide">,
  { normals }: Pick<Skull, "normals">,
  grid: Grid,
): Float32Array[] | null {
  const known: number[] = [];
  for (let at = 0; at < share.length; at++) if (face.mask[at] && share[at] > 0.5) known.push(at);
  if (known.length < FEWEST) return null;
  const light = colours[0];
  const middle = quantile(known.map((at) => light[at]), 0.5);
  let kept = known.filter((at) => Math.abs(light[at] - middle) < 0.25);
  let fit: number[][] = [];
  const level = (at: number, channel: number): number => {
    const own = fit[channel];
    return own[0] + own[1] * normals[at * 4 + 1] + own[2] * normals[at * 4 + 2] + own[3] * normals[at * 4 + 3];
  };
  for (let round = 0; round < 3; round++) {
    if (kept.length < FEWEST) return null;
    fit = weightsOf(kept, normals, colours);
    const spread = deviation(kept.map((at) => light[at] - level(at, 0))); // eyes, brows and shine are left out
    kept = known.filter((at) => Math.abs(light[at] - level(at, 0)) <= 1.5 * Math.max(0.01, spread));
  }
  if (!kept.length) return null;
  const lightest = kept.map((at) => light[at]);
  const [low, high] = [quantile(lightest, 0.05) - 0.05, quantile(lightest, 0.95) + 0.03];
  const used = new Float32Array(share.length);
  for (const at of [...kept, ...known.filter((one) => Math.abs(light[one] - level(one, 0)) <= UNEVEN)]) used[at] = 1;
  const smooth = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(share.length);
    for (let at = 0; at < plane.length; at++) plane[at] = level(at, channel);
    return channel ? plane : plane.map((value) => Math.min(high, Math.max(low, value)));
  });
  const left = smooth.map((plane, channel) => plane.map((value, at) => colours[channel][at] - value));
  const seam = continued(left, used, grid, Math.max(1, Math.floor(face.wide / 16)));
  return smooth.map((plane, channel) => plane.map((value, at) => value + seam[channel][at]));
}
