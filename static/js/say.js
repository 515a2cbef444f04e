const SHOWN_MS = 8000;

/** Tells the person what came of an action, in the page's status line; `undo` is the form that takes it back. */
export function say(words, undo = null) {
  const line = document.createElement("p");
  line.textContent = words;
  if (undo) line.append(" ", undoing(undo, line));
  document.getElementById("said").append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

function undoing({ path, ...values }, line) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Undo" });
  button.addEventListener("click", () => {
    line.remove();
    window.htmx?.ajax("POST", path, { values, swap: "none" });
  });
  return button;
}
