/** The tone curve from the hair's own lightness to that of a new colour, fitted so that the mean is the new colour. */

import { held } from "../pixels";
import { mean, quantile } from "../statistics";
import { fromCodes, fromLightness, lightness, type Oklab, toCodes } from "./oklab";


const BLACK = 0.1; // added to both sides of a ratio of lightnesses: black would have endless ones
const MOST = 0.4; // of lightness that a strand may differ from its base
const ROUNDS = 5;
const STEPS = 1000; // of a table of powers
const [DARKEST, BRIGHTEST, TONES] = [-0.6, 1.6, 440]; // of a table of colours by their lightness
const [TOE, DARK, BRIGHT] = [0.01, 0.07, 0.88]; // lightness is bent back below and above the last two

/** A tone curve. Lightness is Oklab's L_r, 0..1. */
export interface Tone {
  /** The hair's own mean lightness. */
  readonly middle: number;
  /** Lightness, a and b of the new colour, moved so that the mean of the result is what was asked for. */
  readonly light: number;
  readonly a: number;
  readonly b: number;
  /** Of the Box-Cox transform: towards 0 highlights shrink and shadows grow, above 1 it is the other way round. */
  readonly power: number;
  /** Gain of light and shadow over the whole of the hair. */
  readonly shade: number;
  /** Gain of strands and highlights. */
  readonly detail: number;
  /** Standard deviation of the hair's own strands. */
  readonly texture: number;
}

/** The curve for hair of these lightnesses, over these of its base, for a new colour in Oklab. */
export function fitted(own: Float64Array, base: Float64Array, [okl, a, b]: Oklab): Tone {
  const count = own.length;
  const middle = mean(base);
  const texture = spreadOf(own.map((value, at) => value - base[at]));
  const goal = [lightness(okl), a, b];
  const ratio = (goal[0] + BLACK) / (middle + BLACK);
  const power = held(1 - 0.6 * Math.log(ratio), 0.1, 2);
  const bases = base.map((value) => boxCox(value, middle, power));
  const brightest = quantile(bases, 0.95);
  const room = Math.max(0.5, (0.92 - goal[0]) / Math.max(brightest, 1e-3)); // or large parts would turn white
  const shade = held(Math.min(ratio, ratio ** 0.4), 0.2, Math.min(1.6, room));
  let tone: Tone = { middle, light: held(goal[0], 0.02, 0.97), a, b, power, shade, detail: 1, texture };
  const strands = own.map((value, at) => boxCox(value, base[at], power));
  const left = new Float64Array(count);
  for (let round = 0; round < ROUNDS; round++) {
    const shown = new Colours(tone);
    const sum = [0, 0, 0];
    for (let at = 0; at < count; at++) {
      const around = tone.light + shade * bases[at];
      const place = shown.place(around + held(tone.detail * strands[at], -MOST, MOST));
      const light = lightness(shown.at(place, 6));
      left[at] = light - bent(around);
      sum[0] += light;
      sum[1] += shown.at(place, 7);
      sum[2] += shown.at(place, 8);
    }
    const missing = goal.map((value, at) => value - sum[at] / count);
    tone = {
      ...tone,
      light: held(tone.light + missing[0], 0.02, 0.97),
      a: tone.a + missing[1],
      b: tone.b + missing[2],
      detail: held((tone.detail * texture) / Math.max(spreadOf(left), 1e-4), 0.5, 3),
    };
  }
  return tone;
}

/** Standard deviation, by the mean distance to the mean as if normal: a few bright pixels of something else hardly move it. */
function spreadOf(strands: Float64Array): number {
  const middle = mean(strands);
  return 1.2533 * mean(strands.map((value) => Math.abs(value - middle)));
}

/** Lightness of the recoloured hair's base, of the hair's own. */
export function shaded(base: number, { light, shade, middle, power }: Tone): number {
  return light + shade * boxCox(base, middle, power);
}

/** How much lighter something is than its base, by their ratio; the difference with power 1. */
function boxCox(light: number, base: number, power: number): number {
  return ((base + BLACK) * (((light + BLACK) / (base + BLACK)) ** power - 1)) / power;
}

/** The new colour in a lightness: darker it keeps most of its saturation, lighter it turns to white. */
function coloured(wanted: number, { light, a, b }: Tone, into: Oklab): Oklab {
  const shown = bent(wanted);
  const made = fromLightness(shown);
  const over = Math.max(0, (shown - light) / (1 - light)) ** 1.5;
  const dim = Math.min(1, made / fromLightness(light)) ** 0.85;
  into[0] = made;
  into[1] = a * dim * (1 - 0.75 * over); // red goes before yellow: copper in the light is golden, not pink
  into[2] = b * dim * (1 - 0.35 * over);
  return into;
}

function bent(light: number): number {
  if (light < DARK) return TOE + (DARK - TOE) * Math.exp((light - DARK) / (DARK - TOE));
  if (light > BRIGHT) return 1 - (1 - BRIGHT) * Math.exp((BRIGHT - light) / (1 - BRIGHT));
  return light;
}

/** By how much recoloured strands are lighter than their recoloured base, by a table of powers. */
export class Strands {
  private readonly powers = new Float64Array(STEPS + 2);

  constructor(private readonly tone: Tone) {
    this.powers.forEach((_, at) => (this.powers[at] = (at / STEPS + BLACK) ** tone.power));
  }

  of(own: number, base: number): number {
    const ratio = this.powerOf(own) / this.powerOf(base);
    return held((this.tone.detail * (base + BLACK) * (ratio - 1)) / this.tone.power, -MOST, MOST);
  }

  private powerOf(light: number): number {
    const place = Math.min(STEPS, Math.max(0, light * STEPS));
    const low = Math.floor(place);
    return this.powers[low] + (this.powers[low + 1] - this.powers[low]) * (place - low);
  }
}

/** The new colour in every lightness. */
export class Colours {
  private readonly table = new Float64Array((TONES + 2) * 9);

  constructor(tone: Tone) {
    const colour: Oklab = [0, 0, 0];
    for (let at = 0; at < TONES + 2; at++) {
      this.table.set(coloured(DARKEST + ((BRIGHTEST - DARKEST) * at) / TONES, tone, colour), at * 9);
      this.table.set(toCodes(...colour, colour), at * 9 + 3);
      this.table.set(fromCodes(...colour, colour), at * 9 + 6);
    }
  }

  /** Where a lightness is in the table. */
  place(wanted: number): number {
    return Math.min(TONES, Math.max(0, ((wanted - DARKEST) / (BRIGHTEST - DARKEST)) * TONES));
  }

  /** Part 0 to 2 are Oklab, 3 to 5 codes of sRGB, 6 to 8 Oklab of those. */
  at(place: number, part: number): number {
    const low = Math.floor(place);
    const at = low * 9 + part;
    return this.table[at] + (this.table[at + 9] - this.table[at]) * (place - low);
  }
}
