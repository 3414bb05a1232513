/** Beards, of which the network often finds a part: the whole of one counts as hair, or nothing of it. */

import { type Picture, type Planes, smoothstep } from "../pixels";
import { faces, pieces } from "./faces";
import { areaOf, type Grid, grown, means, Reader, softened } from "./grid";
import { fromCodes, fromSrgb, type Oklab } from "./oklab";

const HAIR = Math.fround(0.1); // from this probability on, a cell below a face may be of a beard
const SURE = 0.5; // from this probability on, a cell is of hair
// In widths of the face:
const CHEEK = 0.2; // must lie between hair and beard
const NOSE = 0.5; // below the face's top: no beard is above
const CHIN = 1.35; // below the face's top: a beard begins above
const LONGEST = 2; // below its top: it ends above
const BESIDE = 0.4; // along which hair that falls beside the face may touch a beard
const MIDDLE = 0.15; // around its middle, which a beard crosses
const REACH = 0.15; // around what was found, in which the rest of a beard may be
const UNLIKE = 0.12; // Oklab distance of beard and skin from which colours tell one from the other

/** The probability of hair with the whole of every beard in it, or with none; `planes.hair` where there is none. */
export function withBeardOrWithout(picture: Picture, planes: Planes, grid: Grid, beard: boolean): Float32Array {
  const [hairy, facial] = [means(planes.hair, grid), means(planes.face, grid)];
  const { found, reach } = beards(hairy, facial, grid);
  if (!found.includes(1)) return planes.hair;
  const made = beard ? whole(picture, planes, hairy, facial, found, reach, grid) : null;
  if (made) return made;
  const left = softened(grown(found, grid, 1), grid, 1).map((value) => Math.max(0, 1 - 4 * value));
  const reader = new Reader(grid, [left]);
  const hair = new Float32Array(planes.hair.length);
  for (let y = 0, at = 0; y < grid.height; y++) {
    reader.row(y);
    for (let x = 0; x < grid.width; x++, at++) {
      reader.column(x);
      hair[at] = planes.hair[at] * reader.at(0);
    }
  }
  return hair;
}

/**
 * Where beards were found, and where the rest of them may be, in cells.
 *
 * In each column of cells a beard lies below a piece of the face; hair that falls beside the face does not. What
 * hangs together there is a beard if it crosses the face's middle above the chin.
 */
function beards(hair: Float32Array, face: Float32Array, grid: Grid): { found: Uint8Array; reach: Uint8Array } {
  const { rows, columns } = grid;
  const [found, reach] = [new Uint8Array(hair.length), new Uint8Array(hair.length)];
  for (const { mask, top, middle, wide } of faces(face, grid)) {
    const under = below(mask, grid, Math.max(2, Math.floor(CHEEK * wide + 0.5)));
    under.fill(0, 0, Math.floor(top + NOSE * wide + 0.5) * columns);
    const likely = under.map((seen, at) => Number(seen === 1 && hair[at] > HAIR));
    const other = (at: number): boolean => hair[at] > SURE && !likely[at];
    const beside = (at: number): boolean =>
      (at % columns > 0 && other(at - 1)) || (at % columns < columns - 1 && other(at + 1));
    for (const piece of pieces(likely, columns)) {
      const end = Math.min(rows, Math.floor(top + LONGEST * wide + 0.5));
      if (piece.some((at) => Math.floor(at / columns) >= end)) continue; // as hair before the chest does
      if (piece.filter(beside).length > BESIDE * wide) continue;
      const crosses = (at: number): boolean =>
        Math.abs((at % columns) + 0.5 - middle) <= MIDDLE * wide && Math.floor(at / columns) < top + CHIN * wide;
      if (!piece.some(crosses)) continue;
      const both = new Uint8Array(hair.length);
      for (const at of piece) {
        found[at] = 1;
        both[at] = 1;
      }
      for (let at = 0; at < both.length; at++) {
        const mirrored = Math.floor(2 * middle - 0.5 - (at % columns));
        if (mirrored < 0 || mirrored >= columns) continue;
        if (both[at - (at % columns) + mirrored] === 1) both[at] ||= 2;
      }
      const near = grown(both.map((value) => Math.min(1, value)), grid, Math.max(1, Math.floor(REACH * wide + 0.5)));
      for (let at = 0; at < near.length; at++) reach[at] ||= near[at];
    }
  }
  return { found, reach };
}

/** Cells that have a run of at least `least` cells of the face somewhere above them. */
function below(face: Uint8Array, { rows, columns }: Grid, least: number): Uint8Array {
  const made = new Uint8Array(face.length);
  for (let x = 0; x < columns; x++) {
    let [run, seen] = [0, 0];
    for (let y = 0, at = x; y < rows; y++, at += columns) {
      made[at] = seen;
      run = face[at] ? run + 1 : 0;
      if (run >= least) seen = 1;
    }
  }
  return made;
}

/** The probability of hair with beards in it by their place and colour; null where beard and skin are too much alike. */
function whole(
  { data }: Picture,
  planes: Planes,
  hairy: Float32Array,
  facial: Float32Array,
  found: Uint8Array,
  reach: Uint8Array,
  grid: Grid,
): Float32Array | null {
  const cells = [0, 1, 2].map(() => new Float64Array(found.length));
  for (let y = 0, at = 0; y < grid.height; y++) {
    const row = Math.floor(y / grid.step) * grid.columns;
    for (let x = 0; x < grid.width; x++, at += 4) {
      const cell = row + Math.floor(x / grid.step);
      for (let channel = 0; channel < 3; channel++) cells[channel][cell] += data[at + channel];
    }
  }
  const colour: Oklab = [0, 0, 0];
  const meanOf = (chosen: (cell: number) => boolean): Oklab | null => {
    const sum: Oklab = [0, 0, 0];
    let count = 0;
    for (let cell = 0; cell < found.length; cell++) {
      if (!chosen(cell)) continue;
      const area = areaOf(grid, cell);
      fromCodes(cells[0][cell] / area, cells[1][cell] / area, cells[2][cell] / area, colour);
      for (let channel = 0; channel < 3; channel++) sum[channel] += colour[channel];
      count++;
    }
    return count ? [sum[0] / count, sum[1] / count, sum[2] / count] : null;
  };
  const mine = meanOf((cell) => found[cell] > 0 && hairy[cell] > SURE);
  const skin = meanOf((cell) => facial[cell] > Math.fround(0.9) && !reach[cell]);
  if (!mine || !skin) return null;
  const [u, v, w] = [mine[0] - skin[0], mine[1] - skin[1], mine[2] - skin[2]];
  const length = u * u + v * v + w * w;
  if (Math.sqrt(length) < UNLIKE) return null;
  const reader = new Reader(grid, [softened(reach, grid, 1)]);
  const made = Float32Array.from(planes.hair);
  for (let y = 0, at = 0; y < grid.height; y++) {
    reader.row(y);
    for (let x = 0; x < grid.width; x++, at++) {
      reader.column(x);
      const near = reader.at(0) * (planes.hair[at] + planes.face[at]);
      if (near <= 0) continue;
      fromSrgb(data[at * 4], data[at * 4 + 1], data[at * 4 + 2], colour);
      const [light, a, b] = [colour[0] - skin[0], colour[1] - skin[1], colour[2] - skin[2]];
      const place = (light * u + a * v + b * w) / length;
      const aside = Math.sqrt(Math.max(0, light * light + a * a + b * b - place * place * length));
      made[at] = Math.max(made[at], near * smoothstep(0.35, 0.65, place) * (1 - smoothstep(0.04, 0.09, aside)));
    }
  }
  return made;
}
