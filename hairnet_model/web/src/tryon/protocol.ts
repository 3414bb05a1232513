/** What the page's worker and the one that paints hair say to each other. */

import type { Picture } from "../pixels";
import type { View } from "./head";
import type { Triple } from "./light";

/** Hair that is asked for. */
export interface Chosen {
  /** The folder of the style files. */
  readonly folder: string;
  readonly style: string;
}

export interface Wanted extends Chosen {
  /** Of detail, from 0 on, coarse to fine; null for the one that goes with the head's size. */
  readonly level: number | null;
  /** Pixels of the canvas for each of the part, along each side. */
  readonly finer: number;
  /** Linear RGB; null for the own colour. */
  readonly colour: Triple | null;
  /** The part of the picture, and how surely its pixels are this head's own hair and its face. */
  readonly part: Picture;
  /** Of its first pixel, in the picture's pixels. */
  readonly place: { readonly left: number; readonly top: number };
  readonly own: Float32Array;
  readonly face: Float32Array;
  /** Where a nearer head is seen. */
  readonly nearer: Float32Array | null;
  /** Of the head by its pose, in the part's pixels. */
  readonly view: View;
  /** One of many pictures. */
  readonly live: boolean;
}

/** Where hair reaches, in pixels. */
export interface Reach {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** `missing` where a file is, else there is no WebGL2. */
export interface Failed {
  readonly fault: "missing" | "no-webgl";
}

export interface Painted {
  /** Premultiplied codes and shares, four numbers a pixel of the part. */
  readonly layer: Float32Array;
  /** Milliseconds that it took. */
  readonly took: number;
  /** False where strands of the last picture were used once more. */
  readonly fresh: boolean;
  /** Of the hair, in the part's pixels. */
  readonly reach: Reach;
}

/** What paints hair. */
export interface Painter {
  /** Where hair of the usual head reaches, in the pixels of the view. */
  reach(of: Chosen, view: View): Promise<Reach | Failed>;
  paint(wanted: Wanted): Promise<Painted | Failed>;
}

/** What is asked of the worker, and its answer. */
export type Asked = { readonly id: number } & (
  | { readonly kind: "reach"; readonly of: Chosen; readonly view: View }
  | { readonly kind: "paint"; readonly wanted: Wanted }
);
export interface Answered {
  readonly id: number;
  readonly said: Reach | Painted | Failed;
}
