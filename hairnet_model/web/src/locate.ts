/**
 * Looks at a picture twice: where are heads, and what is there when each fills the network's square. This is
 * `hairnet_model/inference/locate.py` once more, so that the page finds what Python finds; the reasons and the measurements
 * are there.
 */

import type { Located } from "./cuts";
import { faintHeads, likelyElsewhere, mostWithin } from "./evidence";
import type { Picture } from "./pixels";
import { Search, type Seen, THIN } from "./search";
import { rounded, tileSquares } from "./squares";
import { type Run, Views } from "./views";

const TRUSTED = 0.11; // where the smallest head fills less of the picture's square, others may not show at all
const ALONE = 0.27; // beside heads that fill less, others may show faintly
const NARROW = 0.4; // sides of the tiles, in longer sides of the picture
const FINE = 0.19;
const TRUSTED_NARROW = 0.3; // where the smallest head fills less of a narrow tile, fine ones are searched
const STEP = 0.9; // between tiles, in their sides
const FEWEST_PIXELS = 0.4; // smaller tiles, in sides of the network's square, are left out
const FEWEST_PIXELS_FINE = 0.9; // the same of fine tiles
const MANY_PIXELS = 2; // larger ones are searched whatever was found before
const MOST_FINE = 12; // fine tiles, those in which the narrow ones show most
const LEAST_ELSEWHERE = 0.0002; // the least probability in the first pass where a narrow tile is searched, beside a head
const SOMETHING = 0.0002; // the least probability in a narrow tile where a fine one is searched, if there is no head yet
const SOMETHING_ELSE = 0.1; // the same if there is one

/**
 * Finds the heads of a picture, and segments each in a square of its own.
 *
 * @param whole what the network says of the framed picture.
 * @param size side S of the network's square.
 * @param pad grey of what lies outside the picture.
 * @param levels 0 searches no tiles, 1 none of the fine ones.
 */
export async function locate(
  picture: Picture,
  whole: Float32Array,
  size: number,
  pad: number,
  run: Run,
  levels = 2,
): Promise<Located> {
  const search = new Search(picture, whole, size, new Views(picture, size, pad, run));
  const [most, thin] = [Math.max(picture.width, picture.height), THIN * Math.min(picture.width, picture.height)];
  const [narrow, fine] = [rounded(NARROW * most), rounded(FINE * most)];
  const side = narrow <= thin ? narrow : fine;
  const hasMany = (tile: number): boolean => tile >= MANY_PIXELS * size;
  if (!levels || side > thin) {
    await search.acceptWhole();
    return search.result();
  }
  const isOpen = search.isUnsure;
  if (!isOpen) await search.acceptWhole();
  if (isOpen || search.smallest < ALONE * most) {
    await search.refineFaint(faintHeads(search.whole, size, search.framed, picture), "faint");
  }
  const isWanted = search.smallest < TRUSTED * most || hasMany(side);
  if (isWanted && side >= FEWEST_PIXELS * size) {
    const beside = hasMany(side) ? 0 : LEAST_ELSEWHERE;
    const whole = [{ tile: search.framed, said: search.whole }];
    const seen = await searchInOrder(search, picture, size, side, whole, [0, beside]);
    if (!search.heads.length) {
      const faint = seen.flatMap(({ tile, said }) => faintHeads(said, size, tile, picture)).filter(({ cropped }) => !cropped);
      await search.refineFaint(faint, "tiles");
    }
    const isFineWanted = search.smallest < TRUSTED_NARROW * side || hasMany(fine);
    if (levels > 1 && isFineWanted && fine >= FEWEST_PIXELS_FINE * size && fine < side) {
      await searchInOrder(search, picture, size, fine, seen, [SOMETHING, SOMETHING_ELSE], MOST_FINE);
    }
  }
  if (isOpen) await search.settle();
  return search.result();
}

/**
 * Searches one tile after the other for heads, those first in which larger squares show most; returns what each shows.
 *
 * @param known larger squares.
 * @param least the least probability in them where a tile is searched: if there is no head yet, and beside one.
 */
async function searchInOrder(
  search: Search,
  picture: Picture,
  size: number,
  side: number,
  known: readonly Seen[],
  least: readonly [number, number],
  most = Infinity,
): Promise<Seen[]> {
  const boxes = [...search.heads.map(({ box }) => box), ...search.refused];
  const likely = known.map(({ tile, said }) => ({ tile, map: likelyElsewhere(said, size, tile, picture, boxes) }));
  const tiles = tileSquares(picture, side, STEP).map((part) => {
    const evidence = Math.max(...likely.map(({ tile, map }) => mostWithin(map, size, tile, part)));
    return { tile: part, evidence: Math.round(1e5 * evidence) / 1e5 };
  });
  const seen: Seen[] = [];
  for (const { tile, evidence } of tiles.sort((a, b) => b.evidence - a.evidence).slice(0, most)) {
    if (evidence < least[search.heads.length ? 1 : 0]) break;
    const shown = { tile, said: await search.views.seen(tile) };
    await search.refine(search.faces([shown]), "tiles");
    seen.push(shown);
  }
  return seen;
}
