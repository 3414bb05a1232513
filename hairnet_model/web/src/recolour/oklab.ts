/** Oklab, a colour space in which equal steps look alike (Björn Ottosson, https://bottosson.github.io/posts/oklab). */

/** Lightness 0..1, then green to red and blue to yellow. */
export type Oklab = [number, number, number];

// Tables: powers take most of the time otherwise.
const LINEAR = Float64Array.from({ length: 256 }, (_, code) => linear(code));
const PARTS = 16; // of a code: means are compared with bounds, and Python has them without a table
const FINE = Float64Array.from({ length: 255 * PARTS + 2 }, (_, at) => linear(Math.min(255, at / PARTS)));
const STEPS = 4096;
const CODES = Float64Array.from({ length: STEPS + 2 }, (_, at) => {
  const value = Math.min(1, at / STEPS);
  return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
});

function linear(code: number): number {
  const value = code / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** A table between two of its entries. */
function read(table: Float64Array, place: number): number {
  const low = Math.floor(place);
  return table[low] + (table[low + 1] - table[low]) * (place - low);
}

/** Of sRGB codes 0..255, whole numbers. */
export function fromSrgb(red: number, green: number, blue: number, into: Oklab): Oklab {
  return fromLinear(LINEAR[red], LINEAR[green], LINEAR[blue], into);
}

/** Of sRGB codes 0..255 that are no whole numbers, such as means. */
export function fromCodes(red: number, green: number, blue: number, into: Oklab): Oklab {
  return fromLinear(read(FINE, red * PARTS), read(FINE, green * PARTS), read(FINE, blue * PARTS), into);
}

function fromLinear(red: number, green: number, blue: number, into: Oklab): Oklab {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  into[0] = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  into[1] = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  into[2] = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return into;
}

/** Codes of sRGB, 0..255 and not rounded; what sRGB cannot show is clipped a channel at a time. */
export function toCodes(light: number, a: number, b: number, into: Oklab): Oklab {
  const l = cube(light + 0.3963377774 * a + 0.2158037573 * b);
  const m = cube(light - 0.1055613458 * a - 0.0638541728 * b);
  const s = cube(light - 0.0894841775 * a - 1.291485548 * b);
  into[0] = codeOf(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  into[1] = codeOf(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  into[2] = codeOf(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return into;
}

function cube(value: number): number {
  return value * value * value;
}

function codeOf(linear: number): number {
  return read(CODES, Math.min(1, Math.max(0, linear)) * STEPS);
}

const K1 = 0.206;
const K2 = 0.03;
const K3 = (1 + K1) / (1 + K2);

/** Oklab's L_r of its L, both 0..1: the lightness of CIELAB, in which steps in black are as small as they look. */
export function lightness(light: number): number {
  const at = K3 * light - K1;
  return (at + Math.sqrt(at * at + 4 * K2 * K3 * light)) / 2;
}

/** The inverse of `lightness`. */
export function fromLightness(light: number): number {
  return (light * (light + K1)) / (K3 * (light + K2));
}
