import { clock } from "./clock.js";
import { inert } from "./replacing.js";
import { Asks } from "./wall_asks.js";
import { WallRow } from "./wall_row.js";

const SHOW_AGAIN_MS = 250; // nobody across a room reads faster

/** <screen-list>: of all calls in progress the worst, as many as the screen has room for. The others are kept as text. */
class ScreenList extends HTMLElement {
  #rows = new Map();
  #shown = new Set();
  #fits = 1;
  #left = 0;
  #due = 0;

  connectedCallback() {
    this.asks = new Asks(JSON.parse(this.dataset.asks));
    this.body = this.querySelector("[data-slot]");
    this.room = this.querySelector(".fit");
    for (const element of [...this.body.children]) this.#add(element, element.outerHTML);
    this.body.replaceChildren();
    this.watcher = new ResizeObserver(() => this.#measure());
    this.watcher.observe(this.room);
    clock.addEventListener("tick", this.#tick);
    this.#show();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    clock.removeEventListener("tick", this.#tick);
    clearTimeout(this.#due);
  }

  place(html) {
    const fresh = inert(html);
    const row = this.#rows.get(fresh.id);
    if (row && row.number > Number(fresh.dataset.number)) return;
    this.#add(fresh, html);
    this.#later();
  }

  gone(id) {
    if (this.#rows.delete(id)) this.#later();
  }

  /** Ids of all calls that it holds, so that the server can say what went while the socket was away. */
  shown() {
    return [...this.#rows.keys()];
  }

  /** How many rows are still to come. */
  rest(left) {
    this.#left = left;
    this.#later();
  }

  #add(element, html) {
    const row = new WallRow(element);
    row.keys = this.asks.keysOf(row);
    row.element = null;
    row.html = html;
    this.#rows.set(row.id, row);
  }

  #tick = () => {
    const now = clock.now();
    for (const row of this.#rows.values()) {
      if (!row.becomesUrgent(now)) continue;
      row.keys = this.asks.keysOf(row);
      this.#later();
    }
  };

  #later() {
    this.#due ||= setTimeout(() => this.#show(), SHOW_AGAIN_MS);
  }

  #show() {
    this.#due = 0;
    const found = [...this.#rows.values()].filter((row) => this.asks.has(row, null)).sort(this.asks.compare);
    this.#stand(found.slice(0, this.#fits));
    this.dataset.state = found.length ? "rows" : this.#rows.size ? "no-fit" : "none";
    this.#count(found.length);
  }

  /** Each at its place; a row that is not another than before stays the element that it was. */
  #stand(rows) {
    const standing = new Set(rows);
    for (const row of this.#shown) {
      if (standing.has(row)) continue;
      row.element.remove();
      row.element = null;
    }
    rows.forEach((row, at) => {
      row.element ??= document.importNode(inert(row.html), true);
      if (this.body.children[at] !== row.element) this.body.insertBefore(row.element, this.body.children[at] ?? null);
    });
    const hadNone = this.#shown.size === 0;
    this.#shown = standing;
    if (hadNone && rows.length) this.#measure();
  }

  #measure() {
    const [row] = this.body.children;
    if (!row) return;
    const room = this.room.clientHeight - this.querySelector("thead").offsetHeight;
    const fits = Math.max(1, Math.floor(room / row.offsetHeight));
    if (fits === this.#fits) return;
    this.#fits = fits;
    this.#show();
  }

  #count(found) {
    const shown = Math.min(found, this.#fits);
    const rest = this.#left ? `, ${this.#left} more on their way` : "";
    const words = shown < found ? `the first ${shown} of ${found}${rest}` : `${found}${rest}`;
    const line = this.querySelector("#calls-count");
    if (line.textContent !== words) line.textContent = words;
  }
}

customElements.define("screen-list", ScreenList);
