/** Paints hair over nothing with WebGL2: `hairnet_model/tryon/rendering.py` once more. Lives in a worker. */

import { gaussian } from "./gaussian";
import { above, onForehead, type Surface, seenSurface, type View, viewOn, zoomOf } from "./head";
import { encoded, type Light, shaded, type Tint } from "./light";
import type { Cap } from "./style";
import type { Strands } from "./thicken";

const FINER = 2; // pixels of the canvas for each of the picture, along each side
const BEHIND = 0.4; // cm by which the head lies further away than it does, so that it hides no hair that lies on it
const BEHIND_EARS = 2;
const THINNEST = 1; // pixels of the canvas
const END = 0.5; // pixels of the canvas by which both ends are longer: OpenCV fills the pixels that an outline touches
const CAP_TONE = 0.45;
const FAR = 60; // cm before and behind the head that can be seen

const VERTEX = `#version 300 es
layout(location=0) in vec3 place;
layout(location=1) in vec4 colour;
uniform vec2 size;
out vec4 shown;
void main() {
  shown = colour;
  gl_Position = vec4(place.xy / size * 2.0 - 1.0, -place.z / ${FAR}.0, 1.0);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shown;
out vec4 made;
void main() { made = shown; }`;

/** Vertices x and y in pixels of the canvas and z in cm towards the camera, colours, and triangles of them. */
interface Mesh {
  readonly places: Float32Array;
  readonly colours: Uint8Array;
  readonly triangles: Uint32Array;
}

export interface Hair {
  readonly groups: readonly Strands[];
  readonly cap: Cap;
}

/** Premultiplied RGBA, row by row. */
export type Layer = Uint8Array;

export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly size: WebGLUniformLocation | null;
  private readonly canvas = new OffscreenCanvas(1, 1);
  private readonly buffers: readonly WebGLBuffer[];
  private fine: WebGLFramebuffer | null = null;
  private coarse: WebGLFramebuffer | null = null;
  private made = "";
  private kept: { readonly groups: readonly Strands[]; readonly triangles: readonly Uint32Array[] } | null = null;

  /** Throws where there is no WebGL2. */
  constructor(private readonly surfaces: readonly Surface[]) {
    const gl = this.canvas.getContext("webgl2", { antialias: false, depth: false, alpha: true });
    if (!gl) throw new Error("no WebGL2");
    this.gl = gl;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
      const shader = gl.createShader(kind) as WebGLShader;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error("no WebGL2 program");
    gl.useProgram(program);
    this.size = gl.getUniformLocation(program, "size");
    this.buffers = [0, 1, 2].map(() => gl.createBuffer());
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[0]);
    gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[1]);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.enableVertexAttribArray(0);
    gl.enableVertexAttribArray(1);
    gl.enable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
  }

  /** The hair on a head, and the cap below it. */
  draw(hair: Hair, view: View, light: Light, tint: Tint, width: number, height: number): Layer {
    this.prepare(width, height);
    const canvas = viewOn(view, 0, 0, FINER);
    const { gl } = this;
    const cap = this.cap(hair.cap, view, canvas, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    for (const surface of this.surfaces) {
      const behind = surface.name.endsWith("ear") ? BEHIND_EARS : BEHIND;
      this.paint(faces(surface, canvas, behind, () => [0, 0, 0, 0]));
    }
    const triangles = this.trianglesOf(hair.groups);
    shaded(hair.groups, view, light, tint).forEach((lit, number) => {
      this.paint(ribbons(hair.groups[number], lit.seen, lit.codes, canvas, triangles[number]));
    });
    const strands = this.read(width, height);
    const codes = tint.colour.map((linear) => encoded(linear * CAP_TONE));
    return over(strands, cap, codes);
  }

  /** The cap's share of every pixel, 0..1. */
  private cap(cap: Cap, view: View, canvas: View, width: number, height: number): Float32Array {
    const { gl } = this;
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    for (const surface of this.surfaces) {
      const isHead = surface.name === "head";
      const { points } = surface;
      this.paint(faces(surface, canvas, 0, (at) => {
        if (!isHead) return [0, 0, 0, 0];
        const [x, y, z] = [points[at], points[at + 1], points[at + 2]];
        const lowered = y + view.hairline * onForehead(y, z);
        const inside = Math.min(1, Math.max(0, above(x, lowered, z, cap.azimuth, cap.height) / cap.soft));
        return [255 * cap.dense * inside * inside * (3 - 2 * inside), 255, 0, 255];
      }));
    }
    const painted = this.read(width, height);
    const share = new Float32Array(width * height);
    for (let at = 0; at < share.length; at++) share[at] = painted[at * 4] / 255;
    gaussian(share, width, height, Math.max(0.3, 0.2 * view.size));
    for (let at = 0; at < share.length; at++) share[at] *= painted[at * 4 + 1] / 255;
    return share;
  }

  private prepare(width: number, height: number): void {
    const { gl } = this;
    const wanted = `${width} ${height}`;
    if (this.made !== wanted) {
      this.fine = this.target(width * FINER, height * FINER, true);
      this.coarse = this.target(width, height, false);
      this.made = wanted;
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.fine);
    gl.viewport(0, 0, width * FINER, height * FINER);
    gl.uniform2f(this.size, width * FINER, height * FINER);
    gl.clearColor(0, 0, 0, 0);
  }

  private target(width: number, height: number, depth: boolean): WebGLFramebuffer {
    const { gl } = this;
    const made = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, made);
    const attach = (format: number, as: number): void => {
      const buffer = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, buffer);
      gl.renderbufferStorage(gl.RENDERBUFFER, format, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, as, gl.RENDERBUFFER, buffer);
    };
    attach(gl.RGBA8, gl.COLOR_ATTACHMENT0);
    if (depth) attach(gl.DEPTH_COMPONENT24, gl.DEPTH_ATTACHMENT);
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE) throw new Error("the canvas is too large");
    return made;
  }

  private paint({ places, colours, triangles }: Mesh): void {
    const { gl } = this;
    const [at, of, which] = this.buffers;
    gl.bindBuffer(gl.ARRAY_BUFFER, at);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STREAM_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, of);
    gl.bufferData(gl.ARRAY_BUFFER, colours, gl.STREAM_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, which);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, triangles, gl.STREAM_DRAW);
    gl.drawElements(gl.TRIANGLES, triangles.length, gl.UNSIGNED_INT, 0);
  }

  /** What was painted, every pixel the mean of those of the canvas. */
  private read(width: number, height: number): Layer {
    const { gl } = this;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.fine);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.coarse);
    gl.blitFramebuffer(0, 0, width * FINER, height * FINER, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.LINEAR);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.coarse);
    const made = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, made);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.fine);
    return made;
  }

  private trianglesOf(groups: readonly Strands[]): readonly Uint32Array[] {
    if (this.kept?.groups !== groups) {
      this.kept = { groups, triangles: groups.map(({ count, samples }) => strips(count, samples)) };
    }
    return this.kept.triangles;
  }
}

/** The two triangles of every segment of ribbons; a vertex is (strand, sample, side). */
function strips(count: number, samples: number): Uint32Array {
  const made = new Uint32Array(count * (samples - 1) * 6);
  for (let strand = 0, to = 0; strand < count; strand++) {
    for (let s = 0; s < samples - 1; s++) {
      const at = (strand * samples + s) * 2;
      made.set([at, at + 1, at + 2, at + 2, at + 1, at + 3], to);
      to += 6;
    }
  }
  return made;
}

/** Strands as ribbons that face the camera. */
function ribbons({ count, samples, width }: Strands, seen: Float32Array, codes: Uint8Array, view: View, triangles: Uint32Array): Mesh {
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
  return { places, colours, triangles };
}

/** The quads of a surface that face the camera, each of one colour and as far away as its farthest corner. */
function faces(surface: Surface, view: View, behind: number, colourOf: (at: number) => readonly number[]): Mesh {
  const { rows, columns } = surface;
  const seen = seenSurface(surface, view);
  const flat = new Float32Array(rows * columns * 2);
  for (let at = 0; at < rows * columns; at++) {
    const zoom = zoomOf(view, seen[at * 3 + 2]);
    flat[at * 2] = view.x + seen[at * 3] * zoom;
    flat[at * 2 + 1] = view.y + seen[at * 3 + 1] * zoom;
  }
  const said = Array.from({ length: rows * columns }, (_, at) => colourOf(at * 3));
  const [places, colours, triangles]: [number[], number[], number[]] = [[], [], []];
  for (let r = 0; r < rows - 1; r++) {
    for (let c = 0; c < columns - 1; c++) {
      const at = r * columns + c;
      const four = [at, at + 1, at + columns + 1, at + columns];
      const [p, q, s, t] = four.map((corner) => corner * 2);
      const [ax, ay] = [flat[s] - flat[p], flat[s + 1] - flat[p + 1]];
      const [bx, by] = [flat[t] - flat[q], flat[t + 1] - flat[q + 1]];
      if (ax * by - ay * bx <= 0) continue;
      // A quad seen at a flat angle reaches far back: it would hide hair that lies on its farther half.
      const z = Math.min(...four.map((corner) => seen[corner * 3 + 2])) - behind;
      const colour = [0, 1, 2, 3].map((k) => four.reduce((sum, corner) => sum + said[corner][k] / 4, 0));
      const first = places.length / 3;
      for (const corner of [p, q, s, t]) {
        places.push(flat[corner], flat[corner + 1], z);
        colours.push(...colour);
      }
      triangles.push(first, first + 1, first + 2, first, first + 2, first + 3);
    }
  }
  return { places: Float32Array.from(places), colours: Uint8Array.from(colours), triangles: Uint32Array.from(triangles) };
}

/** Strands over a cap of one colour. */
function over(strands: Layer, cap: Float32Array, codes: readonly number[]): Layer {
  for (let at = 0, to = 0; at < cap.length; at++, to += 4) {
    const rest = cap[at] * (1 - strands[to + 3] / 255);
    if (rest <= 0) continue;
    for (let k = 0; k < 3; k++) strands[to + k] = Math.min(255, Math.round(strands[to + k] + codes[k] * rest));
    strands[to + 3] = Math.min(255, Math.round(strands[to + 3] + 255 * rest));
  }
  return strands;
}
