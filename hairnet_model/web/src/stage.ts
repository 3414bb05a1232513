/** What stands around the picture: shares, speed, messages. */

import { button, element } from "./dom";
import type { Message } from "./messages";
import type { Answer, Engine, ModelCard } from "./protocol";
import { put, type Said } from "./texts";

type Shown = Extract<Answer, { kind: "shown" }>;

export class Stage {
  readonly canvas = element("canvas", HTMLCanvasElement);
  readonly before = element("before", HTMLCanvasElement);
  private readonly view = element("view", HTMLDivElement);
  private readonly notice = element("notice", HTMLDivElement);
  private readonly text = element("notice-text", HTMLDivElement);
  private readonly status = element("status", HTMLParagraphElement);
  private readonly speed = element("speed", HTMLElement);
  private times: { at: number; took: number }[] = [];

  constructor() {
    const close = button("notice-close");
    close.hidden = false;
    close.addEventListener("click", () => this.hush());
    this.view.classList.add("empty");
    this.hush();
  }

  /** Takes the message away. */
  hush(): void {
    this.notice.hidden = true;
  }

  say({ what, hint }: Message): void {
    const strong = document.createElement("strong");
    const span = document.createElement("span");
    put(strong, what);
    if (hint) put(span, hint);
    this.text.replaceChildren(strong, span);
    this.notice.hidden = false;
  }

  /** Tells screen readers, and nobody else. */
  tell(text: Said): void {
    put(this.status, text);
  }

  /** Says how much of the network has come, 0..1. */
  loading(share: number): void {
    put(element("loaded", HTMLSpanElement), ["percent", { share: Math.floor(100 * share) / 100 }]);
  }

  /** Nothing will come any more. */
  stopped(): void {
    this.view.classList.add("stopped");
    const last = element("wait", HTMLDivElement).lastElementChild;
    if (last instanceof HTMLElement) put(last, ["networkStopped"]);
  }

  show({ width, height, hair, face, heads, own }: Shown): void {
    this.view.classList.remove("empty");
    const ratio = Math.min(1.78, Math.max(0.8, width / height));
    this.view.style.setProperty("--ratio", ratio.toFixed(3));
    put(element("hair-share", HTMLElement), ["percent", { share: hair }]);
    put(element("face-share", HTMLElement), ["percent", { share: face }]);
    put(element("size", HTMLElement), ["size", { width: own.width, height: own.height }]);
    const pose = heads[0]?.pose;
    element("direction-fact", HTMLDivElement).hidden = !pose;
    if (pose) {
      const [yaw, pitch, roll] = [pose.yaw, pose.pitch, pose.roll].map(Math.round);
      put(element("direction", HTMLElement), ["angles", { yaw, pitch, roll }]);
    }
    put(this.canvas, ["shows", { hair, face }], "label");
  }

  /** Counts a live frame that took `took` ms from camera to screen, the network `network` of them. */
  frame(took: number, network: number): void {
    const now = performance.now();
    this.times.push({ at: now, took });
    this.times = this.times.filter(({ at }) => now - at < 1000);
    const mean = this.times.reduce((sum, time) => sum + time.took, 0) / this.times.length;
    const values = { frames: this.times.length, total: mean.toFixed(0), network: network.toFixed(0) };
    put(this.speed, ["speedLive", values]);
  }

  /** The speed of a photo, or nothing. */
  photo(network: number): void {
    this.times = [];
    put(this.speed, ["speedPhoto", { network: network.toFixed(0) }]);
  }

  about(card: ModelCard, engine: Engine): void {
    const { runs, threads } = engine;
    const key = threads > 1 ? "aboutThreads" : "about";
    put(element("about", HTMLParagraphElement), [key, { name: card.name, size: card.size, runs, threads }]);
  }
}
