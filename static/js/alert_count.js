import { numbered } from "./numbered_icon.js";
import { isUnread } from "./unread.js";

/** How many new alerts this person has not seen: in the navigation, and in the tab's title and icon. */
const title = document.title;
const MOST = 99;
const SOON_MS = 100;
let elsewhere = 0; // those that the page does not carry: filtered out, on another page, or none at all here

function start() {
  elsewhere = Math.max(0, Number(document.body.dataset.unreadAlerts ?? 0) - here());
  count();
}

function here() {
  const rows = document.querySelectorAll('[data-slot="alerts"] > article:not(.is-gone)');
  return [...rows].filter(({ dataset }) => isUnread(dataset.at)).length;
}

function count() {
  const unread = elsewhere + here();
  const words = unread > MOST ? `${MOST}+` : String(unread);
  document.title = unread ? `(${words}) ${title}` : title;
  numbered(unread ? words : "");
  const shown = document.getElementById("unread-alerts");
  if (shown) {
    shown.hidden = !unread;
    shown.firstChild.textContent = words;
  }
}

let coming = 0;

/** Once for many changes. Not by an animation frame: a hidden tab draws none, and its title counts all the same. */
function countSoon({ detail }) {
  if (detail?.slot && detail.slot !== "alerts") return;
  coming ||= setTimeout(() => {
    coming = 0;
    count();
  }, SOON_MS);
}

for (const name of ["live:placed", "live:gone", "htmx:afterSettle"]) document.addEventListener(name, countSoon);
document.addEventListener("live:reloaded", start);
start();
