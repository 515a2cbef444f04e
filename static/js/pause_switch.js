import { keys } from "./keys.js";

/** <pause-switch>: holds the lists, and says how much has changed meanwhile. */
class PauseSwitch extends HTMLElement {
  #isPaused = false;
  #changes = 0;
  #shown = 0;
  #held = ({ detail }) => {
    this.#changes = detail.changes;
    this.#shown ||= requestAnimationFrame(() => this.#show());
  };

  connectedCallback() {
    this.append(this.querySelector("template").content.cloneNode(true));
    this.button = this.querySelector("button");
    this.button.addEventListener("click", () => this.#turn());
    document.addEventListener("live:held", this.#held);
    keys.add("p", "pause the lists, or go on", () => this.#turn());
  }

  disconnectedCallback() {
    document.removeEventListener("live:held", this.#held);
    cancelAnimationFrame(this.#shown);
    if (this.#isPaused) this.#turn(); // the page was fetched anew, and what was held with it
  }

  #turn() {
    this.#isPaused = !this.#isPaused;
    this.#changes = 0;
    document.dispatchEvent(new CustomEvent("live:pause", { detail: { isPaused: this.#isPaused } }));
    this.#show();
  }

  #show() {
    this.#shown = 0;
    this.button.setAttribute("aria-pressed", this.#isPaused);
    this.button.textContent = this.#isPaused ? `Paused · ${counted(this.#changes)} · go on` : "Pause";
  }
}

function counted(changes) {
  return changes === 1 ? "1 change" : `${changes} changes`;
}

customElements.define("pause-switch", PauseSwitch);
