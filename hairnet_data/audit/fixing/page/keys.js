// The keyboard.

const ONCE = ["enter", "x", "a", "u"]; // held, they would decide one portrait after another

/** Listens from now on. `keys` has what to do for each key, `released` for those that act while they are held. */
export function listen(keys, released) {
  const [why, canvas] = ["why", "canvas"].map((id) => document.getElementById(id));

  addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (event.target === why) {
      if (key === "escape" || key === "enter") canvas.focus();
      return;
    }
    if (event.altKey) return;
    if (event.ctrlKey || event.metaKey) {
      if (key === "z") (event.shiftKey ? keys.y : keys.z)();
      else if (key === "y") keys.y();
      else if (key === "s") keys.enter();
      else return;
      event.preventDefault();
      return;
    }
    if (event.target.type === "range" && key.startsWith("arrow")) return;
    if (event.target instanceof HTMLButtonElement && (key === "enter" || key === " ")) return;
    if (!keys[key] || (event.repeat && ONCE.includes(key))) return;
    keys[key]();
    event.preventDefault();
  });

  addEventListener("keyup", (event) => released[event.key.toLowerCase()]?.());
  addEventListener("blur", () => Object.values(released).forEach((release) => release()));
}
