/** Writes PNGs of any size, a band of rows at a time: no canvas holds the whole picture. */

import type { Size } from "./pixels";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Channels of 8 bits: 1 grey, 3 RGB, 4 RGBA; and what PNG calls them. */
const COLOURS = { 1: 0, 3: 2, 4: 6 } as const;
export type Channels = keyof typeof COLOURS;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const made = new Uint8Array(content.length + 12);
  const view = new DataView(made.buffer);
  view.setUint32(0, content.length);
  for (let at = 0; at < 4; at++) made[4 + at] = name.charCodeAt(at);
  made.set(content, 8);
  view.setUint32(8 + content.length, crc(made.subarray(4, 8 + content.length)));
  return made;
}

/**
 * Rows as PNG has them, each after a byte that names its filter. Colours are written as differences to the pixel before,
 * which packs better; class ids as they are.
 */
function filtered(band: Uint8Array, width: number, channels: Channels): Uint8Array<ArrayBuffer> {
  const line = width * channels;
  const height = band.length / line;
  const rows = new Uint8Array(height * (line + 1));
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    rows[to++] = channels === 1 ? 0 : 1;
    if (channels === 1) {
      rows.set(band.subarray(from, from + line), to);
      from += line;
      to += line;
      continue;
    }
    for (let at = 0; at < line; at++, from++, to++) {
      rows[to] = at < channels ? band[from] : band[from] - band[from - channels];
    }
  }
  return rows;
}

function stream(bands: Iterable<Uint8Array>, width: number, channels: Channels): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = bands[Symbol.iterator]();
  return new ReadableStream({
    pull(into) {
      const { done, value } = left.next();
      if (done) into.close();
      else into.enqueue(filtered(value, width, channels));
    },
  });
}

/**
 * @param bands 8-bit pixels, as many whole rows at a time as one likes.
 * @returns the file.
 */
export async function png(bands: Iterable<Uint8Array>, { width, height }: Size, channels: Channels): Promise<Blob> {
  const packed = stream(bands, width, channels).pipeThrough(new CompressionStream("deflate"));
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, COLOURS[channels], 0, 0, 0], 8); // bits, then colours; packing, filters and order as usual
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const chunks = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array())];
  return new Blob([Uint8Array.from(SIGNATURE), ...(chunks as Uint8Array<ArrayBuffer>[])], { type: "image/png" });
}
