const VOLUME = "ringback.volume";

/** Two soft notes. Browsers let a page sound only after a click, so it is made with the first one. */
class Bell {
  #audio = new AudioContext();

  async ring(volume) {
    await this.#audio.resume();
    [660, 880].forEach((pitch, at) => this.#note(pitch, this.#audio.currentTime + at * 0.18, volume));
  }

  #note(pitch, from, volume) {
    const tone = new OscillatorNode(this.#audio, { frequency: pitch });
    const loudness = new GainNode(this.#audio, { gain: 0 });
    loudness.gain.linearRampToValueAtTime(volume * 0.4, from + 0.02);
    loudness.gain.linearRampToValueAtTime(0, from + 0.16);
    tone.connect(loudness).connect(this.#audio.destination);
    tone.start(from);
    tone.stop(from + 0.17);
  }
}

let bell = null; // outlives the element, which is replaced with the page's content
let isOn = false;

/** <alert-sound>: off until a click, with its volume and a test. */
class AlertSound extends HTMLElement {
  connectedCallback() {
    if (!this.querySelector("button")) this.append(this.querySelector("template").content.cloneNode(true));
    this.volume = this.querySelector("#volume");
    this.volume.value = localStorage.getItem(VOLUME) ?? this.volume.value;
    this.volume.addEventListener("change", () => localStorage.setItem(VOLUME, this.volume.value));
    this.querySelector("#sound").addEventListener("click", () => this.#turn(!isOn));
    this.querySelector("#sound-test").addEventListener("click", () => this.#ring());
    document.addEventListener("live:placed", this.#hear);
    this.#show();
  }

  disconnectedCallback() {
    document.removeEventListener("live:placed", this.#hear);
  }

  #hear = (event) => {
    if (isOn && event.detail.slot === "alerts" && event.detail.isNew) this.#ring();
  };

  #turn(on) {
    isOn = on;
    if (on) bell ??= new Bell();
    this.#show();
  }

  #show() {
    const button = this.querySelector("#sound");
    button.textContent = isOn ? "Sound on" : "Sound off";
    button.setAttribute("aria-pressed", String(isOn));
  }

  #ring() {
    bell ??= new Bell();
    bell.ring(this.volume.value / 100);
  }
}

customElements.define("alert-sound", AlertSound);
