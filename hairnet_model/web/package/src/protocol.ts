/** What the package's module and its worker say to each other; every task is answered with its number. */

import type { Head } from "../../src/components";
import type { Dye } from "../../src/recolour/recolour";
import type { Tried } from "../../src/tryon/trying";

export type Task =
  | { readonly kind: "start"; readonly base: string }
  /** `picture` is the number by which it is known from then on. */
  | {
      readonly kind: "segment";
      readonly picture: number;
      readonly bitmap: ImageBitmap;
      readonly locate: boolean;
      readonly poses: boolean;
    }
  | { readonly kind: "recolour"; readonly picture: number; readonly dye: Dye }
  | { readonly kind: "bald"; readonly picture: number }
  | { readonly kind: "try"; readonly picture: number; readonly hair: Tried }
  | { readonly kind: "forget"; readonly picture: number };

export interface Numbered {
  readonly id: number;
  readonly task: Task;
}

export interface Found {
  readonly width: number;
  readonly height: number;
  readonly classIds: Uint8Array<ArrayBuffer>;
  readonly hair: Float32Array<ArrayBuffer>;
  readonly face: Float32Array<ArrayBuffer>;
  readonly heads: readonly Head[];
}

export type Result = string | Found | ImageData | null;

export type Answer =
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: string }
  /** The engine changed. */
  | { readonly engine: string }
  /** How much of the files has come, 0..1. */
  | { readonly share: number };
