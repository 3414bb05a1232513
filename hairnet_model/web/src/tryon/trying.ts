/**
 * Gives heads other hair: `hairnet_model/tryon/trying.py` once more. Hair is painted by a worker of its own; live, frames
 * do not wait for it: the last hair follows the head until the next is there.
 */

import type { Head } from "../components";
import type { Located } from "../locate";
import { type Picture, picture, type Planes, type Size, smoothstep } from "../pixels";
import { colourOf, type Settings } from "../settings";
import type { View } from "./head";
import { decoded, type Triple } from "./light";
import { type Kept, moved } from "./moving";
import type { Painted, Wanted } from "./protocol";

export const FARTHEST_YAW = 100; // degrees; heads that are turned further away stay as they are
const LARGEST = 24; // pixels a centimetre in which hair is painted at most
const MOST = 1.5e6; // pixels of a part that is worked on at once
const MARGIN = 2.5; // cm
const REACH = { up: 19, down: 46, aside: 21 }; // cm from the head's origin that hair reaches
const FINE = [5, 10]; // pixels a centimetre from which on the next level of detail is painted
const QUICK = 45; // ms of painting below which a live picture gets more strands
const SLOW = 110; // and above which fewer
const [FEWEST_PIXELS, MOST_LIVE] = [3e4, 1.2e5]; // of the part that is worked on, live
const AGAIN = 2000; // ms after a fault until hair is tried again

/** Why a head got no other hair. */
export type Why = "no-webgl" | "missing" | "unsure" | "turned";

/** A part of a picture, and the scale in which it is worked on. */
interface Crop {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly scale: number;
}

export class TryOn {
  private readonly worker = new Worker(new URL("./worker.ts", import.meta.url));
  private readonly waiting = new Map<number, (painted: Painted) => void>();
  private readonly folder: string;
  private last = 0;
  /** How often hair was painted live. */
  painted = 0;
  private level = 0; // of detail, live
  private pixels = 6e4; // that are worked on, live
  private kept: Kept | null = null;
  private painting = false;
  private failed: Why | null = null;

  constructor(base: string) {
    this.folder = new URL("styles/", base).href;
    this.worker.onmessage = ({ data }: MessageEvent<Painted>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
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
    const willing: { head: Head; view: View; number: number }[] = [];
    located.heads.forEach((head, number) => {
      const { pose } = head;
      if (!pose) why = "unsure";
      else if (Math.abs(pose.yaw) > FARTHEST_YAW) why = "turned";
      else willing.push({ head, number, view: { ...pose, x: pose.x * scale, y: pose.y * scale, size: pose.size * scale, breadth: 1, hairline: 0 } });
    });
    willing.sort((a, b) => a.view.size - b.view.size);
    for (const { head, view, number } of live ? willing.slice(-1) : willing) {
      const failed = await this.onHead(shown, planes, located, { head, view, number, scale }, settings, live);
      if (failed) return failed;
    }
    return why;
  }

  private async onHead(
    shown: Picture,
    planes: Planes,
    located: Located,
    { head, view: whole, number, scale }: { head: Head; view: View; number: number; scale: number },
    settings: Settings,
    live: boolean,
  ): Promise<Why | null> {
    const crop = cropOf(whole, head, scale, shown, live ? this.pixels : MOST);
    if (!crop) return null;
    const { width, height } = sizeOf(crop);
    const view: View = { ...whole, x: (whole.x - crop.left) * crop.scale, y: (whole.y - crop.top) * crop.scale, size: whole.size * crop.scale };
    let layer: Float32Array | null;
    if (live && (this.painting || this.failed)) {
      if (this.failed) return this.failed;
      layer = this.latest(settings.hairstyle, view, width, height);
    } else {
      const part = cut(shown, planes, crop, width, height);
      const [own, face, nearer] = owned(part, located, number, crop, scale);
      const colour = settings.ownColour ? null : (colourOf(settings.colour).map(decoded) as unknown as Triple);
      const wanted = { folder: this.folder, style: settings.hairstyle, colour, part: part.picture, own, face, nearer, view, live };
      if (live) {
        this.next(wanted);
        layer = this.latest(settings.hairstyle, view, width, height);
      } else {
        const level = FINE.filter((least) => view.size >= least).length;
        const answer = await this.ask({ ...wanted, level });
        if ("fault" in answer) return answer.fault;
        layer = answer.layer;
      }
    }
    if (layer) lay(shown, layer, width, height, crop);
    return null;
  }

  private ask(wanted: Omit<Wanted, "id">): Promise<Painted> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ ...wanted, id });
    });
  }

  /** Asks for the hair of a live picture, in as much detail as there is time for. */
  private next(wanted: Omit<Wanted, "id" | "level">): void {
    const { view, style, part } = wanted;
    this.painting = true;
    void this.ask({ ...wanted, level: this.level }).then((answer) => {
      this.painting = false;
      if ("fault" in answer) {
        this.failed = answer.fault;
        setTimeout(() => (this.failed = null), AGAIN);
        return;
      }
      const most = FINE.filter((least) => view.size >= least).length;
      if (answer.took > SLOW && this.level > 0) this.level--;
      else if (answer.took > SLOW) this.pixels = Math.max(FEWEST_PIXELS, this.pixels / 1.5);
      else if (answer.took < QUICK && this.pixels < MOST_LIVE) this.pixels = Math.min(MOST_LIVE, this.pixels * 1.5);
      else if (answer.took < QUICK) this.level = Math.min(most, this.level + 1);
      this.painted++;
      this.kept = { layer: answer.layer, width: part.width, height: part.height, view, of: style };
    });
  }

  /** The last hair that was painted, moved to where the head is now. */
  private latest(style: string, view: View, width: number, height: number): Float32Array | null {
    return this.kept?.of === style ? moved(this.kept, view, width, height) : null;
  }
}

function cropOf(view: View, head: Head, scale: number, { width, height }: Picture, most: number): Crop | null {
  const turn = (view.roll * Math.PI) / 180;
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const corners = [-REACH.aside, REACH.aside].flatMap((x) => [-REACH.up, REACH.down].map((y) => [x * c - y * s, x * s + y * c]));
  const across = corners.map(([x]) => view.x + x * view.size);
  const down = corners.map(([, y]) => view.y + y * view.size);
  const margin = MARGIN * view.size;
  const left = Math.max(0, Math.floor(Math.min(...across, head.x * scale - margin)));
  const top = Math.max(0, Math.floor(Math.min(...down, head.y * scale - margin)));
  const right = Math.min(width, Math.ceil(Math.max(...across, (head.x + head.width) * scale + margin)));
  const bottom = Math.min(height, Math.ceil(Math.max(...down, (head.y + head.height) * scale + margin)));
  if (right <= left || bottom <= top) return null;
  return { left, top, right, bottom, scale: Math.min(1, LARGEST / view.size, Math.sqrt(most / ((right - left) * (bottom - top)))) };
}

function sizeOf({ left, top, right, bottom, scale }: Crop): Size {
  return { width: Math.max(1, Math.round((right - left) * scale)), height: Math.max(1, Math.round((bottom - top) * scale)) };
}

/** A part of a picture and of its masks, as large as it is worked on: means of the pixels that fall on one. */
function cut(
  from: Picture,
  planes: Planes,
  crop: Crop,
  width: number,
  height: number,
): { picture: Picture; hair: Float32Array; face: Float32Array } {
  const part = picture(width, height);
  const [hair, face] = [new Float32Array(width * height), new Float32Array(width * height)];
  for (let y = 0, at = 0; y < height; y++) {
    const first = crop.top + Math.floor(y / crop.scale);
    const last = Math.max(first + 1, Math.min(crop.bottom, crop.top + Math.floor((y + 1) / crop.scale)));
    for (let x = 0; x < width; x++, at++) {
      const left = crop.left + Math.floor(x / crop.scale);
      const right = Math.max(left + 1, Math.min(crop.right, crop.left + Math.floor((x + 1) / crop.scale)));
      let [red, green, blue, mine, skin, count] = [0, 0, 0, 0, 0, 0];
      for (let row = first; row < last; row++) {
        for (let column = left, pixel = row * from.width + left; column < right; column++, pixel++) {
          red += from.data[pixel * 4];
          green += from.data[pixel * 4 + 1];
          blue += from.data[pixel * 4 + 2];
          mine += planes.hair[pixel];
          skin += planes.face[pixel];
          count++;
        }
      }
      part.data[at * 4] = red / count;
      part.data[at * 4 + 1] = green / count;
      part.data[at * 4 + 2] = blue / count;
      part.data[at * 4 + 3] = 255;
      hair[at] = mine / count;
      face[at] = skin / count;
    }
  }
  return { picture: part, hair, face };
}

/** The hair and face of this head alone, and where a nearer head is seen. */
function owned(
  part: { picture: Picture; hair: Float32Array; face: Float32Array },
  { heads }: Located,
  number: number,
  crop: Crop,
  scale: number,
): [Float32Array, Float32Array, Float32Array | null] {
  if (heads.length === 1) return [part.hair, part.face, null];
  const extent = (head: Head): number => 28 * (head.pose?.size ?? Math.max(head.width, head.height) / 28);
  const [hair, face] = [part.hair.slice(), part.face.slice()];
  const nearer = new Float32Array(hair.length);
  const { width, height } = part.picture;
  for (let y = 0, at = 0; y < height; y++) {
    const down = ((y + 0.5) / crop.scale + crop.top) / scale;
    for (let x = 0; x < width; x++, at++) {
      const across = ((x + 0.5) / crop.scale + crop.left) / scale;
      let [owner, least] = [0, Infinity];
      for (let one = 0; one < heads.length; one++) {
        const head = heads[one];
        const apart = ((down - head.y - head.height / 2) / head.height) ** 2 + ((across - head.x - head.width / 2) / head.width) ** 2;
        if (apart < least) [owner, least] = [one, apart];
      }
      if (owner === number) continue;
      if (extent(heads[owner]) > extent(heads[number])) nearer[at] = smoothstep(0.2, 0.5, hair[at] + face[at]);
      hair[at] = 0;
      face[at] = 0;
    }
  }
  return [hair, face, nearer];
}

/** Lays a layer over the part of a picture that it was made for. */
function lay({ data, width }: Picture, layer: Float32Array, wide: number, high: number, crop: Crop): void {
  const { left, top, right, bottom } = crop;
  const [across, down] = [(right - left) / wide, (bottom - top) / high];
  for (let y = top; y < bottom; y++) {
    const row = Math.min(high - 1, Math.max(0, (y - top + 0.5) / down - 0.5));
    const [low, next] = [Math.floor(row), Math.min(high - 1, Math.floor(row) + 1)];
    const v = row - low;
    for (let x = left; x < right; x++) {
      const column = Math.min(wide - 1, Math.max(0, (x - left + 0.5) / across - 0.5));
      const first = Math.floor(column);
      const u = column - first;
      const a = (low * wide + first) * 4;
      const b = (low * wide + Math.min(wide - 1, first + 1)) * 4;
      const c = a + (next - low) * wide * 4;
      const d = b + (next - low) * wide * 4;
      if (!(layer[a + 3] || layer[b + 3] || layer[c + 3] || layer[d + 3])) continue;
      const mixed = (k: number): number => {
        if (u === 0 && v === 0) return layer[a + k];
        return (layer[a + k] * (1 - u) + layer[b + k] * u) * (1 - v) + (layer[c + k] * (1 - u) + layer[d + k] * u) * v;
      };
      const share = mixed(3);
      if (share <= 0.5 / 255) continue;
      const to = (y * width + x) * 4;
      for (let k = 0; k < 3; k++) data[to + k] = data[to + k] * (1 - share) + mixed(k);
    }
  }
}
