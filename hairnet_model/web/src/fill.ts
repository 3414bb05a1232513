/** Fills the unknown parts of a small picture from the known ones, smoothly, as if they flowed in from the border. */

/** Colours with weights, four numbers a place: red, green and blue times the weight, and the weight, 0..1. */
export interface Weighted {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/**
 * Pull and push: halves the picture until one place is left, then fills what is unknown at each level from the
 * coarser one.
 *
 * @param from is overwritten: afterwards every weight is 1 unless all were 0.
 */
export function fill(from: Weighted): Weighted {
  const { width, height, data } = from;
  if (width > 1 || height > 1) {
    const coarse = fill(pulled(from));
    for (let y = 0, at = 0; y < height; y++) {
      // Bilinear from the coarser level: nearest would leave blocks.
      const v = Math.min(coarse.height - 1, Math.max(0, (y - 0.5) / 2));
      const top = Math.floor(v);
      const bottom = Math.min(coarse.height - 1, top + 1);
      const lower = v - top;
      for (let x = 0; x < width; x++, at += 4) {
        const missing = 1 - data[at + 3];
        if (missing <= 0) continue;
        const u = Math.min(coarse.width - 1, Math.max(0, (x - 0.5) / 2));
        const left = Math.floor(u);
        const right = Math.min(coarse.width - 1, left + 1);
        const further = u - left;
        const a = (top * coarse.width + left) * 4;
        const b = (top * coarse.width + right) * 4;
        const c = (bottom * coarse.width + left) * 4;
        const d = (bottom * coarse.width + right) * 4;
        for (let channel = 0; channel < 4; channel++) {
          const high = coarse.data[a + channel] * (1 - further) + coarse.data[b + channel] * further;
          const low = coarse.data[c + channel] * (1 - further) + coarse.data[d + channel] * further;
          data[at + channel] += missing * (high * (1 - lower) + low * lower);
        }
      }
    }
  }
  return from;
}

function pulled({ width, height, data }: Weighted): Weighted {
  const to = { width: (width + 1) >> 1, height: (height + 1) >> 1, data: new Float32Array(0) };
  to.data = new Float32Array(to.width * to.height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const into = ((y >> 1) * to.width + (x >> 1)) * 4;
      for (let channel = 0; channel < 4; channel++) to.data[into + channel] += data[at + channel];
    }
  }
  for (let at = 0; at < to.data.length; at += 4) {
    const weight = to.data[at + 3];
    if (weight <= 1) continue;
    for (let channel = 0; channel < 4; channel++) to.data[at + channel] /= weight;
  }
  return to;
}

/** Box blur of one plane, in place, `times` over; its border is taken to go on outside. */
export function blurred(plane: Float32Array, width: number, height: number, radius: number, times = 2): Float32Array {
  const line = new Float32Array(Math.max(width, height));
  for (let time = 0; time < times; time++) {
    for (let y = 0; y < height; y++) blurLine(plane, y * width, 1, width, radius, line);
    for (let x = 0; x < width; x++) blurLine(plane, x, width, height, radius, line);
  }
  return plane;
}

function blurLine(
  data: Float32Array,
  start: number,
  step: number,
  count: number,
  radius: number,
  line: Float32Array,
): void {
  for (let at = 0; at < count; at++) line[at] = data[start + at * step];
  const scale = 1 / (2 * radius + 1);
  let sum = line[0] * radius;
  for (let at = 0; at <= radius; at++) sum += line[Math.min(count - 1, at)];
  for (let at = 0; at < count; at++) {
    data[start + at * step] = sum * scale;
    sum += line[Math.min(count - 1, at + radius + 1)] - line[Math.max(0, at - radius)];
  }
}
