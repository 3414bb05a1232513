/** The controls of the look: from the page's elements to `Settings`. */

import { compare } from "./compare";
import { element, input, press } from "./dom";
import { FASHION, NATURAL } from "./recolour/colours";
import { PATTERNS } from "./recolour/patterns";
import { EFFECTS, type Effect, FIRST, type Settings } from "./settings";
import { type Key, put } from "./texts";
import { STYLES } from "./tryon/styles";

/** Connects the controls; `changed` is told of every change. */
export function controls(changed: (settings: Settings) => void): void {
  let settings = FIRST;
  const set = (change: Partial<Settings>): void => {
    settings = { ...settings, ...change };
    changed(settings);
  };

  let chosen = settings.effect; // beside the masks, which are laid over any effect's picture
  const masks = input("masks");
  const choose = (effect: Effect): void => {
    showOptions(effect);
    set({ effect });
  };
  checkbox("masks", false, (on) => choose(on ? "masks" : chosen));
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=effect]")) {
    radio.checked = radio.value === settings.effect; // a reload keeps old choices otherwise
    // The one that is chosen already can be clicked, too, when masks are shown instead.
    radio.addEventListener("click", () => {
      chosen = EFFECTS.find((name) => name === radio.value) ?? "recolour";
      masks.checked = false;
      choose(chosen);
    });
  }
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=style]")) {
    radio.checked = radio.value === settings.style;
    radio.addEventListener("change", () => set({ style: radio.value === "outline" ? "outline" : "fill" }));
  }
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=pattern]")) {
    radio.checked = radio.value === settings.pattern;
    radio.addEventListener("change", () => set({ pattern: PATTERNS.find((name) => name === radio.value) ?? "" }));
  }
  checkbox("beard", settings.beard, (beard) => set({ beard }));
  styles(settings.hairstyle, (hairstyle) => set({ hairstyle }));
  const looks = element("swatches", HTMLDivElement); // which is chosen does not matter in the own colour
  const owning = (on: boolean): void => void looks.classList.toggle("own", on);
  const own = checkbox("own-colour", settings.ownColour, (ownColour) => {
    owning(ownColour);
    set({ ownColour });
  });
  owning(own.checked);
  checkbox("axes", settings.axes, (axes) => set({ axes }));
  checkbox("show-hair", settings.hair, (hair) => set({ hair }));
  checkbox("show-face", settings.face, (face) => set({ face }));
  slider("opacity", settings.opacity, (opacity) => set({ opacity }));
  slider("strength", settings.strength, (strength) => set({ strength }));
  colours(settings.colour, (colour) => {
    own.checked = false;
    owning(false);
    set({ colour, ownColour: false });
  });

  compare((original) => set({ original }));
  showOptions(settings.effect);
}

function showOptions(effect: Effect): void {
  for (const options of document.querySelectorAll<HTMLElement>("[data-for]")) {
    options.hidden = !options.dataset["for"]?.split(" ").includes(effect);
  }
}

function checkbox(id: string, first: boolean, set: (on: boolean) => void): HTMLInputElement {
  const box = input(id);
  box.checked = first;
  box.addEventListener("change", () => set(box.checked));
  return box;
}

function styles(first: string, set: (style: string) => void): void {
  const row = element("styles", HTMLDivElement);
  const chosen = (name: string): void => {
    for (const each of row.querySelectorAll("button")) press(each, each.dataset["style"] === name);
  };
  for (const name of STYLES) {
    const each = document.createElement("button");
    const [image, said] = [new Image(), document.createElement("span")];
    each.type = "button";
    each.dataset["style"] = name;
    image.loading = "lazy"; // none is fetched before the row is shown
    image.src = `./styles/${name}.webp`;
    image.alt = "";
    put(said, [`style.${name}`]);
    each.append(image, said);
    each.addEventListener("click", () => {
      chosen(name);
      set(name);
    });
    row.append(each);
  }
  chosen(first);
}

function slider(id: string, first: number, set: (value: number) => void): void {
  const range = input(id);
  const output = document.querySelector<HTMLOutputElement>(`output[for=${id}]`);
  const tell = (): void => {
    const share = Number(range.value) / 100;
    if (output) put(output, ["percent", { share }]);
    put(range, ["percent", { share }], "value");
  };
  range.value = String(Math.round(first * 100));
  range.addEventListener("input", () => {
    tell();
    set(Number(range.value) / 100);
  });
  tell();
}

function colours(first: string, set: (colour: string) => void): void {
  const picker = input("colour");
  const groups = element("swatches", HTMLDivElement);
  const chosen = element("swatch", HTMLOutputElement);
  const choose = (colour: string): void => {
    picker.value = colour;
    put(chosen, ["customColour"]);
    for (const swatch of groups.querySelectorAll("button")) {
      const pressed = swatch.dataset["colour"] === colour;
      press(swatch, pressed);
      if (pressed) put(chosen, [swatch.dataset["title"] as Key]);
    }
  };
  const add = (group: HTMLElement, [name, colour]: readonly [string, string]): void => {
    const swatch = document.createElement("button");
    swatch.type = "button";
    swatch.dataset["colour"] = colour;
    swatch.style.setProperty("--swatch", colour);
    put(swatch, [`colour.${name}` as Key], "title");
    put(swatch, [`colour.${name}` as Key], "label");
    swatch.addEventListener("click", () => {
      choose(colour);
      set(colour);
    });
    group.append(swatch);
  };
  for (const colour of NATURAL) add(element("natural", HTMLDivElement), colour);
  for (const colour of FASHION) add(element("fashion", HTMLDivElement), colour);
  picker.addEventListener("input", () => {
    choose(picker.value);
    set(picker.value);
  });
  choose(first);
}
