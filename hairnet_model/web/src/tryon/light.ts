/** Light on hair, per vertex: `hairnet_model/tryon/shading.py` and `colour.py` once more. */

import { smoothstep } from "../pixels";
import { CENTRE, onForehead, broadTurnOf, turnOf, type View } from "./head";
import type { Strands } from "./thicken";

export type Triple = readonly [number, number, number];

/** A surface with the unit normal n, in the camera's axes, is lit by level + slope . n; 1 is the mean of the face. */
export interface Light {
  readonly level: number;
  readonly slope: Triple;
}

export interface Tint {
  /** Linear RGB, the mean of the hair, were it lit as the face is. */
  readonly colour: Triple;
  /** Of its strands, about 1 to 3. */
  readonly contrast: number;
  /** The power of the brightness that each channel follows. */
  readonly bend: Triple;
}

/** Vertices as the camera sees them. */
export interface Lit {
  /** (N, S, 3), camera axes, cm. */
  readonly seen: Float32Array;
  /** (N, S, 3), sRGB codes. */
  readonly codes: Uint8Array;
}

const ALONG = [0.55, 0.45];
const ROOTS = [0.6, 2.5];
const DEEP = 0.3;
const AWAY = 0.5;
const TONES = 0.3;
const SHINE = [0.045, 60, -0.1];
const GLOW = [0.5, 14, 0.12];
const GLOWS = 1.6;
const ORDINARY = 0.88;
const [DARKEST, BRIGHTEST] = [0.35, 1.7];

const CODES = 4096;
const codes = Uint8Array.from({ length: CODES + 1 }, (_, at) => Math.round(encoded(at / CODES)));

/** The sRGB code 0..255, not rounded, of linear light. */
export function encoded(linear: number): number {
  const held = Math.min(1, Math.max(0, linear));
  return 255 * (held <= 0.0031308 ? 12.92 * held : 1.055 * held ** (1 / 2.4) - 0.055);
}

/** Linear light 0..1 of an sRGB code 0..255. */
export function decoded(code: number): number {
  const share = code / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** The unit vector towards the light. */
export function keyOf({ slope }: Light): Triple {
  const way: Triple = [slope[0], slope[1] - 0.15, slope[2] + 0.2];
  const length = Math.hypot(...way);
  return [way[0] / length, way[1] / length, way[2] / length];
}

/** The points of strands in the camera's axes; those that grow at the forehead follow its hairline. */
export function seenHair({ count, samples, points }: Strands, view: View): Float32Array {
  const made = new Float32Array(points.length);
  const turn = broadTurnOf(view);
  for (let strand = 0, at = 0; strand < count; strand++) {
    const root = strand * samples * 3;
    const up = view.hairline ? view.hairline * onForehead(points[root + 1], points[root + 2]) : 0;
    for (let s = 0; s < samples; s++, at += 3) {
      const x = points[at];
      const y = points[at + 1] - up;
      const z = points[at + 2] - 0.45 * up;
      made[at] = turn[0] * x + turn[1] * y + turn[2] * z;
      made[at + 1] = turn[3] * x + turn[4] * y + turn[5] * z;
      made[at + 2] = turn[6] * x + turn[7] * y + turn[8] * z;
    }
  }
  return made;
}

/** Colours of all vertices. */
export function shaded(groups: readonly Strands[], view: View, light: Light, tint: Tint): Lit[] {
  let [sum, weight] = [0, 0];
  const parts = groups.map((group) => {
    const seen = seenHair(group, view);
    const part = lit(group, seen, view, light, tint.contrast);
    for (let at = 0; at < part.shown.length; at++) {
      sum += part.diffuse[at] * part.shown[at];
      weight += part.shown[at];
    }
    return { seen, ...part };
  });
  const even = Math.max(1e-3, sum / Math.max(1e-6, weight));
  const straight = tint.bend.every((power) => power === 1);
  return parts.map(({ seen, diffuse, glow, shine }) => {
    const made = new Uint8Array(seen.length);
    for (let at = 0, to = 0; at < diffuse.length; at++, to += 3) {
      const bright = (ORDINARY / even) * diffuse[at] + glow[at];
      for (let k = 0; k < 3; k++) {
        const linear = tint.colour[k] * (straight ? bright : bright ** tint.bend[k]) + shine[at];
        made[to + k] = codes[Math.min(CODES, Math.max(0, Math.round(linear * CODES)))];
      }
    }
    return { seen, codes: made };
  });
}

function lit({ count, samples, points, open, tone }: Strands, seen: Float32Array, view: View, light: Light, contrast: number) {
  const size = count * samples;
  const [diffuse, glow, shine, shown] = Array.from({ length: 4 }, () => new Float32Array(size));
  const turn = turnOf(view);
  const key = keyOf(light);
  const halfLength = Math.hypot(key[0], key[1], key[2] + 1);
  const [hx, hy, hz] = [key[0] / halfLength, key[1] / halfLength, (key[2] + 1) / halfLength];
  const { level, slope } = light;
  const glowing = Math.min(contrast, GLOWS);
  for (let strand = 0, at = 0; strand < count; strand++) {
    const brightness = Math.exp(TONES * contrast * tone[strand]);
    let grown = 0;
    for (let s = 0; s < samples; s++, at++) {
      const p = at * 3;
      const [before, after] = [s > 0 ? p - 3 : p, s < samples - 1 ? p + 3 : p];
      let tx = seen[after] - seen[before];
      let ty = seen[after + 1] - seen[before + 1];
      let tz = seen[after + 2] - seen[before + 2];
      const length = Math.sqrt(tx * tx + ty * ty + tz * tz) + 1e-6;
      tx /= length;
      ty /= length;
      tz /= length;
      const ox = points[p] - CENTRE[0];
      const oy = Math.min(0, points[p + 1] - CENTRE[1]);
      const oz = points[p + 2] - CENTRE[2];
      const outward = Math.sqrt(ox * ox + oy * oy + oz * oz) + 1e-6;
      const x = (turn[0] * ox + turn[1] * oy + turn[2] * oz) / outward;
      const y = (turn[3] * ox + turn[4] * oy + turn[5] * oz) / outward;
      const z = (turn[6] * ox + turn[7] * oy + turn[8] * oz) / outward;
      if (s > 0) {
        const [a, b, c] = [points[p] - points[p - 3], points[p + 1] - points[p - 2], points[p + 2] - points[p - 1]];
        grown += Math.sqrt(a * a + b * b + c * c);
      }
      const falling = Math.min(BRIGHTEST, Math.max(DARKEST, level + x * slope[0] + y * slope[1] + z * slope[2]));
      const along = tx * key[0] + ty * key[1] + tz * key[2];
      const sine = Math.sqrt(Math.max(0, 1 - along * along));
      const roots = ROOTS[0] + (1 - ROOTS[0]) * Math.min(1, grown / ROOTS[1]);
      const reached = falling * roots * (DEEP + (1 - DEEP) * open[at]) * (AWAY + (1 - AWAY) * smoothstep(-0.35, 0.15, z));
      const towards = Math.min(1, Math.max(0, x * hx + y * hy + z * hz)) * reached;
      const cosine = tx * hx + ty * hy + tz * hz + 0.1 * tone[strand];
      diffuse[at] = reached * (ALONG[0] + ALONG[1] * sine) * brightness;
      if (towards > 0) {
        const g = Math.min(1, Math.max(-1, cosine + GLOW[2]));
        glow[at] = glowing * GLOW[0] * (1 - g * g) ** (GLOW[1] / 2) * towards;
        const h = Math.min(1, Math.max(-1, cosine + SHINE[2]));
        shine[at] = SHINE[0] * (1 - h * h) ** (SHINE[1] / 2) * towards;
      }
      shown[at] = Math.max(0, z) * open[at] * open[at] * roots;
    }
  }
  return { diffuse, glow, shine, shown };
}
