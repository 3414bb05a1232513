/** Where heads are, by the masks: a face is what hangs together, and its hair tells which way it looks. */

import type { Planes } from "./pixels";

/** A head, in pixels of the planes it was found in. */
export interface Head {
  /** Of the face, ears and neck included. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Of the skull, without hair. */
  readonly skull: { readonly left: number; readonly right: number; readonly top: number; readonly middle: number };
}

const LEAST = 0.004; // of the picture; smaller faces are specks

/** The planes at another size, each place the pixel in its middle. */
export function sampled(planes: Planes, width: number, height: number): Planes {
  const made = { width, height, hair: new Float32Array(width * height), face: new Float32Array(width * height) };
  for (let y = 0, to = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * planes.height) / height) * planes.width;
    for (let x = 0; x < width; x++, to++) {
      const from = row + Math.floor(((x + 0.5) * planes.width) / width);
      made.hair[to] = planes.hair[from];
      made.face[to] = planes.face[from];
    }
  }
  return made;
}

/** All heads with a face, largest first. Meant for small planes. */
export function heads(planes: Planes): Head[] {
  const { width, height, face } = planes;
  const seen = new Uint8Array(face.length);
  const found: { area: number; head: Head }[] = [];
  for (let start = 0; start < face.length; start++) {
    if (seen[start] || face[start] <= 0.5) continue;
    const rows = new Map<number, [number, number]>();
    const area = spread(start, planes, seen, rows);
    if (area >= LEAST * width * height) found.push({ area, head: headOf(rows, planes) });
  }
  return found.sort((a, b) => b.area - a.area).map(({ head }) => head);
}

/** Marks all that hangs together with `start`; notes the ends of every row, and returns the area. */
function spread(start: number, { width, face }: Planes, seen: Uint8Array, rows: Map<number, [number, number]>): number {
  const open = [start];
  seen[start] = 1;
  let area = 0;
  const visit = (at: number): void => {
    if (at < 0 || at >= face.length || seen[at] || face[at] <= 0.5) return;
    seen[at] = 1;
    open.push(at);
  };
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    area++;
    const x = at % width;
    const y = (at - x) / width;
    const [from, to] = rows.get(y) ?? [x, x];
    rows.set(y, [Math.min(from, x), Math.max(to, x)]);
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    visit(at - width);
    visit(at + width);
  }
  return area;
}

function headOf(rows: Map<number, [number, number]>, { width, hair, face }: Planes): Head {
  const top = Math.min(...rows.keys());
  const bottom = Math.max(...rows.keys()) + 1;
  const brow = [...rows].filter(([y]) => y >= top + 0.15 * (bottom - top) && y <= top + 0.55 * (bottom - top));
  const ends = brow.length ? brow : [...rows];
  const left = mean(ends.map(([, [from]]) => from));
  const right = mean(ends.map(([, [, to]]) => to)) + 1;
  const wide = Math.max(2, right - left);
  // Hair on one side of the face more than on the other: the head is turned, and reaches as far back.
  const covered = (at: number): boolean => hair[at] + face[at] > 0.5;
  let before = 0;
  let behind = 0;
  for (const [y, [from, to]] of ends) {
    for (let x = from; x >= 0 && covered(y * width + x); x--) before++;
    for (let x = to; x < width && covered(y * width + x); x++) behind++;
  }
  const turned = (behind - before) / ends.length;
  const back = Math.min(0.5 * wide, 0.7 * Math.abs(turned));
  const middle = Math.round((left + right) / 2);
  let crown = top;
  while (crown > 0 && covered((crown - 1) * width + Math.min(width - 1, middle))) crown--;
  return {
    left,
    right,
    top,
    bottom,
    skull: {
      left: left - 0.03 * wide - (turned < 0 ? back : 0),
      right: right + 0.03 * wide + (turned > 0 ? back : 0),
      top: Math.max(crown + 0.06 * wide, top - 0.55 * wide),
      middle: top + 0.3 * wide,
    },
  };
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
