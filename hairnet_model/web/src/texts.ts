/**
 * What the page says, in every language: `texts/*.json`, one file a language, with the same keys.
 *
 * A text is put on an element together with its key, so that it can be said again in another language. Placeholders are
 * `{name}`, and `{name%}` for a share of 1 as a percentage.
 */

import de from "./texts/de.json";
import en from "./texts/en.json";

export type Key = keyof typeof en;
export type Values = Readonly<Record<string, string | number>>;
/** A text: its key, and what its placeholders stand for. */
export type Said = readonly [Key, Values?];

export const LANGUAGES: Readonly<Record<string, Readonly<Record<Key, string>>>> = { en, de };

/** Attributes that hold texts, by the name of the data attribute that holds their key. */
const ATTRIBUTES = { label: "aria-label", title: "title", alt: "alt", value: "aria-valuetext", content: "content" } as const;
type Place = "text" | keyof typeof ATTRIBUTES;
const PLACES: readonly Place[] = ["text", "label", "title", "alt", "value", "content"];

let language = "en";

/** The language to begin with: of `?lang=`, or the first of the reader's that there is. */
export function preferred(): string {
  const wanted = [new URLSearchParams(location.search).get("lang") ?? "", ...navigator.languages];
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "en";
}

/** Says everything in a language, from here on. */
export function speak(wanted: string): void {
  language = wanted;
  document.documentElement.lang = wanted;
  for (const place of PLACES) {
    for (const found of document.querySelectorAll<HTMLElement>(`[data-${place}]`)) say(found, place);
  }
}

/** Puts a text on an element, or on one of its attributes. */
export function put(on: HTMLElement, [key, values]: Said, place: Place = "text"): void {
  const said = JSON.stringify(values ?? {});
  if (on.dataset[place] === key && on.dataset[`${place}Values`] === said) return;
  on.dataset[place] = key;
  on.dataset[`${place}Values`] = said;
  say(on, place);
}

function say(on: HTMLElement, place: Place): void {
  const values = JSON.parse(on.dataset[`${place}Values`] ?? "{}") as Values;
  const said = text(on.dataset[place] as Key, values);
  if (place === "text") on.textContent = said;
  else on.setAttribute(ATTRIBUTES[place], said);
}

function text(key: Key, values: Values): string {
  return LANGUAGES[language][key].replace(/\{(\w+)(%?)\}/g, (_, name: string, percent: string) => {
    const value = values[name] ?? "";
    return percent && typeof value === "number" ? share(value) : String(value);
  });
}

/** A share of 1 as a percentage; small ones with a decimal. */
function share(value: number): string {
  const whole = Math.abs(value * 100 - Math.round(value * 100)) < 1e-9;
  const digits = value > 0 && value < 0.095 && !whole ? 1 : 0;
  return value.toLocaleString(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}
