/** Takes a head's own hair away, and tells how the light falls on its face: `hairnet_model/tryon/removal.py` once more. */

import { continued, lit, meansOf } from "../bald";
import { type Picture, smoothstep } from "../pixels";
import { type Grid, grown, means, Reader, softened } from "../recolour/grid";
import { type Oklab, toCodes } from "../recolour/oklab";
import { deviation, weightsOf } from "../statistics";
import { continuedFrom } from "./ground";
import { decoded, type Light } from "./light";
import type { Seen } from "./proxy";

const [SKIN, BARE, NOTHING] = [0.8, 0.1, 0.05].map(Math.fround);
const BEARD = 2; // cm below the eyes from which hair on the face is a beard
const CHIN = [4.5, 11] as const;
const BEARDED = 0.12;
const WIDER = 0.6; // cm around hair that are removed with it
const APART = 0.35; // cm beside hair and skin from which on the ground is sure to be none of them
const MIRRORED = 14; // cm from the hair's edge that the ground's texture goes on
const FEWEST = 12;

/** A head without its hair. */
export interface Bare {
  /** sRGB codes of skin and ground, three numbers a pixel. */
  readonly codes: Float32Array;
  /** How much of the photo they replace, 0..1. */
  readonly share: Float32Array;
  readonly light: Light;
}

/** @param size pixels a centimetre. */
export function removed(picture: Picture, hair: Float32Array, face: Float32Array, seen: Seen, grid: Grid, size: number): Bare {
  const hairy = means(hair, grid);
  const found = meansOf(picture, grid, (at) => face[at] > SKIN && hair[at] < BARE);
  const skin = { colours: found.colours, share: found.share.map((share, at) => (seen.skin[at] > 0.5 ? share : 0)) };
  const ground = meansOf(picture, grid, (at) => face[at] < NOTHING && hair[at] < NOTHING);
  const cover = seen.skin.reduce((sum, share) => sum + share, 0);
  const mask = Uint8Array.from(seen.skin, (share) => Number(share > 0.5));
  const painted = lit(skin, { mask, wide: Math.sqrt(cover) }, seen, grid);
  const beard = beardOf(hairy, seen);
  const open = hairy.map((share, at) => share * (1 - beard[at]));
  const near = softened(grown(open, grid, Math.max(1, Math.round((WIDER * size) / grid.step))), grid, 1);
  const share = shareOf(hair, face, new Reader(grid, [near, beard]), picture);
  const behind = codesOf(continued(ground.colours, ground.share, grid, 1));
  const known = ground.share.some((value) => value > 0) ? knownOf(picture, hair, face, size) : null;
  const codes = codesOver(picture, share, known && continuedFrom(picture, known, MIRRORED * size), grid, behind, painted && codesOf(painted), seen.skin);
  return { codes, share, light: lightOf(skin.colours, skin.share, seen) };
}

/** How much of the photo gives way. */
function shareOf(hair: Float32Array, face: Float32Array, reader: Reader, { width, height }: Picture): Float32Array {
  const made = new Float32Array(hair.length);
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    for (let x = 0; x < width; x++, at++) {
      reader.column(x);
      const around = 1.4 * reader.at(0) * (1 - 0.3 * face[at]);
      const most = Math.max(3 * hair[at], around) - 0.1;
      if (most > 0) made[at] = Math.min(1, most) * (1 - reader.at(1));
    }
  }
  return made;
}

/** 1 where pixels are surely ground: neither hair nor face is near. */
function knownOf({ width, height }: Picture, hair: Float32Array, face: Float32Array, size: number): Uint8Array {
  const apart = Math.max(1, Math.round(APART * size));
  const made = new Uint8Array(hair.length);
  for (let at = 0; at < made.length; at++) made[at] = Number(hair[at] < NOTHING && face[at] < NOTHING);
  const line = new Uint8Array(Math.max(width, height));
  const pass = (start: number, step: number, count: number): void => {
    for (let at = 0; at < count; at++) line[at] = made[start + at * step];
    let last = -1 - apart; // the last that is not known
    for (let at = 0, ahead = 0; at < count; at++) {
      for (; ahead <= Math.min(count - 1, at + apart); ahead++) if (!line[ahead]) last = ahead;
      made[start + at * step] = Number(last < at - apart);
    }
  };
  for (let y = 0; y < height; y++) pass(y * width, 1, width);
  for (let x = 0; x < width; x++) pass(x, width, height);
  return made;
}

/** Codes of skin where the head is, and of what is around beside it; 0 where nothing of the photo gives way. */
function codesOver(
  { data, width, height }: Picture,
  share: Float32Array,
  ground: ReturnType<typeof continuedFrom>,
  grid: Grid,
  behind: Float32Array[],
  painted: Float32Array[] | null,
  skin: Float32Array,
): Float32Array {
  const reader = new Reader(grid, [...behind, skin, ...(painted ?? [])]);
  const made = new Float32Array(share.length * 3);
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    for (let x = 0; x < width; x++, at++) {
      if (!share[at]) continue;
      reader.column(x);
      const cover = painted ? reader.at(3) : 0;
      const from = ground ? ground.from[at] * 4 : 0;
      const trust = ground ? ground.trust[at] : 0;
      for (let k = 0; k < 3; k++) {
        const smooth = reader.at(k);
        const code = smooth + (data[from + k] - smooth) * trust;
        made[at * 3 + k] = cover ? code + (reader.at(4 + k) - code) * cover : code;
      }
    }
  }
  return made;
}

/** sRGB codes of planes of Oklab. */
function codesOf(colours: readonly Float32Array[]): Float32Array[] {
  const made = [0, 1, 2].map(() => new Float32Array(colours[0].length));
  const colour: Oklab = [0, 0, 0];
  for (let at = 0; at < colours[0].length; at++) {
    toCodes(colours[0][at], colours[1][at], colours[2][at], colour);
    for (let k = 0; k < 3; k++) made[k][at] = colour[k];
  }
  return made;
}

function beardOf(hairy: Float32Array, { front, height, normals, head }: Seen): Float32Array {
  let [sum, count] = [0, 0];
  for (let at = 0; at < hairy.length; at++) {
    if (!front[at] || height[at] <= CHIN[0] || height[at] >= CHIN[1] || normals[at * 4 + 3] <= 0.6) continue;
    sum += hairy[at];
    count++;
  }
  if (!count || sum / count <= BEARDED) return new Float32Array(hairy.length);
  return hairy.map((_, at) => {
    const low = smoothstep(BEARD - 1, BEARD + 1, height[at]) * (1 - smoothstep(11.5, 12.5, height[at]));
    return front[at] * low * smoothstep(0.2, 0.45, normals[at * 4 + 3]) * head[at];
  });
}

/** The light on the face by least squares. */
function lightOf(colours: Float32Array[], share: Float32Array, { normals }: Seen): Light {
  const known: number[] = [];
  for (let at = 0; at < share.length; at++) if (share[at] > 0.5) known.push(at);
  if (known.length < FEWEST) return { level: 1, slope: [0, 0, 0] };
  const bright = new Float64Array(share.length);
  const colour: Oklab = [0, 0, 0];
  for (const at of known) {
    toCodes(colours[0][at], colours[1][at], colours[2][at], colour);
    bright[at] = 0.2126 * decoded(colour[0]) + 0.7152 * decoded(colour[1]) + 0.0722 * decoded(colour[2]);
  }
  let kept = known;
  let fit = [1, 0, 0, 0];
  const said = (at: number): number =>
    fit[0] * normals[at * 4] + fit[1] * normals[at * 4 + 1] + fit[2] * normals[at * 4 + 2] + fit[3] * normals[at * 4 + 3];
  for (let round = 0; round < 3; round++) {
    [fit] = weightsOf(kept, normals, [bright]);
    const spread = Math.max(1e-3, deviation(kept.map((at) => bright[at] - said(at))));
    kept = known.filter((at) => Math.abs(bright[at] - said(at)) <= 1.5 * spread);
  }
  const middle = Math.max(1e-3, kept.reduce((sum, at) => sum + said(at), 0) / Math.max(1, kept.length));
  return { level: fit[0] / middle, slope: [fit[1] / middle, fit[2] / middle, fit[3] / middle] };
}
