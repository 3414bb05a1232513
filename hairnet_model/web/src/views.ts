/** Squares of a picture as the network sees them: `hairnet_model/inference/views.py` once more. */

import type { Picture } from "./pixels";
import { cutOut, mirrored, type Square } from "./squares";

/** From a framed square (S, S, 3) RGB to probabilities (S, S, 3). */
export type Run = (framed: Uint8Array<ArrayBuffer>) => Promise<Float32Array>;

export class Views {
  /** Squares that were looked at so far. */
  passes = 0;

  constructor(
    private readonly picture: Picture,
    private readonly size: number,
    private readonly pad: number,
    private readonly run: Run,
  ) {}

  async seen(square: Square): Promise<Float32Array> {
    this.passes++;
    return await this.run(cutOut(this.picture, square, this.size, this.pad));
  }

  /** The same of a square whose mirror image was shown, mirrored back: another opinion on a texture. */
  async mirrored(square: Square): Promise<Float32Array> {
    this.passes++;
    const framed = cutOut(this.picture, square, this.size, this.pad);
    return mirrored(await this.run(mirrored(framed, this.size)), this.size);
  }
}
