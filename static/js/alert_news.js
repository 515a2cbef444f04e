/** Which new alerts call for this person, told at most every few seconds: a storm of them is one call. */
export const SEVERITIES = ["notice", "warning", "critical"];
const TOGETHER_MS = 50;
const QUIET_MS = 4000;

let waiting = new Set();
let timer = 0;
let told_ms = -Infinity;

document.addEventListener("live:placed", ({ target, detail }) => {
  if (detail.slot !== "alerts" || !detail.isNew || !callsForMe(target)) return;
  waiting.add(target);
  timer ||= setTimeout(tell, Math.max(TOGETHER_MS, told_ms + QUIET_MS - performance.now()));
});

/** Mine, or nobody's; a correction calls for nobody. */
function callsForMe({ dataset: { owner }, classList }) {
  return (!owner || owner === document.body.dataset.person) && !classList.contains("is-corrected");
}

function tell() {
  timer = 0;
  const alerts = [...waiting].map(({ id }) => document.getElementById(id)).filter(Boolean);
  waiting = new Set();
  if (!alerts.length) return; // they went again meanwhile
  told_ms = performance.now();
  const worst = SEVERITIES.findLast((severity) => alerts.some(({ dataset }) => dataset.severity === severity));
  document.dispatchEvent(new CustomEvent("alert:news", { detail: { alerts, worst } }));
}
