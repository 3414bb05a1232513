// The buttons that are made for classes and portraits.

const SIGNS = { accepted: "\u2713", "left out": "\u00d7", repainted: "\u270e", edited: "\u2022" };
/** What is said of a portrait: of what is written of it, or that it was painted. */
export const MARKS = {
  accepted: "accepted",
  "left out": "left out",
  repainted: "repainted",
  edited: "painted, not saved",
};

/** Buttons of classes, {value, name, colour}; their keys are 1, 2, ... in this order. */
export function makeClasses(list, classes, chosen) {
  list.replaceChildren(
    ...classes.map(({ value, name, colour }, i) => {
      const button = document.createElement("button");
      button.dataset.label = value;
      button.setAttribute("role", "radio");
      const swatch = document.createElement("span");
      swatch.className = `swatch${colour ? "" : " striped"}`;
      swatch.style.background = value === 0 ? "transparent" : (colour ?? "");
      const text = document.createElement("span");
      text.textContent = name[0].toUpperCase() + name.slice(1);
      const key = document.createElement("kbd");
      key.textContent = i + 1;
      button.append(swatch, text, key);
      button.addEventListener("click", () => chosen(value));
      return button;
    }),
  );
}

/** A line for each portrait: its name, what it is shown for, and a place for its sign. */
export function makeList(list, items, chosen) {
  list.replaceChildren(
    ...items.map((item, number) => {
      const line = document.createElement("li");
      const button = document.createElement("button");
      const text = document.createElement("span");
      const kinds = document.createElement("small");
      kinds.textContent = item.reasons.map((each) => each.kind.replace("_", " ")).join(", ");
      text.append(item.id, kinds);
      button.append(text, Object.assign(document.createElement("span"), { className: "state" }));
      button.addEventListener("click", () => chosen(number));
      line.append(button);
      return line;
    }),
  );
}

/** Shows in the list which portrait is open, and the sign of each one's mark. */
export function markList(list, marks, now) {
  list.querySelectorAll("button").forEach((button, number) => {
    const mark = marks[number];
    const sign = button.lastElementChild;
    button.setAttribute("aria-current", String(number === now));
    sign.textContent = SIGNS[mark] ?? "";
    sign.className = `state ${mark.split(" ")[0]}`;
    sign.title = MARKS[mark] ?? "";
  });
}
