import { keys } from "./keys.js";

const WIDE = matchMedia("(min-width: 1101px)"); // else the pane would cover the list
const RESTS_MS = 250;
const PANES = ["1", "2", "3", "4"];

/** The hand in the list: where it is, which call it has picked, and what it does with it. */
export class WallHand {
  #isPointed = false;
  #picked = null; // the row's id
  #following = 0;

  /** `left()` is called when the hand has left the list. */
  constructor(list, left) {
    this.list = list;
    const { body } = list;
    // A finger that has gone would hover for ever.
    body.addEventListener("pointerover", (event) => { this.#isPointed = event.pointerType === "mouse"; });
    body.addEventListener("pointerleave", () => {
      this.#isPointed = false;
      left();
    });
    body.addEventListener("focusout", () => setTimeout(left));
    body.addEventListener("click", (event) => this.#click(event));
    this.#addKeys();
  }

  get isIn() {
    const { activeElement } = document;
    return this.#isPointed || (this.list.body.contains(activeElement) && activeElement.matches(":focus-visible"));
  }

  /** A row that comes into the page, for this person. */
  dress(row) {
    const { element } = row;
    if (row.id === this.#picked) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
    const flag = element.querySelector(".flag");
    if (!flag || document.body.dataset.rights.split(" ").includes("acknowledge")) return;
    flag.setAttribute("aria-disabled", "true");
    flag.title = "Supervisors and team leads flag calls";
  }

  #addKeys() {
    keys.add("j", "the next call", () => this.#step(1));
    keys.add("k", "the call before", () => this.#step(-1));
    keys.add("Enter", "open the picked call", () => this.#pickedRow()?.link.click());
    keys.add("f", "flag the picked call, or take the flag off", () => this.#pickedRow()?.element.querySelector(".flag").click());
    keys.add("/", "look for words spoken", () => document.getElementById("ask-text")?.focus());
    for (const pane of PANES) keys.add(pane, `the picked call beside the list, in place ${pane}`, () => this.#beside(this.#pickedRow(), Number(pane)));
  }

  #pickedRow() {
    return this.list.order.find(({ id }) => id === this.#picked);
  }

  #step(by) {
    const { order } = this.list;
    if (!order.length) return;
    const from = order.findIndex(({ id }) => id === this.#picked);
    const at = from < 0 ? 0 : Math.min(order.length - 1, Math.max(0, from + by));
    this.#pick(order[at]);
    this.list.window.reveal(at);
    order[at].link.focus();
    clearTimeout(this.#following);
    this.#following = setTimeout(() => this.#follow(), RESTS_MS);
  }

  /** Where calls are read beside the list already, the picked one is shown there too, once the keys rest. */
  #follow() {
    if (WIDE.matches && document.querySelector("side-panes > *")) this.#beside(this.#pickedRow(), 0);
  }

  #pick(row) {
    this.list.body.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.#picked = row.id;
    row.element.setAttribute("aria-current", "true");
  }

  #beside(row, pane) {
    if (row) document.dispatchEvent(new CustomEvent("wall:selected", { detail: { pk: row.pk, pane } }));
  }

  #click(event) {
    const row = this.list.order.find(({ element }) => element.contains(event.target));
    if (!row) return;
    const flag = event.target.closest(".flag");
    if (flag) {
      event.preventDefault();
      if (flag.ariaDisabled !== "true") send(flag);
      return;
    }
    if (event.target.closest("a") || !getSelection().isCollapsed) return;
    this.#pick(row);
    this.#beside(row, 0);
  }
}

function send(button) {
  window.htmx.ajax("POST", button.formAction, { source: document.body, swap: "none", values: { [button.name]: button.value } });
}
