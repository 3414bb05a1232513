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
