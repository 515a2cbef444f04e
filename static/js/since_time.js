import { clock } from "./clock.js";

/** <since-time><time datetime="…">: counts up from a moment, by the server's clock. */
class SinceTime extends HTMLElement {
  #tick = () => {
    const time = this.querySelector("time");
    if (time) time.textContent = told((clock.now() - Date.parse(time.dateTime)) / 1000);
  };

  connectedCallback() {
    clock.addEventListener("tick", this.#tick);
    this.#tick();
  }

  disconnectedCallback() {
    clock.removeEventListener("tick", this.#tick);
  }
}

function told(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return `${two(hours)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

customElements.define("since-time", SinceTime);
