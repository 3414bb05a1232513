/**
 * Steadies a live mask: what hardly changes is averaged over time, what changes a lot is taken at once, so that edges
 * stop trembling and nothing drags behind.
 *
 * @param before the probabilities shown last; overwritten with what to show now.
 * @param now what the network says of this frame.
 */
export function steady(before: Float32Array, now: Float32Array): void {
  for (let at = 0; at < now.length; at++) {
    const change = now[at] - before[at];
    before[at] += change * Math.min(1, 0.35 + 2.6 * Math.abs(change));
  }
}
