/** Paints hair over nothing with WebGL2: `hairnet_model/tryon/rendering.py` once more. Lives in a worker. */

import { gaussian } from "./gaussian";
import { above, onForehead, type Surface, type View, viewOn } from "./head";
import { encoded, type Light, shaded, type Tint } from "./light";
import { faces, type Mesh, ribbons } from "./meshes";
import type { Cap } from "./style";
import { FINER } from "./styles";
import type { Strands } from "./thicken";

const BEHIND = 0.4; // cm by which the head lies further away than it does, so that it hides no hair that lies on it
const BEHIND_EARS = 2;
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
  private finer = FINER;

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

  /**
   * The hair on a head, and the cap below it.
   *
   * @param finer pixels of the canvas for each of the picture, along each side.
   */
  draw(hair: Hair, view: View, light: Light, tint: Tint, width: number, height: number, finer = FINER): Layer {
    this.finer = finer;
    this.prepare(width, height);
    const canvas = viewOn(view, 0, 0, finer);
    const { gl } = this;
    const cap = this.cap(hair.cap, view, canvas, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    for (const surface of this.surfaces) {
      const behind = surface.name.endsWith("ear") ? BEHIND_EARS : BEHIND;
      this.paint(faces(surface, canvas, behind));
    }
    shaded(hair.groups, view, light, tint).forEach(({ seen, codes }, number) => {
      this.paint(ribbons(hair.groups[number], seen, codes, canvas));
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
      const codes = surface.name === "head" ? capOf(cap, surface, view.hairline) : null;
      this.paint(faces(surface, canvas, 0, codes));
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
    const { finer } = this;
    const wanted = `${width} ${height} ${finer}`;
    if (this.made !== wanted) {
      this.fine = this.target(width * finer, height * finer, true);
      this.coarse = this.target(width, height, false);
      this.made = wanted;
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.fine);
    gl.viewport(0, 0, width * finer, height * finer);
    gl.uniform2f(this.size, width * finer, height * finer);
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
    const { gl, finer } = this;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.fine);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, this.coarse);
    gl.blitFramebuffer(0, 0, width * finer, height * finer, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.LINEAR);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.coarse);
    const made = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, made);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.fine);
    return made;
  }
}

/** The cap's share at the points of the head as red, and 255 as green. */
function capOf(cap: Cap, { points }: Surface, hairline: number): Float32Array {
  const made = new Float32Array((points.length / 3) * 4);
  for (let at = 0, to = 0; at < points.length; at += 3, to += 4) {
    const [x, y, z] = [points[at], points[at + 1], points[at + 2]];
    const lowered = y + hairline * onForehead(y, z);
    const inside = Math.min(1, Math.max(0, above(x, lowered, z, cap.azimuth, cap.height) / cap.soft));
    made[to] = 255 * cap.dense * inside * inside * (3 - 2 * inside);
    made[to + 1] = made[to + 3] = 255;
  }
  return made;
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
