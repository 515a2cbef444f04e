import { isSelected } from "./replacing.js";
import { stand } from "./standing.js";

const ALL_UP_TO = 120;
const AROUND = 15; // rows beyond what is seen, on either side

/** Rows stand in the page only near what is seen of a list that scrolls: each at its place, all of one height. */
export class WallWindow {
  isSelecting = false;
  #rows = [];
  #attached = new Set();
  #height = 0;
  #seen = { top: 0, height: 0 };
  #scheduled = 0;

  /** `dress(row)` is called for a row that comes into the page. */
  constructor(scroller, body, dress) {
    Object.assign(this, { scroller, body, dress });
    body.classList.add("is-windowed");
    scroller.addEventListener("scroll", () => this.#scroll(), { passive: true });
    this.watcher = new ResizeObserver(() => this.#measure());
    this.watcher.observe(scroller);
  }

  end() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.#scheduled);
  }

  has(row) {
    return this.#attached.has(row);
  }

  show(rows) {
    this.#rows = rows;
    this.#show();
  }

  /** Scrolls as little as needed to have the row in sight. */
  reveal(at) {
    const { scroller } = this;
    const above = this.body.offsetTop; // the header stays at the top
    const top = at * this.#height;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + this.#height > scroller.scrollTop + scroller.clientHeight - above) {
      scroller.scrollTop = top + this.#height - scroller.clientHeight + above;
    }
    this.#seen.top = scroller.scrollTop;
    this.#show();
  }

  /** Asked now, when the page is laid out: with the picture rows may have changed before. */
  #scroll() {
    this.#seen.top = this.scroller.scrollTop;
    this.#scheduled ||= requestAnimationFrame(() => {
      this.#scheduled = 0;
      this.#show();
    });
  }

  /** Asked when the size changes alone: asked with each frame, it would lay the page out each time. */
  #measure() {
    this.#seen = { top: this.scroller.scrollTop, height: this.scroller.clientHeight };
    const [any] = this.#attached;
    if (any) this.#height = any.element.offsetHeight;
    this.#show();
  }

  #show() {
    const rows = this.#rows;
    if (!this.#height && rows.length) this.#attach(rows.slice(0, ALL_UP_TO).map((row, at) => [row, at]));
    if (!this.#height && rows.length) this.#height = rows[0].element.offsetHeight;
    const [first, last] = this.#near(rows.length);
    const isInHand = this.#inHand();
    const wanted = [];
    rows.forEach((row, at) => {
      if ((at >= first && at < last) || (this.#attached.has(row) && isInHand(row.element))) wanted.push([row, at]);
    });
    this.#attach(wanted);
    const height = `${rows.length * this.#height}px`;
    if (this.body.style.height !== height) this.body.style.height = height;
  }

  #near(length) {
    if (length <= ALL_UP_TO) return [0, length];
    const { top, height } = this.#seen;
    return [Math.floor(top / this.#height) - AROUND, Math.ceil((top + height) / this.#height) + AROUND];
  }

  /** What holds the focus or selected text stays, wherever the list is scrolled to. */
  #inHand() {
    const { activeElement } = document;
    return (element) => element.contains(activeElement) || (this.isSelecting && isSelected(element));
  }

  #attach(wanted) {
    for (const [row] of wanted) if (!this.#attached.has(row)) this.dress(row);
    stand(this.body, wanted.map(([row]) => row.element));
    for (const [row, at] of wanted) this.#put(row.element, at);
    this.#attached = new Set(wanted.map(([row]) => row));
  }

  #put(element, at) {
    const top = `${at * this.#height}px`;
    if (element.style.top !== top) element.style.top = top;
    const index = String(at + 2);
    if (element.getAttribute("aria-rowindex") !== index) element.setAttribute("aria-rowindex", index);
  }
}
