import { say } from "./say.js";

const MOST = 4;
const NARROW = matchMedia("(max-width: 1100px)"); // one at a time, as a sheet over the page
const open = []; // [call, place] of the panes, also while the page is fetched anew

/** <side-panes>: calls beside the wall's list. "wall:selected" says which call, and in which pane. */
class SidePanes extends HTMLElement {
  #loose = 0; // the pane that follows the selection; the others were chosen
  #asked = []; // by pane: the call that is on its way
  #opener = null;

  connectedCallback() {
    document.addEventListener("wall:selected", this.#selected);
    document.addEventListener("live:refused", this.#refused);
    this.addEventListener("click", ({ target }) => target.closest(".close") && this.#close(target.closest(".pane")));
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.target.closest("details[open]")) return;
      event.preventDefault();
      this.#close(event.target.closest(".pane"));
    });
    const before = open.splice(0);
    for (const [pk, place] of before) this.#show(pk, place);
  }

  disconnectedCallback() {
    document.removeEventListener("wall:selected", this.#selected);
    document.removeEventListener("live:refused", this.#refused);
    tell({}); // what came before the panes are there again would be lost
  }

  #selected = ({ detail: { pk, pane } }) => {
    this.#opener = document.activeElement;
    const old = this.#pane(pk);
    if (old && !pane) {
      old.scrollIntoView({ block: "nearest" });
      if (NARROW.matches) old.focus();
      return;
    }
    if (old) this.#remove(old);
    const place = NARROW.matches ? 0 : pane ? pane - 1 : this.#loosePlace();
    if (pane && place === this.#loose) this.#loose = MOST; // it was chosen: the selection goes to another
    this.#show(String(pk), place);
  };

  /** Where the selection goes: the pane that it was in, else the first free one, else the first. */
  #loosePlace() {
    if (this.#loose >= MOST) {
      const free = [...Array(MOST).keys()].find((place) => !this.#at(place));
      this.#loose = free ?? 0;
    }
    return this.#loose;
  }

  async #show(pk, place) {
    this.#asked[place] = pk;
    const pane = await fetched(`/calls/pane/${encodeURIComponent(pk)}/`);
    if (!pane || this.#asked[place] !== pk || !this.isConnected) return; // another was asked for meanwhile
    const old = NARROW.matches ? [...this.children] : [this.#at(place), this.#pane(pk)];
    for (const each of old) each?.remove();
    pane.dataset.place = place;
    const next = [...this.children].find((each) => Number(each.dataset.place) > place);
    this.insertBefore(pane, next ?? null);
    window.htmx?.process(pane);
    this.#tell();
    if (NARROW.matches) pane.focus();
  }

  #close(pane) {
    if (!pane) return;
    const row = document.getElementById(`open-call-${pane.dataset.pane}`);
    const next = pane.nextElementSibling ?? pane.previousElementSibling;
    this.#remove(pane);
    const back = [this.#opener, row].find((element) => element?.isConnected && element !== document.body);
    (back ?? next ?? document.querySelector("main")).focus();
  }

  #remove(pane) {
    this.#asked[Number(pane.dataset.place)] = null;
    pane.remove();
    this.#tell();
  }

  /** A call that was taken out of one's sight leaves nothing of itself behind but why. */
  #refused = ({ detail: { pk } }) => {
    const pane = this.#pane(pk);
    if (!pane) return;
    for (const each of pane.querySelectorAll(":scope > :not(.bar, .refused)")) each.remove();
    pane.querySelector("h2").textContent = "Not yours to see";
    pane.querySelector(".button").remove();
    pane.querySelector(".refused").hidden = false;
    pane.dataset.refused = "";
    this.#tell();
  };

  /** Which calls the socket is to tell of, beside the list, and from where on. */
  #tell() {
    const shown = [...this.children].filter((pane) => !("refused" in pane.dataset));
    open.splice(0, open.length, ...shown.map(({ dataset }) => [dataset.pane, Number(dataset.place)]));
    const calls = Object.fromEntries(shown.map((pane) => [pane.dataset.pane, Number(pane.querySelector(".turns").dataset.number)]));
    tell(calls);
  }

  #pane(pk) {
    return this.querySelector(`:scope > [data-pane="${CSS.escape(pk)}"]`);
  }

  #at(place) {
    return [...this.children].find(({ dataset }) => Number(dataset.place) === place);
  }
}

function tell(calls) {
  document.dispatchEvent(new CustomEvent("live:calls", { detail: { calls } }));
}

async function fetched(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.redirected) location.reload(); // signed out meanwhile
    if (answer.status === 404) throw new Error("The call is not there any more, or no longer yours to see.");
    if (!answer.ok || answer.redirected) throw new Error("The call did not come: the server had trouble.");
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    return document.importNode(template.content, true).firstElementChild;
  } catch (error) {
    say(error instanceof TypeError ? "The server cannot be reached." : error.message);
    return null;
  }
}

customElements.define("side-panes", SidePanes);
