const AGAIN_MS = 15_000;
const TRIED_AGAIN = [429, 502, 503, 504];

/** <screen-link>: hands the token in the address's fragment to the server, once; from then on the session has it. */
class ScreenLink extends HTMLElement {
  #again = 0;

  connectedCallback() {
    this.form = this.querySelector("form");
    addEventListener("hashchange", this.#hand);
    this.#hand();
  }

  disconnectedCallback() {
    removeEventListener("hashchange", this.#hand);
    clearTimeout(this.#again);
  }

  #hand = async () => {
    const token = location.hash.slice(1);
    if (!token) return;
    const body = new FormData(this.form);
    body.set("token", token);
    const answer = await fetch(this.form.action, { method: "POST", body }).catch(() => null);
    if (!answer || TRIED_AGAIN.includes(answer.status)) this.#again = setTimeout(this.#hand, AGAIN_MS);
    if (answer && !TRIED_AGAIN.includes(answer.status)) history.replaceState(null, "", location.pathname + location.search);
    if (answer?.ok) document.dispatchEvent(new Event("refresh"));
    else this.#say(answer ? await answer.text() : "The server cannot be reached: this tries again.");
  };

  #say(words) {
    this.hidden = false;
    this.querySelector("[role=alert]").textContent = words;
  }
}

customElements.define("screen-link", ScreenLink);
