/** What can be done with a picture: save it as a file, share it, copy it. */

import { busy, idle } from "./busy";
import { button } from "./dom";
import { download } from "./photo";
import type { SavedAs } from "./protocol";
import type { Stage } from "./stage";

const ENDINGS: Readonly<Record<SavedAs, string>> = { png: ".png", jpeg: ".jpg", cutout: "-cutout.png", mask: "-mask.png" };
const BUTTONS: Readonly<Record<string, SavedAs>> = {
  "save-picture": "png",
  "save-jpeg": "jpeg",
  "save-cutout": "cutout",
  "save-mask": "mask",
};
/** Disabled until there is a picture. */
export const KEEPING: readonly string[] = [...Object.keys(BUTTONS), "share", "copy"];

export class Keep {
  private readonly waiting = new Map<number, (blob: Blob | null) => void>();
  private lastId = 0;
  private ready: { readonly of: number; readonly file: File } | null = null;

  /**
   * @param ask asks the worker for a file.
   * @param name of the picture, without an ending.
   * @param shown which picture and look it is: a file that was made for another is not shared.
   */
  constructor(
    private readonly stage: Stage,
    private readonly ask: (as: SavedAs, id: number) => void,
    private readonly name: () => string,
    private readonly shown: () => number,
  ) {
    for (const [id, as] of Object.entries(BUTTONS)) button(id).addEventListener("click", () => void this.save(as));
    button("share").hidden = !canShare();
    button("share").addEventListener("click", () => void this.share());
    button("copy").hidden = typeof ClipboardItem !== "function" || !navigator.clipboard?.write;
    button("copy").addEventListener("click", () => void this.copy());
  }

  /** What the worker says of a file. */
  progress(share: number): void {
    busy("saving", share);
  }

  saved(id: number, blob: Blob | null): void {
    idle();
    this.waiting.get(id)?.(blob);
    this.waiting.delete(id);
  }

  private made(as: SavedAs): Promise<Blob | null> {
    const id = ++this.lastId;
    busy("saving");
    this.ask(as, id);
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  private async save(as: SavedAs): Promise<void> {
    const file = this.name() + ENDINGS[as];
    const blob = await this.made(as);
    if (!blob) return this.stage.say(as === "jpeg" ? { what: ["noJpeg"] } : { what: ["notSaved"] });
    download(blob, file);
    this.stage.tell(["saved", { file }]);
  }

  private async share(): Promise<void> {
    const of = this.shown();
    if (this.ready?.of !== of) {
      const blob = await this.made("jpeg");
      if (!blob) return this.stage.say({ what: ["noJpeg"] });
      this.ready = { of, file: new File([blob], `${this.name()}.jpg`, { type: "image/jpeg" }) };
    }
    try {
      await navigator.share({ files: [this.ready.file] });
    } catch (fault) {
      const why = fault instanceof DOMException ? fault.name : "";
      if (why === "AbortError") return; // the reader thought better of it
      // Making a large picture outlasted the press, which browsers ask for.
      this.stage.say({ what: [why === "NotAllowedError" ? "shareAgain" : "notShared"] });
    }
  }

  private async copy(): Promise<void> {
    const blob = this.made("png").then((made) => made ?? Promise.reject(new Error("no picture")));
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
      this.stage.tell(["copied"]);
    } catch {
      this.stage.say({ what: ["notCopied"] });
    }
  }
}

function canShare(): boolean {
  const file = new File([""], "picture.jpg", { type: "image/jpeg" });
  return typeof navigator.canShare === "function" && navigator.canShare({ files: [file] });
}
