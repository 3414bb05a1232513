/** The page: connects camera, photos and controls with the worker. */

import { Camera } from "./camera";
import { busy, idle } from "./busy";
import { part } from "./compare";
import { controls } from "./controls";
import { button, caption, element, input, press } from "./dom";
import { hasSimd, hasWebAssembly } from "./features";
import { Keep, KEEPING } from "./keep";
import { CAMERA_LOST, NO_FACE_SEEN, NO_HEAD, NOTHING_PASTED, ofCamera, ofFault, ofPhoto, ofTryOn } from "./messages";
import { keepOffline } from "./offline";
import { decoded, listen, type Photo, SAMPLES } from "./photo";
import type { Answer, FaultCode, ModelCard, Request } from "./protocol";
import { shortcuts } from "./shortcuts";
import { Stage } from "./stage";
import { LANGUAGES, preferred, put, speak } from "./texts";
import type { Why } from "./tryon/trying";

const IN_FLIGHT = 2; // one frame in the worker's hands and one waiting there, so that it never waits for the page

const stage = new Stage();
const cameraButton = button("camera");
const pauseButton = button("pause");
const select = element("cameras", HTMLSelectElement);
const camera = new Camera(element("video", HTMLVideoElement), () => {
  cameraShown();
  stage.say(CAMERA_LOST);
});

let worker: Worker | null = null;
let card: ModelCard | null = null;
let name = "picture";
let lastId = 0;
let opened = 0;
let told = 0; // the photo of which it was said that nothing was found
let paused = false;
let untried: Why | null = null; // why the last picture has no hairstyle
const sent = new Map<number, number>(); // frames under way: id to the time they were taken

function ask(request: Request, ...over: Transferable[]): void {
  worker?.postMessage(request, over);
}

function stop(code: FaultCode, detail = ""): void {
  worker?.terminate();
  worker = null;
  camera.stop();
  cameraShown();
  for (const id of ["camera", "open", "original", ...KEEPING]) button(id).disabled = true;
  stage.stopped();
  stage.say(ofFault(code, detail));
}

function answered({ data }: MessageEvent<Answer>): void {
  switch (data.kind) {
    case "loading":
      stage.loading(data.share);
      break;
    case "ready":
      keepOffline();
      card = data.card;
      stage.about(data.card, data.engine);
      for (const id of ["axes-option", "hairstyle-effect"]) element(id, HTMLLabelElement).hidden = !data.card.pose;
      cameraButton.disabled = false;
      button("open").disabled = false;
      break;
    case "engine":
      if (card) stage.about(card, data.engine);
      break;
    case "shown":
      if (!camera.on) idle();
      stage.show(data);
      drawings++;
      for (const id of ["original", ...KEEPING]) button(id).disabled = false;
      if (sent.has(data.id)) {
        stage.frame(performance.now() - (sent.get(data.id) ?? 0), data.network);
        sent.delete(data.id);
      } else if (!camera.on) {
        stage.photo(data.network);
        if (!data.heads.length && told !== data.id) stage.say(NO_HEAD);
        else if (!data.applied) stage.say(NO_FACE_SEEN);
        told = data.id;
      }
      if (data.untried !== untried) {
        untried = data.untried;
        if (untried) stage.say(ofTryOn(untried));
        else stage.hush();
      }
      document.documentElement.dataset["heads"] = JSON.stringify({ of: data.of, heads: data.heads });
      document.documentElement.dataset["painted"] = String(data.painted);
      document.documentElement.dataset["shown"] = String(data.id);
      break;
    case "fetching":
      if (data.on) busy("fetching");
      else idle();
      break;
    case "progress":
      keep.progress(data.share);
      break;
    case "saved":
      keep.saved(data.id, data.blob);
      break;
    case "fault":
      sent.clear();
      idle();
      if ((data.code === "network" || data.code === "pose") && card) stage.say(ofFault(data.code, data.detail));
      else stop(data.code, data.detail);
  }
}

function cameraShown(): void {
  caption(cameraButton, camera.on ? "stopCamera" : "startCamera");
  cameraButton.classList.toggle("primary", !camera.on);
  pauseButton.hidden = !camera.on;
  element("camera-options", HTMLDivElement).hidden = !camera.on;
  element("mirror-option", HTMLLabelElement).hidden = camera.back;
  if (!camera.on) pause(false);
}

function pause(on: boolean): void {
  paused = on;
  press(pauseButton, on);
  caption(pauseButton, on ? "resume" : "pause");
}

async function startCamera(device?: string): Promise<void> {
  stage.hush();
  cameraButton.disabled = true;
  try {
    if (!(await camera.start(device))) return;
  } catch (fault) {
    cameraShown();
    stage.say(ofCamera(fault));
    return;
  } finally {
    cameraButton.disabled = false;
  }
  name = "camera";
  part(0);
  chosen(null);
  cameraShown();
  stage.tell(["cameraOn"]);
  const devices = await camera.devices();
  const options = devices.map(({ id, label }, at) => {
    const option = new Option(label, id, false, id === camera.device);
    if (!label) put(option, ["cameraNumber", { number: at + 1 }]);
    return option;
  });
  select.replaceChildren(...options);
  void frames();
}

let running = 0;
let drawings = 0;
const keep = new Keep(
  stage,
  (as, id) => ask({ kind: "save", as, id }),
  () => name,
  () => drawings,
);

/** Sends the camera's frames for as long as it is on. */
async function frames(): Promise<void> {
  const turn = ++running;
  let goesOn = false;
  sent.clear();
  while (camera.on && turn === running) {
    const bitmap = await camera.frame();
    if (!bitmap) continue;
    if (turn !== running || !camera.on || paused || sent.size >= IN_FLIGHT) {
      bitmap.close();
      continue;
    }
    const id = ++lastId;
    sent.set(id, performance.now());
    ask({ kind: "frame", bitmap, mirror: input("mirror").checked && !camera.back, goesOn, id }, bitmap);
    goesOn = true;
  }
}

async function openPhoto({ name: file, content }: Photo): Promise<void> {
  if (await open(file, null, () => decoded(content))) part(0);
}

/** Opens a picture; `sample` is the file of the sample it is, if it is one. */
async function open(file: string, sample: string | null, decode: () => Promise<ImageBitmap>): Promise<boolean> {
  const turn = ++opened;
  let bitmap: ImageBitmap;
  busy("opening");
  try {
    bitmap = await decode();
  } catch {
    idle();
    stage.say(ofPhoto(file));
    return false;
  }
  if (turn !== opened) {
    bitmap.close(); // another was opened meanwhile
    return false;
  }
  stage.hush();
  camera.stop();
  cameraShown();
  sent.clear();
  chosen(sample);
  name = file.replace(/\.[^.]*$/, "") || "picture";
  ask({ kind: "photo", bitmap, id: ++lastId }, bitmap);
  stage.tell(["opened", { file }]);
  return true;
}

/** Marks the sample that is shown. */
function chosen(sample: string | null): void {
  for (const each of document.querySelectorAll<HTMLButtonElement>("#samples button")) {
    press(each, each.dataset["file"] === sample);
  }
}

/** Shows the samples to choose from; the first is opened. */
function samples(): void {
  const openers = SAMPLES.map(({ file, about }) => {
    const each = document.createElement("button");
    const image = new Image();
    each.type = "button";
    each.dataset["file"] = file;
    put(each, [about], "title");
    image.src = `./samples/${file}`;
    put(image, [about], "alt");
    each.append(image);
    // From the picture that is there already: after loading the page asks its server for nothing.
    const opener = (): Promise<boolean> => open(file, file, () => image.decode().then(() => createImageBitmap(image)));
    each.addEventListener("click", () => void opener());
    element("samples", HTMLDivElement).append(each);
    return opener;
  });
  void openers[0]();
}

function buttons(): void {
  const file = input("file");
  cameraButton.addEventListener("click", () => {
    if (!camera.on) return void startCamera();
    camera.stop();
    cameraShown();
    stage.tell(["cameraOff"]);
  });
  select.addEventListener("change", () => void startCamera(select.value));
  pauseButton.addEventListener("click", () => pause(!paused));
  button("open").addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    const [photo] = file.files ?? [];
    if (photo) void openPhoto({ name: photo.name, content: photo });
    file.value = ""; // so that the same file can be opened again
  });
  shortcuts();
}

/** Says everything in the reader's language, or in the one that is chosen. */
function languages(): void {
  const choice = element("language", HTMLSelectElement);
  for (const [tag, { language }] of Object.entries(LANGUAGES)) {
    const option = new Option(language, tag);
    option.lang = tag;
    choice.append(option);
  }
  choice.value = preferred();
  speak(choice.value);
  choice.addEventListener("change", () => {
    speak(choice.value);
    const here = new URL(location.href);
    here.searchParams.set("lang", choice.value);
    history.replaceState(null, "", here); // so that a link that is passed on speaks it, too
  });
}

function start(): void {
  if (!hasWebAssembly()) return stop("no-webassembly");
  if (!hasSimd()) return stop("no-simd");
  if (!("transferControlToOffscreen" in stage.canvas) || typeof OffscreenCanvas !== "function") {
    return stop("no-javascript-worker");
  }
  worker = new Worker(new URL("./worker.ts", import.meta.url));
  worker.onmessage = answered;
  worker.onerror = (event) => stop("runtime", event.message);
  const canvas = stage.canvas.transferControlToOffscreen();
  const before = stage.before.transferControlToOffscreen();
  ask({ kind: "start", base: new URL("./", location.href).href, canvas, before }, canvas, before);
  controls((settings) => ask({ kind: "settings", settings }));
  buttons();
  samples();
  listen(
    (photo) => void openPhoto(photo),
    () => stage.say(NOTHING_PASTED),
  );
}

languages();
start();
