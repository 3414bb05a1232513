/** What the camera sees of the head that hair is worn on, cell by cell: `hairnet_model/tryon/proxy.py` once more. */

import { type Grid, softened } from "../recolour/grid";
import { above, SKIN, type Surface, seenSurface, turnOf, type View, viewOn } from "./head";
import { facing, flattened } from "./meshes";

const FRONT = 2.5; // cm before the ears from which on a point is on the face
const NOTHING = -10; // of `scalp` where there is no head
const EDGE = 2; // points of the canvas for each cell, along each side
const VALUES = 7; // of a quad: normal, scalp, height, front, head

/** Planes of cells. */
export interface Seen {
  /** The share of head, ears and neck. */
  readonly skin: Float32Array;
  /** Of the head alone. */
  readonly head: Float32Array;
  /** (cells, 4): 1, and the unit normal in the camera's axes. */
  readonly normals: Float32Array;
  /** Centimetres above the usual hairline. */
  readonly scalp: Float32Array;
  /** Centimetres below the eyes. */
  readonly height: Float32Array;
  /** 1 where the face is seen, what lies before the sideburns. */
  readonly front: Float32Array;
}

/** Quads of the head that face the camera, each of one colour as in `hairnet_model/tryon/painter.py`. */
interface Quads {
  /** Four corners each, x and y on the canvas. */
  readonly corners: number[];
  /** Centimetres of the farthest corner towards the camera. */
  readonly near: number[];
  readonly values: number[];
}

/** @param view in pixels of the picture that `grid` divides. */
export function look(surfaces: readonly Surface[], view: View, grid: Grid): Seen {
  const canvas = viewOn(view, 0, 0, EDGE / grid.step);
  const quads: Quads = { corners: [], near: [], values: [] };
  for (const name of SKIN) {
    const surface = surfaces.find((one) => one.name === name);
    if (surface) add(surface, canvas, quads);
  }
  const [columns, rows] = [grid.columns * EDGE, grid.rows * EDGE];
  const painted = new Int32Array(rows * columns).fill(-1);
  const order = Array.from(quads.near.keys()).sort((a, b) => quads.near[a] - quads.near[b]);
  for (const quad of order) fill(painted, columns, rows, quads.corners, quad);
  return averaged(painted, quads.values, view, grid);
}

function add(surface: Surface, canvas: View, { corners, near, values }: Quads): void {
  const { rows, columns, points, normals } = surface;
  const seen = seenSurface(surface, canvas);
  const turn = turnOf(canvas);
  const isHead = surface.name === "head";
  const said = new Float32Array(rows * columns * VALUES);
  const places = flattened(seen, canvas);
  for (let at = 0, from = 0, to = 0; at < rows * columns; at++, from += 3, to += VALUES) {
    const [x, y, z] = [points[from], points[from + 1], points[from + 2]];
    const [a, b, c] = [normals[from], normals[from + 1], normals[from + 2]];
    for (let k = 0; k < 3; k++) said[to + k] = turn[k * 3] * a + turn[k * 3 + 1] * b + turn[k * 3 + 2] * c;
    said[to + 3] = isHead ? above(x, y, z) : NOTHING;
    said[to + 4] = y;
    said[to + 5] = isHead && z > FRONT ? 1 : -1;
    said[to + 6] = Number(isHead);
  }
  for (let r = 0; r < rows - 1; r++) {
    for (let c = 0, p = r * columns; c < columns - 1; c++, p++) {
      const [q, s, t] = [p + 1, p + columns + 1, p + columns];
      if (!facing(places, p, q, s, t)) continue;
      for (const at of [p, q, s, t]) corners.push(places[at * 2], places[at * 2 + 1]);
      near.push(Math.min(seen[p * 3 + 2], seen[q * 3 + 2], seen[s * 3 + 2], seen[t * 3 + 2]));
      for (let k = 0; k < VALUES; k++) {
        values.push((said[p * VALUES + k] + said[q * VALUES + k] + said[s * VALUES + k] + said[t * VALUES + k]) / 4);
      }
    }
  }
}

/** Writes a quad's number where it is seen: also in points that its outline touches, as OpenCV does. */
function fill(painted: Int32Array, columns: number, rows: number, corners: readonly number[], quad: number): void {
  const from = quad * 8;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < 8; k += 2) {
    left = Math.min(left, corners[from + k]);
    right = Math.max(right, corners[from + k]);
    top = Math.min(top, corners[from + k + 1]);
    bottom = Math.max(bottom, corners[from + k + 1]);
  }
  const lastX = Math.min(columns - 1, Math.floor(right));
  const lastY = Math.min(rows - 1, Math.floor(bottom));
  for (let y = Math.max(0, Math.floor(top)); y <= lastY; y++) {
    for (let x = Math.max(0, Math.floor(left)); x <= lastX; x++) {
      let inside = true;
      for (let k = 0; inside && k < 8; k += 2) {
        const next = (k + 2) % 8;
        const dx = corners[from + next] - corners[from + k];
        const dy = corners[from + next + 1] - corners[from + k + 1];
        const apart = dx * (y + 0.5 - corners[from + k + 1]) - dy * (x + 0.5 - corners[from + k]);
        inside = apart >= -0.5 * Math.max(Math.abs(dx), Math.abs(dy));
      }
      if (inside) painted[y * columns + x] = quad;
    }
  }
}

/** From points to cells; normals are blurred, or the flat quads would show. */
function averaged(painted: Int32Array, values: readonly number[], view: View, grid: Grid): Seen {
  const count = grid.rows * grid.columns;
  const sums = Array.from({ length: VALUES + 1 }, () => new Float32Array(count));
  for (let y = 0, at = 0; y < grid.rows * EDGE; y++) {
    for (let x = 0; x < grid.columns * EDGE; x++, at++) {
      const quad = painted[at];
      if (quad < 0) continue;
      const cell = Math.floor(y / EDGE) * grid.columns + Math.floor(x / EDGE);
      for (let k = 0; k < VALUES; k++) sums[k][cell] += values[quad * VALUES + k] / EDGE ** 2;
      sums[VALUES][cell] += 1 / EDGE ** 2;
    }
  }
  const cover = sums[VALUES];
  const radius = Math.max(1, Math.round((0.5 * view.size) / grid.step));
  const soft = [sums[0], sums[1], sums[2], cover].map((plane) => softened(plane, grid, radius));
  const made: Seen = {
    skin: cover,
    head: sums[6],
    normals: new Float32Array(count * 4),
    scalp: new Float32Array(count).fill(NOTHING),
    height: new Float32Array(count).fill(16),
    front: new Float32Array(count),
  };
  for (let at = 0; at < count; at++) {
    const there = cover[at] > 0.3;
    const weight = there ? Math.max(0.1, soft[3][at]) : 1;
    const [x, y, z] = there ? [soft[0][at] / weight, soft[1][at] / weight, soft[2][at] / weight] : [0, 0, 1];
    const length = Math.max(0.3, Math.sqrt(x * x + y * y + z * z));
    made.normals[at * 4] = 1;
    made.normals[at * 4 + 1] = x / length;
    made.normals[at * 4 + 2] = y / length;
    made.normals[at * 4 + 3] = z / length;
    if (!there) continue;
    made.scalp[at] = sums[3][at] / cover[at];
    made.height[at] = sums[4][at] / cover[at];
    made.front[at] = Number(sums[5][at] > 0);
  }
  return made;
}
