/** Pictures as plain numbers: no DOM here, so that all of it can run anywhere. */

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** 8-bit RGBA pixels, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** How surely every pixel is hair or face, 0..1, row by row; what is left to 1 is background. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly hair: Float32Array<ArrayBuffer>;
  readonly face: Float32Array<ArrayBuffer>;
}

/** A size times `scale`, at least one pixel on both sides. */
export function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

export function picture(width: number, height: number): Picture {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

export function planes(width: number, height: number): Planes {
  const length = width * height;
  return { width, height, hair: new Float32Array(length), face: new Float32Array(length) };
}

/** The value, or the end of the range that it lies beyond. */
export function held(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const at = held((value - from) / (to - from), 0, 1);
  return at * at * (3 - 2 * at);
}
