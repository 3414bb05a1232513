/** Pictures as pixels, read through a canvas. */

import { type Picture, scaled, type Size } from "./pixels";

const MOST = 25e6; // pixels in which effects are made, about 20 bytes for each: all that cameras of 24 megapixels have
const LEAST = 1280; // pixels of the longer side below which a browser has no canvas at all

/** Opaque pixels of a picture in the size asked, mirrored or not; throws where the browser has no canvas so large. */
function drawn(bitmap: ImageBitmap, size: Size, mirror: boolean, canvas: OffscreenCanvas): Picture {
  const { width, height } = size;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, size);
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  if (!context) throw new Error("no 2D canvas");
  context.setTransform(mirror ? -1 : 1, 0, 0, 1, mirror ? width : 0, 0);
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // what is transparent shows white, as in Python
  context.fillRect(0, 0, width, height);
  // Beyond their limits some browsers draw nothing and say nothing.
  if (context.getImageData(width - 1, height - 1, 1, 1).data[0] !== 255) throw new Error("the canvas is too large");
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** A camera's frame, its longer side `longest` pixels at most. */
export function framePixels(bitmap: ImageBitmap, longest: number, mirror: boolean, canvas: OffscreenCanvas): Picture {
  return drawn(bitmap, scaled(bitmap, Math.min(1, longest / Math.max(bitmap.width, bitmap.height))), mirror, canvas);
}

/** A photo in its own size, or in the largest that `MOST` and the browser's canvas allow. */
export function photoPixels(bitmap: ImageBitmap): Picture {
  for (let scale = Math.min(1, Math.sqrt(MOST / (bitmap.width * bitmap.height))); ; scale *= 0.9) {
    const size = scaled(bitmap, scale);
    try {
      return drawn(bitmap, size, false, new OffscreenCanvas(1, 1));
    } catch (thrown) {
      if (Math.max(size.width, size.height) < LEAST) throw thrown;
    }
  }
}
