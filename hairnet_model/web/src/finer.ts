/**
 * A finer look at heads that have many more pixels than the network's square: `hairnet_model/inference/finer.py` once more.
 */

import { overlap } from "./components";
import { tapsOf } from "./enlarge";
import { covered, frame, type Span } from "./framing";
import type { Cut, Located } from "./cuts";
import type { Picture } from "./pixels";
import { cutOut } from "./squares";
import type { Run } from "./views";

const SHARE = 0.75; // of the finer look in the average
const MORE_PIXELS = 1.5; // a finer look needs so many times the pixels a side that the first one saw

/** A network for squares of another size. */
export interface Finer {
  readonly size: number;
  readonly run: Run;
}

/** Whether any square with a head in it has pixels enough. */
export function wantsFiner(located: Located): boolean {
  return seesWhole(located) || located.cuts.some(({ square }) => isLarge(square.side, located));
}

/**
 * Looks again at every square that has a head and pixels enough; both looks are averaged.
 *
 * @param finer its squares must be larger than those of the first look.
 * @param pad grey of what lies outside the picture.
 */
export async function lookFiner(picture: Picture, located: Located, finer: Finer, pad: number): Promise<Located> {
  const { size } = finer;
  const more = Math.round((size / located.size) ** 2);
  let { whole, passes } = located;
  let wholeSize = located.size;
  if (seesWhole(located)) {
    const longer = Math.max(picture.width, picture.height);
    const rows = covered(picture.height, longer, located.size);
    const columns = covered(picture.width, longer, located.size);
    const seen = await finer.run(frame(picture, size, pad, new Uint8Array(size * size * 3)));
    whole = mean(enlarged(whole, located.size, size, rows, columns), seen);
    wholeSize = size;
    passes += more;
  }
  const cuts: Cut[] = [];
  for (const cut of located.cuts) {
    if (!isLarge(cut.square.side, located)) {
      cuts.push(cut);
      continue;
    }
    const all = { first: 0, end: located.size };
    const seen = await finer.run(cutOut(picture, cut.square, size, pad));
    cuts.push({ ...cut, probabilities: mean(enlarged(cut.probabilities, located.size, size, all, all), seen) });
    passes += more;
  }
  return { ...located, whole, size: wholeSize, cuts, passes };
}

function isLarge(side: number, { size }: Located): boolean {
  return side >= MORE_PIXELS * size;
}

/** Whether the framed picture is large enough and shows a head that no cut shows. */
function seesWhole(located: Located): boolean {
  const { picture, heads, cuts } = located;
  const shown = heads.some((head) => !cuts.some(({ box }) => overlap(head, box) > 0.5));
  return shown && isLarge(Math.max(picture.width, picture.height), located);
}

/** Probabilities (S, S, 3) at a larger size, bilinearly; what lies outside `rows` and `columns` is not read. */
function enlarged(small: Float32Array, from: number, to: number, rows: Span, columns: Span): Float32Array {
  const inside = (at: number, span: Span): number => Math.min(span.end - 1, Math.max(span.first, at));
  const taps = tapsOf(to, from, to / from);
  const made = new Float32Array(to * to * 3);
  for (let y = 0, at = 0; y < to; y++) {
    const above = inside(taps.low[y], rows) * from;
    const below = inside(taps.high[y], rows) * from;
    for (let x = 0; x < to; x++) {
      const left = inside(taps.low[x], columns);
      const right = inside(taps.high[x], columns);
      const [a, b, c, d] = [above + left, above + right, below + left, below + right].map((place) => place * 3);
      for (let channel = 0; channel < 3; channel++, at++) {
        const high = small[a + channel] + (small[b + channel] - small[a + channel]) * taps.share[x];
        const low = small[c + channel] + (small[d + channel] - small[c + channel]) * taps.share[x];
        made[at] = high + (low - high) * taps.share[y];
      }
    }
  }
  return made;
}

function mean(first: Float32Array, second: Float32Array): Float32Array {
  return first.map((value, at) => (1 - SHARE) * value + SHARE * second[at]);
}
