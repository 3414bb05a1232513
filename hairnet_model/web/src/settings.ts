/** What the controls say and the picture is made by. */

import { FIRST_COLOUR } from "./recolour/colours";
import { STYLES } from "./tryon/styles";
import type { Pattern } from "./recolour/patterns";

export const EFFECTS = ["masks", "recolour", "hairstyle", "bald"] as const;
export type Effect = (typeof EFFECTS)[number];

export interface Settings {
  readonly effect: Effect;
  /** The picture as it is, for comparing. */
  readonly original: boolean;
  readonly hair: boolean;
  readonly face: boolean;
  readonly style: "fill" | "outline";
  /** Of the masks, 0..1. */
  readonly opacity: number;
  /** The hair's new colour, #rrggbb. */
  readonly colour: string;
  /** Where it is worn. */
  readonly pattern: Pattern;
  /** Of the new colour, 0..1. */
  readonly strength: number;
  /** Dye beards too. */
  readonly beard: boolean;
  /** The name of the style that is tried on. */
  readonly hairstyle: string;
  /** In the own hair's colour, and not in `colour`. */
  readonly ownColour: boolean;
  /** Draw the axes of heads. */
  readonly axes: boolean;
}

export const FIRST: Settings = {
  effect: "recolour",
  original: false,
  hair: true,
  face: true,
  style: "fill",
  opacity: 0.5,
  colour: FIRST_COLOUR,
  pattern: "",
  strength: 1,
  beard: false,
  hairstyle: STYLES[0],
  ownColour: true,
  axes: false,
};

export type Colour = readonly [number, number, number];

/** Colours of the masks; the classes' own (red and green) as they read well on skin and on dark hair. */
export const HAIR_COLOUR: Colour = [255, 61, 113];
export const FACE_COLOUR: Colour = [32, 214, 160];

/** Reads #rrggbb. */
export function colourOf(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
