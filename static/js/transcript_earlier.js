import { say } from "./say.js";

const AHEAD = "800px"; // of scrolling: they are there before one sees the end
const MOST_TRIES = 5;

/** The turns before those that the page has: fetched as one scrolls up, or until one is found. */
export class Earlier {
  #loading = null;

  constructor(turns) {
    this.turns = turns;
    this.near = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.load(), {
      root: turns,
      rootMargin: `${AHEAD} 0px 0px 0px`,
    });
    turns.addEventListener("click", ({ target }) => target.closest(".more") && this.load());
    this.#watch();
  }

  end() {
    this.near.disconnect();
  }

  /** Whether some came; many at once for whoever looks for something. */
  load(many = false) {
    this.#loading ??= this.#load(many).finally(() => { this.#loading = null; });
    return this.#loading;
  }

  async loadAll(isWanted = () => true) {
    while (isWanted() && await this.load(true));
  }

  async #load(many) {
    const more = this.turns.querySelector(":scope > .more");
    if (!more) return false;
    const fresh = await this.#fetched(more.dataset.address + (many ? "&many=1" : ""));
    if (!fresh || !more.isConnected) return false;
    for (const turn of fresh.querySelectorAll(".turn")) if (document.getElementById(turn.id)) turn.remove();
    const hadFocus = more === document.activeElement;
    more.replaceWith(fresh); // the transcript keeps its place, whatever comes above
    if (hadFocus) this.turns.focus({ preventScroll: true });
    this.#watch();
    return true;
  }

  /** A turn may change while the earlier ones are on their way, and they would come as they were: then once more. */
  async #fetched(address) {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { number } = this.turns.dataset;
      const fresh = await fetched(address);
      if (!fresh || number === this.turns.dataset.number || tries === MOST_TRIES - 1) return fresh;
    }
    return null;
  }

  #watch() {
    this.near.disconnect();
    const more = this.turns.querySelector(":scope > .more");
    if (more) this.near.observe(more);
  }
}

async function fetched(address) {
  try {
    const answer = await fetch(address);
    if (answer.redirected) location.reload(); // signed out meanwhile
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return document.importNode(template.content, true);
  } catch {
    say("The earlier turns did not come. Scroll up to try again.");
    return null;
  }
}
