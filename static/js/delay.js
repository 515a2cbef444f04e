import { clock } from "./clock.js";

/** How long what is placed was under way: from its arrival in Kinesis to this page, in seconds.
 *
 * Only what was heard after the page went live tells it: rows that it fetched are old, and not late. */
class Delay {
  #newest = Infinity;

  constructor() {
    document.addEventListener("live:state", () => { this.#newest = clock.now(); }, { once: true });
    document.addEventListener("live:placed", ({ target, detail }) => {
      const heard = Date.parse(detail.heard ?? target.dataset?.heard);
      if (!(heard > this.#newest)) return;
      this.#newest = heard;
      this.last_s = since(heard);
    });
  }
}

export function since(moment) {
  return Math.max(0, (clock.now() - moment) / 1000);
}

export const delay = new Delay();
