/** What the camera sees of the head that hair is worn on, cell by cell: `hairnet_model/tryon/proxy.py` once more. */

import { type Grid, softened } from "../recolour/grid";
import { above, SKIN, type Surface, seenSurface, turnOf, type View, viewOn, zoomOf } from "./head";
import { facing } from "./renderer";

const FRONT = 2.5; // cm before the ears from which on a point is on the face
const NOTHING = -10; // of `scalp` where there is no head
const EDGE = 2; // points of the grid for each cell, along each side

/** Planes of cells. */
export interface Seen {
  /** The share of head, ears and neck. */
  readonly skin: Float32Array;
  /** Of the head alone. */
  readonly head: Float32Array;
  /** (cells, 4): 1, and the unit normal in the camera's axes. */
  readonly normals: Float64Array;
  /** Centimetres above the usual hairline. */
  readonly scalp: Float32Array;
  /** Centimetres below the eyes. */
  readonly height: Float32Array;
  /** 1 where the face is seen, what lies before the sideburns. */
  readonly front: Float32Array;
}

/** @param view in pixels of the picture that `grid` divides. */
export function look(surfaces: readonly Surface[], view: View, grid: Grid): Seen {
  const [columns, rows] = [grid.columns * EDGE, grid.rows * EDGE];
  const canvas = viewOn(view, 0, 0, EDGE / grid.step);
  const nearest = new Float32Array(rows * columns).fill(-Infinity);
  const fine = Array.from({ length: 7 }, () => new Float32Array(rows * columns)); // normal, scalp, height, front, head
  const turn = turnOf(view);
  for (const surface of surfaces) {
    if (!(SKIN as readonly string[]).includes(surface.name)) continue;
    const seen = seenSurface(surface, view);
    const isHead = surface.name === "head";
    const places = new Float32Array(seen.length);
    const values = new Float32Array((seen.length / 3) * 7);
    for (let at = 0, to = 0; at < seen.length; at += 3, to += 7) {
      const zoom = zoomOf(canvas, seen[at + 2]);
      places[at] = canvas.x + seen[at] * zoom;
      places[at + 1] = canvas.y + seen[at + 1] * zoom;
      places[at + 2] = seen[at + 2];
      const [x, y, z] = [surface.points[at], surface.points[at + 1], surface.points[at + 2]];
      const [a, b, c] = [surface.normals[at], surface.normals[at + 1], surface.normals[at + 2]];
      for (let k = 0; k < 3; k++) values[to + k] = turn[k * 3] * a + turn[k * 3 + 1] * b + turn[k * 3 + 2] * c;
      values[to + 3] = isHead ? above(x, y, z) : NOTHING;
      values[to + 4] = y;
      values[to + 5] = isHead && z > FRONT ? 1 : -1;
      values[to + 6] = Number(isHead);
    }
    const triangles = facing(places, surface.rows, surface.columns);
    for (let t = 0; t < triangles.length; t += 3) {
      fill(triangles[t], triangles[t + 1], triangles[t + 2], places, values, nearest, fine, columns, rows);
    }
  }
  return averaged(nearest, fine, view, grid);
}

function fill(
  a: number, b: number, c: number,
  places: Float32Array, values: Float32Array, nearest: Float32Array, fine: Float32Array[], columns: number, rows: number,
): void {
  const [ax, ay, bx, by, cx, cy] = [a, b, c].flatMap((p) => [places[p * 3], places[p * 3 + 1]]);
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (!area) return;
  const bottom = Math.min(rows - 1, Math.ceil(Math.max(ay, by, cy)));
  const right = Math.min(columns - 1, Math.ceil(Math.max(ax, bx, cx)));
  for (let y = Math.max(0, Math.floor(Math.min(ay, by, cy))); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(ax, bx, cx))); x <= right; x++) {
      const [px, py] = [x + 0.5, y + 0.5];
      const v = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) / area;
      const w = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / area;
      const u = 1 - v - w;
      if (u < 0 || v < 0 || w < 0) continue;
      const z = u * places[a * 3 + 2] + v * places[b * 3 + 2] + w * places[c * 3 + 2];
      const at = y * columns + x;
      if (z < nearest[at]) continue;
      nearest[at] = z;
      for (let k = 0; k < 7; k++) fine[k][at] = u * values[a * 7 + k] + v * values[b * 7 + k] + w * values[c * 7 + k];
    }
  }
}

/** From points to cells; normals are blurred, or the flat quads would show. */
function averaged(nearest: Float32Array, fine: Float32Array[], view: View, grid: Grid): Seen {
  const count = grid.rows * grid.columns;
  const sums = Array.from({ length: 8 }, () => new Float32Array(count));
  for (let y = 0, at = 0; y < grid.rows * EDGE; y++) {
    for (let x = 0; x < grid.columns * EDGE; x++, at++) {
      if (nearest[at] === -Infinity) continue;
      const cell = Math.floor(y / EDGE) * grid.columns + Math.floor(x / EDGE);
      for (let k = 0; k < 7; k++) sums[k][cell] += fine[k][at] / EDGE ** 2;
      sums[7][cell] += 1 / EDGE ** 2;
    }
  }
  const cover = sums[7];
  const radius = Math.max(1, Math.round((0.5 * view.size) / grid.step));
  const soft = [sums[0], sums[1], sums[2], cover].map((plane) => softened(plane, grid, radius));
  const made: Seen = {
    skin: cover,
    head: sums[6],
    normals: new Float64Array(count * 4),
    scalp: new Float32Array(count).fill(NOTHING),
    height: new Float32Array(count).fill(16),
    front: new Float32Array(count),
  };
  for (let at = 0; at < count; at++) {
    const there = cover[at] > 0.3;
    const normal = there ? [0, 1, 2].map((k) => soft[k][at] / Math.max(0.1, soft[3][at])) : [0, 0, 1];
    const length = Math.max(0.3, Math.hypot(...normal));
    made.normals.set([1, normal[0] / length, normal[1] / length, normal[2] / length], at * 4);
    if (!there) continue;
    made.scalp[at] = sums[3][at] / cover[at];
    made.height[at] = sums[4][at] / cover[at];
    made.front[at] = Number(sums[5][at] > 0);
  }
  return made;
}
