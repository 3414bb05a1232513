/** The worker that paints hair. Style files are fetched when they are chosen first. */

import { layerOf } from "./composing";
import { parseHead, type Surface } from "./head";
import type { Painted, Wanted } from "./protocol";
import { type Hair, Renderer } from "./renderer";
import { parseStyle, type Style } from "./style";
import { thicken } from "./thicken";

const styles = new Map<string, Promise<Style>>();
const thick = new Map<string, Hair>();
let head: Promise<Surface[]> | null = null;
let renderer: Renderer | null = null;

async function file(folder: string, name: string): Promise<Response> {
  const answer = await fetch(new URL(name, folder));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

async function hairOf({ folder, style, level }: Wanted): Promise<Hair> {
  if (!styles.has(style)) {
    const loaded = file(folder, `${style}.hair`).then(async (answer) => parseStyle(new Uint8Array(await answer.arrayBuffer())));
    styles.set(style, loaded);
    loaded.catch(() => styles.delete(style)); // the next picture tries again
  }
  const read = (await styles.get(style)) as Style;
  const key = `${style} ${level}`;
  const made = thick.get(key) ?? { groups: thicken(read, level), cap: read.cap };
  if (!thick.has(key) && thick.size >= 4) thick.delete(thick.keys().next().value as string);
  thick.set(key, made);
  return made;
}

async function painted(wanted: Wanted): Promise<Painted> {
  const { id } = wanted;
  let [hair, surfaces]: [Hair, Surface[]] = [{ groups: [], cap: { azimuth: [], height: [], soft: 1, dense: 0 } }, []];
  try {
    head ??= file(wanted.folder, "head.json").then((answer) => answer.json()).then(parseHead);
    [hair, surfaces] = await Promise.all([hairOf(wanted), head]);
  } catch {
    head = null;
    return { id, fault: "missing" };
  }
  const before = performance.now();
  try {
    renderer ??= new Renderer(surfaces);
    const layer = layerOf(wanted, hair, surfaces, renderer);
    return { id, layer, took: performance.now() - before };
  } catch {
    renderer = null;
    return { id, fault: "no-webgl" };
  }
}

let last: Promise<void> = Promise.resolve();
self.onmessage = ({ data }: MessageEvent<Wanted>) => {
  last = last.then(async () => {
    const answer = await painted(data);
    self.postMessage(answer, { transfer: "layer" in answer ? [answer.layer.buffer] : [] });
  });
};
