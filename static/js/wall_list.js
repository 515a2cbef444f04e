import { clock } from "./clock.js";
import { inert, isSelected, replace } from "./replacing.js";
import { Asks } from "./wall_asks.js";
import { WallColumns } from "./wall_columns.js";
import { WallFilters } from "./wall_filters.js";
import { WallHand } from "./wall_hand.js";
import { WallHeard } from "./wall_heard.js";
import { WallRow } from "./wall_row.js";
import { WallWindow } from "./wall_window.js";
import { write } from "./write.js";

const SAID_AFTER_MS = 600;
const ARRANGED_EVERY_MS = 250;

/** <wall-list>: every call in progress as one list, filtered and ordered as its address asks. */
class WallList extends HTMLElement {
  #rows = new Map();
  #sorted = [];
  #order = []; // those shown, as they stand
  #held = new Map(); // elements for rows whose text the reader is selecting
  #due = 0;
  #arranged_ms = -Infinity;
  #isPaused = false;
  #saying = 0;
  #left = 0; // rows that are still to come
  #listeners = [
    [clock, "tick", () => this.#tick()],
    [document, "selectionchange", () => this.#release()],
    [document, "visibilitychange", () => this.#later()],
    [document, "live:pause", ({ detail }) => this.#pause(detail.isPaused)],
    [document, "wall:asks", () => this.#ask(Asks.of(location))],
    [window, "popstate", () => this.#ask(Asks.of(location))],
  ];

  connectedCallback() {
    this.body = this.querySelector('[data-slot="calls"]');
    this.asks = Asks.of(location);
    this.hand = new WallHand(this, () => this.#later());
    this.window = new WallWindow(this.querySelector(".scroller"), this.body, (row) => this.hand.dress(row));
    this.columns = new WallColumns(this);
    this.filters = new WallFilters(this);
    this.heard = new WallHeard(this.dataset.heard, () => this.#again());
    for (const element of this.body.children) this.#add(new WallRow(element));
    for (const [target, name, act] of this.#listeners) target.addEventListener(name, act);
    this.#left = Math.max(0, Number(this.dataset.total) - this.#rows.size);
    this.#ask(this.asks);
  }

  disconnectedCallback() {
    for (const [target, name, act] of this.#listeners) target.removeEventListener(name, act);
    clearTimeout(this.#due);
    this.window.end();
    this.heard.end();
  }

  /** All rows that have come, in sight or not. */
  get rows() {
    return this.#rows.values();
  }

  /** Those that are asked for, as they stand. */
  get order() {
    return this.#order;
  }

  place(html) {
    const fresh = inert(html);
    const row = this.#rows.get(fresh.id);
    if (row && row.number > Number(fresh.dataset.number)) return;
    if (row && this.window.isSelecting && this.window.has(row) && isSelected(row.element)) this.#held.set(row, fresh);
    else if (row) this.#take(row, fresh);
    else this.#add(new WallRow(fresh));
    this.#tell("live:placed", { slot: "calls", isNew: !row, isOther: row?.stage !== fresh.dataset.state, heard: fresh.dataset.heard });
    this.#later();
  }

  gone(id) {
    const row = this.#rows.get(id);
    if (!row) return;
    row.isGone = true;
    row.element.classList.add("is-gone");
    this.#rows.delete(id);
    this.#held.delete(row);
    this.#tell("live:gone", { slot: "calls" });
    this.#later();
  }

  /** Ids of all calls that it holds, so that the server can say what went while the socket was away. */
  shown() {
    return [...this.#rows.keys()];
  }

  /** Whether it is a row that is still to come. */
  lacks(id) {
    return this.#left > 0 && !this.#rows.has(id);
  }

  /** How many rows are still to come. */
  rest(left) {
    this.#left = left;
    const line = this.querySelector("#calls-rest");
    line.hidden = left === 0;
    line.textContent = `loading ${left} more`;
    document.dispatchEvent(new CustomEvent("live:rest", { detail: { left } }));
  }

  /** Filters, order and columns by somebody's choice: the address tells them from now on. */
  ask(asks) {
    history.replaceState(history.state, "", asks.address);
    this.#ask(asks);
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.querySelector("#calls-said").textContent = this.querySelector("#calls-count").textContent;
    }, SAID_AFTER_MS);
  }

  #ask(asks) {
    this.asks = asks;
    for (const row of this.#rows.values()) row.keys = asks.keysOf(row);
    this.columns.show(asks);
    this.filters.show(asks);
    this.heard.lookFor(asks.text);
    this.#again();
    document.dispatchEvent(new CustomEvent("wall:asked", { detail: { asks: asks.told } }));
  }

  #add(row) {
    row.keys = this.asks.keysOf(row);
    this.#rows.set(row.id, row);
    this.#sorted.push(row);
  }

  #take(row, fresh) {
    const old = row.element;
    row.take(fresh);
    row.keys = this.asks.keysOf(row);
    if (!this.window.has(row)) return;
    fresh.style.top = old.style.top;
    this.hand.dress(row);
    replace(old, fresh);
  }

  #release() {
    this.window.isSelecting = !getSelection().isCollapsed;
    for (const [row, fresh] of this.#held) {
      if (this.window.isSelecting && isSelected(row.element)) continue;
      this.#held.delete(row);
      this.#take(row, fresh);
      this.#later();
    }
  }

  #pause(isPaused) {
    this.#isPaused = isPaused;
    this.#later();
  }

  #tick() {
    if (this.#isPaused) return;
    const now = clock.now();
    for (const row of this.#rows.values()) {
      if (!row.becomesUrgent(now)) continue;
      row.keys = this.asks.keysOf(row);
      this.#later();
    }
  }

  /** A few times a second for all frames of that while: rows that change are changed at once, and move seldom. */
  #later() {
    if (this.#due || document.hidden) return;
    const arrange = () => {
      this.#due = 0;
      this.#arranged_ms = performance.now();
      this.#arrange();
    };
    // With the picture, as rows change: the page is laid out once for both.
    this.#due = setTimeout(() => requestAnimationFrame(arrange), Math.max(0, this.#arranged_ms + ARRANGED_EVERY_MS - performance.now()));
  }

  /** Rows do not move under the hand: the order waits while the pointer or the keyboard is in the list. */
  #arrange() {
    if (!this.isConnected) return;
    if (this.#isPaused || this.hand.isIn) this.#stand();
    else this.#again();
  }

  #stand() {
    const isShown = (row) => !row.isGone && this.#has(row);
    for (const row of this.#order) row.element.classList.toggle("is-gone", !isShown(row));
    const standing = new Set(this.#order);
    const fresh = this.#sorted.filter((row) => !standing.has(row) && isShown(row));
    this.#show([...this.#order, ...fresh]);
    this.querySelector("#calls-held").hidden = this.#isPaused || !this.#isOutOfOrder();
  }

  #again() {
    this.#sorted = this.#sorted.filter((row) => !row.isGone).sort(this.asks.compare);
    this.#show(this.#sorted.filter((row) => this.#has(row)));
    for (const row of this.#order) row.element.classList.remove("is-gone");
    this.querySelector("#calls-held").hidden = true;
  }

  #has(row) {
    return this.asks.has(row, this.heard.calls);
  }

  #isOutOfOrder() {
    return this.#order.some((row, at) => row.element.classList.contains("is-gone") || (at && this.asks.compare(this.#order[at - 1], row) > 0));
  }

  #show(rows) {
    this.#order = rows;
    this.window.show(rows);
    const shown = rows.filter((row) => !row.isGone).length;
    const total = this.#rows.size + this.#left;
    write(this.querySelector("#calls-count"), `${shown} of ${total} call${total === 1 ? "" : "s"}`);
    this.dataset.state = rows.length ? "rows" : total ? "no-fit" : "none";
    this.querySelector("table").setAttribute("aria-rowcount", rows.length + 1);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

customElements.define("wall-list", WallList);
