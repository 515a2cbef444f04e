const SHOWN = 3;
const dismissed = new Set(); // ids; the alerts stay new, and on their page

/** <alert-toasts>: the newest three, a word on the others, and out of the way of the focus. */
class AlertToasts extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector('[data-slot="alerts"]');
    this.link = this.querySelector(":scope > a");
    this.addEventListener("click", this.#click);
    for (const name of ["live:placed", "live:gone", "htmx:afterSettle"]) document.addEventListener(name, this.#changed);
    document.addEventListener("focusin", this.#makeWay);
    for (const name of ["pointerleave", "focusout"]) this.list.addEventListener(name, () => setTimeout(() => this.#show()));
    this.#show();
  }

  disconnectedCallback() {
    for (const name of ["live:placed", "live:gone", "htmx:afterSettle"]) document.removeEventListener(name, this.#changed);
    document.removeEventListener("focusin", this.#makeWay);
  }

  #changed = ({ detail }) => {
    if (!detail?.slot || detail.slot === "alerts") this.#show();
  };

  #click = ({ target }) => {
    const button = target.closest("[data-dismiss]");
    if (!button) return;
    dismissed.add(button.dataset.dismiss);
    this.#show();
    (this.list.querySelector("article:not([hidden]) .dismiss") ?? this.link).focus();
  };

  #show() {
    let shown = 0;
    const alerts = [...this.list.children];
    for (const alert of alerts) {
      alert.hidden = dismissed.has(alert.id) || shown >= SHOWN;
      if (!alert.hidden) shown += 1;
    }
    const others = alerts.length - shown;
    this.link.hidden = !alerts.length;
    this.link.querySelector(".others").textContent = others ? `and ${others} more` : "";
    this.link.querySelector(".all").textContent = alerts.length === 1 ? "1 new alert" : `${alerts.length} new alerts`;
    this.#makeWay();
  }

  /** What has the focus is never covered: the toasts shrink to their last line while they would. */
  #makeWay = () => {
    const focused = document.activeElement;
    this.classList.remove("is-small");
    this.classList.toggle("is-small", !this.contains(focused) && isCovered(focused.getBoundingClientRect(), this.getBoundingClientRect()));
  };
}

/** What is larger shows enough of itself. */
function isCovered(one, by) {
  const overlap = one.left < by.right && by.left < one.right && one.top < by.bottom && by.top < one.bottom;
  return overlap && one.height < by.height;
}

customElements.define("alert-toasts", AlertToasts);
