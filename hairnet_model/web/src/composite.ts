/**
 * What was said of a picture and of squares cut out of it, put together at any size: `hairnet_model/inference/composite.py`
 * once more.
 */

import { longer } from "./components";
import { type Rows, rowsOf } from "./framing";
import type { Cut, Located } from "./cuts";
import { type Planes, planes, type Size } from "./pixels";

const BAND = 2 ** 19; // pixels of a mask that are reckoned at once
const MARGIN = 0.05; // around a head's box, in its longer sides: so far its cut alone has a say

/** Where the pixels of one side of the target read a side of a cut: `count` places from `first`, with their weights. */
interface Side {
  /** The target's pixels that the cut reaches. */
  readonly from: number;
  readonly to: number;
  readonly first: Int32Array;
  readonly weights: readonly Float32Array[];
  /** How near each pixel is to the head, 0..1. */
  readonly near: Float32Array;
}

interface Placed {
  readonly cut: Cut;
  readonly across: Side;
  readonly down: Side;
  /** What was said, read across: (S rows, target's columns), of hair and of face. */
  readonly hair: Float32Array;
  readonly face: Float32Array;
}

/** Fills rows of a picture of the wanted size, which may be another than the one that was searched. */
export function compositeRows(located: Located, wanted: Size): Rows {
  const whole = rowsOf(located.whole, located.size, wanted);
  if (!located.cuts.length) return whole;
  const scale = { x: wanted.width / located.picture.width, y: wanted.height / located.picture.height };
  const placed = located.cuts.map((cut) => place(cut, scale, wanted));
  return (first, into) => {
    whole(first, into);
    for (let row = 0; row < into.height; row++) mix(placed, first + row, row, into);
  };
}

/**
 * How surely each pixel is hair or face.
 *
 * @param into planes of the wanted size to fill, made anew where they are of another.
 */
export function planesOf(located: Located, { width, height }: Size, into?: Planes): Planes {
  const made = into?.width === width && into.height === height ? into : planes(width, height);
  compositeRows(located, { width, height })(0, made);
  return made;
}

/** The class ids, a band of whole rows at a time: of a photo of any size little is held at once. */
export function* classBands(located: Located, { width, height }: Size): Generator<Uint8Array> {
  const rows = compositeRows(located, { width, height });
  const most = Math.max(1, Math.floor(BAND / width));
  for (let first = 0; first < height; first += most) {
    const band = planes(width, Math.min(most, height - first));
    rows(first, band);
    yield classIds(band);
  }
}

function place(cut: Cut, scale: { x: number; y: number }, { width, height }: Size): Placed {
  const { square, box, probabilities } = cut;
  const size = Math.sqrt(probabilities.length / 3);
  const across = sideOf(square.left, box.x, box.width, square.side, longer(box), size, scale.x, width);
  const down = sideOf(square.top, box.y, box.height, square.side, longer(box), size, scale.y, height);
  const columns = Math.max(0, across.to - across.from);
  const [hair, face] = [new Float32Array(size * columns), new Float32Array(size * columns)];
  for (let y = 0, to = 0; y < size; y++) {
    for (let x = 0; x < columns; x++, to++) {
      const weights = across.weights[x];
      let at = (y * size + across.first[x]) * 3 + 1;
      for (const weight of weights) {
        hair[to] += weight * probabilities[at];
        face[to] += weight * probabilities[at + 1];
        at += 3;
      }
    }
  }
  return { cut, across, down, hair, face };
}

/**
 * @param start where the cut begins, and `head` and `extent` of the head's box, all in the picture's pixels.
 * @param scale pixels of the target for one of the picture's.
 */
function sideOf(
  start: number,
  head: number,
  extent: number,
  side: number,
  headLonger: number,
  size: number,
  scale: number,
  length: number,
): Side {
  const from = Math.max(0, Math.ceil(start * scale - 0.5));
  const to = Math.min(length, Math.ceil((start + side) * scale - 0.5));
  const count = Math.max(0, to - from);
  // Where the target's pixels are the larger ones, the network's are averaged over them.
  const finer = Math.ceil(size / (side * scale));
  const margin = MARGIN * headLonger;
  const low = Math.max(1, head - start - margin);
  const high = Math.min(side - 1, head + extent - start + margin);
  const first = new Int32Array(count);
  const near = new Float32Array(count);
  const weights = Array.from({ length: count }, (_, index) => {
    const pixel = from + index;
    const at = (pixel + 0.5) / scale - start;
    near[index] = Math.max(0, Math.min(1, at / low, (side - at) / Math.max(1, side - high)));
    const shares = new Map<number, number>();
    const add = (place: number, share: number): void => {
      const inside = Math.min(size - 1, Math.max(0, place));
      shares.set(inside, (shares.get(inside) ?? 0) + share / finer);
    };
    for (let part = 0; part < finer; part++) {
      const place = (((pixel + (part + 0.5) / finer) / scale - start) / side) * size - 0.5;
      const below = Math.floor(place);
      add(below, 1 - (place - below));
      add(below + 1, place - below);
    }
    first[index] = Math.min(...shares.keys());
    return Float32Array.from({ length: Math.max(...shares.keys()) - first[index] + 1 }, (_, k) => shares.get(first[index] + k) ?? 0);
  });
  return { from, to, first, weights, near };
}

/** Where cuts overlap they are weighted by how near a head of theirs is, squared, times their side. */
function mix(placed: readonly Placed[], y: number, row: number, into: Planes): void {
  const there = placed.filter(({ down }) => y >= down.from && y < down.to);
  if (!there.length) return;
  const { width } = into;
  const [share, total, hair, face] = Array.from({ length: 4 }, () => new Float32Array(width));
  for (const { cut, across, down, hair: saidHair, face: saidFace } of there) {
    const columns = across.to - across.from;
    const at = y - down.from;
    for (let x = 0; x < columns; x++) {
      const near = Math.min(down.near[at], across.near[x]);
      if (!near) continue;
      let [sureHair, sureFace] = [0, 0];
      let from = down.first[at] * columns + x;
      for (const weight of down.weights[at]) {
        sureHair += weight * saidHair[from];
        sureFace += weight * saidFace[from];
        from += columns;
      }
      const to = across.from + x;
      const weight = near * near * cut.square.side;
      share[to] = Math.max(share[to], near);
      total[to] += weight;
      hair[to] += weight * sureHair;
      face[to] += weight * sureFace;
    }
  }
  for (let x = 0, to = row * width; x < width; x++, to++) {
    if (!total[x]) continue;
    into.hair[to] += share[x] * (hair[x] / total[x] - into.hair[to]);
    into.face[to] += share[x] * (face[x] / total[x] - into.face[to]);
  }
}

/** The most likely class of every pixel: 0 background, 1 hair, 2 face. */
export function classIds({ hair, face }: Planes): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(hair.length);
  for (let at = 0; at < made.length; at++) {
    const ground = 1 - hair[at] - face[at];
    made[at] = hair[at] > ground ? (face[at] > hair[at] ? 2 : 1) : face[at] > ground ? 2 : 0;
  }
  return made;
}
