/** The package's worker: the page's own engine, asked for one thing after the other. */

import { bald } from "../../src/bald";
import { classIds, planesOf } from "../../src/composite";
import { said } from "../../src/engine";
import { frame } from "../../src/framing";
import type { Located } from "../../src/cuts";
import { locate } from "../../src/locate";
import type { Picture, Planes } from "../../src/pixels";
import { type Engine, Fault, type FaultCode } from "../../src/protocol";
import { recolour } from "../../src/recolour/recolour";
import { Runner } from "../../src/runner";
import { photoPixels } from "../../src/reading";
import { Painting } from "../../src/tryon/painting";
import { type Tried, TryOn } from "../../src/tryon/trying";
import type { Answer, Found, Numbered, Result, Task } from "./protocol";

const SERVED = "Check baseUrl, and that its server allows this page (CORS).";
const FAULTS: Partial<Record<FaultCode, readonly [string, string]>> = {
  "no-webassembly": ["This browser has no WebAssembly", "Use a current one."],
  "no-simd": ["This browser's WebAssembly has no SIMD", "Use a current one."],
  runtime: ["The runtime could not be loaded", SERVED],
  "model-missing": ["The network could not be loaded", SERVED],
  pose: ["The network with the pose head could not be loaded", "Take the whole package's dist, or leave poses out."],
  "model-broken": ["The network's file is damaged or is none of hair and face", "Copy the package's dist again."],
};

const UNTRIED: Readonly<Record<string, string>> = {
  "no-webgl": "Hairstyles need WebGL2 in a worker. Use a current browser.",
  missing: `The hairstyle could not be loaded. ${SERVED}`,
};

let runner: Runner | null = null;
let trying: TryOn | null = null;
const pictures = new Map<number, { readonly picture: Picture; readonly located: Located }>();

function post(message: Answer, ...over: Transferable[]): void {
  self.postMessage(message, { transfer: over });
}

function named({ runs, threads }: Engine): string {
  return threads > 1 ? `${runs}, ${threads} threads` : runs;
}

async function segment(number: number, bitmap: ImageBitmap, all: boolean, poses: boolean): Promise<Found> {
  if (!runner) throw new Error("not started");
  if (poses !== runner.hasPoses) await runner.pose(poses);
  const picture = photoPixels(bitmap);
  bitmap.close();
  const { size, pad } = runner.card;
  const framed = frame(picture, size, pad, new Uint8Array(size * size * 3));
  const whole = await runner.run(framed);
  const seen = await locate(picture, whole, size, pad, runner.run, all ? undefined : 0);
  const first = await runner.withPoses(picture, seen, framed, false);
  const located = (await runner.lookFiner(picture, first)) ?? first;
  pictures.set(number, { picture, located });
  const made = planesOf(located, picture);
  return { ...made, classIds: classIds(made), heads: located.heads };
}

function keptOf(number: number): { readonly picture: Picture; readonly located: Located } {
  const kept = pictures.get(number);
  if (!kept) throw new Error("the segmentation was closed");
  return kept;
}

/** The picture with other hair on every head whose pose is sure; poses that were not asked for are found now. */
async function tried(number: number, hair: Tried): Promise<ImageData> {
  if (!runner || !trying) throw new Error("not started");
  const { picture, located } = keptOf(number);
  let posed = located;
  if (located.heads.length && !located.heads.some(({ pose }) => pose)) {
    if (!runner.hasPoses) await runner.pose(true);
    posed = await runner.withPoses(picture, located, null, false);
    pictures.set(number, { picture, located: posed });
  }
  const made = new ImageData(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  const why = await trying.apply(made, planesOf(posed, made), posed, hair, false);
  if (why && why in UNTRIED) throw new Error(UNTRIED[why]);
  return made;
}

/** A copy of a picture that `effect` has changed. */
function changed(number: number, effect: (picture: Picture, planes: Planes) => void): ImageData {
  const kept = keptOf(number);
  const { width, height, data } = kept.picture;
  const made = new ImageData(new Uint8ClampedArray(data), width, height);
  effect(made, planesOf(kept.located, made));
  return made;
}

async function done(task: Task): Promise<Result> {
  switch (task.kind) {
    case "start":
      runner = await Runner.start(
        task.base,
        (engine) => post({ engine: named(engine) }),
        (share) => post({ share }),
      );
      trying = new TryOn(task.base, new Painting());
      tasks.push(runner.accelerate);
      return named(runner.engine);
    case "segment":
      return segment(task.picture, task.bitmap, task.locate, task.poses);
    case "recolour":
      return changed(task.picture, (picture, planes) => recolour(picture, planes, task.dye));
    case "bald":
      return changed(task.picture, bald);
    case "try":
      return tried(task.picture, task.hair);
    case "forget":
      pictures.delete(task.picture);
      return null;
  }
}

function buffers(result: Result): Transferable[] {
  if (!result || typeof result === "string") return [];
  if (result instanceof ImageData) return [result.data.buffer];
  return [result.classIds.buffer, result.hair.buffer, result.face.buffer];
}

async function answer({ id, task }: Numbered): Promise<void> {
  try {
    const result = await done(task);
    post({ id, result }, ...buffers(result));
  } catch (thrown) {
    const known = thrown instanceof Fault ? FAULTS[thrown.code] : undefined;
    post({ id, error: known ? `${known[0]} (${said(thrown)}). ${known[1]}` : said(thrown) });
  }
}

const tasks: (() => Promise<void>)[] = [];
let busy = false;

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let task = tasks.shift(); task; task = tasks.shift()) await task();
  busy = false;
}

self.onmessage = ({ data }: MessageEvent<Numbered>) => {
  tasks.push(() => answer(data));
  void work();
};
