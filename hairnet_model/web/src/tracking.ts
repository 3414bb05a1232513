/** Follows heads from one frame of the camera to the next, and steadies what is said of them. */

import { type Box, type Component, components, longer } from "./components";
import { seenIn, without } from "./doubt";
import { around, type Cut, FITS, headBoxes, LARGE, type Located, same } from "./cuts";
import { locate } from "./locate";
import { SURE_TWICE } from "./search";
import type { Picture } from "./pixels";
import { steady } from "./smoothing";
import { cutOut, framedSquare, type Square } from "./squares";
import type { Run } from "./views";

const SEARCH_EVERY = 500; // milliseconds between two searches of the whole frame
const REST = 150; // milliseconds at least from a search to one that a lost head causes
const MOST = 3; // cuts a frame: each costs the network a pass
const SLACK = 0.06; // how far a head's middle may go from its square's, in sides, before the square follows
const TILE_LEVELS = 1; // smaller tiles would hold the picture up

/** A small head, the square that it is looked for in, and what was said of that square before, if it has not moved. */
interface Followed {
  readonly square: Square;
  readonly box: Box;
  readonly before: Float32Array | null;
}

/**
 * Every frame costs a pass over all of it, and one for each small head, cut out where it was. The whole frame is searched
 * again every half second, and when a head is lost.
 */
export class Tracker {
  private whole: Float32Array | null = null;
  private followed: readonly Followed[] = [];
  private searched = -Infinity;
  private lost = false;
  /** Where the last search did not believe what the pass over all of the frame showed. */
  private doubted: Uint8Array | null = null;

  constructor(
    private readonly size: number,
    private readonly pad: number,
    private readonly run: Run,
  ) {}

  /** Forgets the film before. */
  reset(): void {
    this.whole = null;
    this.followed = [];
    this.searched = -Infinity;
    this.lost = false;
    this.doubted = null;
  }

  /**
   * @param framed the picture as the network takes it.
   * @param now milliseconds of any clock.
   */
  async next(picture: Picture, framed: Uint8Array<ArrayBuffer>, now: number): Promise<Located> {
    const said = await this.run(framed);
    const since = now - this.searched;
    const due = since >= SEARCH_EVERY || (this.lost && since >= REST);
    const found = due ? await this.search(picture, said, now) : await this.follow(picture, this.believed(said));
    this.whole = steadied(this.whole, this.believed(said));
    return { ...found, whole: this.whole };
  }

  private believed(said: Float32Array): Float32Array {
    return this.doubted ? without(said, this.size, this.doubted) : said;
  }

  private async search(picture: Picture, said: Float32Array, now: number): Promise<Located> {
    const found = await locate(picture, said, this.size, this.pad, this.run, TILE_LEVELS);
    const cuts = found.cuts.slice(0, MOST).map((cut) => {
      const known = this.followed.find(({ square }) => square.side === cut.square.side && square.left === cut.square.left && square.top === cut.square.top);
      return known?.before ? { ...cut, probabilities: steadied(known.before, cut.probabilities) } : cut;
    });
    this.followed = cuts.map(({ square, box, probabilities }) => ({ square, box, before: probabilities }));
    const believed = seenIn(found.whole);
    this.doubted = seenIn(said).map((seen, at) => Number(seen && !believed[at]));
    [this.searched, this.lost] = [now, false];
    return { ...found, cuts };
  }

  private async follow(picture: Picture, said: Float32Array): Promise<Located> {
    const { size } = this;
    const framed = framedSquare(picture);
    const heads = components(said, size, framed, picture).filter(({ box }) => longer(box) >= LARGE * framed.side);
    const cuts: Cut[] = [];
    const next: Followed[] = [];
    for (const { square, box, before } of this.followed) {
      const found = await this.run(cutOut(picture, square, size, this.pad));
      const best = same(components(found, size, square, picture), box);
      if (!best || best.sure < SURE_TWICE) {
        this.lost = true;
        continue;
      }
      const probabilities = steadied(before, found);
      heads.push(best);
      cuts.push({ square, box: best.box, probabilities });
      next.push(fits(best, square) ? { square, box: best.box, before: probabilities } : { square: around(best.box), box: best.box, before: null });
    }
    const passes = 1 + this.followed.length;
    this.followed = next;
    const { width, height } = picture;
    return { picture: { width, height }, whole: said, size, cuts, heads: headBoxes(heads, picture), passes };
  }
}

/** What was said before, steadied by what is said now; a copy of that where there is nothing before. */
function steadied(before: Float32Array | null, now: Float32Array): Float32Array {
  if (!before) return now.slice();
  steady(before, now);
  return before;
}

/** Whether a head is still in the middle of its square, and as large as it was. */
function fits({ box }: Component, { left, top, side }: Square): boolean {
  const share = longer(box) / side;
  const apart = Math.max(Math.abs(box.x + box.width / 2 - left - side / 2), Math.abs(box.y + box.height / 2 - top - side / 2));
  return apart <= SLACK * side && share >= FITS[0] && share <= FITS[1];
}
