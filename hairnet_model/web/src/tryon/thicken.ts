/** Makes strands of guides by the arithmetic of docs/tryon.md: `hairnet_model/tryon/thicken.py` once more. */

import type { Group, Level, Style } from "./style";

/** Strands of a group at a level of detail: N of them with S vertices each. */
export interface Strands {
  readonly count: number;
  readonly samples: number;
  /** (N, S, 3), cm in the head's own axes, from root to tip. */
  readonly points: Float32Array;
  /** (N, S), how much of the sky a vertex sees. */
  readonly open: Float32Array;
  /** (S), cm. */
  readonly width: Float32Array;
  /** (N), -1..1. */
  readonly tone: Float32Array;
}

/** The strands of every group, at a level of detail from 0; at the finest where there are fewer. */
export function thicken(style: Style, level: number): Strands[] {
  return style.groups.map((group) => thickened(style, group, group.levels[Math.min(level, group.levels.length - 1)]));
}

export function hashed(value: number): number {
  let x = value >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

function thickened(style: Style, group: Group, { strands, samples, broad }: Level): Strands {
  const { points: n, guides, at: own, open: shade } = group;
  const { centre: c, half: h } = style;
  const count = guides * strands;
  const made: Strands = {
    count,
    samples,
    points: new Float32Array(count * samples * 3),
    open: new Float32Array(count * samples),
    width: Float32Array.from({ length: samples }, (_, s) => {
      return group.width * broad * (1 - (1 - group.tip) * (s / (samples - 1)) ** group.taper);
    }),
    tone: new Float32Array(count),
  };
  const seed = hashed(style.seed);
  const q = new Float64Array((n + 2) * 3); // control points, with one more at both ends
  const guide = new Float64Array((n + 2) * 3);
  const dim = new Float64Array(n);
  const place = new Float64Array(3);
  for (let g = 0, row = 0; g < guides; g++) {
    const base = g * n * 3;
    let long = 0;
    for (let j = 1; j < n; j++) {
      const [x, y, z] = [0, 1, 2].map((k) => own[base + j * 3 + k] - own[base + j * 3 - 3 + k]);
      long += Math.sqrt(x * x + y * y + z * z);
    }
    for (let j = 0; j < n * 3; j++) guide[3 + j] = own[base + j];
    ends(guide, n);
    const [e1, e2] = curlAxes(own, base, n);
    for (let child = 0; child < strands; child++, row++) {
      const draw = (k: number): number => (hashed(seed + ((group.first + g) * 64 + child) * 16 + k) >>> 8) / 16777216;
      const drawGuide = (k: number): number => (hashed(seed + (group.first + g) * 1024 + k) >>> 8) / 16777216;
      const turn = Math.floor(4 * draw(7));
      const one = group.neighbours[g * 4 + turn];
      const other = group.neighbours[g * 4 + ((turn + 1) % 4)];
      const reach = child ? group.mix * Math.sqrt(draw(0)) : 0;
      const a = reach * (1 - draw(1));
      const b = reach * draw(1);
      const far = child ? (draw(5) < group.stray ? 3 : 1) : 0;
      const d = [2, 3, 4].map((k) => (2 * draw(k) - 1) * far);
      for (let j = 0; j < n; j++) {
        const t = j / (n - 1);
        const apart = 1 - group.clump * t ** group.gather;
        const [x, y, z] = [0, 1, 2].map((k) => (own[base + j * 3 + k] - c[k]) / (h[k] * h[k]));
        const length = Math.sqrt(x * x + y * y + z * z);
        const normal = [x / length, y / length, z / length];
        const inward = 2 * Math.min(0, d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2]);
        const spread = group.spread[0] + (group.spread[1] - group.spread[0]) * t;
        for (let k = 0; k < 3; k++) {
          const mine = own[base + j * 3 + k];
          const [u, v] = [own[(one * n + j) * 3 + k] - mine, own[(other * n + j) * 3 + k] - mine];
          q[(j + 1) * 3 + k] = mine + apart * (a * u + b * v) + (d[k] - inward * normal[k]) * spread;
        }
        const o = shade[g * n + j];
        dim[j] = o + a * (shade[one * n + j] - o) + b * (shade[other * n + j] - o);
      }
      ends(q, n);
      const cut = child ? 1 - group.uneven * draw(6) : 1;
      const phase = drawGuide(8) + group.curl[3] * (draw(9) - 0.5);
      made.tone[row] = 2 * (0.55 * drawGuide(10) + 0.45 * draw(11)) - 1;
      for (let s = 0; s < samples; s++) {
        const t = s / (samples - 1);
        const e = t * cut * (n - 1);
        const i = Math.min(Math.floor(e), n - 2);
        const x = e - i;
        const along = t * cut * long;
        let open = dim[i] + x * (dim[i + 1] - dim[i]);
        spline(q, i, x, place);
        if (group.curl[0] > 0) {
          const angle = 2 * Math.PI * (along / group.curl[1] + phase);
          const m = group.curl[0] * Math.min(1, along / group.curl[2]);
          for (let k = 0; k < 3; k++) place[k] += m * (Math.cos(angle) * e1[k] + Math.sin(angle) * e2[k]);
        }
        if (group.braid[0] > 0) {
          const angle = 2 * Math.PI * (along / group.braid[2] + (child % 3) / 3);
          plait(group, guide, i, x, c, along, long, angle, place);
          open *= 0.7 + 0.3 * Math.sin(2 * angle);
        }
        let w = 0;
        for (let k = 0; k < 3; k++) w += ((place[k] - c[k]) / h[k]) ** 2;
        w = Math.sqrt(w);
        const to = row * samples + s;
        for (let k = 0; k < 3; k++) made.points[to * 3 + k] = w < 1 ? c[k] + (place[k] - c[k]) / Math.max(w, 1e-9) : place[k];
        made.open[to] = open;
      }
    }
  }
  return made;
}

/** Fills the points before the first and after the last. */
function ends(q: Float64Array, n: number): void {
  for (let k = 0; k < 3; k++) {
    q[k] = 2 * q[3 + k] - q[6 + k];
    q[(n + 1) * 3 + k] = 2 * q[n * 3 + k] - q[(n - 1) * 3 + k];
  }
}

function spline(q: Float64Array, i: number, x: number, into: Float64Array): void {
  for (let k = 0; k < 3; k++) {
    const [a, b, c, d] = [q[i * 3 + k], q[i * 3 + 3 + k], q[i * 3 + 6 + k], q[i * 3 + 9 + k]];
    into[k] = 0.5 * (2 * b + (c - a) * x + (2 * a - 5 * b + 4 * c - d) * x * x + (3 * b - a - 3 * c + d) * x * x * x);
  }
}

type Vector = readonly [number, number, number];

function unit([x, y, z]: Vector): Vector {
  const length = Math.sqrt(x * x + y * y + z * z) + 1e-9;
  return [x / length, y / length, z / length];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function curlAxes(own: Float64Array, base: number, n: number): readonly [Vector, Vector] {
  const last = base + (n - 1) * 3;
  const axis = unit([own[last] - own[base], own[last + 1] - own[base + 1], own[last + 2] - own[base + 2]]);
  const sizes = axis.map(Math.abs);
  const least = sizes.indexOf(Math.min(...sizes));
  const e1 = unit(cross(axis, [Number(least === 0), Number(least === 1), Number(least === 2)]));
  return [e1, cross(axis, e1)];
}

function plait(
  { braid }: Group,
  guide: Float64Array,
  i: number,
  x: number,
  c: readonly number[],
  along: number,
  long: number,
  angle: number,
  place: Float64Array,
): void {
  const ahead = unit([0, 1, 2].map((k) => guide[(i + 2) * 3 + k] - guide[(i + 1) * 3 + k]) as unknown as Vector);
  const on = new Float64Array(3);
  spline(guide, i, x, on);
  const side = unit(cross(ahead, [on[0] - c[0], on[1] - c[1], on[2] - c[2]]));
  const above = cross(side, ahead);
  const m = Math.min(1, along) * Math.min(1, 0.35 + (long - along) / 2);
  const [across, up] = [m * braid[0] * Math.sin(angle), m * braid[1] * Math.sin(2 * angle)];
  for (let k = 0; k < 3; k++) place[k] += across * side[k] + up * above[k];
}
