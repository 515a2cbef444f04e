import { since } from "./delay.js";

const A_MOMENT_S = 30; // what was said longer ago was fetched, or came late for another reason than its way

/** <call-freshness call="12">: when the call was last heard of, and how long that took to the screen.
 *
 * From speech only where the call's start is known: its facts then say so. */
class CallFreshness extends HTMLElement {
  connectedCallback() {
    this.way = this.querySelector(".way");
    document.addEventListener("live:placed", this.#hear);
  }

  disconnectedCallback() {
    document.removeEventListener("live:placed", this.#hear);
  }

  #hear = ({ target, detail: { slot } }) => {
    const call = this.getAttribute("call");
    if (slot === `facts:${call}`) this.#tellHeard(target.dataset);
    else if (slot === `turns:${call}`) this.#tellSpoken(target.dataset, document.getElementById(`facts-${call}`)?.dataset);
  };

  #tellHeard({ heard }) {
    this.hidden = !heard;
    const time = this.querySelector("time");
    if (!heard || !time || time.dateTime === heard) return;
    time.dateTime = heard;
    this.querySelector("heard-ago").show();
    this.arrived = `shown ${since(Date.parse(heard)).toFixed(1)} s after it arrived`;
    this.#show();
  }

  #tellSpoken({ end }, facts) {
    const spoken_s = facts?.spokenFrom && end ? since(Date.parse(facts.spokenFrom) + Number(end)) : Infinity;
    if (spoken_s < A_MOMENT_S) this.spoken = `${spoken_s.toFixed(1)} s after it was said`;
    this.#show();
  }

  #show() {
    this.way.textContent = [this.arrived, this.spoken].filter(Boolean).join(", ");
  }
}

customElements.define("call-freshness", CallFreshness);
