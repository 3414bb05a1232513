/** The poses of heads that were located, each in the square that shows it best: `hairnet_model/inference/posing.py` once more. */

import { type Head, longer, overlap } from "../components";
import { around, LARGE, type Located } from "../cuts";
import { framedSquare, type Square } from "../squares";
import type { HeadPose } from "./pose";
import { fromSix, toAngles } from "./rotations";

const USUAL_SIZE = 0.028; // sides of the square a centimetre, of a head that fills about two thirds of it
const SURE = 0.9; // from this probability on there is a head

/** What the pose head puts out for a square of the picture. */
export type Look = (square: Square) => Promise<Float32Array>;

/** The same with the heads' poses; heads that the pose head does not see have none. */
export async function withPoses(located: Located, look: Look): Promise<Located> {
  const heads: Head[] = [];
  for (const { x, y, width, height } of located.heads) {
    const box = { x, y, width, height };
    const square = squareOf(box, located);
    const pose = poseIn(square, await look(square));
    heads.push(pose ? { ...box, pose } : box);
  }
  return { ...located, heads };
}

function squareOf(box: Head, { cuts, heads, picture }: Located): Square {
  const cut = cuts.find((each) => overlap(each.box, box) > 0.5);
  if (cut) return cut.square;
  const alone = heads.length === 1;
  return alone && longer(box) >= LARGE * Math.max(picture.width, picture.height) ? framedSquare(picture) : around(box);
}

/** The pose in the picture's pixels; null where there is no head. */
function poseIn({ left, top, side }: Square, numbers: Float32Array): HeadPose | null {
  const sure = 1 / (1 + Math.exp(-Math.min(50, Math.max(-50, numbers[9]))));
  if (!(sure >= SURE)) return null;
  const [yaw, pitch, roll] = toAngles(fromSix(numbers));
  const size = USUAL_SIZE * Math.exp(Math.min(5, Math.max(-5, numbers[8]))) * side;
  return { yaw, pitch, roll, x: left + numbers[6] * side, y: top + numbers[7] * side, size, sure };
}
