import { say } from "./say.js";
import { Asks } from "./wall_asks.js";

/** <saved-views>: opens views without leaving the page, and hands over what the address asks for when one is saved. */
class SavedViews extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#open);
    this.addEventListener("submit", this.#fill, { capture: true }); // before htmx reads the form
    const pk = new URLSearchParams(location.search).get("view");
    const link = pk && this.querySelector(`#view-${CSS.escape(pk)}`);
    if (link) this.#show(link.dataset.view, { isNew: false });
  }

  #open = (event) => {
    const link = event.target.closest("a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if ("screen" in link.dataset) return location.assign(link.href + location.search);
    if (link.dataset.view) this.#show(link.dataset.view);
    else go(link.href);
    this.#close();
  };

  #fill = ({ target }) => {
    const field = target.querySelector('input[name="asks"]');
    if (field) field.value = JSON.stringify(Asks.of(location).told);
  };

  async #show(address, { isNew = true } = {}) {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      go(new Asks((await answer.json()).asks).address, isNew);
    } catch {
      say("That view could not be opened: it is gone, or the server cannot be reached.");
    }
  }

  #close() {
    const menu = this.querySelector("details.menu");
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

function go(address, isNew = true) {
  history[isNew ? "pushState" : "replaceState"](null, "", address);
  document.dispatchEvent(new CustomEvent("wall:asks"));
}

customElements.define("saved-views", SavedViews);
