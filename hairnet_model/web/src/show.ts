/** Holds one picture and what was found in it, and shows it on the page's canvas. Lives in the worker. */

import { annotate, apply } from "./effects";
import type { Head } from "./components";
import { planesOf } from "./composite";
import { frame } from "./framing";
import type { Located } from "./cuts";
import { type Picture, type Planes, scaled, type Size } from "./pixels";
import type { ModelCard, SavedAs } from "./protocol";
import { fileOf } from "./saving";
import type { Settings } from "./settings";
import { ByWorker } from "./tryon/by_worker";
import { TryOn, type Why } from "./tryon/trying";

const SHOWN = 1280; // pixels of a photo's longer side on the page; it is saved in its own size
const LEAST = 480; // a smaller photo is shown enlarged, so that the masks' lines are fine

/** What is on the canvas: its size, shares of hair and face, and the boxes of heads in a picture of the size `of`. */
export interface Drawn extends Size {
  readonly hair: number;
  readonly face: number;
  readonly heads: readonly Head[];
  readonly of: Size;
  /** False where the effect needs a face and sees none. */
  readonly applied: boolean;
  /** Of the photo. */
  readonly own: Size;
  readonly untried: Why | null;
  /** How often hair was painted live. */
  readonly painted: number;
}

/** A canvas that takes the size of what it shows. */
class Surface {
  private readonly context: OffscreenCanvasRenderingContext2D;

  constructor(private readonly canvas: OffscreenCanvas) {
    const context = canvas.getContext("2d", { alpha: false });
    if (!context) throw new Error("no 2D canvas");
    this.context = context;
  }

  put(image: ImageData): void {
    const { width, height } = image;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.context.putImageData(image, 0, 0);
  }
}

export class Show {
  private full: Picture | null = null;
  private photo: ImageBitmap | null = null;
  private small: Picture | null = null;
  private located: Located | null = null;
  private found: Planes | undefined;
  private fresh = false;
  private tryOn: TryOn | null = null;
  private annotated = false; // whether axes are drawn over the original
  private readonly shown: Surface;
  private readonly original: Surface;

  /**
   * @param canvas shows the picture with its effect.
   * @param before shows it as it is.
   * @param base the page's folder.
   */
  constructor(
    canvas: OffscreenCanvas,
    before: OffscreenCanvas,
    private readonly card: ModelCard,
    private readonly base: string,
  ) {
    this.shown = new Surface(canvas);
    this.original = new Surface(before);
  }

  /** The picture as the network takes it. */
  framed(picture: Picture): Uint8Array<ArrayBuffer> {
    return frame(picture, this.card.size, this.card.pad, new Uint8Array(this.card.size ** 2 * 3));
  }

  /** Takes a picture, what was found in it, and the photo itself where the picture is a smaller one of it. */
  take(picture: Picture, located: Located, photo: ImageBitmap | null = null): void {
    if (this.photo !== photo) this.photo?.close();
    this.full = picture;
    this.photo = photo;
    this.small = fitted(picture);
    this.located = located;
    this.found = planesOf(located, this.small, this.found);
    this.fresh = true;
  }

  /** The picture and what was found in it. */
  get taken(): { readonly picture: Picture; readonly located: Located; readonly photo: ImageBitmap | null } | null {
    const { full, located, photo } = this;
    return full && located && { picture: full, located, photo };
  }

  /**
   * Shows it; returns what was found, or null where there is nothing to show.
   *
   * @param live do not wait for what takes longer than a frame.
   */
  async draw(settings: Settings, live: boolean): Promise<Drawn | null> {
    if (!this.small || !this.found || !this.located) return null;
    const { width, height, data } = this.small;
    const made = new ImageData(new Uint8ClampedArray(data), width, height);
    const { applied, untried } = await this.change(made, this.found, this.located, settings, live);
    annotate(made, this.located, settings);
    if (this.fresh || settings.axes !== this.annotated) {
      const before = new ImageData(new Uint8ClampedArray(data), width, height);
      annotate(before, this.located, settings);
      this.original.put(before);
    }
    [this.fresh, this.annotated] = [false, settings.axes];
    this.shown.put(made);
    const { heads, picture } = this.located;
    const own = this.photo ?? picture;
    const of = { width: picture.width, height: picture.height };
    const shares = { hair: share(this.found.hair), face: share(this.found.face) };
    const painted = this.tryOn?.painted ?? 0;
    return { width, height, ...shares, applied, untried, painted, heads, of, own: { width: own.width, height: own.height } };
  }

  /** Applies the effect in place; tells whether it was, and why there is no hairstyle if one was asked for. */
  private async change(
    made: Picture,
    planes: Planes,
    located: Located,
    settings: Settings,
    live: boolean,
  ): Promise<{ applied: boolean; untried: Why | null }> {
    const applied = apply(made, planes, settings);
    if (settings.effect !== "hairstyle" || settings.original) return { applied, untried: null };
    this.tryOn ??= new TryOn(this.base, new ByWorker());
    return { applied, untried: await this.tryOn.apply(made, planes, located, settings, live) };
  }

  /**
   * A file of what is shown, in the photo's own size; null where there is nothing.
   *
   * @param told is told which share of the work is done, 0..1.
   */
  async file(as: SavedAs, settings: Settings, told: (share: number) => void): Promise<Blob | null> {
    const { full, located, photo } = this;
    if (!full || !located) return null;
    let after = full;
    if (as !== "mask") {
      after = { width: full.width, height: full.height, data: new Uint8ClampedArray(full.data) };
      await this.change(after, planesOf(located, full), located, settings, false);
      annotate(after, located, settings);
    }
    return fileOf({ before: full, after, photo, located }, as, told);
  }
}

function share(plane: Float32Array): number {
  let count = 0;
  let seen = 0;
  for (let at = 0; at < plane.length; at += 5, seen++) if (plane[at] > 0.5) count++;
  return count / Math.max(1, seen);
}

/** The picture at the size it is shown in. */
function fitted(picture: Picture): Picture {
  const longer = Math.max(picture.width, picture.height);
  const scale = longer > SHOWN ? SHOWN / longer : longer < LEAST ? LEAST / longer : 1;
  if (scale === 1) return picture;
  const { width, height } = scaled(picture, scale);
  const from = new OffscreenCanvas(picture.width, picture.height);
  from.getContext("2d", { willReadFrequently: true })?.putImageData(new ImageData(new Uint8ClampedArray(picture.data), picture.width), 0, 0);
  const to = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true, alpha: false });
  if (!to) throw new Error("no 2D canvas");
  to.imageSmoothingQuality = "high";
  to.drawImage(from, 0, 0, width, height);
  return to.getImageData(0, 0, width, height);
}
