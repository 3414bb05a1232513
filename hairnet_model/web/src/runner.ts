/** Which network runs: on WebAssembly first, on a GPU once that is known to be right and sooner. Lives in a worker. */

import { finerOnWasm, load, type Loaded, type Network, onGpu, onWasm, posingOnWasm } from "./engine";
import { type Finer, lookFiner, wantsFiner } from "./finer";
import type { Located } from "./cuts";
import type { Picture } from "./pixels";
import { type Look, withPoses } from "./pose/posing";
import type { Progress } from "./progress";
import type { Engine, ModelCard } from "./protocol";
import { cutOut, framedSquare, mirrored, type Square } from "./squares";

export class Runner {
  private finer: Promise<Finer | null> | null = null;
  private spare: Network | null = null; // on WebAssembly, while a GPU is used: a GPU can be lost
  private poser: Promise<Network> | null = null;
  private posing: Network | null = null; // while poses are asked for
  /** What the pose head put out for squares that were segmented on the way. */
  private readonly seen = new WeakMap<Uint8Array<ArrayBuffer>, Float32Array>();

  private constructor(
    private network: Network,
    private readonly loaded: Loaded,
    private readonly changed: (engine: Engine) => void,
  ) {}

  /**
   * Loads the runtime and the model, on WebAssembly. Throws a Fault.
   *
   * @param base the folder with `runtime/` and `model/`.
   * @param changed told of every change of the engine.
   * @param progress told how much of the bytes is there, 0..1.
   */
  static async start(base: string, changed: (engine: Engine) => void, progress: Progress): Promise<Runner> {
    const loaded = await load(base, progress);
    return new Runner(await onWasm(loaded), loaded, changed);
  }

  get card(): ModelCard {
    return this.network.card;
  }

  get engine(): Engine {
    return this.network.engine;
  }

  /** From a framed square (S, S, 3) RGB to probabilities (S, S, 3); on WebAssembly from here on, if a GPU fails. */
  readonly run = async (framed: Uint8Array<ArrayBuffer>): Promise<Float32Array> => {
    // The network with the pose head says the same of hair and face, so that one pass gives both.
    if (this.posing && this.engine.runs === "WebAssembly") return this.look(framed, this.posing);
    try {
      return await this.network.run(framed);
    } catch (thrown) {
      if (!this.spare) throw thrown;
      [this.network, this.spare] = [this.spare, null];
      this.changed(this.engine);
      return await this.network.run(framed);
    }
  };

  /**
   * Loads the network with the pose head and uses it from here on, until `pose(false)`. Throws a Fault; the next call
   * tries again.
   */
  async pose(on: boolean): Promise<void> {
    if (!on) {
      this.posing = null;
      return;
    }
    this.poser ??= posingOnWasm(this.loaded);
    try {
      this.posing = await this.poser;
    } catch (thrown) {
      this.poser = null;
      throw thrown;
    }
  }

  /** Whether `pose(true)` has nothing to load. */
  get hasPoses(): boolean {
    return this.posing !== null;
  }

  /**
   * The same with the heads' poses; `pose(true)` must have been called.
   *
   * @param framed of the picture, as `run` got it.
   * @param once see `posing.withPoses`.
   */
  async withPoses(
    picture: Picture,
    located: Located,
    framed: Uint8Array<ArrayBuffer> | null,
    once: boolean,
  ): Promise<Located> {
    const { posing } = this;
    if (!posing) return located;
    const { size, pad } = this.card;
    const whole = framedSquare(picture);
    const cuts = new WeakMap<Square, Uint8Array<ArrayBuffer>>(); // each is shown mirrored too
    const look: Look = async ({ square, mirrored: isMirrored }) => {
      const isWhole = square.side === whole.side && square.left === whole.left && square.top === whole.top;
      const cut = cuts.get(square) ?? (framed && isWhole ? framed : cutOut(picture, square, size, pad));
      cuts.set(square, cut);
      const shown = isMirrored ? mirrored(cut, size) : cut;
      if (!this.seen.has(shown)) await this.look(shown, posing);
      return this.seen.get(shown) as Float32Array;
    };
    return withPoses(located, look, once);
  }

  private async look(framed: Uint8Array<ArrayBuffer>, posing: Network): Promise<Float32Array> {
    const [probabilities, numbers] = await posing.outputs(framed);
    this.seen.set(framed, numbers);
    return probabilities;
  }

  /** What a finer network makes of the heads that have the pixels for it; null where that changes nothing. */
  async lookFiner(picture: Picture, located: Located): Promise<Located | null> {
    if (!wantsFiner(located)) return null;
    // The first look stands where the finer network cannot be loaded; the next picture tries again.
    this.finer ??= finerOnWasm(this.loaded).then(asFiner);
    const finer = await this.finer.catch(() => {
      this.finer = null;
      return null;
    });
    return finer && (await lookFiner(picture, located, finer, this.card.pad));
  }

  /** Changes over to a GPU when it is worth it; its shaders take seconds to build, so this is done after the start. */
  readonly accelerate = async (): Promise<void> => {
    const better = await faster(this.network, await onGpu(this.loaded).catch(() => null));
    if (!better) return;
    [this.spare, this.network] = [this.network, better];
    this.changed(this.engine);
  };
}

function asFiner(network: Network | null): Finer | null {
  return network && { size: network.card.size, run: (framed) => network.run(framed) };
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
    // A driver that fails is no fault of ours: WebAssembly goes on.
  }
  gpu.delete();
  return null;
}

async function timed(one: Network, picture: Uint8Array<ArrayBuffer>): Promise<number> {
  const start = performance.now();
  for (let time = 0; time < 5; time++) await one.run(picture);
  return performance.now() - start;
}
