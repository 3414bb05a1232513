/**
 * Pseudo-bald: what the head would look like without its hair.
 *
 * Around and above the face the hair is painted in the skin's own colour, which flows in from the face with its light
 * and shade; hair further away gives way to what is behind it. The panels of `hairnet-model predict` paint one median
 * colour; here the skull gets a shape.
 */

import { rowOf, tapsOf } from "./enlarge";
import { blurred, fill, type Weighted } from "./fill";
import { type Head, heads, sampled } from "./heads";
import { luma, type Picture, type Planes, smoothstep } from "./pixels";

const SIDE = 160; // of the small picture in which all this is reckoned

/** Paints the hair of `picture` away, in place; where there is no face nothing is done. */
export function bald(picture: Picture, planes: Planes): void {
  const step = Math.max(1, Math.max(picture.width, picture.height) / SIDE);
  const width = Math.max(1, Math.round(picture.width / step));
  const height = Math.max(1, Math.round(picture.height / step));
  const small = sampled(planes, width, height);
  const found = heads(small);
  if (!found.length) return;
  const hair = wider(small.hair, width, height);
  const skin: Weighted = { width, height, data: new Float32Array(width * height * 4) };
  const ground: Weighted = { width, height, data: new Float32Array(width * height * 4) };
  for (let y = 0, place = 0; y < height; y++) {
    const row = Math.min(picture.height - 1, Math.floor((y + 0.5) * step)) * picture.width;
    for (let x = 0; x < width; x++, place++) {
      if (hair[place] > 0.1) continue;
      const at = (row + Math.min(picture.width - 1, Math.floor((x + 0.5) * step))) * 4;
      if (small.face[place] > 0.8) know(skin, place, picture.data, at);
      if (small.face[place] < 0.05) know(ground, place, picture.data, at);
    }
  }
  dropOutliers(skin);
  if (fill(skin).data[3] < 0.5) return;
  blurAway(skin, Math.max(1, Math.round((found[0].right - found[0].left) / 8)));
  const hasGround = fill(ground).data[3] > 0.5;
  blurAway(ground, 1);
  paint(picture, planes, hair, skullOf(small, found), skin, hasGround ? ground : skin, step);
}

/** The hair and a little around it, where single strands are. */
function wider(hair: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(hair.length);
  const made = new Float32Array(hair.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let most = 0;
      for (let u = Math.max(-2, -x); u <= Math.min(2, width - 1 - x); u++) most = Math.max(most, hair[at + u]);
      across[at] = most;
    }
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let most = 0;
      for (let v = Math.max(-2, -y); v <= Math.min(2, height - 1 - y); v++) most = Math.max(most, across[at + v * width]);
      made[at] = most;
    }
  }
  return blurred(made, width, height, 1, 1);
}

function know(into: Weighted, place: number, data: Uint8ClampedArray, at: number): void {
  into.data.set([data[at], data[at + 1], data[at + 2], 1], place * 4);
}

/** Leaves eyes, brows, mouth and shine out of the skin: places far from its middle brightness. */
function dropOutliers({ data }: Weighted): void {
  const known: number[] = [];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]) known.push(luma(data[at], data[at + 1], data[at + 2]));
  }
  if (known.length < 20) return;
  known.sort((a, b) => a - b);
  const low = known[Math.floor(known.length * 0.3)];
  const high = known[Math.floor(known.length * 0.92)];
  for (let at = 0; at < data.length; at += 4) {
    const value = luma(data[at], data[at + 1], data[at + 2]);
    if (value < low || value > high) data.fill(0, at, at + 4);
  }
}

function blurAway(picture: Weighted, radius: number): void {
  const plane = new Float32Array(picture.width * picture.height);
  for (let channel = 0; channel < 3; channel++) {
    for (let at = 0; at < plane.length; at++) plane[at] = picture.data[at * 4 + channel];
    blurred(plane, picture.width, picture.height, radius);
    for (let at = 0; at < plane.length; at++) picture.data[at * 4 + channel] = plane[at];
  }
}

/** Where skulls are: the faces, and an egg behind each of them. 0..1 with a soft rim. */
function skullOf({ width, height, face }: Planes, found: Head[]): Float32Array {
  const made = Float32Array.from(face);
  for (const { skull } of found) {
    const across = (skull.right - skull.left) / 2;
    const centre = (skull.left + skull.right) / 2;
    const soft = Math.max(2, across * 0.12);
    for (let y = Math.max(0, Math.floor(skull.top)); y < height; y++) {
      const down = (y + 0.5 - skull.middle) / (y < skull.middle ? skull.middle - skull.top : 1.9 * across);
      if (down > 1) break;
      for (let x = 0; x < width; x++) {
        const aside = (x + 0.5 - centre) / across;
        const away = (1 - Math.sqrt(aside * aside + down * down)) * across; // pixels within the rim
        const at = y * width + x;
        made[at] = Math.max(made[at], smoothstep(-soft / 4, soft, away));
      }
    }
  }
  return made;
}

function paint(
  { data, width, height }: Picture,
  { hair, face }: Planes,
  around: Float32Array,
  skull: Float32Array,
  skin: Weighted,
  ground: Weighted,
  step: number,
): void {
  const rows = tapsOf(height, skin.height, step);
  const { low, high, share: shares } = tapsOf(width, skin.width, step);
  const [near, dome] = [new Float32Array(skin.width), new Float32Array(skin.width)];
  const [own, other] = [new Float32Array(skin.width * 4), new Float32Array(skin.width * 4)];
  for (let y = 0, pixel = 0; y < height; y++) {
    rowOf(around, rows, y, near);
    rowOf(skull, rows, y, dome);
    rowOf(skin.data, rows, y, own);
    rowOf(ground.data, rows, y, other);
    for (let x = 0; x < width; x++, pixel++) {
      const [left, right, further] = [low[x], high[x], shares[x]];
      const close = near[left] + (near[right] - near[left]) * further;
      const share = Math.min(1, Math.max(hair[pixel] * 3, close * 1.4 * (1 - 0.75 * face[pixel])) - 0.1);
      if (share <= 0) continue;
      const head = dome[left] + (dome[right] - dome[left]) * further;
      // The rim of a ball is darker than its middle.
      const lit = (0.8 + 0.2 * smoothstep(0.3, 1, head)) * head * share;
      const behind = (1 - head) * share;
      const to = pixel * 4;
      for (let channel = 0; channel < 3; channel++) {
        const [i, j] = [left * 4 + channel, right * 4 + channel];
        const painted = (own[i] + (own[j] - own[i]) * further) * lit + (other[i] + (other[j] - other[i]) * further) * behind;
        data[to + channel] = data[to + channel] * (1 - share) + painted;
      }
    }
  }
}
