/** What is laid over a part of a photo: the own hair removed, a shadow, and other hair. Lives in the worker that paints it. */

import { blurred } from "../blur";
import { smoothstep } from "../pixels";
import { type Grid, gridOf, Reader } from "../recolour/grid";
import { fitted } from "./fitting";
import { gaussian } from "./gaussian";
import { blurLike, noiseAt, noiseOf, soften } from "./grain";
import { type Surface, type View } from "./head";
import { keyOf, type Light, type Tint } from "./light";
import { tintOf } from "./own";
import type { Wanted } from "./protocol";
import { look, type Seen } from "./proxy";
import { type Bare, removed } from "./removal";
import type { Hair, Renderer } from "./renderer";
import { Reused } from "./reusing";
import { Steadier } from "./steadying";
import { levelFor } from "./styles";

const SHADOW = { strength: 0.35, blur: 0.5, length: 0.8 };
const HIGHEST = 3; // cm below the hairline from which on something may be in front of the face
const LEAST_NOISE = 0.3; // codes; less is not seen
const COARSE = 72; // cells of the longer side at most of a live picture
const KNOWN = 2000; // ms for which is kept what a live picture tells of its hair and its grain

/** What a photo tells, so that hair looks like its own and as if photographed with it. */
interface Traits {
  readonly tint: Tint;
  /** Of the hair, in pixels. */
  readonly blur: number;
  /** In codes. */
  readonly noise: number;
}

let kept: { readonly traits: Traits; readonly until: number; readonly of: string } | null = null;
const steadier = new Steadier();
const reused = new Reused();

/**
 * Premultiplied sRGB codes, and the share of the photo that they replace, four numbers a pixel.
 *
 * @param hairAt the hair at a level of detail.
 */
export function layerOf(
  wanted: Wanted,
  hairAt: (level: number) => Hair,
  surfaces: readonly Surface[],
  renderer: Renderer,
): { layer: Float32Array; fresh: boolean } {
  const { part, own, face, live } = wanted;
  const { width, height } = part;
  const found = fitted(wanted.view, surfaces, { width, height, hair: own, face });
  const view = live ? steadier.next(wanted.view, found, performance.now()) : found;
  const grid = gridOf(part, live ? COARSE : undefined);
  const seen = look(surfaces, view, grid);
  const bare = removed(part, own, face, seen, grid, view.size);
  const of = `${wanted.colour} ${wanted.style}`;
  const before = live && kept?.of === of && performance.now() < kept.until ? kept.traits : null;
  const tint = before?.tint ?? tintOf(part, own, view.size, wanted.colour);
  const level = wanted.level ?? levelFor(view.size);
  const draw = (): Uint8Array => renderer.draw(hairAt(level), view, bare.light, tint, width, height, wanted.finer);
  const drawn = live ? reused.next({ of: `${of} ${level} ${wanted.finer}`, view, light: bare.light, width, height }, draw, performance.now()) : null;
  const layer = drawn?.layer ?? draw();
  const traits = before ?? { tint, blur: blurLike(part, own, face, layer), noise: noiseOf(part, face) };
  if (!before) kept = live ? { traits, until: performance.now() + KNOWN, of } : null;
  soften(layer, width, height, traits.blur);
  const made = composed(wanted, seen, bare, grid, view, layer);
  if (traits.noise >= LEAST_NOISE) addNoise(made, width, traits.noise, wanted.place);
  return { layer: made, fresh: drawn?.fresh ?? true };
}

/** All that is laid over the part: premultiplied codes and share. */
function composed(
  { part, own: hair, face, nearer, colour, live }: Wanted,
  seen: Seen,
  bare: Bare,
  grid: Grid,
  view: View,
  layer: Uint8Array,
): Float32Array {
  const { width, height } = part;
  const count = width * height;
  const strands = new Float32Array(count);
  for (let at = 0; at < count; at++) strands[at] = layer[at * 4 + 3] / 255;
  const covered = colour ? null : blurred(strands.slice(), width, height, Math.round(view.size / 4), 1);
  const shade = shadowOf(strands, width, height, view, bare.light, live);
  const reader = new Reader(grid, [seen.skin, innerOf(seen, grid)]);
  const made = new Float32Array(count * 4);
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    for (let x = 0; x < width; x++, at++) {
      const gone = bare.share[at];
      if (!gone && !strands[at] && !shade[at]) continue;
      reader.column(x);
      const bald = covered ? gone * (1 - smoothstep(0.7, 0.97, covered[at])) : gone;
      const dark = SHADOW.strength * shade[at] * reader.at(0) * Math.max(face[at], gone);
      let rest = 1 - reader.at(1) * (1 - smoothstep(0.1, 0.3, hair[at] + face[at]));
      if (nearer) rest *= 1 - nearer[at];
      const below = (1 - strands[at]) * (1 - dark);
      const share = (1 - (1 - bald) * below) * rest;
      if (share <= 0.5 / 255) continue;
      for (let k = 0; k < 3; k++) made[at * 4 + k] = (bare.codes[at * 3 + k] * bald * below + layer[at * 4 + k]) * rest;
      made[at * 4 + 3] = share;
    }
  }
  return made;
}

/** Adds the photo's noise to a layer, in place. */
function addNoise(layer: Float32Array, width: number, sigma: number, { left, top }: Wanted["place"]): void {
  for (let at = 0, pixel = 0; at < layer.length; at += 4, pixel++) {
    const share = layer[at + 3];
    if (!share) continue;
    const x = pixel % width;
    const grains = sigma * share * noiseAt(left + x, top + (pixel - x) / width);
    for (let k = 0; k < 3; k++) layer[at + k] += grains;
  }
}

/** The soft shadow of hair, 0..1; coarser for a live picture. */
function shadowOf(strands: Float32Array, width: number, height: number, view: View, light: Light, live: boolean): Float32Array {
  const key = keyOf(light);
  const made = shifted(strands, width, height, -key[0] * SHADOW.length * view.size, -key[1] * SHADOW.length * view.size);
  const sigma = Math.max(0.3, SHADOW.blur * view.size);
  if (sigma < 2 || !live) gaussian(made, width, height, sigma);
  else blurred(made, width, height, Math.round((Math.sqrt(6 * sigma * sigma + 1) - 1) / 2)); // two boxes
  return made;
}

/** A plane moved to the right and down, bilinear; 0 flows in. */
function shifted(plane: Float32Array, width: number, height: number, right: number, down: number): Float32Array {
  const made = new Float32Array(plane.length);
  const [left, above] = [Math.floor(-right), Math.floor(-down)];
  const [u, v] = [-right - left, -down - above];
  for (let y = Math.max(0, -above - 1), end = Math.min(height, height - above); y < end; y++) {
    const [row, next] = [(y + above) * width, (y + above + 1) * width];
    const [upper, lower] = [y + above >= 0 ? 1 - v : 0, y + above + 1 < height ? v : 0];
    for (let x = Math.max(0, -left - 1), last = Math.min(width, width - left); x < last; x++) {
      const from = x + left;
      const to = from + 1;
      let sum = 0;
      if (upper) sum += upper * ((from >= 0 ? plane[row + from] * (1 - u) : 0) + (to < width ? plane[row + to] * u : 0));
      if (lower) sum += lower * ((from >= 0 ? plane[next + from] * (1 - u) : 0) + (to < width ? plane[next + to] * u : 0));
      made[y * width + x] = sum;
    }
  }
  return made;
}

/** Cells of the face that hair cannot be part of: what is seen there and is neither hair nor face is in front of it. */
function innerOf({ front, scalp, normals, head }: Seen, { rows, columns }: Grid): Float32Array {
  const proper = front.map((value, at) => Number(value && scalp[at] < -HIGHEST && normals[at * 4 + 3] > 0.25 && head[at] > 0.95));
  return proper.map((value, at) => {
    if (!value) return 0;
    const x = at % columns;
    const y = (at - x) / columns;
    for (let row = Math.max(0, y - 1); row <= Math.min(rows - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(columns - 1, x + 1); column++) {
        if (!proper[row * columns + column]) return 0;
      }
    }
    return 1;
  });
}
