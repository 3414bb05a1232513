/** The worker that paints hair, one picture after the other. */

import { Painting } from "./painting";
import type { Answered, Asked } from "./protocol";

const painting = new Painting();
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  last = last.then(async () => {
    const said = await (data.kind === "reach" ? painting.reach(data.of, data.view) : painting.paint(data.wanted));
    const answer: Answered = { id: data.id, said };
    self.postMessage(answer, { transfer: "layer" in said ? [said.layer.buffer] : [] });
  });
};
