import { clock } from "./clock.js";
import { delay } from "./delay.js";

const LATE_S = 5;
const OLD_S = 10;

/** <connection-badge>: says in words whether the page is live and how old its data is; opened, why, and what to do. */
class ConnectionBadge extends HTMLElement {
  #state = "connecting";
  #age_s = null;
  #every_s = null;
  #heard_ms = 0;
  #left = 0;

  connectedCallback() {
    this.shown = this.querySelector(".live");
    this.why = this.querySelector(".why");
    this.spoken = document.createElement("span");
    this.spoken.className = "unseen";
    this.spoken.setAttribute("role", "status");
    this.append(this.spoken);
    document.addEventListener("live:state", this.#hear);
    document.addEventListener("live:rest", this.#hearRest);
    clock.addEventListener("tick", this.#show);
    this.#show();
  }

  disconnectedCallback() {
    document.removeEventListener("live:state", this.#hear);
    document.removeEventListener("live:rest", this.#hearRest);
    clock.removeEventListener("tick", this.#show);
  }

  #hear = ({ detail }) => {
    this.#state = detail.state;
    if ("age_s" in detail) {
      this.#age_s = detail.age_s;
      this.#every_s = detail.every_s;
      this.#heard_ms = performance.now();
    } else this.#left = 0;
    this.#show();
  };

  #hearRest = ({ detail: { left } }) => {
    this.#left = left;
    this.#show();
  };

  #show = () => {
    const age_s = this.#age_s === null ? null : this.#age_s + (performance.now() - this.#heard_ms) / 1000;
    const told = tell({ state: this.#state, age_s, every_s: this.#every_s, left: this.#left });
    const isOld = age_s !== null && age_s > OLD_S;
    write(this.shown, told.words);
    write(this.why, [told.why, way()].filter(Boolean).join(" "));
    this.shown.title = this.why.textContent;
    this.shown.dataset.state = told.state;
    document.querySelector("main").classList.toggle("is-old", isOld);
    if (this.spoken.dataset.state !== told.state) {
      if (this.spoken.dataset.state) this.spoken.textContent = told.spoken; // an age that ticks would be read out for ever
      this.spoken.dataset.state = told.state;
    }
  };
}

function tell({ state, age_s, every_s, left }) {
  const isOld = age_s !== null && age_s > OLD_S;
  const age = age_s === null ? "no stream has been read yet" : isOld ? `Data is ${Math.round(age_s)} s old` : `data ${age_s.toFixed(1)} s old`;
  if (state === "connecting") return { state, words: "Connecting…", spoken: "Connecting", why: "The page is asking the server for what is new." };
  if (state !== "live") {
    const words = ["Offline, reconnecting…", isOld ? age : ""].filter(Boolean).join(" · ");
    return { state: "offline", words, spoken: "Offline, reconnecting", why: "The server does not answer. The page comes back by itself and brings what it missed: if this lasts, look at your network, then tell an admin." };
  }
  const polls = every_s === null ? "" : `Live, every ${every_s} s`;
  const redis = `Redis does not answer, so nothing tells the server what is new: it polls the database by itself every ${every_s} s. Nothing is lost.`;
  if (isOld) return { state: "old", words: [polls, age].filter(Boolean).join(" · "), spoken: "Data is getting old", why: `What is shown may have moved on: the slowest shard was read up to then. What is missing comes later; if this lasts, tell an admin.${polls && ` ${redis}`}` };
  if (polls) return { state: "polling", words: `${polls} · ${age}`, spoken: "Polling every few seconds: Redis does not answer", why: redis };
  if (left) return { state: "catching-up", words: `Catching up · ${left} rows to come`, spoken: "Catching up", why: "The worst rows are here; the others are on their way." };
  if (age_s > LATE_S) return { state: "catching-up", words: `Catching up · ${age}`, spoken: "Catching up", why: "Records wait in Kinesis to be read, in their order. Nothing is lost." };
  return { state, words: `Live · ${age}`, spoken: "Live", why: "Age: since the streams were read to their end, of the slowest shard." };
}

function way() {
  return delay.last_s === undefined ? "" : `The last change was shown ${delay.last_s.toFixed(1)} s after it arrived in Kinesis.`;
}

/** Only what is another text: the reader may be selecting it. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

customElements.define("connection-badge", ConnectionBadge);
