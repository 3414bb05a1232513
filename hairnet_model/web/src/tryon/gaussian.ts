/** A Gaussian blur of planes. */

/** Blurs a plane in place; what is outside is mirrored. */
export function gaussian(plane: Float32Array, width: number, height: number, sigma: number): void {
  const reach = Math.max(1, Math.round(4 * sigma));
  const weights = Float32Array.from({ length: reach + 1 }, (_, at) => Math.exp(-(at * at) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight, at) => sum + (at ? 2 : 1) * weight, 0);
  for (let at = 0; at <= reach; at++) weights[at] /= total;
  const line = new Float32Array(Math.max(width, height) + 2 * reach);
  const pass = (start: number, step: number, count: number): void => {
    let any = 0;
    for (let at = 0; at < count; at++) any += line[reach + at] = plane[start + at * step];
    if (!any) return;
    const end = reach + count - 1;
    for (let k = 1; k <= reach; k++) {
      line[reach - k] = line[Math.min(end, reach + k)];
      line[end + k] = line[Math.max(reach, end - k)];
    }
    for (let at = 0; at < count; at++) {
      let sum = weights[0] * line[reach + at];
      for (let k = 1; k <= reach; k++) sum += weights[k] * (line[reach + at - k] + line[reach + at + k]);
      plane[start + at * step] = sum;
    }
  };
  for (let y = 0; y < height; y++) pass(y * width, 1, width);
  for (let x = 0; x < width; x++) pass(x, width, height);
}
