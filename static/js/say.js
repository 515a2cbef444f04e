const SHOWN_MS = 8000;

/** Tells the person what came of an action, in the page's status line. */
export function say(words) {
  const line = document.createElement("p");
  line.textContent = words;
  document.getElementById("said").append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}
