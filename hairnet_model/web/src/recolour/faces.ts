/** Where faces are, by the probabilities of cells. */

import type { Grid } from "./grid";

const FACE = 0.5; // from this probability on, a cell is of a face
const SMALLEST = 0.004; // of the picture; smaller faces are specks

/** A face, ears and neck included, in cells. */
export interface Face {
  readonly mask: Uint8Array;
  readonly top: number;
  /** Its middle and width at the height of the eyes. */
  readonly middle: number;
  readonly wide: number;
}

export function faces(face: Float32Array, grid: Grid): Face[] {
  const found = pieces(face.map((value) => Number(value > FACE)), grid.columns);
  return found
    .filter((piece) => piece.length >= SMALLEST * face.length)
    .map((piece) => {
      const mask = new Uint8Array(face.length);
      for (const at of piece) mask[at] = 1;
      return { mask, ...measured(mask, grid) };
    });
}

/** The cells of every piece that hangs together, along rows and columns. */
export function pieces(mask: ArrayLike<number>, columns: number): number[][] {
  const seen = new Uint8Array(mask.length);
  const made: number[][] = [];
  for (let start = 0; start < mask.length; start++) {
    if (seen[start] || !mask[start]) continue;
    const piece = [start];
    seen[start] = 1;
    for (let next = 0; next < piece.length; next++) {
      const at = piece[next];
      const x = at % columns;
      for (const to of [x > 0 ? at - 1 : -1, x < columns - 1 ? at + 1 : -1, at - columns, at + columns]) {
        if (to < 0 || to >= mask.length || seen[to] || !mask[to]) continue;
        seen[to] = 1;
        piece.push(to);
      }
    }
    made.push(piece);
  }
  return made;
}

/** Top, middle and width of a face, in cells; the last two at the height of its eyes. */
function measured(face: Uint8Array, { columns }: Grid): { top: number; middle: number; wide: number } {
  const top = Math.floor(face.indexOf(1) / columns);
  const end = Math.floor(face.lastIndexOf(1) / columns) + 1;
  const low = top + Math.floor((15 * (end - top)) / 100);
  const high = top + Math.max(1, Math.floor((55 * (end - top)) / 100));
  let [left, right, count] = [0, 0, 0];
  for (let row = low; row < high; row++) {
    const line = face.subarray(row * columns, (row + 1) * columns);
    left += line.indexOf(1);
    right += line.lastIndexOf(1) + 1;
    count++;
  }
  return { top, middle: (left + right) / count / 2, wide: (right - left) / count };
}

