/** The hairstyles that can be tried on, in the order of the page: names of files of `hairnet_model/tryon/styles`. */

export const STYLES = [
  "bob",
  "long_waves",
  "long_straight",
  "lob_fringe",
  "curls",
  "afro",
  "bun",
  "braids",
  "side_part",
  "crew_cut",
] as const;

/** Pixels of the canvas for each of a picture, along each side. */
export const FINER = 2;

const FINE = [5, 10]; // pixels a centimetre from which on the next level of detail is painted

/** The level of detail for a head of so many pixels a centimetre. */
export function levelFor(size: number): number {
  return FINE.filter((least) => size >= least).length;
}
