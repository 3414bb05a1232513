/**
 * The poses of heads that were located: `hairnet_model/inference/posing.py` once more. Each is seen in the square that shows
 * it best; a photo's heads in a nearer and a wider square and mirrored too, and what all of these say is averaged.
 */

import { type Head, longer, overlap } from "../components";
import { around, LARGE, type Located } from "../cuts";
import { framedSquare, scaled, type Square } from "../squares";
import type { HeadPose } from "./pose";
import { fromSix, type Rotation, toAngles } from "./rotations";

const USUAL_SIZE = 0.028; // sides of the square a centimetre, of a head that fills about two thirds of it
const SURE = 0.9; // from this probability on there is a head
const SCALES = [1, 0.85, 1.2]; // sides of the squares that a photo's head is seen in, in those of the best one

/** A square of the picture, shown as it is or mirrored. */
export interface View {
  readonly square: Square;
  readonly mirrored: boolean;
}

/** What the pose head puts out for a view. */
export type Look = (view: View) => Promise<Float32Array>;

/**
 * The same with the heads' poses; heads that the pose head does not see have none.
 *
 * @param once one look a head, for a frame of a film: those before and after steady it.
 */
export async function withPoses(located: Located, look: Look, once: boolean): Promise<Located> {
  const heads: Head[] = [];
  for (const { x, y, width, height } of located.heads) {
    const box = { x, y, width, height };
    const square = squareOf(box, located);
    const views = once ? [{ square, mirrored: false }] : viewsOf(square);
    const seen: Seen[] = [];
    for (const view of views) seen.push(inPicture(view, await look(view)));
    const pose = meanPose(seen);
    heads.push(pose ? { ...box, pose } : box);
  }
  return { ...located, heads };
}

function viewsOf(square: Square): View[] {
  return SCALES.map((scale) => scaled(square, scale)).flatMap((each) => [false, true].map((mirrored) => ({ square: each, mirrored })));
}

function squareOf(box: Head, { cuts, heads, picture }: Located): Square {
  const cut = cuts.find((each) => overlap(each.box, box) > 0.5);
  if (cut) return cut.square;
  const alone = heads.length === 1;
  return alone && longer(box) >= LARGE * Math.max(picture.width, picture.height) ? framedSquare(picture) : around(box);
}

/** What was said of a view: the rotation, then x, y and size in the picture's pixels, and the probability of a head. */
interface Seen {
  readonly turn: Rotation;
  readonly place: readonly number[];
  readonly sure: number;
}

function inPicture({ square: { left, top, side }, mirrored }: View, numbers: Float32Array): Seen {
  const turn = fromSix(numbers);
  const sure = 1 / (1 + Math.exp(-Math.min(50, Math.max(-50, numbers[9]))));
  const size = USUAL_SIZE * Math.exp(Math.min(5, Math.max(-5, numbers[8]))) * side;
  const across = mirrored ? 1 - numbers[6] : numbers[6];
  const place = [left + across * side, top + numbers[7] * side, size];
  return { turn: mirrored ? mirroredTurn(turn) : turn, place, sure };
}

/** M R M with M = diag(-1, 1, 1). */
function mirroredTurn(turn: Rotation): Rotation {
  return [turn[0], -turn[1], -turn[2], -turn[3], turn[4], turn[5], -turn[6], turn[7], turn[8]];
}

/** What several looks at one head say on average; null where there is no head. */
function meanPose(seen: readonly Seen[]): HeadPose | null {
  const mean = (of: (each: Seen) => number): number => seen.reduce((sum, each) => sum + of(each), 0) / seen.length;
  const sure = mean((each) => each.sure);
  if (!(sure >= SURE)) return null;
  const six = [0, 3, 6, 1, 4, 7].map((at) => mean(({ turn }) => turn[at]));
  const [yaw, pitch, roll] = toAngles(fromSix(six));
  const [x, y, size] = [0, 1, 2].map((at) => mean(({ place }) => place[at]));
  return { yaw, pitch, roll, x, y, size, sure };
}
