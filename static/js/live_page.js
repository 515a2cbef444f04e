import { clock } from "./clock.js";
import { FrameQueue, idIn } from "./frame_queue.js";
import { LiveSocket } from "./live_socket.js";
import { Pause } from "./pause.js";
import { Slots } from "./slots.js";

const REFUSED = [4400, 4401, 4403, 4404, 4409, 4410, 4412]; // of another version or database, signed out, not for this person, more rows than can be said: the page says it best
const LISTS = ["calls", "agents", "alerts", "cases", "screen", "screen-words"];
const COUNTED = ["calls", "agents", "alerts", "cases"];
const COUNT_AGAIN_MS = 2000;
const REFUSED_AGAIN_MS = 10000;
const RELOAD_AGAIN_MS = 2000;

/** What the socket says, on the page: rows into their slots, beats to the clock and the badge. */
export class LivePage {
  #counting = 0;
  #refused_ms = -Infinity;
  #reloading = 0; // the next try
  #isOwed = false; // the page is to come anew: until then no beat may say that it is whole

  /** Which calls the side panes show, beside what the page itself watches. */
  calls = {};

  constructor(main) {
    this.main = main;
    document.addEventListener("refresh", () => this.reload());
    document.addEventListener("live:calls", ({ detail: { calls } }) => this.#turnTo(calls));
    for (const name of ["live:placed", "live:gone"]) document.addEventListener(name, (event) => this.#countAgain(event.detail));
  }

  start() {
    clock.set(this.main.dataset.now);
    if (!this.main.dataset.watch) return;
    this.cursor = this.main.dataset.cursor;
    this.slots = new Slots(this.main);
    this.queue = new FrameQueue((frame) => this.#apply(frame));
    this.pause = new Pause((frame) => this.slots.isLoading(frame), (frame) => this.queue.put(frame));
    const address = new URL("/live/", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.socket = new LiveSocket(address, () => this.#hello());
    this.socket.addEventListener("frame", (event) => this.#take(event.detail));
    this.socket.addEventListener("open", () => this.#turnTo(this.#newest(Object.keys(this.calls))));
    this.socket.addEventListener("lost", (event) => this.#lost(event.detail.code));
    this.socket.start();
  }

  /** The page again, its content swapped in place. */
  async reload() {
    clearTimeout(this.#reloading);
    this.#isOwed = true;
    const page = await fetched(location.href);
    const fresh = page?.querySelector("main");
    if (!fresh) {
      this.#reloading = setTimeout(() => this.reload(), RELOAD_AGAIN_MS);
      return;
    }
    this.#isOwed = false;
    this.socket?.end();
    for (const part of [this.slots, this.queue, this.pause]) part?.end();
    const focused = document.activeElement.id;
    const main = document.importNode(fresh, true);
    this.main.replaceWith(main);
    const nav = page.querySelector("body > nav");
    if (nav) document.querySelector("body > nav")?.replaceWith(document.importNode(nav, true));
    Object.assign(document.body.dataset, page.body.dataset);
    window.htmx?.process(main);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    this.main = main;
    this.start();
    document.dispatchEvent(new Event("live:reloaded"));
  }

  #hello() {
    const { watch, epoch } = this.main.dataset;
    const watched = watch.split(" ");
    const own = watched.filter((name) => name.startsWith("call:")).map((name) => name.slice("call:".length));
    return { watch: watched, cursor: this.cursor, epoch, shown: this.#shown(), numbers: this.#newest(own) };
  }

  /** What the page has, or is about to have. */
  #shown() {
    const shown = new Set(this.slots.shown());
    for (const { type, slot, id, html } of [...this.queue, ...this.pause]) {
      if (type === "place" && LISTS.includes(slot)) shown.add(idIn(html));
      else shown.delete(id);
    }
    return [...shown];
  }

  #newest(pks) {
    return Object.fromEntries(pks.map((pk) => [pk, this.slots.newestNumber(pk)]));
  }

  #turnTo(calls) {
    const hadNone = Object.keys(this.calls).length === 0;
    this.calls = calls;
    if (!hadNone || Object.keys(calls).length) this.socket?.send({ calls });
  }

  #take(frame) {
    if (frame.type === "place" || frame.type === "gone") {
      if (!this.pause.holds(frame)) this.queue.put(frame);
    } else if (frame.type === "rest") this.slots.rest(frame.slot, frame.left);
    else if (frame.type === "reload") this.reload();
    else if (frame.type === "beat") {
      clock.set(frame.now);
      if (this.#isOwed) return tell({ state: "reconnecting" });
      this.cursor = frame.cursor;
      tell({ state: "live", age_s: frame.age_s, every_s: frame.every_s });
    }
  }

  #apply(frame) {
    if (frame.type === "place") this.slots.place(frame.slot, frame.html);
    else if (frame.slot.startsWith("call:")) tellRefused(frame.slot.slice("call:".length));
    else this.slots.gone(frame.slot, frame.id);
  }

  #lost(code) {
    tell({ state: "reconnecting" });
    if (!REFUSED.includes(code) || performance.now() - this.#refused_ms < REFUSED_AGAIN_MS) return;
    this.#refused_ms = performance.now();
    this.reload();
  }

  /** Figures are counted by the server, at most every two seconds, when a row came, went or is in another state. */
  #countAgain({ slot, isNew = true, isOther = false }) {
    const counts = isNew || isOther || slot === "cases"; // a case that changed may have another owner
    if (!counts || this.#counting || !COUNTED.includes(slot)) return;
    this.#counting = setTimeout(() => {
      this.#counting = 0;
      document.body.dispatchEvent(new Event("live:changed"));
    }, COUNT_AGAIN_MS);
  }
}

/** A call beside the page is not for this person, or not any more. */
function tellRefused(pk) {
  document.dispatchEvent(new CustomEvent("live:refused", { detail: { pk } }));
}

function tell(detail) {
  document.dispatchEvent(new CustomEvent("live:state", { detail }));
}

async function fetched(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.redirected && new URL(answer.url).pathname !== new URL(address).pathname) location.assign(answer.url);
    if (answer.status >= 500) return null; // it begins, or has trouble
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null; // the server is away: the socket asks again
  }
}
