// A mask that is painted on: discs along a stroke, filled regions, undo and redo. Knows nothing of the page.

const MOST_STEPS = 200;

export class Painting {
  // values: Uint8Array of width x height labels, as they are stored.
  constructor(values, width, height) {
    this.values = values;
    this.width = width;
    this.height = height;
    this.saved = values.slice();
    this.compared = true; // whether `differs` holds: large masks take a while to compare
    this.differs = false;
    this.done = []; // patches, the last one first to undo
    this.undone = [];
    this.before = null; // a copy, while a stroke is being drawn
    this.dirty = null; // [left, top, right, bottom], the last two exclusive
  }

  get changed() {
    if (!this.compared) {
      this.differs = this.values.some((value, i) => value !== this.saved[i]);
      this.compared = true;
    }
    return this.differs;
  }

  begin() {
    this.before = this.values.slice();
    this.dirty = null;
  }

  // Paints a capsule: all pixels within `radius` of the line between two points, in pixels; centres are at .5.
  line(from, to, radius, label) {
    const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
    const right = Math.min(this.width, Math.ceil(Math.max(from.x, to.x) + radius) + 1);
    const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
    const bottom = Math.min(this.height, Math.ceil(Math.max(from.y, to.y) + radius) + 1);
    if (left >= right || top >= bottom) return null;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const long = dx * dx + dy * dy;
    const reach = Math.max(radius, 0.71) ** 2; // the smallest brush paints the pixel that it is in
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
        const along = long ? Math.min(1, Math.max(0, (px * dx + py * dy) / long)) : 0;
        if ((px - along * dx) ** 2 + (py - along * dy) ** 2 <= reach) this.values[y * this.width + x] = label;
      }
    }
    return this.#grow([left, top, right, bottom]);
  }

  // Gives the region of one label around a pixel another one.
  fill(x, y, label) {
    const { values, width, height } = this;
    const own = values[y * width + x];
    if (own === label) return null;
    const stack = [y * width + x];
    const box = [x, y, x + 1, y + 1];
    while (stack.length) {
      const at = stack.pop();
      if (values[at] !== own) continue;
      const row = Math.floor(at / width);
      let [first, last] = [at, at];
      while (first > row * width && values[first - 1] === own) first--;
      while (last < row * width + width - 1 && values[last + 1] === own) last++;
      values.fill(label, first, last + 1);
      for (const next of [row - 1, row + 1]) {
        if (next < 0 || next >= height) continue;
        for (let i = first + (next - row) * width; i <= last + (next - row) * width; i++) {
          if (values[i] === own) stack.push(i);
        }
      }
      box[0] = Math.min(box[0], first - row * width);
      box[1] = Math.min(box[1], row);
      box[2] = Math.max(box[2], last - row * width + 1);
      box[3] = Math.max(box[3], row + 1);
    }
    return this.#grow(box);
  }

  // Ends a stroke; what it changed can be undone. Gives whether it changed anything.
  end() {
    const { before, dirty } = this;
    this.before = this.dirty = null;
    if (!before || !dirty) return false;
    const patch = { box: dirty, before: cut(before, this.width, dirty), after: cut(this.values, this.width, dirty) };
    if (patch.before.every((value, i) => value === patch.after[i])) return false;
    this.done.push(patch);
    if (this.done.length > MOST_STEPS) this.done.shift();
    this.undone = [];
    return true;
  }

  // Takes back a stroke that is being drawn.
  cancel() {
    const { before, dirty } = this;
    this.before = this.dirty = null;
    if (!before || !dirty) return null;
    this.values.set(before);
    this.compared = false;
    return dirty;
  }

  undo() {
    const patch = this.done.pop();
    if (!patch) return null;
    paste(this.values, this.width, patch.box, patch.before);
    this.compared = false;
    this.undone.push(patch);
    return patch.box;
  }

  redo() {
    const patch = this.undone.pop();
    if (!patch) return null;
    paste(this.values, this.width, patch.box, patch.after);
    this.compared = false;
    this.done.push(patch);
    return patch.box;
  }

  // Replaces all labels, which can be undone.
  replace(values) {
    this.begin();
    this.values.set(values);
    this.#grow([0, 0, this.width, this.height]);
    this.end();
    return [0, 0, this.width, this.height];
  }

  // Says which labels were saved; more may have been painted since.
  markSaved(values) {
    this.saved = values;
    this.compared = false;
  }

  #grow(box) {
    this.compared = false;
    const d = this.dirty;
    this.dirty = d
      ? [Math.min(d[0], box[0]), Math.min(d[1], box[1]), Math.max(d[2], box[2]), Math.max(d[3], box[3])]
      : box;
    return box;
  }
}

function cut(values, width, [left, top, right, bottom]) {
  const part = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    part.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return part;
}

function paste(values, width, [left, top, right, bottom], part) {
  for (let y = top; y < bottom; y++) {
    values.set(part.subarray((y - top) * (right - left), (y - top + 1) * (right - left)), y * width + left);
  }
}
