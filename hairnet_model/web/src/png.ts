/** Writes a mask as a grey PNG of class ids, as `hairnet-model predict` does: some programs read palettes as colours. */

import type { Size } from "./pixels";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

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

/** Bands of ids with a byte before each row which says that it is not filtered, made as they are asked for. */
function filtered(bands: Iterable<Uint8Array>, width: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const left = bands[Symbol.iterator]();
  return new ReadableStream({
    pull(into) {
      const { done, value: ids } = left.next();
      if (done) return into.close();
      const height = ids.length / width;
      const rows = new Uint8Array(height * (width + 1));
      for (let y = 0; y < height; y++) rows.set(ids.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
      into.enqueue(rows);
    },
  });
}

/**
 * @param bands class ids of every pixel, 0 background, 1 hair, 2 face, as many whole rows at a time as one likes.
 * @returns the file.
 */
export async function maskPng(bands: Iterable<Uint8Array>, { width, height }: Size): Promise<Blob> {
  const packed = filtered(bands, width).pipeThrough(new CompressionStream("deflate"));
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, grey
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const chunks = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", new Uint8Array())];
  return new Blob([Uint8Array.from(SIGNATURE), ...(chunks as Uint8Array<ArrayBuffer>[])], { type: "image/png" });
}
