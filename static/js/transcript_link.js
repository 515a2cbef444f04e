import { say } from "./say.js";

/** Links to single turns: copied by a click on a turn's time, followed wherever in the transcript the turn is. */
export class Links {
  #asked = ""; // the id of the turn that the address names
  #open = () => this.open();

  constructor(log, earlier) {
    this.log = log;
    this.earlier = earlier;
    log.addEventListener("click", (event) => {
      const link = event.target.closest("a.at");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.#copy(link);
    });
    addEventListener("hashchange", this.#open);
  }

  end() {
    removeEventListener("hashchange", this.#open);
  }

  /** Scrolls to the turn that the address names, and marks it. */
  async open() {
    const id = decoded(location.hash.slice(1));
    if (!id.startsWith(`turn-${this.log.dataset.call}-`)) return;
    this.#asked = id;
    this.log.stopFollowing();
    await this.earlier.loadAll(() => this.#asked === id && !document.getElementById(id));
    const turn = document.getElementById(id);
    if (!turn) {
      say("The turn of this link is not here: it was removed, or became part of another.");
      return;
    }
    this.show([...this.log.querySelectorAll(".turn.linked"), turn]);
    turn.tabIndex = -1;
    turn.focus({ preventScroll: true });
    turn.scrollIntoView({ block: "center" });
  }

  /** A turn that became final is a new element. */
  show(turns) {
    for (const turn of turns) turn.classList.toggle("linked", turn.id === this.#asked);
  }

  async #copy(link) {
    const address = new URL(this.log.dataset.page, location.href);
    address.hash = link.hash;
    if (location.pathname === address.pathname) history.replaceState(null, "", address);
    try {
      await navigator.clipboard.writeText(address.href);
      say("The link to this turn is copied.");
    } catch {
      say(location.href === address.href ? "The link to this turn is in the address bar." : "This browser does not let pages copy: open the call first.");
    }
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
