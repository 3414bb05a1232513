/**
 * Looks at a picture twice: where are heads, and what is there when each fills the network's square. This is
 * `hairnet_model/inference/locate.py` once more, so that the page finds what Python finds; the reasons and the measurements
 * are there.
 */

import { type Box, type Component, components, type Head, longer, overlap } from "./components";
import { isDoubtful, lookAgain, without } from "./doubt";
import type { Picture, Size } from "./pixels";
import { framedSquare, rounded, scaled, type Square, tileSquares } from "./squares";
import { type Run, Views } from "./views";

const FILL = 0.75; // share of the square's side that a head's longer side takes in its cut
export const LARGE = 0.5; // a head that fills so much of the picture's square needs no cut
const TRUSTED = 0.3; // where the smallest head fills less of what was seen, others may be missed
const TILES = [0.4, 0.19]; // sides of the tiles, in longer sides of the picture
const STEP = 0.75; // between tiles, in their sides
const FEWEST_PIXELS = 3 / 7; // smaller tiles, in sides of the network's square, are left out
const MANY_PIXELS = 2; // larger ones are searched whatever was found before
const THIN = 2; // a picture so much shorter than a square is too thin for it
const MOST_HEADS = 32; // cuts at each level
const SURE = 0.92; // the least mean probability in a head that only tiles show, in its cut with the mirror image, and from afar
const FARTHER = 1.3; // how much larger the square is that shows it from afar
const ALIKE = 0.6; // its least area there, in areas of what the cut shows
export const SURE_TWICE = 0.8; // the least in one cut; enough for hair that the first pass shows too
const SURE_WITH_FACE = 0.9; // the least with the mirror image, where the first pass shows the head and the cut a face
const CERTAIN = 0.97; // a face that a cut shows so clearly needs no mirror image
export const FITS = [0.45, 0.95] as const; // shares of the cut that a head may fill before it is cut out once more

/** A square that was segmented. */
export interface Cut {
  readonly square: Square;
  /** (S, S, 3); S is larger where a finer network looked again. */
  readonly probabilities: Float32Array;
  /** Of the head in it; the weight falls off outside. */
  readonly box: Box;
}

export interface Located {
  /** Of the picture that boxes and squares are counted in. */
  readonly picture: Size;
  /** Probabilities of the framed picture, (S, S, 3). */
  readonly whole: Float32Array;
  readonly size: number;
  /** To put over them. */
  readonly cuts: readonly Cut[];
  /** Boxes within the picture, in whole pixels, the largest first. */
  readonly heads: readonly Head[];
  /** Squares that the network saw. */
  readonly passes: number;
}

/**
 * Finds the heads of a picture, and segments each in a square of its own.
 *
 * @param whole what the network says of the framed picture.
 * @param size side S of the network's square.
 * @param pad grey of what lies outside the picture.
 * @param levels how many of the two sizes of tiles may be searched.
 */
export async function locate(
  picture: Picture,
  whole: Float32Array,
  size: number,
  pad: number,
  run: Run,
  levels: number = TILES.length,
): Promise<Located> {
  const search = new Search(picture, whole, size, new Views(picture, size, pad, run));
  await search.refine(search.first(await search.look()));
  const most = Math.max(picture.width, picture.height);
  let before = most;
  for (const share of TILES.slice(0, levels)) {
    const side = rounded(share * most);
    if (side < FEWEST_PIXELS * size) break;
    if (search.isComplete(before) && side < MANY_PIXELS * size) break;
    if (side > THIN * Math.min(picture.width, picture.height)) continue;
    await search.refine(await search.tiles(side));
    before = side;
  }
  return search.result();
}

class Search {
  private readonly heads: Component[] = [];
  private readonly unconfirmed: { item: Component; cut: Cut }[] = [];
  private readonly cuts: Cut[] = [];
  private readonly framed: Square;

  constructor(
    private readonly picture: Picture,
    private whole: Float32Array,
    private readonly size: number,
    private readonly views: Views,
  ) {
    this.framed = framedSquare(picture);
  }

  /** Looks at the whole picture, and again where it shows something, but no face that is sure. */
  async look(): Promise<Component[]> {
    const shown = this.componentsOf(this.whole, this.framed);
    if (!isDoubtful(this.picture, this.whole, shown)) return shown;
    this.whole = await lookAgain(this.views, this.framed, this.whole, this.size);
    return this.componentsOf(this.whole, this.framed);
  }

  /** What the first pass shows and a cut must show again; heads that are large enough are accepted. */
  first(seen: readonly Component[]): Component[] {
    const { width, height } = this.picture;
    const least = Math.min(LARGE * this.framed.side, THIN * Math.min(width, height));
    const isLarge = (item: Component): boolean => longer(item.box) >= least;
    this.heads.push(...seen.filter(isLarge));
    return seen.filter((item) => !isLarge(item));
  }

  /** Whether no other heads are to be expected below what squares of this side show. */
  isComplete(side: number): boolean {
    return this.heads.length > 0 && Math.min(...this.heads.map(({ box }) => longer(box))) >= TRUSTED * side;
  }

  /** What overlapping tiles show and is not known yet, the likeliest view of each. */
  async tiles(side: number): Promise<Component[]> {
    const seen: Component[] = [];
    for (const square of tileSquares(this.picture, side, STEP)) {
      const found = this.componentsOf(await this.views.seen(square), square);
      seen.push(...found.filter(({ hasFace }) => hasFace));
    }
    seen.sort((a, b) => Number(a.cropped) - Number(b.cropped) || b.area - a.area || byPlace(a.box, b.box));
    const chosen: Component[] = [];
    for (const item of seen) {
      if (![...this.heads, ...chosen].some((other) => overlap(item.box, other.box) > 0.3)) chosen.push(item);
    }
    return chosen;
  }

  /** Cuts out what was seen, and accepts it if it is there again. */
  async refine(seen: readonly Component[]): Promise<void> {
    const sorted = [...seen].sort((a, b) => b.area - a.area || byPlace(a.box, b.box)).slice(0, MOST_HEADS);
    let open = sorted.map((item) => ({ item, square: around(item.box) }));
    for (const turn of [0, 1]) {
      const again: typeof open = [];
      for (const { item, square } of open) {
        const probabilities = await this.views.seen(square);
        const best = same(this.componentsOf(probabilities, square), item.box);
        const share = best ? longer(best.box) / square.side : 0;
        const fits = share >= FITS[0] && share <= FITS[1];
        if (best && turn === 0 && (!fits || best.cropped)) again.push({ item, square: around(best.box) });
        else await this.decide(item, best, square, probabilities);
      }
      open = again;
    }
  }

  private async decide(item: Component, seen: Component | null, square: Square, found: Float32Array): Promise<void> {
    const { left, top, side } = item.square;
    const inWhole = left === this.framed.left && top === this.framed.top && side === this.framed.side;
    if (seen && this.heads.some(({ box }) => overlap(seen.box, box) > 0.5)) return;
    if (!seen || seen.sure < SURE_TWICE) {
      if (inWhole) this.unconfirmed.push({ item, cut: { square, probabilities: found, box: item.box } });
      return;
    }
    if (!inWhole && !seen.hasFace) return;
    let [best, probabilities] = [seen, found];
    if (seen.hasFace && seen.sure < CERTAIN) {
      const other = await this.views.mirrored(square);
      probabilities = found.map((value, at) => (value + other[at]) / 2);
      const again = same(this.componentsOf(probabilities, square), item.box);
      if (!again?.hasFace || again.sure < (inWhole ? SURE_WITH_FACE : SURE)) {
        if (inWhole) this.whole = without(this.whole, this.size, this.inside(item.box));
        return;
      }
      best = again;
    }
    if (!inWhole && !(await this.isThereFromAfar(best, square))) return;
    this.heads.push(best);
    this.cuts.push({ square, probabilities, box: best.box });
  }

  /** Whether a larger square around shows the same head, and a face in it. */
  private async isThereFromAfar(head: Component, square: Square): Promise<boolean> {
    const larger = scaled(square, FARTHER);
    const seen = same(this.componentsOf(await this.views.seen(larger), larger), head.box);
    return seen !== null && seen.hasFace && seen.sure >= SURE && seen.area >= ALIKE * head.area;
  }

  /** 1 for the pixels of the framed picture in a box of the picture's pixels. */
  private inside({ x, y, width, height }: Box): Uint8Array {
    const scale = this.size / this.framed.side;
    const isIn = (at: number, start: number, length: number): boolean => at + 0.5 > start * scale && at + 0.5 < (start + length) * scale;
    return Uint8Array.from({ length: this.size ** 2 }, (_, at) => {
      const row = Math.floor(at / this.size);
      return Number(isIn(at % this.size, x - this.framed.left, width) && isIn(row, y - this.framed.top, height));
    });
  }

  private componentsOf(probabilities: Float32Array, square: Square): Component[] {
    return components(probabilities, this.size, square, this.picture);
  }

  /** What the first pass shows and no cut does stays, unless a face is found far from it. */
  result(): Located {
    const faces = this.heads.filter(({ hasFace }) => hasFace).map(({ box }) => box);
    const [heads, cuts] = [[...this.heads], [...this.cuts]];
    for (const { item, cut } of this.unconfirmed) {
      if (!faces.length) heads.push(item);
      else if (!faces.some((box) => overlap(widened(box), item.box) > 0)) cuts.push(cut);
    }
    const { width, height } = this.picture;
    const { whole, size } = this;
    const passes = 1 + this.views.passes;
    return { picture: { width, height }, whole, size, cuts, heads: headBoxes(heads, this.picture), passes };
  }
}

/** The boxes of heads, within the picture and in whole pixels, the largest first. */
export function headBoxes(heads: readonly Component[], { width, height }: Size): Box[] {
  return heads
    .map(({ box }) => {
      const [x, y] = [Math.max(0, rounded(box.x)), Math.max(0, rounded(box.y))];
      const [right, bottom] = [Math.min(width, rounded(box.x + box.width)), Math.min(height, rounded(box.y + box.height))];
      return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
    })
    .sort((a, b) => b.width * b.height - a.width * a.height || byPlace(a, b));
}

function byPlace(a: Box, b: Box): number {
  return a.x - b.x || a.y - b.y || a.width - b.width || a.height - b.height;
}

/** The square in which the longer side of a box fills `FILL`. */
export function around(box: Box): Square {
  const side = Math.max(8, rounded(longer(box) / FILL));
  return { left: rounded(box.x + box.width / 2 - side / 2), top: rounded(box.y + box.height / 2 - side / 2), side };
}

/** What a cut shows of the head that was in a box: the largest face that lies over it, or else the largest hair. */
export function same(seen: readonly Component[], box: Box): Component | null {
  const there = seen.filter((other) => overlap(other.box, box) > 0.3);
  const faces = there.filter(({ hasFace }) => hasFace);
  const sorted = (faces.length ? faces : there).sort((a, b) => b.area - a.area || byPlace(b.box, a.box));
  return sorted[0] ?? null;
}

/** A box with its longer side added all around. */
function widened(box: Box): Box {
  const more = longer(box);
  return { x: box.x - more, y: box.y - more, width: box.width + 2 * more, height: box.height + 2 * more };
}
