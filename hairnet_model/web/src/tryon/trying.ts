/**
 * Gives heads other hair: `hairnet_model/tryon/trying.py` once more. Hair is painted by a worker of its own; live, frames
 * do not wait for it: the last hair follows the head until the next is there.
 */

import { blurred } from "../blur";
import type { Head } from "../components";
import type { Located } from "../locate";
import { type Picture, picture, type Planes, smoothstep } from "../pixels";
import { gridOf, Reader } from "../recolour/grid";
import { colourOf, type Settings } from "../settings";
import { gaussian } from "./gaussian";
import { softenLike } from "./grain";
import { parseHead, type Surface, type View } from "./head";
import { decoded, keyOf, type Light, type Tint, type Triple } from "./light";
import { tintOf } from "./own";
import type { Painted, Wanted } from "./protocol";
import { look, type Seen } from "./proxy";
import { type Bare, removed } from "./removal";

export const FARTHEST_YAW = 100; // degrees; heads that are turned further away stay as they are
const LARGEST = 24; // pixels a centimetre in which hair is painted at most
const MOST = 1.5e6; // pixels of a part that is worked on at once
const MARGIN = 2.5; // cm
const REACH = { up: 19, down: 46, aside: 21 }; // cm from the head's origin that hair reaches
const FINE = [5, 10]; // pixels a centimetre from which on the next level of detail is painted
const SHADOW = { strength: 0.35, blur: 0.5, length: 0.8 };
const HIGHEST = 3; // cm below the hairline from which on something may be in front of the face
const QUICK = 60; // ms of painting below which a live picture gets more strands
const SLOW = 150; // and above which fewer
const TINTED = 1000; // ms for which a live picture's own hair colour is kept

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

/** A layer of hair, and the head that it was painted for. */
interface Kept {
  readonly layer: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly view: View;
  readonly of: string;
}

export class TryOn {
  private readonly worker = new Worker(new URL("./worker.ts", import.meta.url));
  private readonly waiting = new Map<number, (painted: Painted) => void>();
  private readonly folder: string;
  private surfaces: Promise<readonly Surface[]> | null = null;
  private last = 0;
  private level = 0; // of detail, live
  private kept: Kept | null = null;
  private painting = false;
  private failed: Why | null = null;
  private tint: { readonly value: Tint; readonly until: number; readonly of: string } | null = null;

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
    let surfaces: readonly Surface[];
    try {
      this.surfaces ??= fetch(new URL("head.json", this.folder)).then((answer) => answer.json()).then(parseHead);
      surfaces = await this.surfaces;
    } catch {
      this.surfaces = null;
      return "missing";
    }
    const crop = cropOf(whole, head, scale, shown);
    if (!crop) return null;
    const part = cut(shown, planes, crop);
    const [hair, face, nearer] = owned(part, located, number, crop, scale);
    const view: View = { ...whole, x: (whole.x - crop.left) * crop.scale, y: (whole.y - crop.top) * crop.scale, size: whole.size * crop.scale };
    const grid = gridOf(part.picture);
    const seen = look(surfaces, view, grid);
    const bare = removed(part.picture, hair, face, seen, grid, view.size);
    const colour = settings.ownColour ? null : (colourOf(settings.colour).map(decoded) as unknown as Triple);
    const tint = live ? this.steadyTint(part.picture, hair, view.size, colour, settings) : tintOf(part.picture, hair, view.size, colour);
    const { width, height } = part.picture;
    const wanted: Omit<Wanted, "id" | "level"> = { folder: this.folder, style: settings.hairstyle, view, light: bare.light, tint, width, height };
    const layer = live ? this.latest(wanted, whole, crop) : await this.painted(wanted);
    if (typeof layer === "string") return layer;
    if (!layer) return null;
    if (!live) softenLike(part.picture, hair, face, layer);
    const made = composed(part.picture, hair, face, nearer, seen, bare, grid, view, layer, settings.ownColour);
    lay(shown, made, width, height, crop);
    return null;
  }

  private steadyTint(of: Picture, hair: Float32Array, size: number, colour: Triple | null, settings: Settings): Tint {
    const key = settings.ownColour ? "own" : settings.colour;
    const now = performance.now();
    if (this.tint?.of !== key || now > this.tint.until) this.tint = { value: tintOf(of, hair, size, colour), until: now + TINTED, of: key };
    return this.tint.value;
  }

  private ask(wanted: Omit<Wanted, "id">): Promise<Painted> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ ...wanted, id });
    });
  }

  private async painted(wanted: Omit<Wanted, "id" | "level">): Promise<Uint8Array | Why> {
    const level = FINE.filter((least) => wanted.view.size >= least).length;
    const answer = await this.ask({ ...wanted, level });
    return "fault" in answer ? answer.fault : answer.layer;
  }

  /** The last hair that was painted, moved to where the head is now; asks for the next. */
  private latest(wanted: Omit<Wanted, "id" | "level">, whole: View, crop: Crop): Uint8Array | Why | null {
    const { width, height, style, view } = wanted;
    if (!this.painting) {
      this.painting = true;
      void this.ask({ ...wanted, level: this.level }).then((answer) => {
        this.painting = false;
        this.failed = "fault" in answer ? answer.fault : null;
        if ("fault" in answer) return;
        const most = FINE.filter((least) => view.size >= least).length;
        if (answer.took > SLOW) this.level = Math.max(0, this.level - 1);
        else if (answer.took < QUICK) this.level = Math.min(most, this.level + 1);
        this.kept = { layer: answer.layer, width, height, view, of: style };
      });
    }
    if (this.failed) return this.failed;
    const { kept } = this;
    if (!kept || kept.of !== style) return null;
    return moved(kept, view, width, height, whole, crop);
  }
}

function cropOf(view: View, head: Head, scale: number, { width, height }: Picture): Crop | null {
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
  return { left, top, right, bottom, scale: Math.min(1, LARGEST / view.size, Math.sqrt(MOST / ((right - left) * (bottom - top)))) };
}

/** A part of a picture and of its masks, as large as it is worked on: means of the pixels that fall on one. */
function cut(from: Picture, planes: Planes, crop: Crop): { picture: Picture; hair: Float32Array; face: Float32Array } {
  const width = Math.max(1, Math.round((crop.right - crop.left) * crop.scale));
  const height = Math.max(1, Math.round((crop.bottom - crop.top) * crop.scale));
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

/** Hair that was painted for a head, where the head is now: moved, turned and scaled with it. */
function moved(kept: Kept, view: View, width: number, height: number, whole: View, crop: Crop): Uint8Array {
  const same = kept.view.x === view.x && kept.view.y === view.y && kept.width === width && kept.height === height;
  if (same || !whole || !crop) return kept.layer;
  const made = new Uint8Array(width * height * 4);
  const grow = kept.view.size / view.size;
  const turn = ((kept.view.roll - view.roll) * Math.PI) / 180;
  const [c, s] = [Math.cos(turn) * grow, Math.sin(turn) * grow];
  const [from, to] = [new Uint32Array(kept.layer.buffer), new Uint32Array(made.buffer)];
  for (let y = 0, at = 0; y < height; y++) {
    const dy = y + 0.5 - view.y;
    for (let x = 0; x < width; x++, at++) {
      const dx = x + 0.5 - view.x;
      const column = Math.floor(kept.view.x + c * dx - s * dy);
      const row = Math.floor(kept.view.y + s * dx + c * dy);
      if (column >= 0 && row >= 0 && column < kept.width && row < kept.height) to[at] = from[row * kept.width + column];
    }
  }
  return made;
}

/** All that is laid over the part: premultiplied codes and share. */
function composed(
  part: Picture,
  hair: Float32Array,
  face: Float32Array,
  nearer: Float32Array | null,
  seen: Seen,
  bare: Bare,
  grid: ReturnType<typeof gridOf>,
  view: View,
  layer: Uint8Array,
  own: boolean,
): Float32Array {
  const { width, height } = part;
  const count = width * height;
  const strands = new Float32Array(count);
  for (let at = 0; at < count; at++) strands[at] = layer[at * 4 + 3] / 255;
  const covered = own ? blurred(strands.slice(), width, height, Math.max(1, Math.round(view.size / 4)), 1) : null;
  const shade = shadowOf(strands, width, height, view, bare.light);
  const inner = innerOf(seen, grid);
  const reader = new Reader(grid, [...bare.codes, bare.near, bare.beard, seen.skin, inner]);
  const made = new Float32Array(count * 4);
  for (let y = 0, at = 0; y < height; y++) {
    reader.row(y);
    for (let x = 0; x < width; x++, at++) {
      reader.column(x);
      const beard = reader.at(4);
      const around = 1.4 * reader.at(3) * (1 - 0.3 * face[at]);
      const removed = Math.min(1, Math.max(0, Math.max(3 * hair[at], around) - 0.1)) * (1 - beard);
      const bald = covered ? removed * (1 - smoothstep(0.7, 0.97, covered[at])) : removed;
      const dark = SHADOW.strength * shade[at] * reader.at(5) * Math.max(face[at], removed);
      let kept = 1 - reader.at(6) * (1 - smoothstep(0.1, 0.3, hair[at] + face[at]));
      if (nearer) kept *= 1 - nearer[at];
      const rest = (1 - strands[at]) * (1 - dark);
      const share = (1 - (1 - bald) * rest) * kept;
      if (share <= 0.5 / 255) continue;
      for (let k = 0; k < 3; k++) made[at * 4 + k] = (reader.at(k) * bald * rest + layer[at * 4 + k]) * kept;
      made[at * 4 + 3] = share;
    }
  }
  return made;
}

/** The soft shadow of hair, 0..1. */
function shadowOf(strands: Float32Array, width: number, height: number, view: View, light: Light): Float32Array {
  const key = keyOf(light);
  const [right, down] = [key[0], key[1]].map((part) => Math.round(-part * SHADOW.length * view.size));
  const made = new Float32Array(strands.length);
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    const [first, end] = [Math.max(0, right), Math.min(width, width + right)];
    const from = (y - down) * width - right;
    made.set(strands.subarray(from + first, from + end), y * width + first);
  }
  const sigma = Math.max(0.3, SHADOW.blur * view.size);
  if (sigma < 2) gaussian(made, width, height, sigma);
  else blurred(made, width, height, Math.round((Math.sqrt(6 * sigma * sigma + 1) - 1) / 2)); // two boxes
  return made;
}

/** Cells of the face that hair cannot be part of: what is seen there and is neither hair nor face is in front of it. */
function innerOf({ front, scalp, normals, head }: Seen, { rows, columns }: ReturnType<typeof gridOf>): Float32Array {
  const proper = front.map((value, at) => Number(value && scalp[at] < -HIGHEST && normals[at * 4 + 3] > 0.25 && head[at] > 0.95));
  const made = new Float32Array(proper.length);
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      let least = 1;
      for (let v = -1; v <= 1; v++) for (let u = -1; u <= 1; u++) least = Math.min(least, proper[(y + v) * columns + x + u]);
      made[y * columns + x] = least;
    }
  }
  return made;
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
