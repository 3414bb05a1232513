/** Small pictures of a large one: a cell stands for a square of pixels. */

import { tapsOf } from "../enlarge";
import { blurred } from "../blur";
import type { Size } from "../pixels";

const CELLS = 160; // of the longer side, at most

/** How a picture is divided into cells; those at the right and bottom edge may be cut. */
export interface Grid extends Size {
  /** Side of a cell, in pixels. */
  readonly step: number;
  readonly rows: number;
  readonly columns: number;
}

/** @param cells of the longer side, at most. */
export function gridOf({ width, height }: Size, cells = CELLS): Grid {
  const step = Math.ceil(Math.max(width, height) / cells);
  return { width, height, step, rows: Math.ceil(height / step), columns: Math.ceil(width / step) };
}

/** Pixels of the cell `at`. */
export function areaOf({ width, height, step, columns }: Grid, at: number): number {
  const column = at % columns;
  const row = (at - column) / columns;
  return Math.min(step, height - row * step) * Math.min(step, width - column * step);
}

/** Means of a plane of pixels over cells. */
export function means(plane: Float32Array, grid: Grid): Float32Array {
  const { width, height, step, columns } = grid;
  const sums = new Float32Array(grid.rows * columns);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / step) * columns;
    for (let column = 0, pixel = y * width; column < columns; column++) {
      const end = y * width + Math.min(width, (column + 1) * step);
      let sum = 0;
      for (; pixel < end; pixel++) sum += plane[pixel];
      sums[row + column] += sum;
    }
  }
  for (let at = 0; at < sums.length; at++) sums[at] /= areaOf(grid, at);
  return sums;
}

/** A new plane of cells, blurred twice. */
export function softened(cells: ArrayLike<number>, { rows, columns }: Grid, radius: number): Float32Array {
  return blurred(Float32Array.from(cells), columns, rows, radius);
}

/** The largest value within a square of `radius` cells around each. */
export function grown(cells: ArrayLike<number>, { rows, columns }: Grid, radius: number): Float32Array {
  const across = new Float32Array(cells.length);
  const made = new Float32Array(cells.length);
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, at++) {
      let most = cells[at];
      for (let u = Math.max(-radius, -x); u <= Math.min(radius, columns - 1 - x); u++) most = Math.max(most, cells[at + u]);
      across[at] = most;
    }
  }
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, at++) {
      let most = across[at];
      for (let v = Math.max(-radius, -y); v <= Math.min(radius, rows - 1 - y); v++) {
        most = Math.max(most, across[at + v * columns]);
      }
      made[at] = most;
    }
  }
  return made;
}

/** Some planes of cells read at every pixel, bilinearly, row by row. */
export class Reader {
  private readonly down;
  private readonly across;
  private left = 0;
  private right = 0;
  private further = 0;
  private readonly line: Float32Array[];

  constructor(
    private readonly grid: Grid,
    private readonly planes: readonly Float32Array[],
  ) {
    this.down = tapsOf(grid.height, grid.rows, grid.step);
    this.across = tapsOf(grid.width, grid.columns, grid.step);
    this.line = planes.map(() => new Float32Array(grid.columns));
  }

  /** Goes to a row of pixels. */
  row(y: number): void {
    const { columns } = this.grid;
    const above = this.down.low[y] * columns;
    const below = this.down.high[y] * columns;
    const share = this.down.share[y];
    for (let plane = 0; plane < this.planes.length; plane++) {
      const cells = this.planes[plane];
      const line = this.line[plane];
      for (let x = 0; x < columns; x++) line[x] = cells[above + x] + (cells[below + x] - cells[above + x]) * share;
    }
  }

  /** Goes to a pixel of that row. */
  column(x: number): void {
    this.left = this.across.low[x];
    this.right = this.across.high[x];
    this.further = this.across.share[x];
  }

  /** A plane at that pixel. */
  at(plane: number): number {
    const line = this.line[plane];
    const low = line[this.left];
    return low + (line[this.right] - low) * this.further;
  }
}

/**
 * Colours where they are known, and what flows in from there where they are not (pull and push).
 *
 * @param known four numbers a cell: three channels times the weight, and the weight, 0..1.
 * @returns three planes.
 */
export function filled(known: Float64Array, rows: number, columns: number): Float32Array[] {
  const made = [0, 1, 2].map(() => new Float32Array(rows * columns));
  if (rows === 1 && columns === 1) {
    for (const [channel, plane] of made.entries()) plane[0] = known[3] > 0 ? known[channel] / Math.max(known[3], 1e-6) : 0;
    return made;
  }
  const [high, wide] = [(rows + 1) >> 1, (columns + 1) >> 1];
  const coarse = new Float64Array(high * wide * 4);
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, at += 4) {
      const into = ((y >> 1) * wide + (x >> 1)) * 4;
      for (let channel = 0; channel < 4; channel++) coarse[into + channel] += known[at + channel];
    }
  }
  for (let at = 0; at < coarse.length; at += 4) {
    const weight = Math.max(1, coarse[at + 3]);
    for (let channel = 0; channel < 4; channel++) coarse[at + channel] /= weight;
  }
  const below = filled(coarse, high, wide);
  const reader = new Reader({ width: columns, height: rows, step: 2, rows: high, columns: wide }, below);
  for (let y = 0, at = 0; y < rows; y++) {
    reader.row(y);
    for (let x = 0; x < columns; x++, at++) {
      reader.column(x);
      const missing = 1 - known[at * 4 + 3];
      for (let channel = 0; channel < 3; channel++) {
        made[channel][at] = known[at * 4 + channel] + missing * reader.at(channel);
      }
    }
  }
  return made;
}
