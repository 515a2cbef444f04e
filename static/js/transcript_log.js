const NEAR_PX = 40;

/** <transcript-log>: follows what is said, unless its reader scrolled up. */
class TranscriptLog extends HTMLElement {
  #isFollowing = true;
  #height = 0;

  connectedCallback() {
    this.turns = this.querySelector(".turns");
    this.jump = this.querySelector(".jump");
    this.turns.addEventListener("scroll", this.#scrolled, { passive: true });
    this.jump.addEventListener("click", () => this.#follow());
    this.addEventListener("htmx:beforeSwap", () => { this.#height = this.turns.scrollHeight; });
    this.addEventListener("htmx:afterSwap", this.#keepPlace);
    this.watcher = new MutationObserver(() => { if (this.#isFollowing) this.#toEnd(); });
    this.watcher.observe(this.turns, { childList: true, subtree: true });
    this.#toEnd();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
  }

  /** Earlier turns come in above: what was read stays where it was. htmx tells of each turn that came. */
  #keepPlace = () => {
    const grown = this.turns.scrollHeight - this.#height;
    this.#height += grown;
    if (!this.#isFollowing) this.turns.scrollTop += grown;
  };

  #scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = this.turns;
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.jump.hidden = this.#isFollowing;
  };

  #follow() {
    this.#isFollowing = true;
    this.jump.hidden = true;
    this.#toEnd();
    this.turns.focus();
  }

  #toEnd() {
    this.turns.scrollTop = this.turns.scrollHeight;
  }
}

customElements.define("transcript-log", TranscriptLog);
