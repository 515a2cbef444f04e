const BETWEEN = "\u001f"; // in no name of a queue

/** Alerts that come while the inbox is filtered: its page has those that fit, and the others stay out of sight. */
document.addEventListener("live:placed", ({ target, detail }) => {
  const list = detail.slot === "alerts" && target.closest(".inbox [data-slot]");
  if (list) target.hidden = !fits(list.dataset, target.dataset);
});

function fits({ severities, kinds, queues }, { severity, kind, queue }) {
  return has(severities, severity) && has(kinds, kind) && has(queues, queue);
}

function has(values, value) {
  return !values || values.split(BETWEEN).includes(value);
}
