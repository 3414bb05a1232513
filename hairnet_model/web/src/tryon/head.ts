/** The head that hair is worn on, and how it is seen: `hairnet_model/tryon/head.py` and `view.py` once more. */

import { smoothstep } from "../pixels";
import { CAMERA_DISTANCE, type HeadPose } from "../pose/pose";
import { fromAngles, type Rotation } from "../pose/rotations";

export const CENTRE = [0, -2, -0.2] as const;
export const SKIN = ["head", "left_ear", "right_ear", "neck"] as const;
const FOLLOWS = 0.4; // share of the head's yaw and roll that the shoulders follow
const PIVOT = [0, 12, -2] as const; // about which they turn, cm
const AZIMUTH = [0, 22, 40, 55, 66, 74, 82, 92, 104, 114, 135, 180]; // degrees from the nose
const LINE = [-6.9, -7, -6.3, -4.4, -1, 1.6, -1.6, -2.6, -1.6, 3, 6, 7]; // height down to which hair grows there

/** A grid of points, seen from outside: columns go to the right, rows down. */
export interface Surface {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** (rows, columns, 3), cm. */
  readonly points: Float32Array;
  /** Likewise, unit normals. */
  readonly normals: Float32Array;
}

/** A head's pose on a canvas, and how it differs from the usual head. */
export interface View extends Omit<HeadPose, "sure"> {
  /** What the head's x is multiplied by. */
  readonly breadth: number;
  /** Centimetres that the hairline at the forehead lies higher than usual. */
  readonly hairline: number;
}

interface HeadFile {
  readonly quantum: number;
  readonly surfaces: readonly { name: string; rows: number; columns: number; points: number[] }[];
}

export function parseHead(file: HeadFile): Surface[] {
  return file.surfaces.map(({ name, rows, columns, points }) => {
    const grid = Float32Array.from(points.flat(3), (value) => value * file.quantum);
    return { name, rows, columns, points: grid, normals: normalsOf(grid, rows, columns) };
  });
}

function normalsOf(points: Float32Array, rows: number, columns: number): Float32Array {
  const at = (row: number, column: number, k: number): number => points[(row * columns + column) * 3 + k];
  const around = [0, 1, 2].every((k) => Array.from({ length: rows }, (_, r) => r).every((r) => Math.abs(at(r, 0, k) - at(r, columns - 1, k)) < 1e-5));
  const made = new Float32Array(points.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const [above, below] = [Math.max(0, r - 1), Math.min(rows - 1, r + 1)];
      let [left, right] = [Math.max(0, c - 1), Math.min(columns - 1, c + 1)];
      if (around && c === 0) left = columns - 2;
      if (around && c === columns - 1) right = 1;
      const [ax, ay, az] = [0, 1, 2].map((k) => at(r, right, k) - at(r, left, k));
      const [dx, dy, dz] = [0, 1, 2].map((k) => (at(below, c, k) - at(above, c, k)) / (below - above));
      const out = [ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx];
      const length = Math.hypot(...out) + 1e-6;
      for (let k = 0; k < 3; k++) made[(r * columns + c) * 3 + k] = out[k] / length;
    }
  }
  return made;
}

function interpolated(at: number, xs: readonly number[], ys: readonly number[]): number {
  if (at <= xs[0]) return ys[0];
  for (let i = 1; i < xs.length; i++) {
    if (at <= xs[i]) return ys[i - 1] + ((at - xs[i - 1]) / (xs[i] - xs[i - 1])) * (ys[i] - ys[i - 1]);
  }
  return ys[ys.length - 1];
}

/** How far a point of the head lies above a line by azimuth, in cm; negative where no hair grows. */
export function above(x: number, y: number, z: number, azimuth: readonly number[] = AZIMUTH, line: readonly number[] = LINE): number {
  return interpolated((Math.atan2(Math.abs(x), z) * 180) / Math.PI, azimuth, line) - y;
}

/** 1 at points of the forehead, 0 behind and below it. */
export function onForehead(y: number, z: number): number {
  return smoothstep(1, 6, z) * smoothstep(2, 5, -y);
}

export function turnOf(view: View): Rotation {
  return fromAngles([view.yaw, view.pitch, view.roll]);
}

/** The rotation with the head's breadth. */
export function broadTurnOf(view: View): Rotation {
  const turn = turnOf(view).slice() as unknown as number[];
  for (const at of [0, 3, 6]) turn[at] *= view.breadth;
  return turn as unknown as Rotation;
}

/** The same view on a canvas that shows the picture from (left, top) on, `scale` times as large. */
export function viewOn(view: View, left: number, top: number, scale: number): View {
  return { ...view, x: (view.x - left) * scale, y: (view.y - top) * scale, size: view.size * scale };
}

export function zoomOf(view: View, z: number): number {
  return (view.size * CAMERA_DISTANCE) / (CAMERA_DISTANCE - z);
}

/** A surface's points in the camera's axes, (rows, columns, 3). */
export function seenSurface({ name, points }: Surface, view: View): Float32Array {
  const made = new Float32Array(points.length);
  const broad = broadTurnOf(view);
  const skin = (SKIN as readonly string[]).includes(name);
  const turn = skin ? broad : fromAngles([FOLLOWS * view.yaw, 0, FOLLOWS * view.roll]);
  const from = skin ? [0, 0, 0] : PIVOT;
  const foot = skin ? [0, 0, 0] : [0, 3, 6].map((k) => broad[k] * PIVOT[0] + broad[k + 1] * PIVOT[1] + broad[k + 2] * PIVOT[2]);
  for (let at = 0; at < points.length; at += 3) {
    const [x, y, z] = [points[at] - from[0], points[at + 1] - from[1], points[at + 2] - from[2]];
    for (let k = 0; k < 3; k++) made[at + k] = turn[k * 3] * x + turn[k * 3 + 1] * y + turn[k * 3 + 2] * z + foot[k];
  }
  return made;
}
