/** Gives heads other hair, painted by a worker of its own: `hairnet_model/tryon/trying.py` once more. */

import type { Located } from "../cuts";
import type { Picture, Planes } from "../pixels";
import { colourOf, type Settings } from "../settings";
import { decoded, type Triple } from "./light";
import { Live } from "./live";
import { cropOf, type Found, lay, type Scene, wantedOf } from "./parts";
import type { Painter } from "./protocol";
import { FINER } from "./styles";

export const FARTHEST_YAW = 100; // degrees; heads that are turned further away stay as they are

/** The hair that is tried on. */
export type Tried = Pick<Settings, "hairstyle" | "ownColour" | "colour">;

/** Why a head got no other hair. */
export type Why = "no-webgl" | "missing" | "unsure" | "turned";

export class TryOn {
  private readonly folder: string;
  private readonly live: Live;

  /** @param base the folder in which `styles/` lies. */
  constructor(
    base: string,
    private readonly painter: Painter,
  ) {
    this.folder = new URL("styles/", base).href;
    this.live = new Live(painter);
  }

  /** How often hair was painted live. */
  get painted(): number {
    return this.live.painted;
  }

  /**
   * Gives every head of `shown` other hair, in place; resolves to why one got none.
   *
   * @param located what was found, in a picture of any size of the same.
   * @param live paint the largest head alone, and do not wait for its hair.
   */
  async apply(shown: Picture, planes: Planes, located: Located, settings: Tried, live: boolean): Promise<Why | null> {
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
    const colour = settings.ownColour ? null : (colourOf(settings.colour).map(decoded) as unknown as Triple);
    const scene = { shown, planes, located, chosen: { folder: this.folder, style: settings.hairstyle }, colour };
    for (const found of live ? willing.slice(-1) : willing) {
      const failed = live ? this.live.on(found, scene) : await this.photo(found, scene);
      if (failed) return failed;
    }
    return why;
  }

  private async photo(found: Found, scene: Scene): Promise<Why | null> {
    const reach = await this.painter.reach(scene.chosen, found.view);
    if ("fault" in reach) return reach.fault;
    const crop = cropOf(found, reach, scene.shown);
    if (!crop) return null;
    const answer = await this.painter.paint(wantedOf(found, scene, crop, { level: null, finer: FINER, live: false }));
    if ("fault" in answer) return answer.fault;
    lay(scene.shown, answer.layer, crop);
    return null;
  }
}
