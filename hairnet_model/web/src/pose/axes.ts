/** Draws the axes of heads over a picture: to the right, down and out of the face, as `hairnet_model/inference/axes.py`. */

import type { Head } from "../components";
import type { Picture } from "../pixels";
import type { Colour } from "../settings";
import { type HeadPose, project, scaledPose } from "./pose";
import type { Vector } from "./rotations";

const LENGTHS = [9, 9, 15]; // cm
const COLOURS: readonly Colour[] = [[255, 176, 32], [200, 120, 255], [40, 190, 255]];
const EDGE: Colour = [20, 20, 20];

/**
 * Draws them in place, the largest head on top.
 *
 * @param scale pixels of the picture for each that the heads are counted in.
 */
export function drawAxes(picture: Picture, heads: readonly Head[], scale: number): void {
  for (const { pose } of [...heads].reverse()) if (pose) draw(picture, scaledPose(pose, scale));
}

function draw(picture: Picture, pose: HeadPose): void {
  const longest = Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(0.35 * Math.min(pose.size, longest / 10)));
  const origin = project(pose, [0, 0, 0]);
  const tips = LENGTHS.map((length, axis) => {
    const tip = project(pose, [0, 1, 2].map((at) => (at === axis ? length : 0)) as unknown as Vector);
    return { tip, colour: COLOURS[axis] };
  });
  tips.sort((a, b) => a.tip[2] - b.tip[2]); // the nearest last
  for (const { tip, colour } of tips) {
    line(picture, origin, tip, width + Math.max(2, Math.floor(width / 2)), EDGE);
    line(picture, origin, tip, width, colour);
  }
}

/** A line with round ends and a soft edge. */
function line({ data, width, height }: Picture, from: Vector, to: Vector, thick: number, [red, green, blue]: Colour): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.max(1e-6, dx * dx + dy * dy);
  const reach = thick / 2 + 1;
  const first = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach));
  const last = Math.min(height - 1, Math.ceil(Math.max(from[1], to[1]) + reach));
  const left = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(from[0], to[0]) + reach));
  for (let row = first; row <= last; row++) {
    for (let column = left; column <= right; column++) {
      const [x, y] = [column + 0.5 - from[0], row + 0.5 - from[1]];
      const along = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const share = Math.min(1, thick / 2 + 0.5 - Math.hypot(x - along * dx, y - along * dy));
      if (share <= 0) continue;
      const at = (row * width + column) * 4;
      data[at] += (red - data[at]) * share;
      data[at + 1] += (green - data[at + 1]) * share;
      data[at + 2] += (blue - data[at + 2]) * share;
    }
  }
}
