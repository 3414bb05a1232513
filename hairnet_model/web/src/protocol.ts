/** What the page and its worker say to each other. Pictures are handed over, never copied, and go nowhere else. */

import type { Head } from "./components";
import type { Size } from "./pixels";
import type { Why } from "./tryon/trying";
import type { Settings } from "./settings";

/** `model/model.json`, beside the model itself. */
export interface ModelCard {
  readonly name: string;
  readonly file: string;
  readonly classes: readonly string[];
  readonly size: number;
  readonly pad: number;
  /** Of the model's file; nobody knows them of a site that was written before they were told. */
  readonly bytes?: number;
  /** A network of larger squares, for heads of many pixels; loaded when there is the first one. */
  readonly finer?: { readonly file: string; readonly size: number };
  /** The same network with a pose head, whose probabilities are the same; loaded when poses are asked for. */
  readonly pose?: { readonly file: string };
}

export interface Engine {
  readonly runs: "WebGPU" | "WebAssembly";
  readonly threads: number;
}

export type Request =
  | { readonly kind: "start"; readonly base: string; readonly canvas: OffscreenCanvas; readonly before: OffscreenCanvas }
  | { readonly kind: "settings"; readonly settings: Settings }
  | { readonly kind: "photo"; readonly bitmap: ImageBitmap; readonly id: number }
  | {
      readonly kind: "frame";
      readonly bitmap: ImageBitmap;
      readonly mirror: boolean;
      /** False for a new stream, whose first frame must not be mixed with the last one of another. */
      readonly goesOn: boolean;
      readonly id: number;
    }
  | { readonly kind: "save"; readonly as: SavedAs; readonly id: number };

/** Kinds of files; a cut-out is hair and face with a soft edge, a mask holds class ids, both as PNG. */
export type SavedAs = "png" | "jpeg" | "cutout" | "mask";

export type FaultCode =
  | "no-javascript-worker"
  | "no-webassembly"
  | "no-simd"
  | "runtime"
  | "model-missing"
  | "model-broken"
  | "pose"
  | "network";

export type Answer =
  /** How much of the runtime and the model is there, 0..1. */
  | { readonly kind: "loading"; readonly share: number }
  | { readonly kind: "ready"; readonly card: ModelCard; readonly engine: Engine }
  | { readonly kind: "engine"; readonly engine: Engine }
  | {
      readonly kind: "shown";
      readonly id: number;
      readonly width: number;
      readonly height: number;
      /** Shares of the picture, 0..1. */
      readonly hair: number;
      readonly face: number;
      /** The heads, the largest first, in a picture of the size `of`. */
      readonly heads: readonly Head[];
      readonly of: Size;
      /** False where the effect needs a face and sees none. */
      readonly applied: boolean;
      /** Of the photo that was opened. */
      readonly own: Size;
      /** Milliseconds of the network alone. */
      readonly network: number;
      /** Why no hairstyle is shown where one was asked for. */
      readonly untried: Why | null;
      /** How often hair was painted live. */
      readonly painted: number;
    }
  /** Files are loaded that were not needed before; false when they are there, or failed. */
  | { readonly kind: "fetching"; readonly on: boolean }
  | { readonly kind: "progress"; readonly id: number; readonly share: number }
  /** Without a blob where the browser cannot write the file. */
  | { readonly kind: "saved"; readonly id: number; readonly blob: Blob | null }
  | { readonly kind: "fault"; readonly code: FaultCode; readonly detail: string };

/** A fault that the page has words for. */
export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    detail: string,
  ) {
    super(detail);
  }
}
