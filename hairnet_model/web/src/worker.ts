/** The worker: everything that takes time happens here, so that the page never waits. */

import { load, onGpu, onWasm, said, type Network } from "./engine";
import { locate } from "./locate";
import { type Answer, Fault, type Request, type SavedAs } from "./protocol";
import { FIRST, type Settings } from "./settings";
import { framePixels, photoPixels, Show } from "./show";
import { Tracker } from "./tracking";

const LIVE = 640; // longer side of a camera's frame, in pixels; larger ones are scaled down
const LIVE_DYED = 512; // the same where each frame's hair is recoloured or taken off, which takes longer

const scratch = new OffscreenCanvas(1, 1);
let settings: Settings = FIRST;
let network: Network | null = null;
let spare: Network | null = null; // on WebAssembly, while a GPU is used: a GPU can be lost
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
  const loaded = await load(base);
  network = await onWasm(loaded);
  show = new Show(canvas, before, loaded.card);
  tracker = new Tracker(loaded.card.size, loaded.card.pad, run);
  answer({ kind: "ready", card: loaded.card, engine: network.engine });
  // A GPU's shaders take seconds to build, so the page starts on WebAssembly and changes over when it is worth it.
  tasks.push(async () => {
    const better = await faster(network as Network, await onGpu(loaded).catch(() => null));
    if (!better) return;
    [spare, network] = [network, better];
    answer({ kind: "engine", engine: better.engine });
  });
}

/** The GPU's network if it says the same as the other one, and sooner. */
async function faster(now: Network, gpu: Network | null): Promise<Network | null> {
  if (!gpu) return null;
  try {
    const { size } = now.card;
    const picture = new Uint8Array(size * size * 3);
    picture.forEach((_, at) => (picture[at] = (at * 7919) % 251));
    const [expected, got] = [await now.run(picture), await gpu.run(picture)];
    const apart = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - got[at])), 0);
    if (apart < 0.05 && (await timed(gpu, picture)) < (await timed(now, picture))) return gpu;
  } catch {
    // A driver that fails is no fault of the page: WebAssembly goes on.
  }
  gpu.delete();
  return null;
}

async function timed(one: Network, picture: Uint8Array<ArrayBuffer>): Promise<number> {
  const start = performance.now();
  for (let time = 0; time < 5; time++) await one.run(picture);
  return performance.now() - start;
}

/** The network on a framed square; on WebAssembly from here on, if a GPU fails. */
async function run(framed: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
  if (!network) throw new Fault("network", "not ready");
  const before = performance.now();
  try {
    return await network.run(framed);
  } catch (thrown) {
    if (!spare) throw thrown;
    [network, spare] = [spare, null];
    answer({ kind: "engine", engine: network.engine });
    return await network.run(framed);
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
  if (!larger) bitmap.close();
  if (!show || !network) throw new Fault("network", "not ready");
  lastNetwork = 0;
  const { size, pad } = network.card;
  const located = await locate(picture, await run(show.framed(picture)), size, pad, run);
  lastId = id;
  show.take(picture, located, larger ? bitmap : null);
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
