/** Hair live: frames do not wait for it, the last hair follows the head until the next is there. */

import type { View } from "./head";
import { type Kept, layMoved } from "./moving";
import { cropOf, type Found, type Scene, wantedOf } from "./parts";
import type { Painter, Reach, Wanted } from "./protocol";
import { FINER, levelFor } from "./styles";
import type { Why } from "./trying";

const QUICK = 45; // ms of painting below which a picture gets more detail
const SLOW = 110; // and above which less
const REST = 150; // ms at most from the start of a picture to the next; sooner after quick ones, but for as long as they took
const [FEWEST_PIXELS, MOST_PIXELS] = [3e4, 1.2e5]; // of the part that is worked on
const AGAIN = 2000; // ms after a fault until hair is tried again

/** How much detail there is time for. */
class Detail {
  private rung = 0; // 0: strands without soft edges, 1: with them, then more strands
  pixels = 6e4; // that are worked on

  get how(): Pick<Wanted, "level" | "finer" | "live"> {
    return { level: Math.max(0, this.rung - 1), finer: this.rung ? FINER : 1, live: true };
  }

  /** @param took ms; @param fresh whether all of the strands were painted; @param size pixels a centimetre. */
  learn(took: number, fresh: boolean, size: number): void {
    if (took > SLOW && this.rung > 0) this.rung--;
    else if (took > SLOW) this.pixels = Math.max(FEWEST_PIXELS, this.pixels / 1.5);
    else if (took >= QUICK || !fresh) return;
    else if (this.rung && this.pixels < MOST_PIXELS) this.pixels = Math.min(MOST_PIXELS, this.pixels * 1.5);
    else this.rung = Math.min(levelFor(size) + 1, this.rung + 1);
  }
}

export class Live {
  /** How often hair was painted. */
  painted = 0;
  private readonly detail = new Detail();
  private reach: { readonly of: string; readonly cm: Reach } | null = null; // around the head's origin
  private kept: Kept | null = null;
  private painting = false;
  private due = 0; // when the next hair is asked for
  private failed: Why | null = null;

  constructor(private readonly painter: Painter) {}

  /** Lays the last hair over a picture, in place, and asks for the next; returns why there is none. */
  on(found: Found, scene: Scene): Why | null {
    if (this.failed) return this.failed;
    if (!this.painting && performance.now() >= this.due) this.next(found, scene);
    if (this.kept?.of === scene.chosen.style) layMoved(scene.shown, this.kept, found.view);
    return null;
  }

  private next(found: Found, scene: Scene): void {
    const { style } = scene.chosen;
    if (this.reach?.of !== style) return this.lookFor(found.view, scene);
    const crop = cropOf(found, around(found.view, this.reach.cm), scene.shown, this.detail.pixels);
    if (!crop) return;
    const wanted = wantedOf(found, scene, crop, this.detail.how);
    const { part, view } = wanted;
    const asked = performance.now();
    this.painting = true;
    void this.painter.paint(wanted).then((answer) => {
      this.painting = false;
      if ("fault" in answer) return this.fail(answer.fault);
      this.due = asked + Math.min(REST, 2 * answer.took);
      this.detail.learn(answer.took, answer.fresh, view.size);
      this.painted++;
      this.kept = { layer: answer.layer, width: part.width, height: part.height, view, of: style };
      this.reach = { of: style, cm: inside(view, answer.reach) };
    });
  }

  /** Asks where hair reaches. */
  private lookFor(view: View, { chosen }: Scene): void {
    this.painting = true;
    void this.painter.reach(chosen, { ...view, x: 0, y: 0, size: 1 }).then((answer) => {
      this.painting = false;
      if ("fault" in answer) this.fail(answer.fault);
      else this.reach = { of: chosen.style, cm: answer };
    });
  }

  private fail(why: Why): void {
    this.failed = why;
    setTimeout(() => (this.failed = null), AGAIN);
  }
}

/** In cm around the head's origin. */
function inside({ x, y, size }: View, { left, top, right, bottom }: Reach): Reach {
  return { left: (left - x) / size, top: (top - y) / size, right: (right - x) / size, bottom: (bottom - y) / size };
}

function around({ x, y, size }: View, { left, top, right, bottom }: Reach): Reach {
  return { left: x + left * size, top: y + top * size, right: x + right * size, bottom: y + bottom * size };
}
