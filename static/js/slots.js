import { idIn } from "./frame_queue.js";
import { inert, isSelected, replace } from "./replacing.js";

const FIRST = 10 ** 12; // so far before their places stand rows that became urgent

/** Puts what the server rendered into its places. Focus, selection, ticks and open menus survive. */
export class Slots {
  #gone = new Set(); // ids of rows that stay until the hand has left their list
  #held = new Map(); // frames for elements whose text the reader is selecting
  #isSelecting = !getSelection().isCollapsed; // asked with each frame, the selection would lay the page out each time

  constructor(root) {
    this.root = root;
    this.wall = root.querySelector("wall-list, screen-list"); // which have their own ways with a thousand rows
    this.ofWall = this.wall?.querySelector("[data-slot]").dataset.slot;
    for (const list of root.querySelectorAll("[data-steady]")) {
      list.addEventListener("pointerleave", () => this.#settle(list));
      list.addEventListener("focusout", () => setTimeout(() => this.#settle(list)));
    }
    this.released = () => {
      this.#isSelecting = !getSelection().isCollapsed;
      this.#release();
    };
    document.addEventListener("selectionchange", this.released);
    root.addEventListener("live:urgent", ({ target }) => {
      const list = target.closest("[data-steady]");
      if (list) putInOrder(list, target);
    });
  }

  end() {
    document.removeEventListener("selectionchange", this.released);
  }

  place(slot, html) {
    if (slot === this.ofWall) {
      this.wall.place(html);
      return;
    }
    const fresh = parsed(html);
    const list = fresh && this.#list(slot, fresh.dataset.teams);
    if (!list) return;
    // Only by what came this way: earlier turns that are fetched may be newer than one that was missed.
    if ("number" in list.dataset) list.dataset.number = Math.max(list.dataset.number, fresh.dataset.number);
    const old = document.getElementById(fresh.id);
    if (old ? Number(old.dataset.number) > Number(fresh.dataset.number) : !belongs(list, fresh)) return;
    this.#gone.delete(fresh.id);
    if (old && this.#isSelecting && isSelected(old)) {
      this.#held.set(fresh.id, [slot, html]);
      return;
    }
    if (old) replace(old, fresh);
    if (fresh.parentElement !== list) list.append(fresh);
    putInOrder(list, fresh);
    window.htmx?.process(fresh);
    const isOther = old?.dataset.state !== fresh.dataset.state;
    fresh.dispatchEvent(new CustomEvent("live:placed", { bubbles: true, detail: { slot, isNew: !old, isOther } }));
  }

  gone(slot, id) {
    if (slot === this.ofWall) {
      this.wall.gone(id);
      return;
    }
    this.#held.delete(id);
    const old = document.getElementById(id);
    const list = old?.closest(selector(slot));
    if (!list || !this.root.contains(list)) return;
    if (isBusy(list)) {
      this.#gone.add(id);
      old.classList.add("is-gone");
      list.dataset.waits = "";
    } else old.remove();
    list.dispatchEvent(new CustomEvent("live:gone", { bubbles: true, detail: { slot } }));
  }

  /** What the lists hold now, so that the server can say what went while the socket was away. */
  shown() {
    const ids = [...this.root.querySelectorAll("[data-steady] > [id]:not(.is-gone)")].map((element) => element.id);
    return ids.concat(this.wall?.shown() ?? []);
  }

  /** How many rows of a list are still to come. */
  rest(slot, left) {
    if (slot === this.ofWall) this.wall?.rest(left);
  }

  /** Whether the frame is for a row of a list that has not all its rows yet. */
  isLoading({ type, slot, html }) {
    return type === "place" && slot === this.ofWall && this.wall.lacks(idIn(html));
  }

  /** Up to which number the turns of a call are shown; null where nothing of it is. */
  newestNumber(pk) {
    const list = this.root.querySelector(selector(`turns:${pk}`));
    return list && Number(list.dataset.number);
  }

  /** The list; where there is one for each team, the first whose team is among these, or that is for all others. */
  #list(slot, teams = "") {
    const of = teams.split(" ");
    return [...this.root.querySelectorAll(selector(slot))].find(({ dataset: { team } }) => !team || of.includes(team));
  }

  #settle(list) {
    if (!("waits" in list.dataset) || isBusy(list)) return;
    delete list.dataset.waits;
    for (const element of [...list.children].filter(({ id }) => this.#gone.delete(id))) element.remove();
    const inOrder = [...list.children].sort((one, other) => order(one) - order(other));
    inOrder.forEach((element, at) => {
      if (list.children[at] !== element) list.insertBefore(element, list.children[at]);
    });
  }

  #release() {
    for (const [id, [slot, html]] of this.#held) {
      const element = document.getElementById(id);
      if (element && isSelected(element)) continue;
      this.#held.delete(id);
      this.place(slot, html);
    }
  }
}

function selector(slot) {
  return `[data-slot="${CSS.escape(slot)}"]`;
}

function parsed(html) {
  const element = inert(html);
  return element && document.importNode(element, true);
}

/** Rows do not move under the hand: order changes wait while the pointer or the keyboard is in the list. */
function isBusy(list) {
  return list.matches("[data-steady]:is(:hover, :has(:focus-visible))");
}

function belongs(list, fresh) {
  const { show, causes } = list.dataset;
  if (show === "mine" && fresh.dataset.owner !== document.body.dataset.person) return false;
  if (show === "free" && fresh.dataset.owner) return false;
  if (causes && !causes.split(" ").includes(fresh.dataset.cause)) return false;
  // Turns from before the first one shown come with the earlier ones.
  const more = list.querySelector(":scope > .more");
  return !more?.nextElementSibling || order(fresh) >= order(more.nextElementSibling);
}

function putInOrder(list, element) {
  if (isBusy(list)) list.dataset.waits = "";
  else moveToOrder(list, element);
}

function moveToOrder(list, element) {
  let before = element.previousElementSibling;
  let after = element.nextElementSibling;
  if (before && order(before) > order(element)) {
    while (before && order(before) > order(element)) before = before.previousElementSibling;
    if (before) before.after(element);
    else list.prepend(element);
  } else if (after && order(after) < order(element)) {
    while (after && order(after) < order(element)) after = after.nextElementSibling;
    if (after) after.before(element);
    else list.append(element);
  }
}

function order(element) {
  const { order: at, urgent } = element.dataset;
  return at === undefined ? -Infinity : Number(at) - (urgent === undefined ? 0 : FIRST);
}
