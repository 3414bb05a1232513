/** Fits the head's place, size, breadth and hairline to the masks: `hairnet_model/tryon/fitting.py` once more. */

import { held, type Size } from "../pixels";
import { quantile } from "../statistics";
import { above, seenSurface, type Surface, turnOf, type View, zoomOf } from "./head";

const JAW = [4.5, 7.2] as const; // cm below the eyes between which the sides of the face are measured
const [REACH, STEP] = [3, 0.1]; // cm to either side of the outline in which the mask's edge is looked for, and between samples
const TURNED = 40; // degrees of yaw beyond which no jaw is measured
const [FEWEST_EDGES, FEWEST_PLACES] = [4, 5];
const [MOST_MOVED, MOST_WIDER] = [1.5, 0.08]; // cm, and share of its breadth
const FOREHEAD = [-2, -11] as const; // heights in cm between which the hairline is looked for, from below
const HEIGHTS = 46;
const HAIRLINE = [-1, 2] as const; // cm that it may lie lower or higher than usual
const FRINGE = -1.6; // so low begins a fringe
const AHEAD = 6; // samples behind the face's edge where there must be no hair
const FINEST = 32; // places between two pixels that OpenCV tells apart

/** How surely the pixels of a picture are hair and face, 0..1. */
export interface Masks extends Size {
  readonly hair: Float32Array;
  readonly face: Float32Array;
}

/** The view with the place, breadth, size and hairline that the masks show. */
export function fitted(view: View, surfaces: readonly Surface[], masks: Masks): View {
  const head = surfaces.find(({ name }) => name === "head") as Surface;
  return withHairline(withJaw(view, head, masks), head, masks);
}

function withJaw(view: View, head: Surface, masks: Masks): View {
  if (Math.abs(view.yaw) > TURNED) return view;
  const seen = seenSurface(head, view);
  const turn = (view.roll * Math.PI) / 180;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const [right, left, spans]: [number[], number[], number[]] = [[], [], []];
  for (let row = 0; row < head.rows; row++) {
    const start = row * head.columns;
    const height = head.points[start * 3 + 1];
    if (height <= JAW[0] || height >= JAW[1]) continue;
    let [most, least] = [-Infinity, Infinity];
    let [first, last] = [[0, 0], [0, 0]];
    for (let at = start; at < start + head.columns; at++) {
      const place = placeOf(view, seen, at);
      const along = place[0] * c + place[1] * s;
      if (along > most) [most, first] = [along, place];
      if (along < least) [least, last] = [along, place];
    }
    spans.push(most - least);
    const edges = [edgeOf(first, c, s, view.size, masks), edgeOf(last, -c, -s, view.size, masks)];
    if (edges[0] !== null) right.push(edges[0]);
    if (edges[1] !== null) left.push(edges[1]);
  }
  if (Math.min(right.length, left.length) < FEWEST_EDGES) return view;
  const [moreRight, moreLeft] = [quantile(right, 0.5), quantile(left, 0.5)];
  const moved = held((moreRight - moreLeft) / 2, -MOST_MOVED, MOST_MOVED);
  const half = spans.reduce((sum, span) => sum + span, 0) / spans.length / 2 / view.size;
  const wider = held((moreRight + moreLeft) / 2 / half, -MOST_WIDER, MOST_WIDER);
  // Half of it is the distance to the camera, half the head's own.
  return {
    ...view,
    x: view.x + moved * c * view.size,
    y: view.y + moved * s * view.size,
    size: view.size * (1 + wider / 2),
    breadth: view.breadth * (1 + wider / 2),
  };
}

/** How far outside of a place, in cm, the face ends before what is no hair; null where it does not. */
function edgeOf([x, y]: readonly number[], right: number, down: number, size: number, masks: Masks): number | null {
  const count = Math.round((2 * REACH) / STEP) + 1;
  const at = (plane: Float32Array, step: number): number => {
    const apart = (step * STEP - REACH) * size;
    return sampled(plane, masks, x + apart * right, y + apart * down);
  };
  if (at(masks.face, 0) < 0.5) return null;
  let last = count - 1;
  while (at(masks.face, last) < 0.5) last--;
  if (last >= count - AHEAD || at(masks.hair, last + AHEAD) >= 0.3) return null;
  return last * STEP - REACH;
}

/** Follows the forehead upwards to where the hair begins. */
function withHairline(view: View, head: Surface, masks: Masks): View {
  const turn = turnOf(view);
  const middle = Math.floor(head.columns / 2);
  const found: number[] = [];
  for (let column = middle - 3; column <= middle + 3; column++) {
    const points = alongColumn(head, head.points, column);
    const normals = alongColumn(head, head.normals, column);
    const seen = seenSurface({ ...head, rows: HEIGHTS, columns: 1, points }, view);
    const facing = (at: number): number => turn[6] * normals[at * 3] + turn[7] * normals[at * 3 + 1] + turn[8] * normals[at * 3 + 2];
    const at = (plane: Float32Array, height: number): number => {
      const [x, y] = placeOf(view, seen, height);
      return sampled(plane, masks, x, y);
    };
    if (at(masks.face, 0) <= 0.5 || facing(0) <= 0.3) continue;
    let height = 0;
    while (height < HEIGHTS && !(at(masks.hair, height) > 0.5 && facing(height) > 0.1)) height++;
    if (!height || height === HEIGHTS) continue;
    found.push(above(points[height * 3], points[height * 3 + 1], points[height * 3 + 2]));
  }
  if (found.length < FEWEST_PLACES) return view;
  const higher = quantile(found, 0.5);
  return higher < FRINGE ? view : { ...view, hairline: held(higher, ...HAIRLINE) };
}

/** Values of a column of the head at heights of the forehead, (HEIGHTS, 3), linear between rows. */
function alongColumn({ rows, columns, points }: Surface, values: Float32Array, column: number): Float32Array {
  const height = (row: number): number => points[(row * columns + column) * 3 + 1];
  let end = 0;
  while (end < rows - 1 && height(end) <= FOREHEAD[0]) end++;
  const made = new Float32Array(HEIGHTS * 3);
  for (let at = 0; at < HEIGHTS; at++) {
    const wanted = FOREHEAD[0] + ((FOREHEAD[1] - FOREHEAD[0]) * at) / (HEIGHTS - 1);
    let row = 0;
    while (row < end - 1 && height(row + 1) < wanted) row++;
    const share = held((wanted - height(row)) / (height(row + 1) - height(row)), 0, 1);
    for (let k = 0; k < 3; k++) {
      const [one, next] = [values[(row * columns + column) * 3 + k], values[((row + 1) * columns + column) * 3 + k]];
      made[at * 3 + k] = one + (next - one) * share;
    }
  }
  return made;
}

function placeOf(view: View, seen: Float32Array, at: number): [number, number] {
  const zoom = zoomOf(view, seen[at * 3 + 2]);
  return [view.x + seen[at * 3] * zoom, view.y + seen[at * 3 + 1] * zoom];
}

/** The value at a place, bilinear; 0 outside. */
function sampled(plane: Float32Array, { width, height }: Size, x: number, y: number): number {
  const [across, down] = [Math.round((x - 0.5) * FINEST) / FINEST, Math.round((y - 0.5) * FINEST) / FINEST];
  const [column, row] = [Math.floor(across), Math.floor(down)];
  const [u, v] = [across - column, down - row];
  const at = (c: number, r: number): number => (c < 0 || r < 0 || c >= width || r >= height ? 0 : plane[r * width + c]);
  return (at(column, row) * (1 - u) + at(column + 1, row) * u) * (1 - v) + (at(column, row + 1) * (1 - u) + at(column + 1, row + 1) * u) * v;
}
