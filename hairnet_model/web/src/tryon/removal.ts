/**
 * Takes a head's own hair away, and tells how the light falls on its face: `hairnet_model/tryon/removal.py` once more. What
 * is behind hair is filled in smoothly; Python lets its texture go on.
 */

import { continued, lit, meansOf } from "../bald";
import { type Picture, smoothstep } from "../pixels";
import { type Grid, grown, means, softened } from "../recolour/grid";
import { type Oklab, toCodes } from "../recolour/oklab";
import { deviation, solved } from "../statistics";
import { decoded, type Light } from "./light";
import type { Seen } from "./proxy";

const [SKIN, BARE, NOTHING] = [0.8, 0.1, 0.05];
const BEARD = 2; // cm below the eyes from which hair on the face is a beard
const CHIN = [4.5, 11] as const;
const BEARDED = 0.12;
const WIDER = 0.6; // cm around hair that are removed with it
const FEWEST = 12;

/** A head without its hair, in cells. */
export interface Bare {
  /** sRGB codes of skin and ground. */
  readonly codes: readonly Float32Array[];
  /** Hair nearby, grown. */
  readonly near: Float32Array;
  readonly beard: Float32Array;
  readonly light: Light;
}

/** @param size pixels a centimetre. */
export function removed(picture: Picture, hair: Float32Array, face: Float32Array, seen: Seen, grid: Grid, size: number): Bare {
  const count = grid.rows * grid.columns;
  const hairy = means(hair, grid);
  const found = meansOf(picture, grid, (at) => face[at] > SKIN && hair[at] < BARE);
  const skin = { colours: found.colours, share: found.share.map((share, at) => (seen.skin[at] > 0.5 ? share : 0)) };
  const ground = meansOf(picture, grid, (at) => face[at] < NOTHING && hair[at] < NOTHING);
  const behind = continued(ground.colours, ground.share, grid, 1);
  const cover = seen.skin.reduce((sum, share) => sum + share, 0);
  const mask = Uint8Array.from(seen.skin, (share) => Number(share > 0.5));
  const painted = lit(skin, { mask, wide: Math.sqrt(cover) }, seen, grid);
  const beard = beardOf(hairy, seen);
  const open = hairy.map((share, at) => share * (1 - beard[at]));
  const near = softened(grown(open, grid, Math.max(1, Math.round((WIDER * size) / grid.step))), grid, 1);
  const codes = [0, 1, 2].map(() => new Float32Array(count));
  const [one, other]: [Oklab, Oklab] = [[0, 0, 0], [0, 0, 0]];
  for (let at = 0; at < count; at++) {
    toCodes(behind[0][at], behind[1][at], behind[2][at], one);
    if (painted) toCodes(painted[0][at], painted[1][at], painted[2][at], other);
    const share = painted ? seen.skin[at] : 0;
    for (let k = 0; k < 3; k++) codes[k][at] = one[k] + (other[k] - one[k]) * share;
  }
  return { codes, near, beard, light: lightOf(skin.colours, skin.share, seen) };
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
  const said = (at: number): number => [0, 1, 2, 3].reduce((sum, k) => sum + fit[k] * normals[at * 4 + k], 0);
  for (let round = 0; round < 3; round++) {
    const square = [0, 1, 2, 3].map((i) =>
      [0, 1, 2, 3].map((j) => {
        const held = i === j && i > 0 ? 0.02 * kept.length : 0;
        return kept.reduce((sum, at) => sum + normals[at * 4 + i] * normals[at * 4 + j], held);
      }),
    );
    fit = solved(square, [0, 1, 2, 3].map((i) => kept.reduce((sum, at) => sum + normals[at * 4 + i] * bright[at], 0)));
    const spread = Math.max(1e-3, deviation(kept.map((at) => bright[at] - said(at))));
    kept = known.filter((at) => Math.abs(bright[at] - said(at)) <= 1.5 * spread);
  }
  const middle = Math.max(1e-3, kept.reduce((sum, at) => sum + said(at), 0) / Math.max(1, kept.length));
  return { level: fit[0] / middle, slope: [fit[1] / middle, fit[2] / middle, fit[3] / middle] };
}
