/** Paints hair. Style files are fetched when they are chosen first. Lives in a worker. */

import { layerOf } from "./composing";
import { parseHead, type Surface, type View, zoomOf } from "./head";
import { seenHair } from "./light";
import type { Chosen, Failed, Painted, Painter, Reach, Wanted } from "./protocol";
import { type Hair, Renderer } from "./renderer";
import { parseStyle, type Style } from "./style";
import { thicken } from "./thicken";

const KEPT = 4; // styles at a level of detail

export class Painting implements Painter {
  private readonly styles = new Map<string, Promise<Style>>();
  private readonly thick = new Map<string, Hair>();
  private head: Promise<Surface[]> | null = null;
  private renderer: Renderer | null = null;

  async reach(of: Chosen, view: View): Promise<Reach | Failed> {
    try {
      return reachOf(this.hair(await this.style(of), of.style, 0), view);
    } catch {
      return { fault: "missing" };
    }
  }

  async paint(wanted: Wanted): Promise<Painted | Failed> {
    let [style, surfaces]: [Style | null, Surface[]] = [null, []];
    try {
      this.head ??= file(wanted.folder, "head.json").then((answer) => answer.json()).then(parseHead);
      [style, surfaces] = await Promise.all([this.style(wanted), this.head]);
    } catch {
      this.head = null;
      return { fault: "missing" };
    }
    const read = style;
    const before = performance.now();
    try {
      this.renderer ??= new Renderer(surfaces);
      const made = layerOf(wanted, (level) => this.hair(read, wanted.style, level), surfaces, this.renderer);
      const reach = reachOf(this.hair(read, wanted.style, 0), wanted.view);
      return { ...made, reach, took: performance.now() - before };
    } catch {
      this.renderer = null;
      return { fault: "no-webgl" };
    }
  }

  private style({ folder, style }: Chosen): Promise<Style> {
    const known = this.styles.get(style);
    if (known) return known;
    const loaded = file(folder, `${style}.hair`).then(async (answer) => parseStyle(new Uint8Array(await answer.arrayBuffer())));
    this.styles.set(style, loaded);
    loaded.catch(() => this.styles.delete(style)); // the next picture tries again
    return loaded;
  }

  private hair(style: Style, name: string, level: number): Hair {
    const { thick } = this;
    const key = `${name} ${level}`;
    const made = thick.get(key) ?? { groups: thicken(style, level), cap: style.cap };
    if (!thick.has(key) && thick.size >= KEPT) thick.delete(thick.keys().next().value as string);
    thick.set(key, made);
    return made;
  }
}

async function file(folder: string, name: string): Promise<Response> {
  const answer = await fetch(new URL(name, folder));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

function reachOf({ groups }: Hair, view: View): Reach {
  const made = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const group of groups) {
    const seen = seenHair(group, view);
    for (let at = 0; at < seen.length; at += 3) {
      const zoom = zoomOf(view, seen[at + 2]);
      const [x, y] = [view.x + seen[at] * zoom, view.y + seen[at + 1] * zoom];
      made.left = Math.min(made.left, x);
      made.right = Math.max(made.right, x);
      made.top = Math.min(made.top, y);
      made.bottom = Math.max(made.bottom, y);
    }
  }
  return made;
}
