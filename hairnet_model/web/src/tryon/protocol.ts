/** What the page's worker and the one that paints hair say to each other. */

import type { View } from "./head";
import type { Light, Tint } from "./light";
import type { Layer } from "./renderer";

export interface Wanted {
  /** Of the answer. */
  readonly id: number;
  /** The folder of the style files. */
  readonly folder: string;
  readonly style: string;
  /** From 0 on, coarse to fine. */
  readonly level: number;
  readonly view: View;
  readonly light: Light;
  readonly tint: Tint;
  readonly width: number;
  readonly height: number;
}

export type Painted =
  | { readonly id: number; readonly layer: Layer; readonly took: number }
  /** `missing` where a file is, else there is no WebGL2. */
  | { readonly id: number; readonly fault: "missing" | "no-webgl" };
