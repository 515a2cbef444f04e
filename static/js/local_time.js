import { clock } from "./clock.js";

const zone = document.documentElement.dataset.zone || "UTC";
const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
const time = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const minute = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = format({ day: "numeric", month: "short", year: "numeric" });

/** <local-time form="clock|minute|moment"><time datetime="…">: the moment in the reader's zone. */
class LocalTime extends HTMLElement {
  connectedCallback() {
    const element = this.querySelector("time");
    const moment = new Date(element?.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    const isToday = day.format(moment) === day.format(clock.now());
    const form = this.getAttribute("form");
    const clockTime = (form === "minute" ? minute : time).format(moment);
    element.textContent = isToday && form !== "moment" ? clockTime : `${day.format(moment)}, ${clockTime}`;
    element.title = zone;
  }
}

customElements.define("local-time", LocalTime);
