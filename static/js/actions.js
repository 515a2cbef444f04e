import { say } from "./say.js";

/** What htmx leaves open around the actions: words, errors, and where the focus goes when its row is gone. */
const ACTIONS = "button, summary";
const CONTROLS = `a[href], ${ACTIONS}`;
const SETTLED_MS = 50;
let neighbour = null;

document.addEventListener("said", ({ detail }) => say(detail.words, detail.undo));
document.addEventListener("htmx:sendError", () => say("The server cannot be reached. Nothing was changed."));
document.addEventListener("htmx:responseError", (event) => {
  const reasons = { 403: "your role does not allow it, or the page is too old", 404: "it is gone, or no longer yours to see" };
  say(`That did not work: ${reasons[event.detail.xhr.status] ?? "the server had trouble"}.`);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo, target } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== new URL(pathInfo.finalRequestPath, location.href).pathname) {
    event.detail.shouldSwap = false; // signed out meanwhile: the answer is the page to sign in
    location.reload();
  }
  neighbour = { id: target.id, next: target.nextElementSibling ?? target.previousElementSibling, hadFocus: target.contains(document.activeElement) };
});

document.addEventListener("htmx:afterRequest", () => setTimeout(() => {
  if (neighbour?.hadFocus && document.activeElement === document.body) {
    const near = document.getElementById(neighbour.id) ?? neighbour.next ?? document.querySelector("main");
    (near.querySelector(`.actions :is(${ACTIONS})`) ?? near.querySelector(CONTROLS) ?? document.querySelector("main")).focus();
  }
  neighbour = null;
}, SETTLED_MS));

// A menu closes like one: by Escape, and when something else is clicked.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
