/** Means over neighbourhoods of small planes. */

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
