/** Rows as the server rendered them, in the place of what they were: focus, ticks and open menus go over. */

/** An element that no page has yet: its custom elements sleep until it is put into one. */
export function inert(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

export function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  for (const details of old.querySelectorAll("details[open][id]")) fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  for (const box of old.querySelectorAll("input:checked[id]")) {
    const same = fresh.querySelector(`#${CSS.escape(box.id)}`);
    if (same) same.checked = true;
  }
  old.replaceWith(fresh);
  if (focused) (document.getElementById(focused) ?? fresh.querySelector("a[href], button, summary"))?.focus({ preventScroll: true });
}

export function isSelected(element) {
  const selection = getSelection();
  return !selection.isCollapsed && selection.containsNode(element, true);
}
