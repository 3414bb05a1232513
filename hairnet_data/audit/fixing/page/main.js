// The page: which portrait is shown, tools, keys, and what is written of each.

import { listen } from "./keys.js";
import { makeClasses, makeList, markList, MARKS } from "./lists.js";
import { forgetFar, load, loaded } from "./portraits.js";
import { ask, askMask, post } from "./requests.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);
const state = { items: [], now: -1, tool: "brush", label: 1, size: 0.03, busy: false };
let erasing = false; // for one stroke
let messageTimer = 0;

const view = new View($("canvas"), {
  begin: (at, event) => begin(at, event),
  move: (from, to) => {
    if (state.tool !== "fill" || erasing) show(painting().line(from, to, radius(), label()));
  },
  end: () => {
    painting().end();
    update();
  },
  cancel: () => show(painting().cancel()),
  zoomed: () => {
    $("level").value = `${view.zoom.toFixed(view.zoom < 10 && view.zoom % 1 ? 1 : 0)} x`;
    update();
  },
});

// The portrait that is shown.

const painting = () => loaded.get(state.now)?.painting;
const label = () => (erasing || state.tool === "eraser" ? 0 : state.label);
const radius = () => {
  const { width, height } = painting();
  return Math.max(0.5, state.size * Math.max(width, height));
};

async function go(number) {
  if (!state.items.length) return;
  const now = Math.min(state.items.length - 1, Math.max(0, number));
  if (now === state.now) return;
  state.now = now;
  view.clear();
  const item = state.items[now];
  $("name").textContent = item.id;
  $("why").value = "";
  $("reasons").replaceChildren(
    ...item.reasons.map((each) => {
      const line = document.createElement("li");
      const title = document.createElement("b");
      title.textContent = each.title;
      line.append(title, `: ${each.reason}${each.other ? ` (${each.other})` : ""}`);
      return line;
    }),
  );
  update();
  document.querySelector(`#list li:nth-child(${now + 1})`)?.scrollIntoView({ block: "nearest" });
  try {
    const ready = await load(now);
    if (state.now !== now) return;
    view.show(ready.photo, ready.painting, state.colours);
    update();
    for (const near of [now + 1, now - 1]) {
      if (near >= 0 && near < state.items.length) Promise.resolve(load(near)).catch(() => {});
    }
    forgetFar(now);
  } catch (error) {
    if (state.now === now) say(error.message, true);
  }
}

function begin(at, event) {
  // The other end of a pen erases, and so does Shift.
  erasing = event.button === 5 || event.shiftKey;
  painting().begin();
  if (state.tool === "fill" && !erasing) {
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    if (x >= 0 && y >= 0 && x < painting().width && y < painting().height) show(painting().fill(x, y, label()));
  } else {
    show(painting().line(at, at, radius(), label()));
  }
}

function show(box) {
  if (box) view.repaint(box);
}

function step(box) {
  show(box);
  update();
}

// What is written.

async function decide(send, done) {
  const number = state.now;
  if (state.busy || !painting()) return;
  state.busy = true;
  update();
  try {
    const said = await (await send(number, encodeURIComponent($("why").value))).json();
    state.items[number].action = said.action;
    say(done(said));
    if (said.action) await go(nextOpen(number));
  } catch (error) {
    say(error.message, true);
  } finally {
    state.busy = false;
    update();
  }
}

const act = (action) => (number, why) =>
  post(`/api/decide/${number}?action=${encodeURIComponent(action)}&why=${why}`, new Uint8Array());

function save() {
  const now = painting();
  if (!now) return;
  if (!now.changed) {
    if (state.items[state.now].action === "repainted") return void go(nextOpen(state.now));
    return void decide(act("accepted"), () => "Accepted.");
  }
  const { width, height } = now;
  const values = now.values.slice();
  decide(
    async (number, why) => {
      const answer = await post(`/api/repaint/${number}?width=${width}&height=${height}&why=${why}`, values);
      now.markSaved(values);
      return answer;
    },
    (said) => `Saved ${said.file}.`,
  );
}

function leaveOut() {
  decide(act("left out"), () => "Left out.");
}

function withdraw() {
  if (!state.items[state.now]?.action) return;
  decide(act("withdrawn"), () => "Taken back: the original mask counts again.");
}

async function reset() {
  const now = painting();
  if (!now) return;
  try {
    const original = await askMask(`/api/original/${state.now}`);
    if (now === painting()) step(now.replace(original.values));
  } catch (error) {
    say(error.message, true);
  }
}

function nextOpen(number) {
  const open = (item, i) => !item.action && i !== number;
  const after = state.items.findIndex((item, i) => i > number && open(item, i));
  if (after >= 0) return after;
  const before = state.items.findIndex(open);
  if (before < 0) say("All portraits are decided.");
  return before >= 0 ? before : number;
}

function say(text, wrong = false) {
  $("message").textContent = text;
  $("message").hidden = false;
  $("message").classList.toggle("error", wrong);
  clearTimeout(messageTimer);
  messageTimer = setTimeout(() => ($("message").hidden = true), wrong ? 12000 : 1800);
}

// What the page shows of all that.

function mark(item, number) {
  return loaded.get(number)?.painting?.changed ? "edited" : item.action;
}

function update() {
  const item = state.items[state.now];
  const now = painting();
  const [ready, changed] = [Boolean(now) && !state.busy, Boolean(now?.changed)];
  $("undo").disabled = !ready || !now.done.length;
  $("redo").disabled = !ready || !now.undone.length;
  for (const id of ["save", "leave", "reset", "in", "out", "whole"]) $(id).disabled = !ready;
  $("withdraw").disabled = !ready || !item?.action;
  $("previous").disabled = state.now <= 0;
  $("next").disabled = state.now >= state.items.length - 1;
  $("verb").textContent = changed ? "Save mask" : item?.action === "repainted" ? "Keep" : "Accept";
  const own = item ? mark(item, state.now) : "";
  $("badge").hidden = !own;
  $("badge").textContent = MARKS[own] ?? "";
  const done = state.items.filter((each) => each.action).length;
  $("progress").textContent = state.items.length
    ? `${state.now + 1} of ${state.items.length}, ${done} decided`
    : "nothing to look at";
  $("bar").firstElementChild.style.width = `${(100 * done) / Math.max(1, state.items.length)}%`;
  markList($("list").firstElementChild, state.items.map(mark), state.now);
  document.querySelectorAll("[data-tool]").forEach((button) => {
    button.setAttribute("aria-checked", String(button.dataset.tool === state.tool));
  });
  document.querySelectorAll("[data-label]").forEach((button) => {
    const chosen = Number(button.dataset.label) === state.label && state.tool !== "eraser";
    button.setAttribute("aria-checked", String(chosen));
  });
  view.brush = now && state.tool !== "fill" ? radius() : 0;
  $("pixels").value = now ? `${Math.max(1, Math.round(2 * radius()))} pixels` : "";
  $("canvas").classList.toggle("none", Boolean(view.brush) && !view.panning);
  $("canvas").classList.toggle("grab", view.panning);
  view.draw();
}

function choose(tool) {
  state.tool = tool;
  update();
}

function chooseLabel(value) {
  state.label = value;
  if (state.tool === "eraser") state.tool = "brush";
  update();
}

// The slider is logarithmic: from 0.2 % to 20 % of the longer side.
function resize(position) {
  const at = Math.min(100, Math.max(0, position));
  $("size").value = at;
  state.size = 0.002 * 100 ** (at / 100);
  update();
}

// Keys.

function hide(hidden) {
  view.hidden = hidden;
  view.draw();
}

function pan(panning) {
  view.panning = panning;
  update();
}

// Those of the classes are added once the classes are known.
const KEYS = {
  b: () => choose("brush"),
  e: () => choose("eraser"),
  f: () => choose("fill"),
  z: () => painting() && step(painting().undo()),
  y: () => painting() && step(painting().redo()),
  r: reset,
  x: leaveOut,
  u: withdraw,
  a: () => painting() && !painting().changed && save(),
  enter: save,
  arrowright: () => go(state.now + 1),
  arrowleft: () => go(state.now - 1),
  n: () => go(state.now + 1),
  p: () => go(state.now - 1),
  w: () => $("why").focus(),
  "[": () => resize(Number($("size").value) - 6),
  "]": () => resize(Number($("size").value) + 6),
  "+": () => view.setZoom(view.zoom * 1.5),
  "=": () => view.setZoom(view.zoom * 1.5),
  "-": () => view.setZoom(view.zoom / 1.5),
  0: () => view.setZoom(1),
  h: () => hide(true),
  " ": () => pan(true),
};

listen(KEYS, { h: () => hide(false), " ": () => pan(false) });

addEventListener("beforeunload", (event) => {
  if ([...loaded.values()].some((each) => each.painting?.changed)) event.preventDefault();
});

const clicks = {
  undo: KEYS.z,
  redo: KEYS.y,
  reset,
  save,
  leave: leaveOut,
  withdraw,
  previous: KEYS.arrowleft,
  next: KEYS.arrowright,
  in: KEYS["+"],
  out: KEYS["-"],
  whole: KEYS[0],
};
for (const [id, click] of Object.entries(clicks)) {
  $(id).addEventListener("click", () => {
    click();
    $("canvas").focus({ preventScroll: true }); // keys are for the picture again
  });
}
document.querySelectorAll("[data-tool]").forEach((button) => {
  button.addEventListener("click", () => choose(button.dataset.tool));
});
$("size").addEventListener("input", () => resize(Number($("size").value)));
$("strength").addEventListener("input", () => view.setStrength(Number($("strength").value) / 100));

try {
  const said = await (await ask("/api/items")).json();
  state.items = said.items;
  $("folder").textContent = said.folder;
  document.title = `${said.folder}: masks to look at`;
  const classes = [...said.classes.slice(1), { value: said.unlabelled, name: "unlabelled" }, said.classes[0]];
  classes.forEach(({ value }, i) => (KEYS[i + 1] = () => chooseLabel(value)));
  state.colours = Object.fromEntries(
    said.classes.map(({ value, colour }) => [value, [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))]),
  );
  makeClasses($("classes"), classes, chooseLabel);
  makeList($("list").firstElementChild, state.items, go);
  resize(50);
  if (!state.items.length) $("name").textContent = "Nothing to look at";
  const open = state.items.findIndex((item) => !item.action);
  await go(Math.max(0, open));
  $("canvas").focus({ preventScroll: true });
} catch (error) {
  $("name").textContent = "This page cannot be used";
  say(error.message, true);
}
