/** What hangs together in a mask. */

export interface Labels {
  /** Of every pixel, from 1; 0 where the mask is not set. */
  readonly label: Int32Array;
  /** Pixels of each label, from label 1 on. */
  readonly area: readonly number[];
  /** The first pixel of each label, row by row. */
  readonly first: readonly number[];
}

/** Labels what hangs together by sides or corners in a square of `size` pixels a side. */
export function labelled(values: Uint8Array, size: number, isSet: (value: number) => boolean): Labels {
  const label = new Int32Array(values.length);
  const area: number[] = [];
  const first: number[] = [];
  const open: number[] = [];
  for (let start = 0; start < values.length; start++) {
    if (label[start] || !isSet(values[start])) continue;
    const number = first.push(start);
    label[start] = number;
    open.push(start);
    let count = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      count++;
      const x = at % size;
      const y = (at - x) / size;
      for (let row = Math.max(0, y - 1); row <= Math.min(size - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(size - 1, x + 1); column++) {
          const next = row * size + column;
          if (label[next] || !isSet(values[next])) continue;
          label[next] = number;
          open.push(next);
        }
      }
    }
    area.push(count);
  }
  return { label, area, first };
}
