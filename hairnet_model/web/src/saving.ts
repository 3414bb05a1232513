/** Files of a picture with its effect, always in the photo's own size. Lives in the worker. */

import { classBands, compositeRows } from "./composite";
import { tapsOf } from "./enlarge";
import type { Located } from "./cuts";
import { type Picture, planes, type Size } from "./pixels";
import { png } from "./png";
import type { SavedAs } from "./protocol";

const BAND = 2 ** 20; // pixels that are made at once
const TILE = 4096; // longest side of the canvas that a large photo is read through
const QUALITY = 0.92; // of JPEGs
const [CLEAR, SOLID] = [0.05, 0.95]; // a cut-out is clear below, and solid above, as in `hairnet_model/inference/cutouts.py`

/** A picture and what was made of it. */
export interface Made {
  /** The photo, or a smaller one of it, and the same with its effect. */
  readonly before: Picture;
  readonly after: Picture;
  /** The photo itself where `before` is smaller. */
  readonly photo: ImageBitmap | null;
  readonly located: Located;
}

/** @param told is told which share of the work is done, 0..1. Throws where the browser cannot write such a file. */
export async function fileOf(made: Made, as: SavedAs, told: (share: number) => void): Promise<Blob> {
  const size = made.photo ?? made.before;
  const { width, height } = size;
  switch (as) {
    case "mask":
      return png(counted(classBands(made.located, size), width, height, told), size, 1);
    case "png":
      return png(counted(bandsOf(made), width * 4, height, told, rgb), size, 3);
    case "cutout":
      return png(counted(cutOut(made), width * 4, height, told), size, 4);
    case "jpeg":
      return jpeg(made, size, told);
  }
}

function* counted(
  bands: Iterable<Uint8Array>,
  line: number,
  height: number,
  told: (share: number) => void,
  change: (band: Uint8Array) => Uint8Array = (band) => band,
): Generator<Uint8Array> {
  let rows = 0;
  for (const band of bands) {
    rows += band.length / line;
    yield change(band);
    told(rows / height);
  }
}

function rgb(rgba: Uint8Array): Uint8Array {
  const made = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    made[to] = rgba[from];
    made[to + 1] = rgba[from + 1];
    made[to + 2] = rgba[from + 2];
  }
  return made;
}

/** RGBA of the picture with its effect, some whole rows at a time. */
function* bandsOf(made: Made): Generator<Uint8Array> {
  const { before, after, photo } = made;
  const { width, height } = photo ?? before;
  const most = Math.max(1, Math.floor(BAND / width));
  const read = photo && new Reader(photo);
  const change = photo && new Change(before, after, photo);
  for (let first = 0; first < height; first += most) {
    const rows = Math.min(most, height - first);
    if (!read || !change) {
      yield new Uint8Array(after.data.buffer, after.data.byteOffset + first * width * 4, rows * width * 4);
      continue;
    }
    const band = read.rows(first, rows);
    change.add(band, first, rows);
    yield new Uint8Array(band.buffer);
  }
}

/** The same, hair and face alone, with a soft edge. */
function* cutOut(made: Made): Generator<Uint8Array> {
  const size = made.photo ?? made.before;
  const composite = compositeRows(made.located, size);
  let first = 0;
  for (const band of bandsOf(made)) {
    const there = planes(size.width, band.length / 4 / size.width);
    composite(first, there);
    first += there.height;
    const cut = Uint8Array.from(band);
    for (let at = 0, to = 0; at < there.hair.length; at++, to += 4) {
      const share = (there.hair[at] + there.face[at] - CLEAR) / (SOLID - CLEAR);
      cut[to + 3] = Math.round(255 * Math.min(1, Math.max(0, share)));
      if (!cut[to + 3]) cut.fill(0, to, to + 3);
    }
    yield cut;
  }
}

async function jpeg(made: Made, { width, height }: Size, told: (share: number) => void): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) throw new Error("no 2D canvas");
  context.fillStyle = "#fff";
  context.fillRect(width - 1, height - 1, 1, 1);
  // Beyond their limits some browsers draw nothing and say nothing.
  if (context.getImageData(width - 1, height - 1, 1, 1).data[0] !== 255) throw new Error("the canvas is too large");
  let first = 0;
  for (const band of bandsOf(made)) {
    const rows = band.length / 4 / width;
    context.putImageData(new ImageData(new Uint8ClampedArray(band), width, rows), 0, first);
    first += rows;
    told(first / height);
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  if (blob.type !== "image/jpeg") throw new Error("no JPEG");
  return blob;
}

/** Reads a photo of any size through a small canvas. */
class Reader {
  private readonly canvas = new OffscreenCanvas(1, 1);

  constructor(private readonly photo: ImageBitmap) {}

  /** Opaque RGBA of `rows` whole rows. */
  rows(first: number, rows: number): Uint8ClampedArray<ArrayBuffer> {
    const { width } = this.photo;
    const made = new Uint8ClampedArray(width * rows * 4);
    for (let left = 0; left < width; left += TILE) {
      const wide = Math.min(TILE, width - left);
      for (let top = 0; top < rows; top += TILE) this.tile(left, first + top, wide, Math.min(TILE, rows - top), made, first);
    }
    return made;
  }

  private tile(left: number, top: number, wide: number, high: number, into: Uint8ClampedArray, first: number): void {
    Object.assign(this.canvas, { width: wide, height: high });
    const context = this.canvas.getContext("2d", { willReadFrequently: true, alpha: false });
    if (!context) throw new Error("no 2D canvas");
    context.fillStyle = "#fff"; // what is transparent shows white, as in Python
    context.fillRect(0, 0, wide, high);
    context.drawImage(this.photo, left, top, wide, high, 0, 0, wide, high);
    const { data } = context.getImageData(0, 0, wide, high);
    for (let y = 0; y < high; y++) {
      const to = ((top - first + y) * this.photo.width + left) * 4;
      into.set(data.subarray(y * wide * 4, (y + 1) * wide * 4), to);
    }
  }
}

/** What an effect changed in a smaller picture, added to the large one: so that its finest detail stays. */
class Change {
  private readonly down;
  private readonly across;
  /** The pixels that changed in each row of the small picture: the first, and what follows the last. */
  private readonly first: Int32Array;
  private readonly end: Int32Array;

  constructor(
    private readonly before: Picture,
    private readonly after: Picture,
    private readonly photo: Size,
  ) {
    this.down = tapsOf(photo.height, before.height, photo.height / before.height);
    this.across = tapsOf(photo.width, before.width, photo.width / before.width);
    [this.first, this.end] = changedIn(before, after);
  }

  add(band: Uint8ClampedArray, first: number, rows: number): void {
    const { low, high, share } = this.across;
    const { width } = this.photo;
    const line = new Float32Array(this.before.width * 3);
    for (let y = first; y < first + rows; y++) {
      const [above, below] = [this.down.low[y], this.down.high[y]];
      const left = Math.min(this.first[above], this.first[below]);
      const right = Math.max(this.end[above], this.end[below]);
      if (left >= right) continue;
      this.line(y, left, right, line);
      let x = 0;
      while (high[x] < left) x++;
      for (let to = ((y - first) * width + x) * 4; x < width && low[x] < right; x++, to += 4) {
        const [a, b, further] = [low[x] * 3, high[x] * 3, share[x]];
        band[to] += line[a] + (line[b] - line[a]) * further;
        band[to + 1] += line[a + 1] + (line[b + 1] - line[a + 1]) * further;
        band[to + 2] += line[a + 2] + (line[b + 2] - line[a + 2]) * further;
      }
    }
  }

  /** The change in a row of the photo, as wide as the small picture: from `left` to `right`, and nothing beside them. */
  private line(y: number, left: number, right: number, into: Float32Array): void {
    const [a, b] = [this.before.data, this.after.data];
    const stride = this.before.width * 4;
    const [low, high, share] = [this.down.low[y] * stride, this.down.high[y] * stride, this.down.share[y]];
    into.fill(0);
    for (let at = left * 4, to = left * 3; at < right * 4; at += 4, to += 3) {
      for (let channel = 0; channel < 3; channel++) {
        const above = b[low + at + channel] - a[low + at + channel];
        const below = b[high + at + channel] - a[high + at + channel];
        into[to + channel] = above + (below - above) * share;
      }
    }
  }
}

/** Where each row of two opaque pictures differs: the first pixel that does, and what follows the last. */
function changedIn(before: Picture, after: Picture): [first: Int32Array, end: Int32Array] {
  const { width, height } = before;
  const [a, b] = [before, after].map(({ data }) => new Uint32Array(data.buffer, data.byteOffset, width * height));
  const [first, end] = [new Int32Array(height).fill(width), new Int32Array(height)];
  for (let y = 0, row = 0; y < height; y++, row += width) {
    let [left, right] = [0, width];
    while (left < right && a[row + left] === b[row + left]) left++;
    while (right > left && a[row + right - 1] === b[row + right - 1]) right--;
    if (left < right) [first[y], end[y]] = [left, right];
  }
  return [first, end];
}
