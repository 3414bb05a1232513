/** Style files and the head that hair is worn on, as docs/tryon.md describes them. */

export interface Level {
  readonly strands: number;
  readonly samples: number;
  readonly broad: number;
}

/** Guides that are thickened alike; lengths in cm. */
export interface Group {
  readonly guides: number;
  readonly points: number;
  /** (G, P, 3), cm. */
  readonly at: Float64Array;
  /** (G, P), 0..1. */
  readonly open: Float64Array;
  /** (G, 4). */
  readonly neighbours: Uint16Array;
  /** The number in the file of the first guide. */
  readonly first: number;
  readonly width: number;
  readonly tip: number;
  readonly taper: number;
  readonly mix: number;
  readonly clump: number;
  readonly gather: number;
  readonly spread: readonly [number, number];
  readonly uneven: number;
  readonly stray: number;
  readonly curl: readonly [number, number, number, number];
  readonly braid: readonly [number, number, number];
  readonly levels: readonly Level[];
}

export interface Cap {
  readonly azimuth: readonly number[];
  readonly height: readonly number[];
  readonly soft: number;
  readonly dense: number;
}

export interface Style {
  readonly seed: number;
  readonly centre: readonly number[];
  readonly half: readonly number[];
  readonly cap: Cap;
  readonly groups: readonly Group[];
}

type Table = Omit<Group, "at" | "open" | "neighbours" | "first" | "levels"> & {
  readonly levels: readonly [number, number, number][];
};

/** Throws where the bytes are no style file of version 1. */
export function parseStyle(data: Uint8Array): Style {
  const end = data.indexOf(10);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(0, end)));
  if (header.format !== "hair" || header.version !== 1) throw new Error("no style file of version 1");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = end + 1;
  let first = 0;
  const groups = header.groups.map((table: Table): Group => {
    const count = table.guides * table.points;
    const points = Float64Array.from({ length: count * 3 }, (_, i) => view.getInt16(at + 2 * i, true) * header.quantum);
    at += count * 6;
    const open = Float64Array.from({ length: count }, (_, i) => data[at + i] / 255);
    at += count;
    const neighbours = Uint16Array.from({ length: table.guides * 4 }, (_, i) => view.getUint16(at + 2 * i, true));
    at += table.guides * 8;
    const levels = table.levels.map(([strands, samples, broad]) => ({ strands, samples, broad }));
    const group = { ...table, levels, at: points, open, neighbours, first };
    first += table.guides;
    return group;
  });
  if (at !== data.length) throw new Error("a style file of another length");
  return { seed: header.seed, centre: header.skull[0], half: header.skull[1], cap: header.cap, groups };
}
