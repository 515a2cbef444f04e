const AGAIN_MS = 3000;
const TYPED_MS = 300;
const SHORTEST = 2;

/** Which calls in progress have words said in them. The server is asked again while they are looked for. */
export class WallHeard {
  calls = null; // a Set of keys; null while nothing is looked for, or nobody has answered yet
  #text = "";
  #timer = 0;

  /** `changed()` is called when the calls are others. */
  constructor(address, changed) {
    this.address = address;
    this.changed = changed;
  }

  lookFor(text) {
    if (text === this.#text) return;
    this.#text = text;
    this.calls = text.length < SHORTEST ? null : (this.calls ?? new Set());
    this.#again(TYPED_MS);
  }

  end() {
    this.#text = "";
    clearTimeout(this.#timer);
  }

  #again(after_ms) {
    clearTimeout(this.#timer);
    if (this.#text.length >= SHORTEST) this.#timer = setTimeout(() => this.#ask(this.#text), after_ms);
  }

  async #ask(text) {
    const calls = document.hidden ? null : await asked(this.address, text);
    if (text !== this.#text) return;
    if (calls) {
      this.calls = new Set(calls);
      this.changed();
    }
    this.#again(AGAIN_MS);
  }
}

/** The words travel in the body alone. */
async function asked(address, text) {
  const token = document.querySelector("#act [name=csrfmiddlewaretoken]").value;
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ text }), headers: { "X-CSRFToken": token } });
    return answer.ok ? (await answer.json()).calls : null;
  } catch {
    return null; // the server is away, or busy: asked again
  }
}
