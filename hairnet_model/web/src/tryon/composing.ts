/** What is laid over a part of a photo: the own hair removed, a shadow, and other hair. Lives in the worker that paints it. */

import { blurred } from "../blur";
import { type Picture, smoothstep } from "../pixels";
import { gridOf, Reader } from "../recolour/grid";
import { gaussian } from "./gaussian";
import { softenLike } from "./grain";
import { type Surface, type View } from "./head";
import { keyOf, type Light, type Tint } from "./light";
import { tintOf } from "./own";
import type { Wanted } from "./protocol";
import { look, type Seen } from "./proxy";
import { type Bare, removed } from "./removal";
import type { Hair, Renderer } from "./renderer";

const SHADOW = { strength: 0.35, blur: 0.5, length: 0.8 };
const HIGHEST = 3; // cm below the hairline from which on something may be in front of the face
const TINTED = 1000; // ms for which a live picture's own hair colour is kept

let kept: { readonly tint: Tint; readonly until: number; readonly of: string } | null = null;

/** Premultiplied sRGB codes, and the share of the photo that they replace, four numbers a pixel. */
export function layerOf(wanted: Wanted, hair: Hair, surfaces: readonly Surface[], renderer: Renderer): Float32Array {
  const { part, own, face, nearer, view, live } = wanted;
  const grid = gridOf(part);
  const seen = look(surfaces, view, grid);
  const bare = removed(part, own, face, seen, grid, view.size);
  const layer = renderer.draw(hair, view, bare.light, steadyTint(wanted), part.width, part.height);
  if (!live) softenLike(part, own, face, layer);
  return composed(part, own, face, nearer, seen, bare, grid, view, layer, wanted.colour === null);
}

function steadyTint({ part, own, view, colour, live }: Wanted): Tint {
  if (!live) return tintOf(part, own, view.size, colour);
  const of = String(colour);
  const now = performance.now();
  if (kept?.of !== of || now > kept.until) kept = { tint: tintOf(part, own, view.size, colour), until: now + TINTED, of };
  return kept.tint;
}

/** All that is laid over the part: premultiplied codes and share. */
function composed(
  part: Picture,
  hair: Float32Array,
  face: Float32Array,
  nearer: Float32Array | null,
  seen: Seen,
  bare: Bare,
  grid: ReturnType<typeof gridOf>,
  view: View,
  layer: Uint8Array,
  own: boolean,
): Float32Array {
  const { width, height } = part;
  const count = width * height;
  const strands = new Float32Array(count);
  for (let at = 0; at < count; at++) strands[at] = layer[at * 4 + 3] / 255;
  const covered = own ? blurred(strands.slice(), width, height, Math.max(1, Math.round(view.size / 4)), 1) : null;
  const shade = shadowOf(strands, width, height, view, bare.light);
  const inner = innerOf(seen, grid);
  const reader = new Reader(grid, [...bare.codes, bare.near, bare.beard, seen.skin, inner]);
  const made = new Float32Array(count * 4);
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    for (let x = 0; x < width; x++, at++) {
      reader.column(x);
      const beard = reader.at(4);
      const around = 1.4 * reader.at(3) * (1 - 0.3 * face[at]);
      const removed = Math.min(1, Math.max(0, Math.max(3 * hair[at], around) - 0.1)) * (1 - beard);
      const bald = covered ? removed * (1 - smoothstep(0.7, 0.97, covered[at])) : removed;
      const dark = SHADOW.strength * shade[at] * reader.at(5) * Math.max(face[at], removed);
      let kept = 1 - reader.at(6) * (1 - smoothstep(0.1, 0.3, hair[at] + face[at]));
      if (nearer) kept *= 1 - nearer[at];
      const rest = (1 - strands[at]) * (1 - dark);
      const share = (1 - (1 - bald) * rest) * kept;
      if (share <= 0.5 / 255) continue;
      for (let k = 0; k < 3; k++) made[at * 4 + k] = (reader.at(k) * bald * rest + layer[at * 4 + k]) * kept;
      made[at * 4 + 3] = share;
    }
  }
  return made;
}

/** The soft shadow of hair, 0..1. */
function shadowOf(strands: Float32Array, width: number, height: number, view: View, light: Light): Float32Array {
  const key = keyOf(light);
  const [right, down] = [key[0], key[1]].map((part) => Math.round(-part * SHADOW.length * view.size));
  const made = new Float32Array(strands.length);
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    const [first, end] = [Math.max(0, right), Math.min(width, width + right)];
    const from = (y - down) * width - right;
    made.set(strands.subarray(from + first, from + end), y * width + first);
  }
  const sigma = Math.max(0.3, SHADOW.blur * view.size);
  if (sigma < 2) gaussian(made, width, height, sigma);
  else blurred(made, width, height, Math.round((Math.sqrt(6 * sigma * sigma + 1) - 1) / 2)); // two boxes
  return made;
}

/** Cells of the face that hair cannot be part of: what is seen there and is neither hair nor face is in front of it. */
function innerOf({ front, scalp, normals, head }: Seen, { rows, columns }: ReturnType<typeof gridOf>): Float32Array {
  const proper = front.map((value, at) => Number(value && scalp[at] < -HIGHEST && normals[at * 4 + 3] > 0.25 && head[at] > 0.95));
  const made = new Float32Array(proper.length);
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      let least = 1;
      for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) least = Math.min(least, proper[(y + v) * columns + x + u]);
      made[y * columns + x] = least;
    }
  }
  return made;
}
