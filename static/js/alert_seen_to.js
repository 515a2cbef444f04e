const SETTLED_MS = 100;

/** What this person has just seen to goes at once, also where news of its row came while the answer was on its way. */
document.addEventListener("said", ({ detail: { undo } }) => {
  if (!undo?.alert) return;
  setTimeout(() => {
    for (const pk of undo.alert) document.getElementById(`alert-${pk}`)?.remove();
  }, SETTLED_MS);
});
