/** The network: loads a runtime and the model, and runs it on framed pictures. Lives in the worker. */

import { type CompiledModel, Environment, loadLiteRt, Tensor } from "@litertjs/core";
import { hasSimd, hasThreads, hasWebAssembly } from "./features";
import { Bytes, type Progress } from "./progress";
import { type Engine, Fault, type FaultCode, type ModelCard } from "./protocol";

/** Sizes of the runtimes' WebAssembly by their names, as the build knows them: a server that compresses tells another. */
declare const RUNTIME_BYTES: Readonly<Record<string, number>>;

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
    return (await this.outputs(framed))[0];
  }

  /** All that the model puts out, the largest first: converters give several an order of their own. */
  async outputs(framed: Uint8Array<ArrayBuffer>): Promise<Float32Array[]> {
    const { size } = this.card;
    const input = new Tensor(framed, [1, size, size, 3], this.environment);
    const made = await this.model.run(input);
    try {
      const outputs = (await Promise.all(made.map((tensor) => tensor.data()))) as Float32Array[];
      return outputs.sort((a, b) => b.length - a.length);
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

/**
 * Loads all that is needed, side by side. Throws a Fault.
 *
 * @param progress told how much of the bytes is there, 0..1.
 */
export async function load(base: string, progress: Progress = () => undefined): Promise<Loaded> {
  if (!hasWebAssembly()) throw new Fault("no-webassembly", "");
  if (!hasSimd()) throw new Fault("no-simd", "");
  const threads = hasThreads() ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1) : 1;
  const bytes = new Bytes(progress);
  const [lite, { card, content }] = await Promise.all([runtime(base, threads, bytes), modelOf(base, bytes)]);
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

/** The model with its pose head, on WebAssembly. Throws a Fault. */
export async function posingOnWasm(loaded: Loaded): Promise<Network> {
  const { pose } = loaded.card;
  if (!pose) throw new Fault("pose", "");
  const answer = await fetched(new URL(pose.file, new URL("model/", loaded.base)), "pose");
  const content = new Uint8Array(await answer.arrayBuffer());
  const network = await onWasm({ ...loaded, card: { ...loaded.card, ...pose }, content });
  const [, numbers] = await network.outputs(new Uint8Array(loaded.card.size ** 2 * 3));
  if (numbers?.length !== 10) throw new Fault("pose", pose.file);
  return network;
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

async function runtime(base: string, threads: number, bytes: Bytes): Promise<LiteRt> {
  const name = `litert_wasm_${hasThreads() ? "threaded" : "compat"}_internal`;
  const address = new URL(`runtime/${name}.js`, base).href;
  const code = compiled(new URL(`runtime/${name}.wasm`, base), bytes); // fetched beside the script, not after it
  code.catch(() => undefined); // a fault of it is thrown below
  const script = await startable(address);
  let failed: (fault: unknown) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => (failed = reject));
  // The runtime starts a thread for every core it is told of.
  Object.defineProperty(navigator, "hardwareConcurrency", { value: threads, configurable: true });
  const silent = (): void => undefined;
  Object.assign(self, {
    Module: {
      locateFile: (file: string) => new URL(file, address).href,
      mainScriptUrlOrBlob: script,
      instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, of: WebAssembly.Module) => void) => {
        code
          .then(async (module) => done(await WebAssembly.instantiate(module, imports), module))
          .catch(failed);
        return {};
      },
      print: silent,
      printErr: silent,
    },
  });
  // Left to itself the library asks for a GPU here, and writes to the console where there is none.
  Environment.create = async () => new Environment({ webGpuDevice: null });
  try {
    return await Promise.race([loadLiteRt(script), broken]);
  } catch (fault) {
    throw fault instanceof Fault ? fault : new Fault("runtime", said(fault));
  }
}

/** WebAssembly, compiled while it comes. Throws a Fault. */
async function compiled(address: URL, bytes: Bytes): Promise<WebAssembly.Module> {
  const answer = await fetched(address, "runtime");
  const counted = bytes.count(answer.clone(), RUNTIME_BYTES[address.pathname.split("/").pop() ?? ""] ?? 0);
  // The answer itself, which the browser may have compiled before, and not a copy of its bytes.
  const streams = answer.headers.get("Content-Type")?.startsWith("application/wasm");
  const module = streams ? WebAssembly.compileStreaming(answer) : answer.arrayBuffer().then(WebAssembly.compile);
  return (await Promise.all([module, counted]))[0];
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

async function modelOf(base: string, bytes: Bytes): Promise<{ card: ModelCard; content: Uint8Array }> {
  const folder = new URL("model/", base);
  const card = checkedCard(await fetched(new URL("model.json", folder)).then((answer) => answer.json().catch(() => null)));
  const answer = await fetched(new URL(card.file, folder));
  return { card, content: await bytes.count(answer, card.bytes ?? 0) };
}

async function fetched(url: URL, code: FaultCode = "model-missing"): Promise<Response> {
  const name = url.pathname.split("/").pop() ?? "";
  const answer = await fetch(url).catch((fault: unknown) => {
    throw new Fault(code, `${name}: ${said(fault)}`);
  });
  if (!answer.ok) throw new Fault(code, `${name}: ${answer.status}`);
  return answer;
}

function checkedCard(read: unknown): ModelCard {
  const card = read as Partial<ModelCard> | null;
  const sound =
    typeof card?.name === "string" &&
    isFile(card.file) &&
    (card.finer === undefined || (isFile(card.finer.file) && Number.isInteger(card.finer.size))) &&
    (card.pose === undefined || isFile(card.pose.file)) &&
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
  const [input] = model.getInputDetails();
  const [output] = [...model.getOutputDetails()].sort((a, b) => count(b.shape) - count(a.shape));
  const shape = [1, size, size, 3].join();
  if (input.dtype !== "uint8" || input.shape.join() !== shape || output.shape.join() !== shape) {
    throw new Fault("model-broken", `${file}: ${input.dtype} ${input.shape.join(" x ")}`);
  }
}

function count(shape: ArrayLike<number>): number {
  return Array.from(shape).reduce((total, length) => total * length, 1);
}

export function said(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
