import { clock } from "./clock.js";

const OLD_S = 10;

/** <connection-badge>: says in words whether the page is live, and how old its data is. */
class ConnectionBadge extends HTMLElement {
  #state = "connecting";
  #age_s = null;
  #every_s = null;
  #heard_ms = 0;

  connectedCallback() {
    this.shown = this.querySelector(".live");
    this.spoken = document.createElement("span");
    this.spoken.className = "unseen";
    this.spoken.setAttribute("role", "status");
    this.append(this.spoken);
    document.addEventListener("live:state", this.#hear);
    clock.addEventListener("tick", this.#show);
    this.#show();
  }

  disconnectedCallback() {
    document.removeEventListener("live:state", this.#hear);
    clock.removeEventListener("tick", this.#show);
  }

  #hear = ({ detail }) => {
    this.#state = detail.state;
    if ("age_s" in detail) {
      this.#age_s = detail.age_s;
      this.#every_s = detail.every_s;
      this.#heard_ms = performance.now();
    }
    this.#show();
  };

  #show = () => {
    const age_s = this.#age_s === null ? null : this.#age_s + (performance.now() - this.#heard_ms) / 1000;
    const isOld = age_s !== null && age_s > OLD_S;
    const polls = this.#state === "live" && this.#every_s !== null;
    const state = isOld ? "old" : polls ? "polling" : this.#state;
    this.shown.textContent = words(this.#state, age_s, isOld, polls ? this.#every_s : null);
    this.shown.title = polls ? `Redis does not answer, so nothing tells the server what is new: it looks by itself every ${this.#every_s} s. Nothing is lost.` : "";
    this.shown.dataset.state = state;
    document.querySelector("main").classList.toggle("is-old", isOld);
    if (this.spoken.dataset.state !== state) {
      if (this.spoken.dataset.state) this.spoken.textContent = spokenWords(state);
      this.spoken.dataset.state = state;
    }
  };
}

function words(state, age_s, isOld, every_s) {
  const age = age_s === null ? "" : isOld ? `Data is ${Math.round(age_s)} s old` : `data ${age_s.toFixed(1)} s old`;
  const live = every_s === null ? "Live" : `Live, every ${every_s} s`;
  if (state === "live") return [isOld && every_s === null ? "" : live, age || "no stream has been read yet"].filter(Boolean).join(" · ");
  return [state === "connecting" ? "Connecting…" : state === "ended" ? "Not live" : "Reconnecting…", isOld ? age : ""].filter(Boolean).join(" · ");
}

/** Said once when it changes: an age that ticks would be read out for ever. */
function spokenWords(state) {
  return { live: "Live", polling: "Live, but only every few seconds: Redis does not answer", connecting: "Connecting", ended: "Not live", old: "Data is getting old" }[state] ?? "Reconnecting";
}

customElements.define("connection-badge", ConnectionBadge);
