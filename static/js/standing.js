/** Puts the elements into the parent in this order, and nothing else.
 *
 * As few as possible move, for each that does is laid out anew; what holds the focus never does, for it would lose it. */
export function stand(parent, elements) {
  const wanted = new Set(elements);
  for (const element of [...parent.children]) if (!wanted.has(element)) element.remove();
  const places = new Map([...parent.children].map((element, place) => [element, place]));
  const kept = inOrder(elements.filter((element) => places.has(element)), places);
  let next = null;
  for (const element of [...elements].reverse()) {
    if (!kept.has(element)) parent.insertBefore(element, next);
    next = element;
  }
}

/** The most of them that stand in order already, the one with the focus among them. */
function inOrder(elements, places) {
  const focused = elements.findIndex((element) => element.contains(document.activeElement));
  const fits = (element, at) => focused < 0 || Math.sign(places.get(element) - places.get(elements[focused])) === Math.sign(at - focused);
  const candidates = elements.filter(fits);
  return new Set(longestRising(candidates.map((element) => places.get(element))).map((at) => candidates[at]));
}

/** Where the members of the longest rising run of these numbers stand, backwards. */
function longestRising(numbers) {
  const ends = []; // by length of a run: where its least last member stands
  const before = numbers.map((number, at) => {
    const longer = ends.findIndex((end) => numbers[end] > number);
    const length = longer < 0 ? ends.length : longer;
    ends[length] = at;
    return ends[length - 1];
  });
  const run = [];
  for (let at = ends.at(-1); at !== undefined; at = before[at]) run.push(at);
  return run;
}
