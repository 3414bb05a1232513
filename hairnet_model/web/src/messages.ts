/** Every fault the page can meet: what happened, and what to do. Shown as text, never as HTML. */

import type { FaultCode } from "./protocol";
import type { Said } from "./texts";
import type { Why } from "./tryon/trying";

export interface Message {
  readonly what: Said;
  readonly hint?: Said;
}

/** What to say of a fault of the worker. */
export function ofFault(code: FaultCode, detail: string): Message {
  const values = { detail: detail ? ` (${detail.slice(0, 200)})` : "" };
  switch (code) {
    case "no-javascript-worker":
      return { what: ["noDrawing"], hint: ["currentBrowser"] };
    case "no-webassembly":
      return { what: ["noWebAssembly"], hint: ["noWebAssemblyHint"] };
    case "no-simd":
      return { what: ["noSimd"], hint: ["currentBrowser"] };
    case "runtime":
      return { what: ["noRuntime", values], hint: ["reloadOrWrite"] };
    case "model-missing":
      return { what: ["noModel", values], hint: ["reloadOrWrite"] };
    case "model-broken":
      return { what: ["brokenModel", values], hint: ["writeAgain"] };
    case "pose":
      return { what: ["noPose", values], hint: ["tickAgain"] };
    case "network":
      return { what: ["networkFailed", values], hint: ["anotherOrReload"] };
  }
}

/** What to say when a camera cannot be had. */
export function ofCamera(fault: unknown): Message {
  switch (fault instanceof DOMException ? fault.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return { what: ["cameraBlocked"], hint: ["cameraBlockedHint"] };
    case "NotFoundError":
    case "OverconstrainedError":
      return { what: ["noCamera"], hint: ["noCameraHint"] };
    case "NotReadableError":
    case "AbortError":
      return { what: ["cameraBusy"], hint: ["cameraBusyHint"] };
    default:
      return { what: ["cameraForbidden"], hint: ["cameraForbiddenHint"] };
  }
}

/** What to say when a hairstyle cannot be tried on. */
export function ofTryOn(why: Why): Message {
  switch (why) {
    case "no-webgl":
      return { what: ["noWebGl"], hint: ["noWebGlHint"] };
    case "missing":
      return { what: ["noStyle"], hint: ["chooseAgain"] };
    case "unsure":
      return { what: ["notSure"], hint: ["anotherOrReload"] };
    case "turned":
      return { what: ["turnedAway"], hint: ["anotherOrReload"] };
  }
}

export const CAMERA_LOST: Message = { what: ["cameraLost"], hint: ["cameraLostHint"] };
export const NO_HEAD: Message = { what: ["noFace"] };
export const NO_FACE_SEEN: Message = { what: ["noFaceSeen"] };
export const NOTHING_PASTED: Message = { what: ["nothingPasted"], hint: ["nothingPastedHint"] };

export function ofPhoto(file: string): Message {
  return { what: ["notAPicture", { file }], hint: ["notAPictureHint"] };
}
