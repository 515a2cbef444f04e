/** <screen-queues>: the worst queues, as many as stand in the rows that a screen has for them; of the others how many. */
class ScreenQueues extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".queues");
    this.line = this.querySelector(":scope > p");
    this.changes = new MutationObserver(() => this.#count());
    this.changes.observe(this.list, { childList: true });
    this.size = new ResizeObserver(() => this.#count());
    this.size.observe(this.list);
  }

  disconnectedCallback() {
    this.changes.disconnect();
    this.size.disconnect();
  }

  #count() {
    const bottom = this.list.getBoundingClientRect().bottom;
    const hidden = [...this.list.children].filter((tile) => tile.getBoundingClientRect().top >= bottom - 1);
    const isMore = hidden.some((tile) => tile.id === "more-queues");
    const words = isMore ? `and at least ${hidden.length} more queues` : `and ${hidden.length} more queue${hidden.length === 1 ? "" : "s"}`;
    if (this.line.textContent !== words) this.line.textContent = words;
    this.line.hidden = hidden.length === 0;
  }
}

customElements.define("screen-queues", ScreenQueues);
