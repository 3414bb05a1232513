/** What stands around the picture: shares, speed, messages. */

import { button, element } from "./dom";
import type { Message } from "./messages";
import type { Answer, Engine, ModelCard } from "./protocol";

type Shown = Extract<Answer, { kind: "shown" }>;

const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.095 ? 1 : 0)}%`;

export class Stage {
  readonly canvas = element("canvas", HTMLCanvasElement);
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
    strong.textContent = what;
    span.textContent = hint;
    this.text.replaceChildren(strong, span);
    this.notice.hidden = false;
  }

  /** Tells screen readers, and nobody else. */
  tell(text: string): void {
    this.status.textContent = text;
  }

  /** Says how much of the network has come, 0..1. */
  loading(share: number): void {
    element("loaded", HTMLSpanElement).textContent = `${Math.floor(100 * share)}%`;
  }

  /** Nothing will come any more. */
  stopped(): void {
    this.view.classList.add("stopped");
    element("wait", HTMLDivElement).lastElementChild?.replaceChildren("The network could not be started");
  }

  show({ width, height, hair, face }: Shown): void {
    this.view.classList.remove("empty");
    const ratio = Math.min(1.78, Math.max(0.8, width / height));
    this.view.style.setProperty("--ratio", ratio.toFixed(3));
    element("hair-share", HTMLElement).textContent = percent(hair);
    element("face-share", HTMLElement).textContent = percent(face);
    this.canvas.setAttribute("aria-label", `Picture: hair on ${percent(hair)} of it, face on ${percent(face)}`);
  }

  /** Counts a live frame that took `took` ms from camera to screen, the network `network` of them. */
  frame(took: number, network: number): void {
    const now = performance.now();
    this.times.push({ at: now, took });
    this.times = this.times.filter(({ at }) => now - at < 1000);
    const mean = this.times.reduce((sum, time) => sum + time.took, 0) / this.times.length;
    const text = `${this.times.length} frames/s · ${mean.toFixed(0)} ms · network ${network.toFixed(0)} ms`;
    if (this.speed.textContent !== text) this.speed.textContent = text;
  }

  /** The speed of a photo, or nothing. */
  photo(network: number): void {
    this.times = [];
    this.speed.textContent = `network ${network.toFixed(0)} ms`;
  }

  about(card: ModelCard, engine: Engine): void {
    const threads = engine.threads > 1 ? `, ${engine.threads} threads` : "";
    const about = `Model ${card.name}, ${card.size} x ${card.size} pixels, on ${engine.runs}${threads}`;
    element("about", HTMLParagraphElement).textContent = about;
  }
}
