/** The words of an element, in the text that it has: what ticks by the hundred comes and goes no more for it. */
export function write(element, words) {
  const text = element.firstChild;
  if (text?.nodeType !== Node.TEXT_NODE || text.nextSibling) element.textContent = words;
  else if (text.data !== words) text.data = words;
}
