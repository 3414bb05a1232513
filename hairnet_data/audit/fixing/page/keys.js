// The keyboard.

const ONCE = ["enter", "x", "a", "u"]; // held, they would decide one portrait after another

/**
 * Listens from now on.
 *
 * keys: what to do for each key; save(); hide(held) and pan(held) while H or the space bar is held; choose(key) chooses
 * a tool or a class and says whether the key is one.
 */
export function listen({ keys, save, hide, pan, choose }) {
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
      else if (key === "s") save();
      else return;
      event.preventDefault();
      return;
    }
    if (event.target.type === "range" && key.startsWith("arrow")) return;
    if (event.target instanceof HTMLButtonElement && (key === "enter" || key === " ")) return;
    if (!choose(key)) {
      if (!keys[key] || (event.repeat && ONCE.includes(key))) return;
      keys[key]();
    }
    event.preventDefault();
  });

  addEventListener("keyup", (event) => {
    if (event.key.toLowerCase() === "h") hide(false);
    if (event.key === " ") pan(false);
  });

  addEventListener("blur", () => {
    hide(false);
    pan(false);
  });
}
