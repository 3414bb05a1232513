/** The worker: everything that takes time happens here, so that the page never waits. */

import { said } from "./engine";
import { type Located, locate } from "./locate";
import type { Picture } from "./pixels";
import { type Answer, Fault, type Request, type SavedAs } from "./protocol";
import { Runner } from "./runner";
import { FIRST, type Settings } from "./settings";
import { framePixels, photoPixels, Show } from "./show";
import { Tracker } from "./tracking";

const LIVE = 640; // longer side of a camera's frame, in pixels; larger ones are scaled down
const LIVE_DYED = 512; // the same where each frame's hair is recoloured or taken off, which takes longer

const scratch = new OffscreenCanvas(1, 1);
let settings: Settings = FIRST;
let runner: Runner | null = null;
let show: Show | null = null;
let tracker: Tracker | null = null;
let frameWidth = 0; // of the last camera frame
let lastId = 0;
let lastNetwork = 0;

function answer(message: Answer): void {
  self.postMessage(message);
}

function fault(thrown: unknown): void {
  const known = thrown instanceof Fault ? thrown : new Fault("network", said(thrown));
  answer({ kind: "fault", code: known.code, detail: known.message });
}

async function start(base: string, canvas: OffscreenCanvas, before: OffscreenCanvas): Promise<void> {
  runner = await Runner.start(
    base,
    (engine) => answer({ kind: "engine", engine }),
    (share) => answer({ kind: "loading", share }),
  );
  const { card, engine } = runner;
  show = new Show(canvas, before, card);
  tracker = new Tracker(card.size, card.pad, run);
  answer({ kind: "ready", card, engine });
  tasks.push(runner.accelerate);
}

/** The network on a framed square; counts the time it takes. */
async function run(framed: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  if (!runner) throw new Fault("network", "not ready");
  const before = performance.now();
  try {
    return await runner.run(framed);
  } finally {
    lastNetwork += performance.now() - before;
  }
}

function draw(): void {
  const shown = show?.draw(settings);
  if (shown) answer({ kind: "shown", id: lastId, network: lastNetwork, ...shown });
}

async function photo(bitmap: ImageBitmap, id: number): Promise<void> {
  const picture = photoPixels(bitmap);
  const larger = picture.width < bitmap.width || picture.height < bitmap.height;
  const whole = larger ? bitmap : null;
  if (!larger) bitmap.close();
  if (!show || !runner) throw new Fault("network", "not ready");
  lastNetwork = 0;
  const { size, pad } = runner.card;
  const located = await locate(picture, await run(show.framed(picture)), size, pad, run);
  lastId = id;
  show.take(picture, located, whole);
  draw();
  tasks.unshift(() => finer(picture, located, whole)); // before a request to save it
}

/** Shows a photo again once its large heads have been looked at more finely. */
async function finer(picture: Picture, located: Located, whole: ImageBitmap | null): Promise<void> {
  const before = performance.now();
  const again = await runner?.lookFiner(picture, located);
  if (!again || !show) return;
  lastNetwork += performance.now() - before;
  show.take(picture, again, whole);
  draw();
}

async function camera(bitmap: ImageBitmap, mirror: boolean, goesOn: boolean, id: number): Promise<void> {
  const longest = settings.effect === "recolour" || settings.effect === "bald" ? LIVE_DYED : LIVE;
  const picture = framePixels(bitmap, longest, mirror, scratch);
  bitmap.close();
  if (!show || !tracker) throw new Fault("network", "not ready");
  lastNetwork = 0;
  if (!goesOn || picture.width !== frameWidth) tracker.reset(); // squares are counted in the frame's pixels
  frameWidth = picture.width;
  const located = await tracker.next(picture, show.framed(picture), performance.now());
  lastId = id;
  show.take(picture, located);
  draw();
}

async function save(as: SavedAs, id: number): Promise<void> {
  try {
    const told = (share: number): void => answer({ kind: "progress", id, share });
    answer({ kind: "saved", id, blob: (await show?.file(as, settings, told)) ?? null });
  } catch {
    answer({ kind: "saved", id, blob: null }); // no canvas so large, or no memory for it
  }
}

// One task after the other: a picture is never changed under another's hands.
const tasks: (() => Promise<void> | void)[] = [];
let busy = false;

async function work(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    try {
      await task();
    } catch (thrown) {
      fault(thrown);
    }
  }
  busy = false;
}

let redraw = false;

function take(request: Request): (() => Promise<void> | void) | null {
  switch (request.kind) {
    case "start":
      return () => start(request.base, request.canvas, request.before);
    case "photo":
      return () => photo(request.bitmap, request.id);
    case "frame":
      return () => camera(request.bitmap, request.mirror, request.goesOn, request.id);
    case "save":
      return () => save(request.as, request.id);
    case "settings":
      settings = request.settings;
      if (redraw) return null; // a slider sends many; the next drawing has the last
      redraw = true;
      return () => {
        redraw = false;
        draw();
      };
  }
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  const task = take(data);
  if (task) tasks.push(task);
  void work();
};
