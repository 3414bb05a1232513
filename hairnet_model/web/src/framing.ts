/**
 * A photo of any size into the square the network sees, and what it says of the square back to the photo's size.
 *
 * This is `hairnet_model/inference/letterbox.py` once more, so that the page finds what Python finds: pixel j has its centre at
 * j + 0.5, the photo's centre comes to the square's, its longer side fits; it is halved by area averages until a step
 * is at most sqrt(2) pixels, and then interpolated bilinearly, at places rounded to a 32nd of a pixel.
 */

import type { Taps } from "./enlarge";
import { type Picture, type Planes, picture, type Size } from "./pixels";

/** Pixels `first` up to `end` of a side of the square that the photo reaches. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

/** Where the centres of the square's pixels fall in `length` pixels that span a side; the first's centre is at 0. */
function places(side: number, longer: number, size: number, length: number): Float64Array {
  const slope = (longer / (size * side)) * length * 4096;
  const start = (length / 2) * 4096 - (size / 2) * slope;
  const made = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    made[at] = (Math.round((at + 0.5) * slope + start) + 0.5) / 4096 - 0.5;
  }
  return made;
}

/** The pixels of the square that a side of the photo covers: at least one, however thin the photo is. */
export function covered(side: number, longer: number, size: number): Span {
  const at = places(side, longer, size, side);
  let first = 0;
  while (first < size && !(at[first] > -0.5 && at[first] < side - 0.5)) first++;
  let end = size;
  while (end > first && !(at[end - 1] > -0.5 && at[end - 1] < side - 0.5)) end--;
  const middle = Math.floor(size / 2);
  return first < end ? { first, end } : { first: middle, end: middle + 1 };
}

/** Half the picture on both sides (odd sides are rounded up), every pixel the mean of the area it stands for. */
export function halved(from: Picture): Picture {
  const even = from.width % 2 === 0 && from.height % 2 === 0;
  return even ? halvedEven(from) : halvedOdd(from);
}

/** Two channels of a pixel at a time: four bytes fit into the ten bits that each of them has. */
function halvedEven(from: Picture): Picture {
  const to = picture(from.width / 2, from.height / 2);
  const source = new Uint32Array(from.data.buffer, from.data.byteOffset, from.width * from.height);
  const made = new Uint32Array(to.data.buffer);
  const mask = 0x00ff00ff;
  for (let y = 0, at = 0; y < to.height; y++) {
    let upper = 2 * y * from.width;
    let lower = upper + from.width;
    for (let x = 0; x < to.width; x++, at++, upper += 2, lower += 2) {
      const a = source[upper];
      const b = source[upper + 1];
      const c = source[lower];
      const d = source[lower + 1];
      const even = (a & mask) + (b & mask) + (c & mask) + (d & mask) + 0x00020002;
      const odd = ((a >>> 8) & mask) + ((b >>> 8) & mask) + ((c >>> 8) & mask) + ((d >>> 8) & mask) + 0x00020002;
      made[at] = ((even >>> 2) & mask) | (((odd >>> 2) & mask) << 8);
    }
  }
  return to;
}

/** The pixels' shares are summed down the rows first and then across: large photos take many of them. */
function halvedOdd(from: Picture): Picture {
  const to = picture((from.width + 1) >> 1, (from.height + 1) >> 1);
  const wide = from.width / to.width;
  const high = from.height / to.height;
  const row = from.width * 4;
  const line = new Float32Array(row);
  for (let y = 0, at = 0; y < to.height; y++) {
    const top = y * high;
    const bottom = Math.min(from.height, top + high);
    line.fill(0);
    for (let source = Math.floor(top); source < bottom; source++) {
      const tall = Math.min(source + 1, bottom) - Math.max(source, top);
      for (let place = 0, pixel = source * row; place < row; place++, pixel++) line[place] += tall * from.data[pixel];
    }
    for (let x = 0; x < to.width; x++, at += 4) {
      const left = x * wide;
      const right = Math.min(from.width, left + wide);
      const area = (bottom - top) * (right - left);
      let [red, green, blue] = [0, 0, 0];
      for (let column = Math.floor(left); column < right; column++) {
        const share = (Math.min(column + 1, right) - Math.max(column, left)) / area;
        red += share * line[column * 4];
        green += share * line[column * 4 + 1];
        blue += share * line[column * 4 + 2];
      }
      to.data[at] = red;
      to.data[at + 1] = green;
      to.data[at + 2] = blue;
      to.data[at + 3] = 255;
    }
  }
  return to;
}

/** The two pixels between which each place lies, and the share of the second, in 32nds as OpenCV has it. */
function taps(at: Float64Array, span: Span, length: number): Taps {
  const count = span.end - span.first;
  const made = { low: new Int32Array(count), high: new Int32Array(count), share: new Float32Array(count) };
  for (let index = 0; index < count; index++) {
    const place = Math.round(at[span.first + index] * 32) / 32;
    const low = Math.floor(place);
    made.low[index] = Math.min(length - 1, Math.max(0, low));
    made.high[index] = Math.min(length - 1, Math.max(0, low + 1));
    made.share[index] = place - low;
  }
  return made;
}

/**
 * Frames a photo: all of it, centred, its longer side fitting the square.
 *
 * @param photo any size; what is transparent must have been laid on white.
 * @param size side S of the square.
 * @param pad grey value of what the photo does not cover.
 * @param into (S, S, 3) RGB; filled and returned.
 */
export function frame(photo: Picture, size: number, pad: number, into: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const longer = Math.max(photo.width, photo.height);
  const rows = covered(photo.height, longer, size);
  const columns = covered(photo.width, longer, size);
  let from = photo;
  for (let step = longer / size; step > Math.SQRT2; step /= 2) from = halved(from);
  const down = taps(places(photo.height, longer, size, from.height), rows, from.height);
  const across = taps(places(photo.width, longer, size, from.width), columns, from.width);
  into.fill(pad);
  const { data } = from;
  for (let y = 0; y < down.low.length; y++) {
    const above = down.low[y] * from.width;
    const below = down.high[y] * from.width;
    const lower = down.share[y];
    let to = ((rows.first + y) * size + columns.first) * 3;
    for (let x = 0; x < across.low.length; x++) {
      const right = across.share[x];
      const a = (above + across.low[x]) * 4;
      const b = (above + across.high[x]) * 4;
      const c = (below + across.low[x]) * 4;
      const d = (below + across.high[x]) * 4;
      for (let channel = 0; channel < 3; channel++, to++) {
        const high = data[a + channel] + (data[b + channel] - data[a + channel]) * right;
        const low = data[c + channel] + (data[d + channel] - data[c + channel]) * right;
        into[to] = high + (low - high) * lower + 0.5;
      }
    }
  }
  return into;
}

/** Where each of a photo's pixels falls among the covered ones of the square. */
function back(side: number, longer: number, size: number, span: Span): Taps {
  const slope = size / longer;
  const start = size / 2 - ((side / 2) * size) / longer + 0.5 * slope - 0.5 - span.first;
  const last = span.end - span.first - 1;
  const made = { low: new Int32Array(side), high: new Int32Array(side), share: new Float32Array(side) };
  for (let at = 0; at < side; at++) {
    const place = Math.min(last, Math.max(0, slope * at + start));
    made.low[at] = Math.floor(place);
    made.high[at] = Math.min(last, made.low[at] + 1);
    made.share[at] = place - made.low[at];
  }
  return made;
}

/** Fills planes as wide as the photo with its rows from `first` on. */
export type Rows = (first: number, into: Planes) => void;

/**
 * Takes the probabilities of a square to the pixels of the photo that was framed, as many rows at a time as are asked.
 *
 * They are interpolated between the covered pixels of the square, so that what is said of the padding never reaches
 * the photo. Python averages where a photo is smaller than the square; the page shows such photos enlarged.
 */
export function rowsOf(probabilities: Float32Array, size: number, { width, height }: Size): Rows {
  const longer = Math.max(width, height);
  const rows = covered(height, longer, size);
  const columns = covered(width, longer, size);
  const down = back(height, longer, size, rows);
  const across = back(width, longer, size, columns);
  const count = columns.end - columns.first;
  const hairRow = new Float32Array(count);
  const faceRow = new Float32Array(count);
  return (first, { height: wanted, hair, face }) => {
    for (let y = first, to = 0; y < first + wanted; y++) {
      const above = ((rows.first + down.low[y]) * size + columns.first) * 3;
      const below = ((rows.first + down.high[y]) * size + columns.first) * 3;
      const lower = down.share[y];
      for (let x = 0, at = 1; x < count; x++, at += 3) {
        hairRow[x] = probabilities[above + at] * (1 - lower) + probabilities[below + at] * lower;
        faceRow[x] = probabilities[above + at + 1] * (1 - lower) + probabilities[below + at + 1] * lower;
      }
      for (let x = 0; x < width; x++, to++) {
        const low = across.low[x];
        const high = across.high[x];
        const right = across.share[x];
        hair[to] = hairRow[low] + (hairRow[high] - hairRow[low]) * right;
        face[to] = faceRow[low] + (faceRow[high] - faceRow[low]) * right;
      }
    }
  };
}
