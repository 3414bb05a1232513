/** A Gaussian blur of planes. */

/** Blurs a plane in place; what is outside is mirrored. */
export function gaussian(plane: Float32Array, width: number, height: number, sigma: number): void {
  const reach = Math.max(1, Math.round(4 * sigma));
  const weights = Float32Array.from({ length: reach + 1 }, (_, at) => Math.exp(-(at * at) / (2 * sigma * sigma)));
  const total = weights.reduce((sum, weight, at) => sum + (at ? 2 : 1) * weight, 0);
  const line = new Float32Array(Math.max(width, height));
  const pass = (start: number, step: number, count: number): void => {
    let any = 0;
    for (let at = 0; at < count; at++) any += line[at] = plane[start + at * step];
    if (!any) return;
    for (let at = 0; at < count; at++) {
      let sum = weights[0] * line[at];
      for (let k = 1; k <= reach; k++) {
        const low = at - k < 0 ? Math.min(count - 1, k - at) : at - k;
        const high = at + k >= count ? Math.max(0, 2 * count - 2 - at - k) : at + k;
        sum += weights[k] * (line[low] + line[high]);
      }
      plane[start + at * step] = sum / total;
    }
  };
  for (let y = 0; y < height; y++) pass(y * width, 1, width);
  for (let x = 0; x < width; x++) pass(x, width, height);
}
