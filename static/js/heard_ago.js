import { clock } from "./clock.js";
import { write } from "./write.js";

const OF = "tr, li, .figures > div"; // what is as old as its age
const LONGEST_S = 100; // in seconds; then in minutes, and in hours

/** <heard-ago><time datetime="…">: how long ago something was heard. With old="60" it is old from then on, and says so. */
class HeardAgo extends HTMLElement {
  connectedCallback() {
    clock.addEventListener("tick", this.show);
    this.show();
  }

  disconnectedCallback() {
    clock.removeEventListener("tick", this.show);
  }

  show = () => {
    const time = this.querySelector("time");
    if (!time?.dateTime) return;
    const seconds = Math.max(0, (clock.now() - Date.parse(time.dateTime)) / 1000);
    const isOld = this.hasAttribute("old") && seconds > Number(this.getAttribute("old"));
    write(time, isOld ? `old: ${age(seconds)}` : `${age(seconds)} ago`);
    this.toggleAttribute("data-old", isOld);
    this.closest(OF)?.toggleAttribute("data-old", isOld);
  };
}

export function age(seconds) {
  if (seconds < LONGEST_S) return `${Math.floor(seconds)} s`;
  return seconds < 60 * LONGEST_S ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

customElements.define("heard-ago", HeardAgo);
