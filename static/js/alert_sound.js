import { SEVERITIES } from "./alert_news.js";
import { NAMES, mayPlay, play } from "./alert_sounds.js";
import { KeptChoice } from "./kept_choice.js";

const isOn = new KeptChoice("sound.on", "false");
const name = new KeptChoice("sound", NAMES[0]);
const least = new KeptChoice("sound.least", "warning");
const volume = new KeptChoice("volume", "60");

document.addEventListener("alert:news", ({ detail: { worst } }) => {
  if (isOn.value !== "true" || !mayPlay() || SEVERITIES.indexOf(worst) < SEVERITIES.indexOf(least.value)) return;
  play(name.value, worst, volume.value / 100);
});

/** <alert-sound>: off until a click; which sound, how loud, from which severity on, and a test. */
class AlertSound extends HTMLElement {
  connectedCallback() {
    if (!this.querySelector("button")) this.append(this.querySelector("template").content.cloneNode(true));
    const [names, from, loudness] = ["sound-name", "sound-least", "volume"].map((id) => this.querySelector(`#${id}`));
    names.replaceChildren(...NAMES.map((each) => new Option(each)));
    for (const [control, kept] of [[names, name], [from, least], [loudness, volume]]) {
      control.value = kept.value;
      control.addEventListener("change", () => { kept.value = control.value; });
    }
    this.querySelector("#sound-test").addEventListener("click", () => play(name.value, "warning", volume.value / 100));
    this.querySelector("#sound").addEventListener("click", () => {
      isOn.value = isOn.value !== "true";
      this.show();
    });
    this.show();
    document.addEventListener("pointerdown", this.show);
    document.addEventListener("keydown", this.show);
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.show);
    document.removeEventListener("keydown", this.show);
  }

  show = () => {
    const button = this.querySelector("#sound");
    const on = isOn.value === "true";
    const words = on ? `Sound on${mayPlay() ? "" : ", after a click anywhere on this page"}` : "Sound off";
    if (button.textContent !== words) button.textContent = words;
    button.setAttribute("aria-pressed", String(on));
  };
}

customElements.define("alert-sound", AlertSound);
