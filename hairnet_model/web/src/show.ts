/** Holds one picture and what was found in it, and shows it on the page's canvas. Lives in the worker. */

import { apply } from "./effects";
import { classIds, frame, unframe } from "./framing";
import { type Picture, type Planes } from "./pixels";
import { maskPng } from "./png";
import type { ModelCard } from "./protocol";
import type { Settings } from "./settings";

const SHOWN = 1280; // pixels of a photo's longer side on the page; it is saved in its own size
const LEAST = 480; // a smaller photo is shown enlarged, so that the masks' lines are fine

/** Opaque pixels of a picture, mirrored or scaled as asked. */
export function pixelsOf(bitmap: ImageBitmap, longest: number, mirror: boolean, canvas: OffscreenCanvas): Picture {
  const longer = Math.max(bitmap.width, bitmap.height);
  const scale = Math.min(1, longest / longer);
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  if (!context) throw new Error("no 2D canvas");
  context.setTransform(mirror ? -1 : 1, 0, 0, 1, mirror ? width : 0, 0);
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // what is transparent shows white, as in Python
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

export class Show {
  private full: Picture | null = null;
  private small: Picture | null = null;
  private probabilities: Float32Array | null = null;
  private found: Planes | undefined;
  private readonly context: OffscreenCanvasRenderingContext2D;

  constructor(
    private readonly canvas: OffscreenCanvas,
    private readonly card: ModelCard,
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("no 2D canvas");
    this.context = context;
  }

  /** The picture as the network takes it. */
  framed(picture: Picture): Uint8Array<ArrayBuffer> {
    return frame(picture, this.card.size, this.card.pad, new Uint8Array(this.card.size ** 2 * 3));
  }

  /** Takes a picture and what the network says of it. */
  take(picture: Picture, probabilities: Float32Array): void {
    this.full = picture;
    this.small = fitted(picture);
    this.probabilities = probabilities;
    this.found = unframe(probabilities, this.card.size, this.small.width, this.small.height, this.found);
  }

  /** Shows it; returns the shares of hair and face, or null where there is nothing to show. */
  draw(settings: Settings): { width: number; height: number; hair: number; face: number } | null {
    if (!this.small || !this.found) return null;
    const { width, height, data } = this.small;
    const made = new ImageData(new Uint8ClampedArray(data), width, height);
    apply(made, this.found, settings);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.context.putImageData(made, 0, 0);
    return { width, height, hair: share(this.found.hair), face: share(this.found.face) };
  }

  /** The picture with its effect, in its own size. */
  async picture(settings: Settings): Promise<Blob | null> {
    if (!this.full || !this.probabilities) return null;
    const { width, height, data } = this.full;
    const made = new ImageData(new Uint8ClampedArray(data), width, height);
    apply(made, unframe(this.probabilities, this.card.size, width, height), settings);
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d")?.putImageData(made, 0, 0);
    return canvas.convertToBlob({ type: "image/png" });
  }

  /** The class ids, in the picture's own size. */
  async mask(): Promise<Blob | null> {
    if (!this.full || !this.probabilities) return null;
    const { width, height } = this.full;
    return maskPng(classIds(unframe(this.probabilities, this.card.size, width, height)), width, height);
  }
}

function share(plane: Float32Array): number {
  let count = 0;
  let seen = 0;
  for (let at = 0; at < plane.length; at += 5, seen++) if (plane[at] > 0.5) count++;
  return count / Math.max(1, seen);
}

/** The picture at the size it is shown in. */
function fitted(picture: Picture): Picture {
  const longer = Math.max(picture.width, picture.height);
  const scale = longer > SHOWN ? SHOWN / longer : longer < LEAST ? LEAST / longer : 1;
  if (scale === 1) return picture;
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const from = new OffscreenCanvas(picture.width, picture.height);
  from.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(picture.data), picture.width), 0, 0);
  const to = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true, alpha: false });
  if (!to) throw new Error("no 2D canvas");
  to.imageSmoothingQuality = "high";
  to.drawImage(from, 0, 0, width, height);
  return to.getImageData(0, 0, width, height);
}
