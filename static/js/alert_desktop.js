import "./alert_news.js";
import { KeptChoice } from "./kept_choice.js";

const isOn = new KeptChoice("desktop.on", "false");
const TAG = "ringback"; // one at a time: the next takes its place

document.addEventListener("alert:news", ({ detail: { alerts } }) => {
  if (isOn.value !== "true" || !document.hidden || globalThis.Notification?.permission !== "granted") return;
  const [newest] = alerts;
  const [title, body] = alerts.length > 1 ? [`${alerts.length} new alerts`, ""] : [words(newest, "h3"), words(newest, "h3 + p")];
  const notice = new Notification(title, { body, tag: TAG, renotify: true, icon: document.querySelector('link[rel="icon"]').href, silent: true });
  notice.addEventListener("click", () => {
    window.focus();
    notice.close();
  });
});

/** As the row tells them, numbers masked; without what only screen readers have. */
function words(alert, selector) {
  const copy = alert.querySelector(selector).cloneNode(true);
  for (const other of copy.querySelectorAll(".unseen, unread-mark")) other.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

/** <alert-desktop>: asks the browser only when somebody clicks. */
class AlertDesktop extends HTMLElement {
  connectedCallback() {
    if (!globalThis.Notification) return;
    if (!this.querySelector("button")) this.append(this.querySelector("template").content.cloneNode(true));
    this.querySelector("#desktop").addEventListener("click", () => this.#turn());
    this.#show();
  }

  async #turn() {
    const isToBe = isOn.value !== "true";
    isOn.value = isToBe && (await Notification.requestPermission()) === "granted";
    this.#show(isToBe && isOn.value !== "true");
  }

  #show(isRefused = Notification.permission === "denied") {
    const button = this.querySelector("#desktop");
    const on = isOn.value === "true" && Notification.permission === "granted";
    button.textContent = `Desktop notifications ${on ? "on" : "off"}`;
    button.setAttribute("aria-pressed", String(on));
    this.querySelector("#desktop-words").textContent = isRefused
      ? "The browser does not allow them: see its settings for this site."
      : "While this tab is hidden.";
  }
}

customElements.define("alert-desktop", AlertDesktop);
