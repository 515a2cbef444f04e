import { say } from "./say.js";

const IN_QUERY = ["queue", "agent", "stage", "mood", "category", "flagged", "sort", "cols"];
const IN_FRAGMENT = ["text", "caller"]; // words and numbers of people: no server sees a fragment

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
    if (link.dataset.view) this.#show(link.dataset.view);
    else go(link.href);
    this.#close();
  };

  #fill = ({ target }) => {
    const field = target.querySelector('input[name="asks"]');
    if (field) field.value = JSON.stringify(asks());
  };

  async #show(address, { isNew = true } = {}) {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      go(addressOf((await answer.json()).asks), isNew);
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

/** What the address asks for: {name: [values]}. */
function asks() {
  const query = new URLSearchParams(location.search);
  const fragment = new URLSearchParams(location.hash.slice(1));
  const told = [...IN_QUERY.map((name) => [name, query.getAll(name)]), ...IN_FRAGMENT.map((name) => [name, fragment.getAll(name)])];
  return Object.fromEntries(told.filter(([, values]) => values.some(Boolean)));
}

function addressOf(asked) {
  const address = new URL(location.pathname, location.href);
  for (const name of IN_QUERY) for (const value of asked[name] ?? []) address.searchParams.append(name, value);
  const fragment = new URLSearchParams(IN_FRAGMENT.flatMap((name) => (asked[name] ?? []).map((value) => [name, value])));
  address.hash = fragment.toString();
  return address;
}

function go(address, isNew = true) {
  history[isNew ? "pushState" : "replaceState"](null, "", address);
  document.dispatchEvent(new CustomEvent("wall:asks"));
}

customElements.define("saved-views", SavedViews);
