/** The worker: everything that takes time happens here, so that the page never waits. */

import { said } from "./engine";
import type { Located } from "./cuts";
import { locate } from "./locate";
import type { Picture } from "./pixels";
import { PoseSteadier } from "./pose/filter";
import { type Answer, Fault, type Request, type SavedAs } from "./protocol";
import { Runner } from "./runner";
import { FIRST, type Settings } from "./settings";
import { framePixels, photoPixels } from "./reading";
import { Show } from "./show";
import { Tracker } from "./tracking";

const LIVE = 640; // longer side of a camera's frame, in pixels; larger ones are scaled down
const LIVE_DYED = 512; // the same where each frame's hair is recoloured or taken off, which takes longer

const scratch = new OffscreenCanvas(1, 1);
let settings: Settings = FIRST;
let runner: Runner | null = null;
let show: Show | null = null;
let tracker: Tracker | null = null;
let poses = new PoseSteadier();
let frameWidth = 0; // of the last camera frame
let lastId = 0;
let live = false; // whether the last picture came from a camera
let lastNetwork = 0;
let poseFailed = false;
let posedPicture: Picture | null = null; // the last in which poses were looked for

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
  show = new Show(canvas, before, card, base);
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

/** Loads what poses need when somebody asks for them, and lets go of it when nobody does; says so where that fails. */
async function askForPoses(runner: Runner): Promise<void> {
  const asked = settings.axes || settings.effect === "hairstyle";
  const wanted = asked && runner.card.pose !== undefined && !poseFailed;
  if (wanted === runner.hasPoses) return;
  if (!wanted) return runner.pose(false);
  answer({ kind: "fetching", on: true });
  try {
    await runner.pose(true);
  } catch (thrown) {
    poseFailed = true; // until the box is ticked again
    answer({ kind: "fault", code: "pose", detail: said(thrown) });
  }
  answer({ kind: "fetching", on: false });
}

type Framed = Uint8Array<ArrayBuffer> | null;

/** With poses, of one look a head where `once`. */
async function posed(picture: Picture, located: Located, framed: Framed, once: boolean): Promise<Located> {
  if (!runner?.hasPoses) return located;
  const before = performance.now();
  posedPicture = picture;
  try {
    return await runner.withPoses(picture, located, framed, once);
  } finally {
    lastNetwork += performance.now() - before;
  }
}

/** Finds the poses in the picture that is shown, if they were not asked for when it came. */
async function catchUp(): Promise<void> {
  if (!runner || !show) return;
  await askForPoses(runner);
  const { taken } = show;
  if (!runner.hasPoses || !taken || posedPicture === taken.picture) return;
  const { picture, located, photo } = taken;
  show.take(picture, await posed(picture, located, null, live), photo);
}

async function draw(): Promise<void> {
  const shown = await show?.draw(settings, live);
  if (shown) answer({ kind: "shown", id: lastId, network: lastNetwork, ...shown });
}

async function photo(bitmap: ImageBitmap, id: number): Promise<void> {
  const picture = photoPixels(bitmap);
  const larger = picture.width < bitmap.width || picture.height < bitmap.height;
  const whole = larger ? bitmap : null;
  if (!larger) bitmap.close();
  if (!show || !runner) throw new Fault("network", "not ready");
  lastNetwork = 0;
  await askForPoses(runner);
  const { size, pad } = runner.card;
  const framed = show.framed(picture);
  const located = await posed(picture, await locate(picture, await run(framed), size, pad, run), framed, false);
  lastId = id;
  live = false;
  show.take(picture, located, whole);
  await draw();
  tasks.unshift(() => finer(picture, located, whole)); // before a request to save it
}

/** Shows a photo again once its large heads have been looked at more finely. */
async function finer(picture: Picture, located: Located, whole: ImageBitmap | null): Promise<void> {
  const before = performance.now();
  const again = await runner?.lookFiner(picture, located);
  if (!again || !show) return;
  lastNetwork += performance.now() - before;
  show.take(picture, again, whole);
  await draw();
}

async function camera(bitmap: ImageBitmap, mirror: boolean, goesOn: boolean, id: number): Promise<void> {
  const longest = settings.effect !== "masks" ? LIVE_DYED : LIVE;
  const picture = framePixels(bitmap, longest, mirror, scratch);
  bitmap.close();
  if (!show || !tracker || !runner) throw new Fault("network", "not ready");
  lastNetwork = 0;
  await askForPoses(runner);
  if (!goesOn || picture.width !== frameWidth) {
    tracker.reset(); // squares are counted in the frame's pixels
    poses = new PoseSteadier();
  }
  frameWidth = picture.width;
  const now = performance.now();
  const framed = show.framed(picture);
  const located = await posed(picture, await tracker.next(picture, framed, now), framed, true);
  lastId = id;
  live = true;
  show.take(picture, { ...located, heads: poses.steady(located.heads, now / 1000) });
  await draw();
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
      if (!request.settings.axes && request.settings.effect !== "hairstyle") poseFailed = false;
      settings = request.settings;
      if (redraw) return null; // a slider sends many; the next drawing has the last
      redraw = true;
      return async () => {
        redraw = false;
        await catchUp();
        await draw();
      };
  }
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  const task = take(data);
  if (task) tasks.push(task);
  void work();
};
