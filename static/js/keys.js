const TEXT = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]";
const TELLS = "?"; // of the keys, those that are switched off too
const known = new Map();

/** Single keys as shortcuts. Whoever speaks to the machine, or types by accident, switches them off for good. */
export const keys = {
  /** `act(event)` is called when the key is pressed outside of fields; a later one for the same key replaces it. */
  add(key, words, act) {
    known.set(key, { words, act });
  },

  show() {
    const dialog = document.getElementById("keys") ?? made();
    dialog.querySelector("dl").replaceChildren(...[...known].flatMap(([key, { words }]) => [element("dt", element("kbd", key)), element("dd", words)]));
    dialog.querySelector("p").hidden = areOn();
    if (!dialog.open) dialog.showModal();
  },
};

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const asked = known.get(key);
  if (!asked || !(areOn() || key === TELLS) || ctrlKey || metaKey || altKey || event.defaultPrevented) return;
  if (target.closest(TEXT) || document.querySelector("dialog[open]")) return;
  if (key === "Enter" && target.closest("a, button, summary, input")) return;
  event.preventDefault();
  asked.act(event);
});

keys.add(TELLS, "these keys", () => keys.show());

function areOn() {
  return document.body.dataset.keys === "on";
}

function made() {
  const dialog = element("dialog", element("h2", "Keys"), element("p", "They are switched off in your account."), element("dl"));
  dialog.id = "keys";
  const close = element("button", "Close");
  close.addEventListener("click", () => dialog.close());
  dialog.append(close);
  dialog.setAttribute("aria-label", "Keys");
  document.body.append(dialog);
  return dialog;
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}
