/** The background out of focus, as behind a portrait lens. */

import { rowOf, tapsOf } from "./enlarge";
import { blurred } from "./blur";
import { heads, sampled } from "./heads";
import { type Picture, type Planes, smoothstep } from "./pixels";

const SMALL = 80; // pixels of the longer side in which shoulders are reckoned

/**
 * Blurs what is neither hair nor face, in place.
 *
 * Only background goes into the blur (each pixel weighs as much as it is background), so that no halo of hair or skin
 * stands around the head. The network knows no clothes; shoulders are guessed from the face above them.
 *
 * @param amount 0..1.
 */
export function blurBackground({ data, width, height }: Picture, { hair, face }: Planes, amount: number): void {
  const longer = Math.max(width, height);
  const step = Math.max(1, Math.round(longer / 160));
  const wide = Math.ceil(width / step);
  const high = Math.ceil(height / step);
  const bodies = shoulders({ width, height, hair, face }, wide, high);
  const sums = [0, 1, 2, 3].map(() => new Float32Array(wide * high));
  const [red, green, blue, weight] = sums;
  for (let y = 0, pixel = 0; y < height; y++) {
    const row = Math.floor(y / step) * wide;
    for (let x = 0; x < width; x++, pixel++) {
      const into = row + Math.floor(x / step);
      const ground = (Math.max(0, 1 - 1.6 * (hair[pixel] + face[pixel])) * (1 - bodies[into])) + 1e-4;
      const at = pixel * 4;
      red[into] += data[at] * ground;
      green[into] += data[at + 1] * ground;
      blue[into] += data[at + 2] * ground;
      weight[into] += ground;
    }
  }
  const radius = Math.max(1, Math.round((0.01 + 0.05 * amount) * Math.max(wide, high)));
  for (const plane of sums) blurred(plane, wide, high, radius, 3);
  for (let at = 0; at < weight.length; at++) {
    red[at] /= weight[at];
    green[at] /= weight[at];
    blue[at] /= weight[at];
  }
  const rows = tapsOf(height, high, step);
  const columns = tapsOf(width, wide, step);
  const lines = sums.map(() => new Float32Array(wide));
  for (let y = 0, pixel = 0; y < height; y++) {
    [red, green, blue, bodies].forEach((plane, at) => rowOf(plane, rows, y, lines[at]));
    const [reds, greens, blues, body] = lines;
    for (let x = 0; x < width; x++, pixel++) {
      const person = hair[pixel] + face[pixel];
      if (person > 0.8) continue;
      const left = columns.low[x];
      const right = columns.high[x];
      const further = columns.share[x];
      const nearer = 1 - further;
      const share = Math.min(1, (0.8 - person) * 1.6) * (1 - body[left] * nearer - body[right] * further);
      const at = pixel * 4;
      const rest = 1 - share;
      data[at] = data[at] * rest + (reds[left] * nearer + reds[right] * further) * share;
      data[at + 1] = data[at + 1] * rest + (greens[left] * nearer + greens[right] * further) * share;
      data[at + 2] = data[at + 2] * rest + (blues[left] * nearer + blues[right] * further) * share;
    }
  }
}

/** How surely each place of a smaller picture shows shoulders: 0..1 with a soft rim. */
function shoulders(planes: Planes, width: number, height: number): Float32Array {
  const made = new Float32Array(width * height);
  const scale = Math.min(1, SMALL / Math.max(width, height));
  const small = sampled(planes, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  for (const head of heads(small)) {
    const neck = head.bottom / scale;
    const wide = (head.right - head.left) / scale;
    const centre = (head.left + head.right) / 2 / scale;
    for (let y = Math.max(0, Math.floor(neck - 0.5 * wide)); y < height; y++) {
      // From the neck outwards as a slope of shoulders, then down.
      const half = wide * (0.45 + 1.0 * smoothstep(-0.5 * wide, 0.55 * wide, y - neck));
      for (let x = 0; x < width; x++) {
        const inside = half - Math.abs(x + 0.5 - centre);
        const at = y * width + x;
        made[at] = Math.max(made[at], smoothstep(-0.12 * wide, 0.12 * wide, inside));
      }
    }
  }
  return made;
}
