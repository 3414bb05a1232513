/**
 * Gives heads other hair: `hairnet_model/tryon/trying.py` once more. Hair is painted by a worker of its own; live, frames
 * do not wait for it: the last hair follows the head until the next is there.
 */

import type { Located } from "../cuts";
import type { Picture, Planes } from "../pixels";
import { colourOf, type Settings } from "../settings";
import { ByWorker } from "./by_worker";
import type { View } from "./head";
import { decoded, type Triple } from "./light";
import { type Kept, moved } from "./moving";
import { type Crop, cropOf, cut, type Found, lay, owned, sizeOf, viewIn } from "./parts";
import type { Chosen, Painter, Reach, Wanted } from "./protocol";
import { levelFor } from "./styles";

export const FARTHEST_YAW = 100; // degrees; heads that are turned further away stay as they are
const QUICK = 45; // ms of painting below which a live picture gets more strands
const SLOW = 110; // and above which fewer
const [FEWEST_PIXELS, MOST_LIVE] = [3e4, 1.2e5]; // of the part that is worked on, live
const AGAIN = 2000; // ms after a fault until hair is tried again

/** Why a head got no other hair. */
export type Why = "no-webgl" | "missing" | "unsure" | "turned";

/** What a head is tried in. */
interface Scene {
  readonly shown: Picture;
  readonly planes: Planes;
  readonly located: Located;
  readonly settings: Settings;
}

export class TryOn {
  private readonly folder: string;
  /** How often hair was painted live. */
  painted = 0;
  private level = 0; // of detail, live
  private pixels = 6e4; // that are worked on, live
  private reach: { readonly of: string; readonly cm: Reach } | null = null; // of the last live hair, around the head's origin
  private kept: Kept | null = null;
  private painting = false;
  private failed: Why | null = null;

  constructor(
    base: string,
    private readonly painter: Painter = new ByWorker(),
  ) {
    this.folder = new URL("styles/", base).href;
  }

  /**
   * Gives every head of `shown` other hair, in place; resolves to why one got none.
   *
   * @param located what was found, in a picture of any size of the same.
   * @param live paint the largest head alone, and do not wait for its hair.
   */
  async apply(shown: Picture, planes: Planes, located: Located, settings: Settings, live: boolean): Promise<Why | null> {
    const scale = shown.width / located.picture.width;
    let why: Why | null = null;
    const willing: Found[] = [];
    located.heads.forEach((head, number) => {
      const { pose } = head;
      if (!pose) why = "unsure";
      else if (Math.abs(pose.yaw) > FARTHEST_YAW) why = "turned";
      else willing.push({ head, number, scale, view: { ...pose, x: pose.x * scale, y: pose.y * scale, size: pose.size * scale, breadth: 1, hairline: 0 } });
    });
    willing.sort((a, b) => a.view.size - b.view.size);
    const scene = { shown, planes, located, settings };
    for (const found of live ? willing.slice(-1) : willing) {
      const failed = await (live ? this.liveOn(found, scene) : this.photoOn(found, scene));
      if (failed) return failed;
    }
    return why;
  }

  private async photoOn(found: Found, scene: Scene): Promise<Why | null> {
    const reach = await this.painter.reach(this.chosen(scene.settings), found.view);
    if ("fault" in reach) return reach.fault;
    const crop = cropOf(found, reach, scene.shown);
    if (!crop) return null;
    const answer = await this.painter.paint(this.wanted(found, scene, crop, null, false));
    if ("fault" in answer) return answer.fault;
    lay(scene.shown, answer.layer, crop);
    return null;
  }

  private liveOn(found: Found, scene: Scene): Why | null {
    if (this.failed) return this.failed;
    const { hairstyle } = scene.settings;
    if (this.reach?.of !== hairstyle) {
      this.lookFor(found.view, scene.settings);
      return null;
    }
    const { view } = found;
    const { left, top, right, bottom } = this.reach.cm;
    const reach = { left: view.x + left * view.size, top: view.y + top * view.size, right: view.x + right * view.size, bottom: view.y + bottom * view.size };
    const crop = cropOf(found, reach, scene.shown, this.pixels);
    if (!crop) return null;
    if (!this.painting) this.next(this.wanted(found, scene, crop, this.level, true));
    const { width, height } = sizeOf(crop);
    if (this.kept?.of === hairstyle) lay(scene.shown, moved(this.kept, viewIn(view, crop), width, height), crop);
    return null;
  }

  private chosen({ hairstyle }: Settings): Chosen {
    return { folder: this.folder, style: hairstyle };
  }

  private wanted(found: Found, { shown, planes, located, settings }: Scene, crop: Crop, level: number | null, live: boolean): Wanted {
    const part = cut(shown, planes, crop);
    const colour = settings.ownColour ? null : (colourOf(settings.colour).map(decoded) as unknown as Triple);
    const place = { left: crop.left, top: crop.top };
    return { ...this.chosen(settings), level, colour, part: part.picture, place, ...owned(part, located, found, crop), view: viewIn(found.view, crop), live };
  }

  /** Asks where live hair reaches. */
  private lookFor(view: View, settings: Settings): void {
    if (this.painting) return;
    this.painting = true;
    void this.painter.reach(this.chosen(settings), { ...view, x: 0, y: 0, size: 1 }).then((answer) => {
      this.painting = false;
      if ("fault" in answer) this.fail(answer.fault);
      else this.reach = { of: settings.hairstyle, cm: answer };
    });
  }

  /** Asks for the hair of a live picture, in as much detail as there is time for. */
  private next(wanted: Wanted): void {
    const { view, style, part } = wanted;
    this.painting = true;
    void this.painter.paint(wanted).then((answer) => {
      this.painting = false;
      if ("fault" in answer) return this.fail(answer.fault);
      if (answer.took > SLOW && this.level > 0) this.level--;
      else if (answer.took > SLOW) this.pixels = Math.max(FEWEST_PIXELS, this.pixels / 1.5);
      else if (answer.took < QUICK && this.pixels < MOST_LIVE) this.pixels = Math.min(MOST_LIVE, this.pixels * 1.5);
      else if (answer.took < QUICK) this.level = Math.min(levelFor(view.size), this.level + 1);
      this.painted++;
      this.kept = { layer: answer.layer, width: part.width, height: part.height, view, of: style };
    });
  }

  private fail(why: Why): void {
    this.failed = why;
    setTimeout(() => (this.failed = null), AGAIN);
  }
}
