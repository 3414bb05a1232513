/** Every fault the page can meet: what happened, and what to do. Shown as text, never as HTML. */

import type { Size } from "./pixels";
import type { FaultCode } from "./protocol";

export interface Message {
  readonly what: string;
  readonly hint: string;
}

const CURRENT = "Use a current Chrome, Edge, Firefox or Safari (16.4 or newer).";

/** What to say of a fault of the worker. */
export function ofFault(code: FaultCode, detail: string): Message {
  const said = detail ? ` (${detail.slice(0, 200)})` : "";
  switch (code) {
    case "no-javascript-worker":
      return { what: "This browser cannot draw in the background.", hint: CURRENT };
    case "no-webassembly":
      return {
        what: "This browser has no WebAssembly, which the network needs.",
        hint: `${CURRENT} If it is switched off, as in a lockdown mode, allow it for this page.`,
      };
    case "no-simd":
      return { what: "This browser's WebAssembly has no SIMD, which the network needs.", hint: CURRENT };
    case "runtime":
      return {
        what: `The runtime could not be loaded${said}.`,
        hint: "Reload the page. If it stays so, write the site again: hairnet-model web --out SITE.",
      };
    case "model-missing":
      return {
        what: `The model file could not be loaded${said}.`,
        hint: "Reload the page. If it stays so, write the site again: hairnet-model web --out SITE.",
      };
    case "model-broken":
      return {
        what: `The model file is damaged or is no model of hair and face${said}.`,
        hint: "Write the site again: hairnet-model web --out SITE.",
      };
    case "network":
      return { what: `The network failed on this picture${said}.`, hint: "Try another picture, or reload the page." };
  }
}

/** What to say when a camera cannot be had. */
export function ofCamera(fault: unknown): Message {
  const orPhoto = "or open a photo instead.";
  switch (fault instanceof DOMException ? fault.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return {
        what: "Camera access is blocked.",
        hint: `Allow it for this page in the browser's address bar and press Start camera again, ${orPhoto}`,
      };
    case "NotFoundError":
    case "OverconstrainedError":
      return { what: "No camera was found.", hint: `Plug one in and press Start camera again, ${orPhoto}` };
    case "NotReadableError":
    case "AbortError":
      return {
        what: "The camera does not answer; another program may be using it.",
        hint: `Close that program and press Start camera again, ${orPhoto}`,
      };
    default:
      return {
        what: "This page may not ask for a camera.",
        hint: `Browsers allow it on https:// and on localhost only: open the page there, ${orPhoto}`,
      };
  }
}

export const CAMERA_LOST: Message = {
  what: "The camera was disconnected.",
  hint: "Plug it in and press Start camera again, or open a photo instead.",
};

export function ofPhoto(name: string): Message {
  return {
    what: `${name} cannot be read as a picture.`,
    hint: "Open a JPEG, PNG, WebP, GIF or AVIF file, or take a screenshot of it and paste that.",
  };
}

const inPixels = ({ width, height }: Size): string => `${width} x ${height}`;

/** What to say of a picture that was saved smaller than its photo. */
export function ofSmaller(size: Size, own: Size): Message {
  return {
    what: `The picture was saved with ${inPixels(size)} pixels; the photo has ${inPixels(own)}.`,
    hint: "The photo is larger than this page can draw. Its mask is saved in the photo's own size.",
  };
}

export const NO_HEAD: Message = {
  what: "No face and no hair was found in this photo.",
  hint: "Choose one in which the head is larger, or cut it out first.",
};

export const NOTHING_PASTED: Message = {
  what: "There is no picture in the clipboard.",
  hint: "Copy a picture, not its address, and paste again.",
};
