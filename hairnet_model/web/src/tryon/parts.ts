/** The part of a picture that other hair changes: where it is, cutting it out, and laying a layer over it. */

import type { Head } from "../components";
import type { Located } from "../cuts";
import { type Picture, picture, type Planes, type Size, smoothstep } from "../pixels";
import type { View } from "./head";
import type { Triple } from "./light";
import type { Chosen, Reach, Wanted } from "./protocol";

const LARGEST = 24; // pixels a centimetre in which hair is painted at most
const MARGIN = 2.5; // cm around hair, old and new, that may change
const LEAST = 0.5 / 255; // pixels that are replaced less than this stay as they are

/** A part of a picture, and the scale in which it is worked on. */
export interface Crop extends Reach {
  readonly scale: number;
}

/** What a head is tried in: a picture, what was found in it, and the hair. */
export interface Scene {
  readonly shown: Picture;
  readonly planes: Planes;
  readonly located: Located;
  readonly chosen: Chosen;
  /** Linear RGB; null for the own colour. */
  readonly colour: Triple | null;
}

/** A part of a picture, as large as it is worked on, and its masks. */
export interface Part {
  readonly picture: Picture;
  readonly hair: Float32Array;
  readonly face: Float32Array;
}

/** A head in a picture of the size that is worked on, and its number among those that were located. */
export interface Found {
  readonly head: Head;
  readonly number: number;
  readonly view: View;
  /** Pixels of the picture for each of the one in which it was located. */
  readonly scale: number;
}

/**
 * The part that may change; null where it lies outside of the picture.
 *
 * @param reach of the hair.
 * @param most pixels that are worked on.
 */
export function cropOf({ head, view, scale }: Found, reach: Reach, { width, height }: Size, most = Infinity): Crop | null {
  const margin = MARGIN * view.size;
  const left = Math.max(0, Math.floor(Math.min(reach.left, head.x * scale) - margin));
  const top = Math.max(0, Math.floor(Math.min(reach.top, head.y * scale) - margin));
  const right = Math.min(width, Math.ceil(Math.max(reach.right, (head.x + head.width) * scale) + margin));
  const bottom = Math.min(height, Math.ceil(Math.max(reach.bottom, (head.y + head.height) * scale) + margin));
  if (right <= left || bottom <= top) return null;
  return { left, top, right, bottom, scale: Math.min(1, LARGEST / view.size, Math.sqrt(most / ((right - left) * (bottom - top)))) };
}

export function sizeOf({ left, top, right, bottom, scale }: Crop): Size {
  return { width: Math.max(1, Math.round((right - left) * scale)), height: Math.max(1, Math.round((bottom - top) * scale)) };
}

/** A view of the picture as one of the part. */
export function viewIn(view: View, { left, top, scale }: Crop): View {
  return { ...view, x: (view.x - left) * scale, y: (view.y - top) * scale, size: view.size * scale };
}

/** What is asked of the painter for a head. */
export function wantedOf(found: Found, scene: Scene, crop: Crop, how: Pick<Wanted, "level" | "finer" | "live">): Wanted {
  const { shown, planes, located, chosen, colour } = scene;
  const part = cut(shown, planes, crop);
  const place = { left: crop.left, top: crop.top };
  return { ...chosen, ...how, colour, part: part.picture, place, ...owned(part, located, found, crop), view: viewIn(found.view, crop) };
}

/** Cuts a part out, by means of areas where it is worked on smaller. */
function cut(from: Picture, planes: Planes, crop: Crop): Part {
  const { width, height } = sizeOf(crop);
  const part = { picture: picture(width, height), hair: new Float32Array(width * height), face: new Float32Array(width * height) };
  const [wide, high] = [crop.right - crop.left, crop.bottom - crop.top];
  if (wide === width && high === height) return copied(from, planes, crop, part);
  const across = shares(wide, width);
  const down = shares(high, height);
  const { data } = part.picture;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      let hair = 0;
      let face = 0;
      for (let v = down.first[y]; v < down.first[y + 1]; v++) {
        const row = (crop.top + down.from[v]) * from.width + crop.left;
        for (let u = across.first[x]; u < across.first[x + 1]; u++) {
          const pixel = row + across.from[u];
          const share = down.share[v] * across.share[u];
          red += share * from.data[pixel * 4];
          green += share * from.data[pixel * 4 + 1];
          blue += share * from.data[pixel * 4 + 2];
          hair += share * planes.hair[pixel];
          face += share * planes.face[pixel];
        }
      }
      data[at * 4] = red;
      data[at * 4 + 1] = green;
      data[at * 4 + 2] = blue;
      data[at * 4 + 3] = 255;
      part.hair[at] = hair;
      part.face[at] = face;
    }
  }
  return part;
}

function copied(from: Picture, planes: Planes, { left, top }: Crop, part: Part): Part {
  const { width, height, data } = part.picture;
  for (let y = 0; y < height; y++) {
    const start = (top + y) * from.width + left;
    data.set(from.data.subarray(start * 4, (start + width) * 4), y * width * 4);
    part.hair.set(planes.hair.subarray(start, start + width), y * width);
    part.face.set(planes.face.subarray(start, start + width), y * width);
  }
  return part;
}

/** For each pixel of a shorter line the pixels of the longer one that it covers, and their shares of it. */
function shares(longer: number, shorter: number): { first: Int32Array; from: Int32Array; share: Float64Array } {
  const step = longer / shorter;
  const first = new Int32Array(shorter + 1);
  const [from, share]: [number[], number[]] = [[], []];
  for (let at = 0; at < shorter; at++) {
    const [start, end] = [at * step, Math.min(longer, (at + 1) * step)];
    for (let pixel = Math.floor(start); pixel < end; pixel++) {
      const covered = Math.min(end, pixel + 1) - Math.max(start, pixel);
      if (covered < 1e-3) continue;
      from.push(pixel);
      share.push(covered / step);
    }
    first[at + 1] = from.length;
  }
  return { first, from: Int32Array.from(from), share: Float64Array.from(share) };
}

/** The hair and face of this head alone, and where a nearer head is seen. */
function owned({ picture: { width, height }, hair, face }: Part, { heads }: Located, { number, scale }: Found, crop: Crop): {
  own: Float32Array;
  face: Float32Array;
  nearer: Float32Array | null;
} {
  if (heads.length === 1) return { own: hair, face, nearer: null };
  const extent = (head: Head): number => 28 * (head.pose?.size ?? Math.max(head.width, head.height) / 28);
  const [own, mine] = [hair.slice(), face.slice()];
  const nearer = new Float32Array(hair.length);
  for (let y = 0, at = 0; y < height; y++) {
    const down = ((y + 0.5) / crop.scale + crop.top) / scale;
    for (let x = 0; x < width; x++, at++) {
      const across = ((x + 0.5) / crop.scale + crop.left) / scale;
      let [owner, least] = [0, Infinity];
      for (let one = 0; one < heads.length; one++) {
        const head = heads[one];
        const apart = ((down - head.y - head.height / 2) / head.height) ** 2 + ((across - head.x - head.width / 2) / head.width) ** 2;
        if (apart < least) [owner, least] = [one, apart];
      }
      if (owner === number) continue;
      if (extent(heads[owner]) > extent(heads[number])) nearer[at] = smoothstep(0.2, 0.5, hair[at] + face[at]);
      own[at] = 0;
      mine[at] = 0;
    }
  }
  return { own, face: mine, nearer };
}

/** Lays a layer of a part over the picture, in place. */
export function lay({ data, width }: Picture, layer: Float32Array, crop: Crop): void {
  const { width: wide, height: high } = sizeOf(crop);
  const { left, top, right, bottom } = crop;
  const [across, down] = [(right - left) / wide, (bottom - top) / high];
  for (let y = top; y < bottom; y++) {
    const row = Math.min(high - 1, Math.max(0, (y - top + 0.5) / down - 0.5));
    const [low, next] = [Math.floor(row), Math.min(high - 1, Math.floor(row) + 1)];
    const v = row - low;
    for (let x = left; x < right; x++) {
      const column = Math.min(wide - 1, Math.max(0, (x - left + 0.5) / across - 0.5));
      const first = Math.floor(column);
      const u = column - first;
      const a = (low * wide + first) * 4;
      const b = (low * wide + Math.min(wide - 1, first + 1)) * 4;
      const c = a + (next - low) * wide * 4;
      const d = b + (next - low) * wide * 4;
      if (!(layer[a + 3] || layer[b + 3] || layer[c + 3] || layer[d + 3])) continue;
      const mixed = (k: number): number => {
        if (u === 0 && v === 0) return layer[a + k];
        return (layer[a + k] * (1 - u) + layer[b + k] * u) * (1 - v) + (layer[c + k] * (1 - u) + layer[d + k] * u) * v;
      };
      const share = mixed(3);
      if (share <= LEAST) continue;
      const to = (y * width + x) * 4;
      for (let k = 0; k < 3; k++) data[to + k] = data[to + k] * (1 - share) + mixed(k);
    }
  }
}
