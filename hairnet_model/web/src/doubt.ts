/**
 * A second look at pictures in which one pass shows something, but no face that is sure:
 * `hairnet_model/inference/second_look.py` once more; the reasons and the measurements are there.
 */

import type { Component } from "./components";
import { type Taps, tapsOf } from "./enlarge";
import { labelled } from "./labelling";
import type { Size } from "./pixels";
import { rounded, scaled, type Square } from "./squares";
import type { Views } from "./views";

const FACE_IS_SURE = 0.95; // the least mean probability in a head with a face that needs no second look
const NEARER = 1.3; // how much larger the middle is shown in the third view
const CLOSE = 0.2; // where faces take so much of the square it is seen from farther away, not nearer
const CONFIRMED = 0.75; // the least mean probability, over the views, in what is believed
const THINNEST = 4; // a picture so much longer than broad is not looked at again
const RIM = 5; // so many pixels around what is not believed are background too

/** Whether there is any hair or face, but no face that is sure. */
export function isDoubtful({ width, height }: Size, whole: Float32Array, seen: readonly Component[]): boolean {
  if (Math.max(width, height) > THINNEST * Math.min(width, height)) return false;
  return !seen.some(({ hasFace, sure }) => hasFace && sure >= FACE_IS_SURE) && seenIn(whole).includes(1);
}

/** What several views of a picture show together, with background where it is not likely enough. */
export async function lookAgain(views: Views, framed: Square, whole: Float32Array, size: number): Promise<Float32Array> {
  if (shareOfFaces(whole) >= CLOSE) return believed(whole.slice(), await withFarther(views, framed, whole, size), size);
  const mean = await withMirroredAndNearer(views, framed, whole, size);
  return believed(mean, mean, size);
}

/** The average with a view that shows the picture smaller, within grey. */
async function withFarther(views: Views, framed: Square, whole: Float32Array, size: number): Promise<Float32Array> {
  const larger = scaled(framed, NEARER);
  const farther = await views.seen(larger);
  const { left, top, side } = within(larger, framed, size);
  const taps = tapsOf(size, side, size / side);
  return whole.map((value, at) => {
    const [class_, pixel] = [at % 3, Math.floor(at / 3)];
    const x = pixel % size;
    return (value + between(farther, size, taps, (pixel - x) / size, x, class_, top, left)) / 2;
  });
}

/** The average of the three views, each pixel over those that show it. */
async function withMirroredAndNearer(views: Views, framed: Square, whole: Float32Array, size: number): Promise<Float32Array> {
  const middle = scaled(framed, 1 / NEARER);
  const nearer = await views.seen(middle);
  const mean = await views.mirrored(framed);
  const { left, top, side } = within(framed, middle, size);
  const taps = tapsOf(side, size, side / size);
  for (let y = 0; y < size; y++) {
    const inRows = y >= top && y < top + side;
    for (let x = 0; x < size; x++) {
      const inside = inRows && x >= left && x < left + side;
      for (let class_ = 0; class_ < 3; class_++) {
        const at = (y * size + x) * 3 + class_;
        const value = mean[at] + whole[at];
        mean[at] = inside ? (value + between(nearer, size, taps, y - top, x - left, class_)) / 3 : value / 2;
      }
    }
  }
  return mean;
}

/** The place that a square takes in a larger one around it, which has `size` rows and columns. */
function within(larger: Square, smaller: Square, size: number): Square {
  const scale = size / larger.side;
  const [left, top] = [rounded((smaller.left - larger.left) * scale), rounded((smaller.top - larger.top) * scale)];
  return { left, top, side: Math.max(1, rounded(smaller.side * scale)) };
}

function shareOfFaces(whole: Float32Array): number {
  let faces = 0;
  for (let at = 0; at < whole.length; at += 3) {
    if (whole[at + 2] > Math.max(whole[at], whole[at + 1])) faces++;
  }
  return (faces * 3) / whole.length;
}

/**
 * What a pass shows, without what an earlier search did not believe.
 *
 * @param doubted (S, S), 1 where there is nothing by that search.
 * @returns the same array where nothing is to be left out; else a copy.
 */
export function without(whole: Float32Array, size: number, doubted: Uint8Array): Float32Array {
  const seen = seenIn(whole);
  if (!seen.some((value, at) => value && doubted[at])) return whole;
  const { label, area } = labelled(seen, size, Boolean);
  const inside = area.map(() => 0);
  label.forEach((number, at) => {
    if (number && doubted[at]) inside[number - 1]++;
  });
  const erased = Uint8Array.from(label, (number) => Number(number > 0 && 2 * inside[number - 1] >= area[number - 1]));
  return withBackground(whole.slice(), size, erased, seen);
}

/** 1 where the most likely class is hair or face. */
export function seenIn(probabilities: Float32Array): Uint8Array {
  const seen = new Uint8Array(probabilities.length / 3);
  for (let at = 0; at < seen.length; at++) {
    if (Math.max(probabilities[at * 3 + 1], probabilities[at * 3 + 2]) > probabilities[at * 3]) seen[at] = 1;
  }
  return seen;
}

/** The value of a class between the pixels of what was seen, counted from a first row and column. */
function between(of: Float32Array, size: number, taps: Taps, y: number, x: number, class_: number, top = 0, left = 0): number {
  const row = (line: number): number => {
    const start = (top + line) * size + left;
    const [low, high] = [of[(start + taps.low[x]) * 3 + class_], of[(start + taps.high[x]) * 3 + class_]];
    return low + (high - low) * taps.share[x];
  };
  const [low, high] = [row(taps.low[y]), row(taps.high[y])];
  return low + (high - low) * taps.share[y];
}

/** `shown` with background where hair and face that hang together have less than `CONFIRMED` in `mean`. */
function believed(shown: Float32Array, mean: Float32Array, size: number): Float32Array {
  const seen = seenIn(shown);
  const { label, area } = labelled(seen, size, Boolean);
  const likely = area.map(() => 0);
  label.forEach((number, at) => {
    if (number) likely[number - 1] += 1 - mean[at * 3];
  });
  const erased = Uint8Array.from(label, (number) => Number(number > 0 && likely[number - 1] < CONFIRMED * area[number - 1]));
  return withBackground(shown, size, erased, seen);
}

/** Puts background where something is erased, and on its soft edge but for that of what else is seen. */
function withBackground(whole: Float32Array, size: number, erased: Uint8Array, seen: Uint8Array): Float32Array {
  const near = widened(erased, size);
  const other = widened(
    seen.map((value, at) => Number(value && !erased[at])),
    size,
  );
  for (let at = 0; at < erased.length; at++) {
    if (erased[at] || (near[at] && !other[at])) whole.set([1, 0, 0], at * 3);
  }
  return whole;
}

/** 1 within `RIM` rows and columns of a 1. */
function widened(mask: Uint8Array, size: number): Uint8Array {
  const along = (from: Uint8Array, step: number, place: (at: number) => number): Uint8Array =>
    from.map((_, at) => {
      for (let by = Math.max(-RIM, -place(at)); by <= Math.min(RIM, size - 1 - place(at)); by++) {
        if (from[at + by * step]) return 1;
      }
      return 0;
    });
  const across = along(mask, 1, (at) => at % size);
  return along(across, size, (at) => Math.floor(at / size));
}
