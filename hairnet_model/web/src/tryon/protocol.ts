/** What the page's worker and the one that paints hair say to each other. */

import type { Picture } from "../pixels";
import type { View } from "./head";
import type { Triple } from "./light";

export interface Wanted {
  /** Of the answer. */
  readonly id: number;
  /** The folder of the style files. */
  readonly folder: string;
  readonly style: string;
  /** From 0 on, coarse to fine. */
  readonly level: number;
  /** Linear RGB; null for the own colour. */
  readonly colour: Triple | null;
  /** The part of the picture, and how surely its pixels are this head's own hair and its face. */
  readonly part: Picture;
  readonly own: Float32Array;
  readonly face: Float32Array;
  /** Where a nearer head is seen. */
  readonly nearer: Float32Array | null;
  /** Of the head, in the part's pixels. */
  readonly view: View;
  /** One of many pictures. */
  readonly live: boolean;
}

export type Painted =
  /** Premultiplied codes and shares, four numbers a pixel of the part; milliseconds that it took. */
  | { readonly id: number; readonly layer: Float32Array; readonly took: number }
  /** `missing` where a file is, else there is no WebGL2. */
  | { readonly id: number; readonly fault: "missing" | "no-webgl" };
