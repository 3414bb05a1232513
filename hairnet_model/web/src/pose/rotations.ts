/** Rotations of heads: `hairnet_model/networks/rotations.py` once more. Angles are yaw, pitch and roll in degrees. */

export type Vector = readonly [number, number, number];
/** (3, 3), row by row; from the head's axes to the camera's. */
export type Rotation = readonly [number, number, number, number, number, number, number, number, number];

const DEGREE = Math.PI / 180;

/** Rz(roll) Rx(pitch) Ry(yaw). */
export function fromAngles([yaw, pitch, roll]: Vector): Rotation {
  const [cy, sy] = [Math.cos(yaw * DEGREE), Math.sin(yaw * DEGREE)];
  const [cp, sp] = [Math.cos(pitch * DEGREE), Math.sin(pitch * DEGREE)];
  const [cr, sr] = [Math.cos(roll * DEGREE), Math.sin(roll * DEGREE)];
  return times([cr, -sr, 0, sr, cr, 0, 0, 0, 1], times([1, 0, 0, 0, cp, sp, 0, -sp, cp], [cy, 0, sy, 0, 1, 0, -sy, 0, cy]));
}

export function toAngles(turn: Rotation): Vector {
  const pitch = Math.asin(Math.min(1, Math.max(-1, -turn[7])));
  return [Math.atan2(-turn[6], turn[8]) / DEGREE, pitch / DEGREE, Math.atan2(-turn[1], turn[4]) / DEGREE];
}

/** The rotation whose first two columns are nearest to the vectors `six[0..2]` and `six[3..5]`, by Gram-Schmidt. */
export function fromSix(six: ArrayLike<number>): Rotation {
  const first = unit([six[0], six[1], six[2]]);
  const along = first[0] * six[3] + first[1] * six[4] + first[2] * six[5];
  const second = unit([six[3] - along * first[0], six[4] - along * first[1], six[5] - along * first[2]]);
  const third = cross(first, second);
  return [first[0], second[0], third[0], first[1], second[1], third[1], first[2], second[2], third[2]];
}

export function times(a: Rotation, b: Rotation): Rotation {
  const at = (row: number, column: number): number =>
    a[row * 3] * b[column] + a[row * 3 + 1] * b[column + 3] + a[row * 3 + 2] * b[column + 6];
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

export function inverse(a: Rotation): Rotation {
  return [a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]];
}

/** A vector in other axes. */
export function turned(turn: Rotation, [x, y, z]: Vector): Vector {
  return [
    turn[0] * x + turn[1] * y + turn[2] * z,
    turn[3] * x + turn[4] * y + turn[5] * z,
    turn[6] * x + turn[7] * y + turn[8] * z,
  ];
}

/** The axis of a rotation times its angle in radians, 0..pi: the logarithm of the matrix. */
export function toTangent(turn: Rotation): Vector {
  const axis: Vector = [turn[7] - turn[5], turn[2] - turn[6], turn[3] - turn[1]];
  const sine = norm(axis) / 2;
  const cosine = (turn[0] + turn[4] + turn[8] - 1) / 2;
  const angle = Math.atan2(sine, cosine);
  if (sine > 1e-6) return scaledBy(axis, angle / (2 * sine));
  if (cosine > 0) return scaledBy(axis, 0.5);
  // Half a turn: the axis is the largest column of (R + 1) / 2.
  const columns = [0, 1, 2].map((at): Vector => {
    const one = (row: number): number => (turn[row * 3 + at] + Number(row === at)) / 2;
    return [one(0), one(1), one(2)];
  });
  const [largest] = columns.sort((a, b) => norm(b) - norm(a));
  return scaledBy(unit(largest), angle);
}

/** The rotation about an axis by its length in radians (Rodrigues). */
export function fromTangent(tangent: Vector): Rotation {
  const angle = norm(tangent);
  if (angle < 1e-12) return [1, 0, 0, 0, 1, 0, 0, 0, 1];
  const [x, y, z] = scaledBy(tangent, 1 / angle);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const d = 1 - c;
  return [
    c + x * x * d, x * y * d - z * s, x * z * d + y * s,
    y * x * d + z * s, c + y * y * d, y * z * d - x * s,
    z * x * d - y * s, z * y * d + x * s, c + z * z * d,
  ];
}

export function norm(vector: readonly number[]): number {
  return Math.hypot(...vector);
}

function unit(vector: Vector): Vector {
  return scaledBy(vector, 1 / Math.max(1e-9, norm(vector)));
}

function scaledBy([x, y, z]: Vector, by: number): Vector {
  return [x * by, y * by, z * by];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
