import { clock } from "./clock.js";

const zone = document.documentElement.dataset.zone || "UTC";
const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** <wall-clock><time>…: what time it is by the server's clock, in the zone of the page. */
class WallClock extends HTMLElement {
  #show = () => {
    const now = format.format(clock.now());
    if (this.time.textContent !== now) this.time.textContent = now;
  };

  connectedCallback() {
    this.time = this.querySelector("time");
    this.title = zone;
    clock.addEventListener("tick", this.#show);
    this.#show();
  }

  disconnectedCallback() {
    clock.removeEventListener("tick", this.#show);
  }
}

customElements.define("wall-clock", WallClock);
