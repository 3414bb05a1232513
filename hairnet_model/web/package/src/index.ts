/** The package's module; `hairnet.d.ts` says what it promises, and the compiler that it keeps it. */

import { decoded } from "../../src/photo";
import { FASHION, NATURAL } from "../../src/recolour/colours";
import type { Dye as WorkersDye } from "../../src/recolour/recolour";
import { colourOf } from "../../src/settings";
import { STYLES as NAMES } from "../../src/tryon/styles";
import type { Tried } from "../../src/tryon/trying";
import type * as Promised from "../hairnet";
import type { Dye, Hair, Options, Segmentation, Segmenter, SegmentOptions, Source } from "../hairnet";
import type { Answer, Found, Result, Task } from "./protocol";
import HairnetWorker from "./worker?worker&inline";

export class HairnetError extends Error {
  override readonly name = "HairnetError";
}

export const COLOURS: typeof Promised.COLOURS = Object.fromEntries([...NATURAL, ...FASHION]);

export const STYLES: typeof Promised.STYLES = NAMES;

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: HairnetError) => void;
}

class WorkersSegmenter implements Segmenter {
  engine = "";
  private readonly worker = new HairnetWorker();
  private readonly waiting = new Map<number, Waiting>();
  private readonly numbers = new WeakMap<Segmentation, number>();
  private last = 0;
  private closed = "";

  constructor(private readonly progress: (share: number) => void) {
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => this.answered(data);
    this.worker.onerror = ({ message }) => this.end(`The worker failed: ${message || "its script was not started"}.`);
  }

  async start(base: string): Promise<void> {
    this.engine = await this.ask<string>({ kind: "start", base });
  }

  async segment(source: Source, { locate = true, poses = false }: SegmentOptions = {}): Promise<Segmentation> {
    const bitmap = await pixelsOf(source);
    const picture = ++this.last;
    const found = await this.ask<Found>({ kind: "segment", picture, bitmap, locate, poses }, bitmap);
    const made = { ...found, close: () => this.forget(made) };
    this.numbers.set(made, picture);
    return made;
  }

  async recolour(found: Segmentation, dye: Dye): Promise<ImageData> {
    return this.ask({ kind: "recolour", picture: this.numberOf(found), dye: checked(dye) });
  }

  async bald(found: Segmentation): Promise<ImageData> {
    return this.ask({ kind: "bald", picture: this.numberOf(found) });
  }

  async tryOn(found: Segmentation, hair: Hair): Promise<ImageData> {
    return this.ask({ kind: "try", picture: this.numberOf(found), hair: tried(hair) });
  }

  close(): void {
    this.end("The segmenter was closed.");
  }

  private numberOf(found: Segmentation): number {
    const number = this.numbers.get(found);
    if (number === undefined) throw new HairnetError("The segmentation was closed, or is of another segmenter.");
    return number;
  }

  private forget(found: Segmentation): void {
    const picture = this.numbers.get(found);
    if (picture === undefined || this.closed) return;
    this.numbers.delete(found);
    this.ask({ kind: "forget", picture }).catch(() => undefined); // a segmenter that was closed has forgotten it
  }

  private ask<Made extends Result>(task: Task, ...over: Transferable[]): Promise<Made> {
    if (this.closed) return Promise.reject(new HairnetError(this.closed));
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, task }, over);
    });
  }

  private answered(answer: Answer): void {
    if ("engine" in answer) {
      this.engine = answer.engine;
      return;
    }
    if ("share" in answer) return this.progress(answer.share);
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new HairnetError(answer.error));
    else waiting?.resolve(answer.result as never);
  }

  private end(why: string): void {
    this.closed ||= why;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new HairnetError(this.closed));
    this.waiting.clear();
  }
}

async function pixelsOf(source: Source): Promise<ImageBitmap> {
  try {
    return source instanceof Blob ? await decoded(source) : await createImageBitmap(source);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new HairnetError(`The source cannot be read as a picture (${why}).`);
  }
}

function tried({ style, colour }: Hair): Tried {
  if (!(STYLES as readonly string[]).includes(style)) throw new HairnetError(`No hairstyle "${style}": give a name of STYLES, such as bob.`);
  return { hairstyle: style, ownColour: colour === undefined, colour: colour === undefined ? "#000000" : codeOf(colour) };
}

function codeOf(colour: string): string {
  const code = COLOURS[colour] ?? colour;
  if (!/^#[0-9a-f]{6}$/i.test(code)) {
    throw new HairnetError(`No hair colour "${colour}": give #rrggbb or a name of COLOURS, such as copper.`);
  }
  return code;
}

function checked({ colour, pattern, strength = 1, beard = false }: Dye): WorkersDye {
  const code = codeOf(colour);
  if (!(strength >= 0 && strength <= 1)) throw new HairnetError(`The strength ${strength} is outside 0..1.`);
  return { colour: colourOf(code), pattern: pattern ?? "", strength, beard };
}

export const createSegmenter: typeof Promised.createSegmenter = async ({ baseUrl, progress }: Options) => {
  const folder = new URL(baseUrl, location.href);
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  const made = new WorkersSegmenter(progress ?? (() => undefined));
  try {
    await made.start(folder.href);
  } catch (thrown) {
    made.close();
    throw thrown;
  }
  return made;
};
