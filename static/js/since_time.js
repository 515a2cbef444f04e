import { clock } from "./clock.js";
import { write } from "./write.js";

/** <since-time><time datetime="…">: counts up from a moment, by the server's clock.
 *
 * With amber="60" red="120" it says when it is longer than so many seconds, and a row that it is red in leads its list. */
class SinceTime extends HTMLElement {
  #tick = () => {
    const time = this.querySelector("time");
    if (!time) return;
    const seconds = (clock.now() - Date.parse(time.dateTime)) / 1000;
    write(time, told(seconds));
    if (this.hasAttribute("red")) this.#level(seconds);
  };

  connectedCallback() {
    clock.addEventListener("tick", this.#tick);
    this.#tick();
  }

  disconnectedCallback() {
    clock.removeEventListener("tick", this.#tick);
  }

  #level(seconds) {
    const level = ["red", "amber"].find((name) => seconds > Number(this.getAttribute(name))) ?? "";
    if (level !== this.dataset.level) {
      this.dataset.level = level;
      this.querySelector(".level").textContent = level && `over ${minutes(Number(this.getAttribute(level)))}`;
    }
    const row = this.closest("[data-order]");
    if (level !== "red" || !row || "urgent" in row.dataset) return;
    row.dataset.urgent = "";
    row.dispatchEvent(new CustomEvent("live:urgent", { bubbles: true }));
  }
}

function told(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return `${two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function minutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

customElements.define("since-time", SinceTime);
