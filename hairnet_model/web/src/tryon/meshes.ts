/** Triangles of ribbons and of the head: `hairnet_model/tryon/painter.py` once more. */

import { broadTurnOf, CENTRE, type Surface, seenSurface, type View, zoomOf } from "./head";
import type { Strands } from "./thicken";

const THINNEST = 1; // pixels of the canvas
const END = 0.5; // pixels of the canvas by which both ends are longer: OpenCV fills the pixels that an outline touches
const HIDES = 6; // cm around the middle of the skull that are inside of it, from wherever it is seen

/** Vertices x and y in pixels of the canvas and z in cm towards the camera, colours, and triangles of them. */
export interface Mesh {
  readonly places: Float32Array;
  readonly colours: Uint8Array;
  readonly triangles: Uint32Array;
}

/**
 * The two triangles of every segment of ribbons, but for those that the skull hides; a vertex is (strand, sample, side).
 *
 * @param seen (N, S, 3), camera axes, cm.
 */
function strips({ count, samples }: Strands, seen: Float32Array, view: View): Uint32Array {
  const turn = broadTurnOf(view);
  const [x, y, z] = [0, 3, 6].map((k) => turn[k] * CENTRE[0] + turn[k + 1] * CENTRE[1] + turn[k + 2] * CENTRE[2]);
  const hidden = new Uint8Array(count * samples);
  for (let at = 0, from = 0; at < hidden.length; at++, from += 3) {
    const right = seen[from] - x;
    const down = seen[from + 1] - y;
    if (seen[from + 2] < z && right * right + down * down < HIDES * HIDES) hidden[at] = 1;
  }
  const made = new Uint32Array(count * (samples - 1) * 6);
  let to = 0;
  for (let strand = 0; strand < count; strand++) {
    for (let vertex = strand * samples, end = vertex + samples - 1; vertex < end; vertex++) {
      if (hidden[vertex] && hidden[vertex + 1]) continue;
      const at = vertex * 2;
      made[to++] = at;
      made[to++] = at + 1;
      made[to++] = at + 2;
      made[to++] = at + 2;
      made[to++] = at + 1;
      made[to++] = at + 3;
    }
  }
  return made.subarray(0, to);
}

/** Strands as ribbons that face the camera. */
export function ribbons(strands: Strands, seen: Float32Array, codes: Uint8Array, view: View): Mesh {
  const { count, samples, width } = strands;
  const places = new Float32Array(count * samples * 6);
  const colours = new Uint8Array(count * samples * 8);
  const flat = new Float32Array(samples * 2);
  for (let strand = 0, at = 0; strand < count; strand++) {
    for (let s = 0; s < samples; s++) {
      const from = (strand * samples + s) * 3;
      const zoom = zoomOf(view, seen[from + 2]);
      flat[s * 2] = view.x + seen[from] * zoom;
      flat[s * 2 + 1] = view.y + seen[from + 1] * zoom;
    }
    for (let s = 0; s < samples; s++, at++) {
      const [before, after] = [Math.max(0, s - 1) * 2, Math.min(samples - 1, s + 1) * 2];
      const [dx, dy] = [flat[after] - flat[before], flat[after + 1] - flat[before + 1]];
      const z = seen[at * 3 + 2];
      const length = Math.sqrt(dx * dx + dy * dy) + 1e-6;
      const half = Math.max(width[s] * zoomOf(view, z), THINNEST) / 2 / length;
      const on = (s === 0 ? -END : s === samples - 1 ? END : 0) / length;
      const [x, y] = [flat[s * 2] + on * dx, flat[s * 2 + 1] + on * dy];
      const p = at * 6;
      places[p] = x + dy * half;
      places[p + 1] = y - dx * half;
      places[p + 2] = z;
      places[p + 3] = x - dy * half;
      places[p + 4] = y + dx * half;
      places[p + 5] = z;
      for (let side = 0, c = at * 8; side < 2; side++, c += 4) {
        colours[c] = codes[at * 3];
        colours[c + 1] = codes[at * 3 + 1];
        colours[c + 2] = codes[at * 3 + 2];
        colours[c + 3] = 255;
      }
    }
  }
  return { places, colours, triangles: strips(strands, seen, view) };
}

/**
 * The quads of a surface that face the camera, each of one colour and as far away as its farthest corner.
 *
 * @param codes of its points, RGBA 0..255; nothing erases.
 */
export function faces(surface: Surface, view: View, behind: number, codes: Float32Array | null = null): Mesh {
  const { rows, columns } = surface;
  const seen = seenSurface(surface, view);
  const flat = flattened(seen, view);
  const most = (rows - 1) * (columns - 1);
  const places = new Float32Array(most * 12);
  const colours = new Uint8Array(most * 16);
  const triangles = new Uint32Array(most * 6);
  let count = 0;
  for (let r = 0; r < rows - 1; r++) {
    for (let c = 0, p = r * columns; c < columns - 1; c++, p++) {
      const [q, s, t] = [p + 1, p + columns + 1, p + columns];
      if (!facing(flat, p, q, s, t)) continue;
      // A quad seen at a flat angle reaches far back: it would hide hair that lies on its farther half.
      const z = Math.min(seen[p * 3 + 2], seen[q * 3 + 2], seen[s * 3 + 2], seen[t * 3 + 2]) - behind;
      const first = count * 4;
      for (let corner = 0; corner < 4; corner++) {
        const from = corner === 0 ? p : corner === 1 ? q : corner === 2 ? s : t;
        const to = (first + corner) * 3;
        places[to] = flat[from * 2];
        places[to + 1] = flat[from * 2 + 1];
        places[to + 2] = z;
        if (!codes) continue;
        for (let k = 0; k < 4; k++) {
          colours[(first + corner) * 4 + k] = (codes[p * 4 + k] + codes[q * 4 + k] + codes[s * 4 + k] + codes[t * 4 + k]) / 4;
        }
      }
      triangles[count * 6] = triangles[count * 6 + 3] = first;
      triangles[count * 6 + 1] = first + 1;
      triangles[count * 6 + 2] = triangles[count * 6 + 4] = first + 2;
      triangles[count * 6 + 5] = first + 3;
      count++;
    }
  }
  return { places: places.subarray(0, count * 12), colours: colours.subarray(0, count * 16), triangles: triangles.subarray(0, count * 6) };
}

/** Points of the camera's axes on the canvas, x and y each. */
export function flattened(seen: Float32Array, view: View): Float32Array {
  const made = new Float32Array((seen.length / 3) * 2);
  for (let from = 0, to = 0; from < seen.length; from += 3, to += 2) {
    const zoom = zoomOf(view, seen[from + 2]);
    made[to] = view.x + seen[from] * zoom;
    made[to + 1] = view.y + seen[from + 1] * zoom;
  }
  return made;
}

/** Whether four corners on the canvas, in this order, are seen from outside. */
export function facing(flat: Float32Array, p: number, q: number, s: number, t: number): boolean {
  const [ax, ay] = [flat[s * 2] - flat[p * 2], flat[s * 2 + 1] - flat[p * 2 + 1]];
  const [bx, by] = [flat[t * 2] - flat[q * 2], flat[t * 2 + 1] - flat[q * 2 + 1]];
  return ax * by - ay * bx > 0;
}
