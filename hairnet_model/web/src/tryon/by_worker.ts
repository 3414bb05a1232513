/** Has hair painted by a worker of its own. */

import type { View } from "./head";
import type { Answered, Asked, Chosen, Failed, Painted, Painter, Reach, Wanted } from "./protocol";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

export class ByWorker implements Painter {
  private readonly worker = new Worker(new URL("./worker.ts", import.meta.url));
  private readonly waiting = new Map<number, (said: Answered["said"]) => void>();
  private last = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<Answered>) => {
      this.waiting.get(data.id)?.(data.said);
      this.waiting.delete(data.id);
    };
  }

  reach(of: Chosen, view: View): Promise<Reach | Failed> {
    return this.ask({ kind: "reach", of, view }) as Promise<Reach | Failed>;
  }

  paint(wanted: Wanted): Promise<Painted | Failed> {
    return this.ask({ kind: "paint", wanted }) as Promise<Painted | Failed>;
  }

  private ask(asked: Unnumbered<Asked>): Promise<Answered["said"]> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ ...asked, id });
    });
  }
}
