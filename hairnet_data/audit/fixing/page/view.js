// Shows a photo with its mask over it, from 1 x (all of it) to 8 x, and turns pointers into strokes.

export const MOST_ZOOM = 8;
const TRANSPARENT = [0, 0, 0, 0];

export class View {
  // handlers: begin(point), move(from, to), end(), cancel(), of points in pixels of the mask; zoomed().
  constructor(canvas, handlers) {
    this.canvas = canvas;
    this.handlers = handlers;
    this.context = canvas.getContext("2d");
    this.overlay = document.createElement("canvas");
    this.backdrop = document.createElement("canvas"); // the photo as it is seen: scaling it takes long
    this.backdropOf = "";
    this.zoom = 1;
    this.middle = { x: 0.5, y: 0.5 }; // what of the picture is in the middle of the canvas, as shares of its sides
    this.strength = 0.45;
    this.hidden = false;
    this.cursor = null; // where a mouse or pen is, in pixels of the canvas
    this.brush = 0; // radius in pixels of the mask; 0 draws no brush
    this.panning = false; // whether a drag moves the picture, as with the space bar held
    this.pointers = new Map();
    this.stroke = null;
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(canvas);
  }

  show(photo, painting, colours) {
    this.photo = photo;
    this.backdropOf = "";
    this.painting = painting;
    this.colours = colours; // of each label [red, green, blue]; a label without one is striped
    this.overlay.width = painting.width;
    this.overlay.height = painting.height;
    this.setZoom(1);
    this.repaint([0, 0, painting.width, painting.height]);
  }

  clear() {
    this.photo = this.painting = null;
    this.draw();
  }

  // Draws a part of the mask again; its border shows in the pixels around it too.
  repaint(box) {
    const { width, height, values } = this.painting;
    const [left, top] = [Math.max(0, box[0] - 1), Math.max(0, box[1] - 1)];
    const [right, bottom] = [Math.min(width, box[2] + 1), Math.min(height, box[3] + 1)];
    if (left >= right || top >= bottom) return;
    const image = new ImageData(right - left, bottom - top);
    const inside = Math.round(255 * this.strength);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const at = y * width + x;
        const label = values[at];
        if (label === 0) continue;
        const edge =
          (x > 0 && values[at - 1] !== label) ||
          (x + 1 < width && values[at + 1] !== label) ||
          (y > 0 && values[at - width] !== label) ||
          (y + 1 < height && values[at + width] !== label);
        const colour = this.colours[label] ?? (((x + y) >> 2) & 1 ? [255, 255, 255] : [40, 40, 40]);
        const to = 4 * ((y - top) * (right - left) + x - left);
        image.data.set(colour ?? TRANSPARENT, to);
        image.data[to + 3] = edge ? Math.min(255, inside + 110) : inside;
      }
    }
    this.overlay.getContext("2d").putImageData(image, left, top);
    this.draw();
  }

  setStrength(strength) {
    this.strength = strength;
    if (this.painting) this.repaint([0, 0, this.painting.width, this.painting.height]);
  }

  // Zooms so that what is under a point of the canvas (by default its middle) stays there.
  setZoom(zoom, at = { x: this.canvas.width / 2, y: this.canvas.height / 2 }) {
    if (!this.painting) return;
    const before = this.#toShare(at);
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
    const after = this.#toShare(at);
    this.#moveTo({ x: this.middle.x + before.x - after.x, y: this.middle.y + before.y - after.y });
    this.handlers.zoomed();
  }

  // How many pixels of the canvas one of the mask is wide.
  get scale() {
    const { width, height } = this.painting;
    return Math.min(this.canvas.width / width, this.canvas.height / height) * this.zoom;
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.#draw();
    });
  }

  #draw() {
    const { canvas, context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.painting) return;
    const { width, height } = this.painting;
    const scale = this.scale;
    const left = canvas.width / 2 - this.middle.x * width * scale;
    const top = canvas.height / 2 - this.middle.y * height * scale;
    this.#drawBackdrop(left, top, width * scale, height * scale);
    context.drawImage(this.backdrop, 0, 0);
    if (this.hidden) return;
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(this.overlay, left, top, width * scale, height * scale);
    if (this.cursor && this.brush) {
      for (const [colour, wide] of [["#000", 3], ["#fff", 1.5]]) {
        context.beginPath();
        context.arc(this.cursor.x, this.cursor.y, Math.max(this.brush * scale, 2), 0, 2 * Math.PI);
        context.strokeStyle = colour;
        context.lineWidth = wide * devicePixelRatio * 0.75;
        context.stroke();
      }
    }
  }

  #drawBackdrop(left, top, width, height) {
    const { canvas, backdrop } = this;
    const of = [left, top, width, height, canvas.width, canvas.height].join();
    if (this.backdropOf === of) return;
    this.backdropOf = of;
    [backdrop.width, backdrop.height] = [canvas.width, canvas.height];
    const context = backdrop.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(this.photo, left, top, width, height);
  }

  // From pixels of the canvas to shares of the picture, and to pixels of the mask.
  #toShare(at) {
    const { width, height } = this.painting;
    return {
      x: this.middle.x + (at.x - this.canvas.width / 2) / (width * this.scale),
      y: this.middle.y + (at.y - this.canvas.height / 2) / (height * this.scale),
    };
  }

  #toMask(at) {
    const share = this.#toShare(at);
    return { x: share.x * this.painting.width, y: share.y * this.painting.height };
  }

  #moveTo(middle) {
    const { width, height } = this.painting;
    const clamp = (share, size, visible) => {
      const half = Math.min(0.5, visible / (2 * size * this.scale)); // a share of the picture that is seen
      return Math.min(1 - half, Math.max(half, share));
    };
    this.middle = { x: clamp(middle.x, width, this.canvas.width), y: clamp(middle.y, height, this.canvas.height) };
    this.draw();
  }

  #resized() {
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * devicePixelRatio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * devicePixelRatio));
    if (this.painting) this.#moveTo(this.middle);
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) * this.canvas.width) / box.width,
      y: ((event.clientY - box.top) * this.canvas.height) / box.height,
    };
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#up(event, true));
    canvas.addEventListener("pointerleave", () => {
      this.cursor = null;
      this.draw();
    });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        if (this.painting) this.setZoom(this.zoom * Math.exp(-event.deltaY / 400), this.#point(event));
      },
      { passive: false },
    );
  }

  #down(event) {
    if (!this.painting) return;
    event.preventDefault();
    canvasCapture(this.canvas, event.pointerId);
    const at = this.#point(event);
    this.pointers.set(event.pointerId, at);
    if (this.pointers.size === 2) {
      this.#cancelStroke(); // two fingers move and zoom
      this.pinch = this.#pinch();
    } else if (this.pointers.size === 1) {
      const drags = this.panning || event.button === 1 || event.button === 2;
      this.stroke = drags ? null : { id: event.pointerId, last: this.#toMask(at) };
      if (this.stroke) this.handlers.begin(this.stroke.last, event);
    }
  }

  #move(event) {
    if (!this.painting) return;
    const at = this.#point(event);
    if (event.pointerType !== "touch") this.cursor = at;
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      this.draw();
      return;
    }
    if (this.pointers.size === 2) {
      this.pointers.set(event.pointerId, at);
      const now = this.#pinch();
      this.#pan(now.x - this.pinch.x, now.y - this.pinch.y);
      this.setZoom((this.zoom * now.apart) / Math.max(1, this.pinch.apart), now);
      this.pinch = now;
      return;
    }
    if (this.stroke) {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const each of events.length ? events : [event]) {
        const to = this.#toMask(this.#point(each));
        this.handlers.move(this.stroke.last, to);
        this.stroke.last = to;
      }
    } else if (this.pointers.size === 1 && !this.pinch) {
      this.#pan(at.x - before.x, at.y - before.y);
    }
    this.pointers.set(event.pointerId, at);
  }

  #up(event, cancelled = false) {
    this.pointers.delete(event.pointerId);
    if (this.stroke?.id === event.pointerId) {
      if (cancelled) this.#cancelStroke();
      else this.handlers.end();
      this.stroke = null;
    }
    if (!this.pointers.size) this.pinch = null;
    if (event.pointerType === "touch") this.cursor = null;
    this.draw();
  }

  #cancelStroke() {
    if (this.stroke) this.handlers.cancel();
    this.stroke = null;
  }

  #pan(x, y) {
    const { width, height } = this.painting;
    this.#moveTo({ x: this.middle.x - x / (width * this.scale), y: this.middle.y - y / (height * this.scale) });
  }

  #pinch() {
    const [a, b] = [...this.pointers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  }
}

function canvasCapture(canvas, id) {
  try {
    canvas.setPointerCapture(id);
  } catch {
    // A pointer that is gone already, as of a script.
  }
}
