/**
 * A second look at pictures in which one pass shows something, but no face that is sure:
 * `hairnet_model/inference/second_look.py` once more; the reasons and the measurements are there.
 */

import type { Component } from "./components";
import { tapsOf } from "./enlarge";
import { labelled } from "./labelling";
import { rounded, scaled, type Square } from "./squares";
import type { Views } from "./views";

const FACE_IS_SURE = 0.95; // the least mean probability in a head with a face that needs no second look
const NEARER = 1.3; // how much larger the middle is shown in the third view
const CONFIRMED = 0.75; // the least mean probability, over the views, in what is believed
const RIM = 5; // so many pixels around what is not believed are background too

/** Whether there is any hair or face, but no face that is sure. */
export function isDoubtful(whole: Float32Array, seen: readonly Component[]): boolean {
  return !seen.some(({ hasFace, sure }) => hasFace && sure >= FACE_IS_SURE) && seenIn(whole).includes(1);
}

/** What three views of a picture show together, with background where it is not likely enough. */
export async function lookAgain(views: Views, framed: Square, whole: Float32Array, size: number): Promise<Float32Array> {
  const middle = scaled(framed, 1 / NEARER);
  const nearer = await views.seen(middle);
  const mean = await views.mirrored(framed);
  for (let at = 0; at < mean.length; at++) mean[at] += whole[at];
  const place = (at: number): number => rounded(((at - framed.left) * size) / framed.side);
  const [start, stop] = [place(middle.left), place(middle.left + middle.side)];
  const taps = tapsOf(stop - start, size, (stop - start) / size);
  for (let y = 0; y < size; y++) {
    const inRows = y >= start && y < stop;
    for (let x = 0; x < size; x++) {
      const at = (y * size + x) * 3;
      const inside = inRows && x >= start && x < stop;
      for (let class_ = 0; class_ < 3; class_++) {
        const value = mean[at + class_];
        mean[at + class_] = inside ? (value + between(nearer, size, taps, y - start, x - start, class_)) / 3 : value / 2;
      }
    }
  }
  return believed(mean, size);
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

/** The value of a class between the pixels of what was seen. */
function between(of: Float32Array, size: number, taps: ReturnType<typeof tapsOf>, y: number, x: number, class_: number): number {
  const row = (line: number): number => {
    const [low, high] = [of[(line * size + taps.low[x]) * 3 + class_], of[(line * size + taps.high[x]) * 3 + class_]];
    return low + (high - low) * taps.share[x];
  };
  const [low, high] = [row(taps.low[y]), row(taps.high[y])];
  return low + (high - low) * taps.share[y];
}

function believed(mean: Float32Array, size: number): Float32Array {
  const seen = seenIn(mean);
  const { label, area } = labelled(seen, size, Boolean);
  const likely = area.map(() => 0);
  label.forEach((number, at) => {
    if (number) likely[number - 1] += 1 - mean[at * 3];
  });
  const erased = Uint8Array.from(label, (number) => Number(number > 0 && likely[number - 1] < CONFIRMED * area[number - 1]));
  return withBackground(mean, size, erased, seen);
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
