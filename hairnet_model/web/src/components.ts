/** Heads in what the network says of a square: `hairnet_model/inference/components.py` once more. */

import { labelled } from "./labelling";
import type { Size } from "./pixels";
import type { HeadPose } from "./pose/pose";
import type { Square } from "./squares";

const LEAST_FACE = 0.002; // smallest face, in areas of the network's square
const LEAST_HAIR = 0.005; // smallest hair without a face
const PART = 0.25; // a face smaller than this share of one it hangs together with is a part of it: an ear, a neck

/** In pixels of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The box of a head, and its pose where that was asked for and is known. */
export interface Head extends Box {
  readonly pose?: HeadPose;
}

/** Hair and face that belong together. */
export interface Component {
  readonly box: Box;
  /** In pixels of the picture. */
  readonly area: number;
  /** Mean probability of hair or face. */
  readonly sure: number;
  readonly hasFace: boolean;
  /** Whether it touches the border of the square it was seen in. */
  readonly cropped: boolean;
}

export function longer({ width, height }: Box): number {
  return Math.max(width, height);
}

/** Area that two boxes share, as a share of the smaller one's. */
export function overlap(one: Box, other: Box): number {
  const wide = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const tall = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (wide <= 0 || tall <= 0) return 0;
  return (wide * tall) / Math.max(1e-9, Math.min(one.width * one.height, other.width * other.height));
}

/**
 * Heads in a square. Hair goes to the nearest face of those that it hangs together with.
 *
 * @param probabilities (S, S, 3) of background, hair, face.
 * @param square where the square lies in the picture.
 * @param whole the picture's size; what is said of the square outside it does not count.
 * @param least smallest face, and smallest hair without one, in areas of the square.
 */
export function components(
  probabilities: Float32Array,
  size: number,
  square: Square,
  whole: Size,
  least: readonly [number, number] = [LEAST_FACE, LEAST_HAIR],
): Component[] {
  const classes = classesOf(probabilities, size, square, whole);
  const [leastFace, leastHair] = least.map((share) => share * size * size);
  const { owner, count } = owners(classes, size, leastFace);
  const parts = Array.from({ length: count }, () => ({ area: 0, face: 0, sure: 0, left: size, top: size, right: 0, bottom: 0 }));
  for (let at = 0; at < owner.length; at++) {
    if (!owner[at]) continue;
    const part = parts[owner[at] - 1];
    const x = at % size;
    const y = (at - x) / size;
    part.area++;
    if (classes[at] === 2) part.face++;
    part.sure += 1 - probabilities[at * 3];
    part.left = Math.min(part.left, x);
    part.right = Math.max(part.right, x + 1);
    part.top = Math.min(part.top, y);
    part.bottom = Math.max(part.bottom, y + 1);
  }
  const scale = square.side / size;
  return parts
    .filter(({ face, area }) => face >= leastFace || area >= leastHair)
    .map(({ area, face, sure, left, top, right, bottom }) => ({
      box: {
        x: square.left + left * scale,
        y: square.top + top * scale,
        width: (right - left) * scale,
        height: (bottom - top) * scale,
      },
      area: area * scale ** 2,
      sure: sure / area,
      hasFace: face >= leastFace,
      cropped: Math.min(left, top) === 0 || Math.max(right, bottom) === size,
    }));
}

function classesOf(probabilities: Float32Array, size: number, square: Square, { width, height }: Size): Uint8Array {
  const classes = new Uint8Array(size * size);
  const inside = (start: number, at: number, length: number): boolean => {
    const centre = start + ((at + 0.5) * square.side) / size;
    return centre >= 0 && centre <= length;
  };
  const columns = Array.from({ length: size }, (_, x) => inside(square.left, x, width));
  for (let y = 0; y < size; y++) {
    if (!inside(square.top, y, height)) continue;
    for (let x = 0; x < size; x++) {
      const at = y * size + x;
      const [ground, hair, face] = [probabilities[at * 3], probabilities[at * 3 + 1], probabilities[at * 3 + 2]];
      if (columns[x] && Math.max(hair, face) > ground) classes[at] = face > hair ? 2 : 1;
    }
  }
  return classes;
}

/** The head of every pixel, from 1; 0 for background. Faces of fewer than `least` pixels are parts of others. */
function owners(classes: Uint8Array, size: number, least: number): { owner: Int32Array; count: number } {
  const whole = labelled(classes, size, (value) => value > 0);
  const faces = labelled(classes, size, (value) => value === 2);
  const inWhole = new Map<number, number[]>(); // the faces of each connected whole, in their order
  faces.first.forEach((at, index) => {
    const of = inWhole.get(whole.label[at]) ?? [];
    inWhole.set(whole.label[at], [...of, index + 1]);
  });
  const owner = new Int32Array(classes.length);
  let count = 0;
  for (let number = 1; number <= whole.first.length; number++) {
    const parts = inWhole.get(number) ?? [];
    const largest = Math.max(0, ...parts.map((part) => faces.area[part - 1]));
    const seeds = parts.filter((part) => faces.area[part - 1] >= Math.max(least, PART * largest));
    const nearest = seeds.length > 1 ? nearestOf(faces.label, seeds, size) : null;
    for (let at = 0; at < owner.length; at++) {
      if (whole.label[at] === number) owner[at] = count + 1 + (nearest ? nearest[at] : 0);
    }
    count += Math.max(1, seeds.length);
  }
  return { owner, count };
}

/** Which of the seeds' faces is nearest to each pixel, from 0. */
function nearestOf(faces: Int32Array, seeds: readonly number[], size: number): Uint8Array {
  const nearest = new Uint8Array(faces.length);
  const best = new Float64Array(faces.length).fill(Infinity);
  seeds.forEach((seed, index) => {
    const apart = squaredDistances(faces, seed, size);
    for (let at = 0; at < best.length; at++) {
      if (apart[at] >= best[at]) continue;
      best[at] = apart[at];
      nearest[at] = index;
    }
  });
  return nearest;
}

/** Squared distances to the nearest pixel of a label, column by column and then along every row. */
function squaredDistances(labels: Int32Array, label: number, size: number): Float64Array {
  const down = new Float64Array(labels.length).fill(Infinity);
  for (let x = 0; x < size; x++) {
    for (const [from, to, step] of [[0, size, 1], [size - 1, -1, -1]]) {
      let last = Infinity;
      for (let y = from; y !== to; y += step) {
        last = labels[y * size + x] === label ? 0 : last + 1;
        down[y * size + x] = Math.min(down[y * size + x], last);
      }
    }
  }
  const made = new Float64Array(labels.length);
  for (let y = 0; y < size; y++) {
    const columns = Array.from({ length: size }, (_, x) => x).filter((x) => down[y * size + x] < Infinity);
    for (let x = 0; x < size; x++) {
      let least = Infinity;
      for (const other of columns) least = Math.min(least, (x - other) ** 2 + down[y * size + other] ** 2);
      made[y * size + x] = least;
    }
  }
  return made;
}
