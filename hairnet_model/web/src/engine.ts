/** The network: loads a runtime and the model, and runs it on framed pictures. Lives in the worker. */

import { type CompiledModel, Environment, loadLiteRt, Tensor } from "@litertjs/core";
import { hasSimd, hasThreads, hasWebAssembly } from "./features";
import { type Engine, Fault, type ModelCard } from "./protocol";

const MOST_THREADS = 4; // more did not make so small a network faster

type LiteRt = Awaited<ReturnType<typeof loadLiteRt>>;

/** A model that runs somewhere. */
export class Network {
  constructor(
    readonly card: ModelCard,
    readonly engine: Engine,
    private readonly model: CompiledModel,
    private readonly environment: Environment,
  ) {}

  /**
   * @param framed (S, S, 3) RGB.
   * @returns (S, S, 3) probabilities of background, hair and face.
   */
  async run(framed: Uint8Array<ArrayBuffer>): Promise<Float32Array> {
    const { size } = this.card;
    const input = new Tensor(framed, [1, size, size, 3], this.environment);
    const made = await this.model.run(input);
    try {
      return (await made[0].data()) as Float32Array;
    } finally {
      input.delete();
      for (const tensor of made) tensor.delete();
    }
  }

  delete(): void {
    this.model.delete();
  }
}

export interface Loaded {
  readonly base: string;
  readonly lite: LiteRt;
  readonly card: ModelCard;
  readonly content: Uint8Array;
  readonly threads: number;
}

/** Loads all that is needed, side by side. Throws a Fault. */
export async function load(base: string): Promise<Loaded> {
  if (!hasWebAssembly()) throw new Fault("no-webassembly", "");
  if (!hasSimd()) throw new Fault("no-simd", "");
  const threads = hasThreads() ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1) : 1;
  const [lite, { card, content }] = await Promise.all([runtime(base, threads), modelOf(base)]);
  return { base, lite, card, content, threads };
}

/** The network for larger squares that comes with the model, on WebAssembly; null where there is none. Throws a Fault. */
export async function finerOnWasm(loaded: Loaded): Promise<Network | null> {
  const { finer } = loaded.card;
  if (!finer) return null;
  const answer = await fetched(new URL(finer.file, new URL("model/", loaded.base)));
  const content = new Uint8Array(await answer.arrayBuffer());
  return onWasm({ ...loaded, card: { ...loaded.card, ...finer }, content });
}

/** The model on WebAssembly. Throws a Fault. */
export async function onWasm({ lite, card, content, threads }: Loaded): Promise<Network> {
  const environment = lite.getDefaultEnvironment();
  try {
    const model = await lite.loadAndCompile(content, {
      accelerator: "wasm",
      cpuOptions: { numThreads: threads },
      environment,
    });
    checkShapes(model, card);
    const network = new Network(card, { runs: "WebAssembly", threads }, model, environment);
    await network.run(new Uint8Array(card.size * card.size * 3)); // the first run sets up what the others reuse
    return network;
  } catch (fault) {
    throw fault instanceof Fault ? fault : new Fault("model-broken", said(fault));
  }
}

/** The model on WebGPU; null where there is no GPU or it cannot run this model. */
export async function onGpu({ lite, card, content }: Loaded): Promise<Network | null> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter || adapter.info?.isFallbackAdapter) return null;
  const wanted = ["shader-f16", "subgroups"] as GPUFeatureName[];
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  });
  const environment = new Environment({ webGpuDevice: device });
  const model = await lite.loadAndCompile(content, { accelerator: "webgpu", environment });
  return new Network(card, { runs: "WebGPU", threads: 1 }, model, environment);
}

async function runtime(base: string, threads: number): Promise<LiteRt> {
  const name = threads > 1 || hasThreads() ? "threaded" : "compat";
  const address = new URL(`runtime/litert_wasm_${name}_internal.js`, base).href;
  const script = await startable(address);
  // The runtime starts a thread for every core it is told of.
  Object.defineProperty(navigator, "hardwareConcurrency", { value: threads, configurable: true });
  const silent = (): void => undefined;
  Object.assign(self, {
    Module: {
      locateFile: (file: string) => new URL(file, address).href,
      mainScriptUrlOrBlob: script,
      print: silent,
      printErr: silent,
    },
  });
  // Left to itself the library asks for a GPU here, and writes to the console where there is none.
  Environment.create = async () => new Environment({ webGpuDevice: null });
  try {
    return await loadLiteRt(script);
  } catch (fault) {
    throw new Fault("runtime", said(fault));
  }
}

/** The address of a script that workers may be started with: of another server's script a copy, for only that may be. */
async function startable(address: string): Promise<string> {
  if (new URL(address).origin === self.location.origin) return address;
  const answer = await fetch(address).catch((fault: unknown) => {
    throw new Fault("runtime", `${address}: ${said(fault)}`);
  });
  if (!answer.ok) throw new Fault("runtime", `${address}: ${answer.status}`);
  return `${URL.createObjectURL(await answer.blob())}#.js`; // LiteRT.js takes an address without this ending for a folder
}

async function modelOf(base: string): Promise<{ card: ModelCard; content: Uint8Array }> {
  const folder = new URL("model/", base);
  const card = checkedCard(await fetched(new URL("model.json", folder)).then((answer) => answer.json().catch(() => null)));
  const answer = await fetched(new URL(card.file, folder));
  return { card, content: new Uint8Array(await answer.arrayBuffer()) };
}

async function fetched(url: URL): Promise<Response> {
  const name = url.pathname.split("/").pop() ?? "";
  const answer = await fetch(url).catch((fault: unknown) => {
    throw new Fault("model-missing", `${name}: ${said(fault)}`);
  });
  if (!answer.ok) throw new Fault("model-missing", `${name}: ${answer.status}`);
  return answer;
}

function checkedCard(read: unknown): ModelCard {
  const card = read as Partial<ModelCard> | null;
  const sound =
    typeof card?.name === "string" &&
    isFile(card.file) &&
    (card.finer === undefined || (isFile(card.finer.file) && Number.isInteger(card.finer.size))) &&
    Number.isInteger(card.size) &&
    Number.isInteger(card.pad) &&
    card.classes?.join() === "background,hair,face";
  if (!sound) throw new Fault("model-broken", "model.json");
  return card as ModelCard;
}

function isFile(name: unknown): boolean {
  return typeof name === "string" && /^[\w.-]+$/.test(name);
}

function checkShapes(model: CompiledModel, { size, file }: ModelCard): void {
  const [input, output] = [model.getInputDetails()[0], model.getOutputDetails()[0]];
  const shape = [1, size, size, 3].join();
  if (input.dtype !== "uint8" || input.shape.join() !== shape || output.shape.join() !== shape) {
    throw new Fault("model-broken", `${file}: ${input.dtype} ${input.shape.join(" x ")}`);
  }
}

export function said(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
