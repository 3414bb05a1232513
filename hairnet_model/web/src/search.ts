/** What a search has accepted so far: `hairnet_model/inference/search.py` once more. */

import { type Box, type Component, components, longer, overlap } from "./components";
import { around, byPlace, type Cut, FITS, headBoxes, LARGE, type Located, same } from "./cuts";
import { isDoubtful, lookAgain, without } from "./doubt";
import type { Picture } from "./pixels";
import { framedSquare, scaled, type Square } from "./squares";
import type { Views } from "./views";

export const THIN = 2; // a picture so much shorter than a square is too thin for it
const MOST_HEADS = 32; // cuts at each level
const TURNS = 3; // cuts of a head at most
const WIDER = 1.3; // how much larger the next cut is where a cut does not show all of a head
const SURE = 0.9; // the least mean probability in a head that only tiles show, in its cut with the mirror image, and from afar
const FARTHER = 1.3; // how much larger the square is that shows it from afar
const ALIKE = 0.6; // its least area there, in areas of what the cut shows
export const SURE_TWICE = 0.8; // the least in one cut; enough for hair that the first pass shows too
const SURE_WITH_FACE = 0.9; // the least with the mirror image, where the first pass shows the head and the cut a face
const CERTAIN = 0.94; // a face that a cut shows so clearly needs no mirror image
const MOST_FAINT = 8; // cuts of faint heads in a square or in tiles
const MOST_MISSES = 2; // once so many were not accepted, the rest are not cut out
const NEARLY = 0.3; // once one was accepted, others that are less sure by no more than this

/** What showed a head before its cut: the pass over the whole picture, that faintly, or a tile. */
type Source = "whole" | "faint" | "tiles";

/** A tile, and what the network says of it. */
export interface Seen {
  readonly tile: Square;
  readonly said: Float32Array;
}

/** The likeliest view of a head first: one that shows all of it. */
function byView(a: Component, b: Component): number {
  return Number(a.cropped) - Number(b.cropped) || b.area - a.area || byPlace(a.box, b.box);
}

/** The surest first. */
function bySure(a: Component, b: Component): number {
  return Math.round(1000 * b.sure) - Math.round(1000 * a.sure) || byPlace(a.box, b.box);
}

/** The state of `locate`: what was accepted so far. */
export class Search {
  readonly heads: Component[] = [];
  /** Heads in the whole picture. */
  shown: readonly Component[];
  readonly framed: Square;
  private readonly unconfirmed: { item: Component; cut: Cut }[] = [];
  private readonly cuts: Cut[] = [];
  /** What was seen faintly, and was no head. */
  readonly refused: Box[] = [];

  constructor(
    private readonly picture: Picture,
    public whole: Float32Array,
    private readonly size: number,
    readonly views: Views,
  ) {
    this.framed = framedSquare(picture);
    this.shown = this.componentsOf(whole, this.framed);
  }

  /** Whether the whole picture shows no head that is large, and none at all or no face that is sure. */
  get isUnsure(): boolean {
    if (this.shown.some((item) => this.isLarge(item))) return false;
    return !this.shown.length || isDoubtful(this.picture, this.whole, this.shown);
  }

  /** The longer side of the smallest head that was accepted; 0 where there is none. */
  get smallest(): number {
    return this.heads.length ? Math.min(...this.heads.map(({ box }) => longer(box))) : 0;
  }

  /** Accepts what the whole picture shows, seen from other views too where no face is sure; small heads need a cut. */
  async acceptWhole(): Promise<void> {
    if (isDoubtful(this.picture, this.whole, this.shown)) {
      this.whole = await lookAgain(this.views, this.framed, this.whole, this.size);
      this.shown = this.componentsOf(this.whole, this.framed);
    }
    this.heads.push(...this.shown.filter((item) => this.isLarge(item)));
    await this.refine(this.shown.filter((item) => !this.isLarge(item)), "whole");
  }

  /** Decides on what the whole picture shows where no face in it was sure. */
  async settle(): Promise<void> {
    if (!this.heads.some(({ hasFace }) => hasFace)) return this.acceptWhole();
    const near = this.heads.map(({ box }) => this.inside(box));
    const far = Uint8Array.from({ length: this.size ** 2 }, (_, at) => Number(!near.some((there) => there[at])));
    this.whole = without(this.whole, this.size, far);
  }

  private isLarge({ box }: Component): boolean {
    const { width, height } = this.picture;
    return longer(box) >= Math.min(LARGE * this.framed.side, THIN * Math.min(width, height));
  }

  /** The heads that are not known yet: of several that overlap the first, if none of those accepted does. */
  unknown(seen: readonly Component[]): Component[] {
    const chosen: Component[] = [];
    for (const item of seen) {
      if (![...this.heads, ...chosen].some((other) => overlap(item.box, other.box) > 0.3)) chosen.push(item);
    }
    return chosen;
  }

  /** The heads with a face in tiles that are not known yet, the likeliest view of each. */
  faces(seen: readonly Seen[]): Component[] {
    const items = seen.flatMap(({ tile, said }) => this.componentsOf(said, tile)).filter(({ hasFace }) => hasFace);
    return this.unknown(items.sort(byView));
  }

  /** Cuts out what was seen, and accepts it if it is there again. */
  async refine(seen: readonly Component[], source: Source): Promise<void> {
    const sorted = [...seen].sort((a, b) => b.area - a.area || byPlace(a.box, b.box)).slice(0, MOST_HEADS);
    let open = sorted.map((item) => ({ item, square: around(item.box) }));
    for (let turn = 0; turn < TURNS; turn++) {
      const again: typeof open = [];
      for (const { item, square } of open) {
        const probabilities = await this.views.seen(square);
        const best = same(this.componentsOf(probabilities, square), item.box);
        const share = best ? longer(best.box) / square.side : 0;
        const fits = share >= FITS[0] && share <= FITS[1];
        if (best && turn < TURNS - 1 && (!fits || best.cropped)) again.push({ item, square: scaled(around(best.box), best.cropped ? WIDER : 1) });
        else await this.decide(item, best, square, probabilities, source);
      }
      open = again;
    }
  }

  /** Cuts out the surest of what is seen faintly, one after the other, until the rest is not worth a pass. */
  async refineFaint(seen: readonly Component[], source: Source): Promise<void> {
    let [least, misses] = [0, 0];
    for (const item of this.unknown([...seen].sort(bySure)).slice(0, MOST_FAINT)) {
      if (item.sure < least || misses === MOST_MISSES) break;
      const known = this.heads.length;
      await this.refine([item], source);
      if (this.heads.length > known) {
        least = Math.max(least, item.sure - NEARLY);
      } else {
        misses++;
        this.refused.push(item.box);
      }
    }
  }

  private async decide(item: Component, seen: Component | null, square: Square, found: Float32Array, source: Source): Promise<void> {
    const inWhole = source === "whole";
    if (seen && this.heads.some(({ box }) => overlap(seen.box, box) > 0.5)) return;
    if (!seen || seen.sure < SURE_TWICE) {
      if (inWhole) this.unconfirmed.push({ item, cut: { square, probabilities: found, box: item.box } });
      return;
    }
    if (!inWhole && (!seen.hasFace || (source === "faint" && seen.cropped))) return; // a part may show faintly
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
    if (source === "tiles" && !(await this.isThereFromAfar(best, square))) return;
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

/** A box with its longer side added all around. */
function widened(box: Box): Box {
  const more = longer(box);
  return { x: box.x - more, y: box.y - more, width: box.width + 2 * more, height: box.height + 2 * more };
}
