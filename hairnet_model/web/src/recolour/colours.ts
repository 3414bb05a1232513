/** The hair colours that have a name, from the list that Python has. */

import groups from "../../../effects/colours.json";

/** Names and #rrggbb, natural colours first. */
export const NATURAL: readonly (readonly [string, string])[] = Object.entries(groups.natural);
export const FIRST_COLOUR: string = groups.natural.copper;
export const FASHION: readonly (readonly [string, string])[] = Object.entries(groups.fashion);
