/** Shows each stretch that nothing was told of, before the turn that ends it: by the rule of transcripts/gaps.py.
 *
 * Turns come out of order, and earlier ones later: all gaps are found anew, and what stands right stays. */
export function showGaps(turns, sign) {
  const least_ms = Number(turns.dataset.gap);
  let heardTo_ms = null;
  for (const turn of turns.querySelectorAll(":scope > .turn")) {
    if (turn.dataset.begin === undefined) continue;
    const begin_ms = Number(turn.dataset.begin);
    const gap_ms = heardTo_ms === null ? 0 : begin_ms - heardTo_ms;
    put(turn, gap_ms >= least_ms ? gap_ms : 0, sign);
    heardTo_ms = Math.max(heardTo_ms ?? 0, begin_ms, Number(turn.dataset.end));
  }
  for (const gap of turns.querySelectorAll(":scope > .gap")) {
    if (!gap.nextElementSibling?.matches(".turn")) gap.remove();
  }
}

function put(turn, gap_ms, sign) {
  const before = turn.previousElementSibling;
  const old = before?.matches(".gap") ? before : null;
  if (!gap_ms) {
    old?.remove();
    return;
  }
  const gap = old ?? sign.content.firstElementChild.cloneNode(true);
  const words = told(Math.floor(gap_ms / 1000));
  const length = gap.querySelector("b");
  if (length.textContent !== words) length.textContent = words;
  gap.dataset.order = turn.dataset.order; // it goes where its turn goes
  if (!old) turn.before(gap);
}

function told(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes < 2 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
