import { COLUMNS, bare } from "./wall_asks.js";

// As much as each needs, and how it shares what is left.
const WIDTHS = {
  caller: "minmax(9.5em, 1.3fr)",
  stage: "minmax(9em, 1fr)",
  since: "minmax(6em, .6fr)",
  queue: "minmax(6em, 1fr)",
  agent: "minmax(7.4em, 1fr)",
  mood: "minmax(10em, .8fr)",
  matches: "minmax(6.5em, 1fr)",
  words: "minmax(11em, 3fr)",
  age: "minmax(5.4em, .4fr)",
};

/** The heads of the columns: a click sorts by one, a click with Shift makes it the second key. */
export class WallColumns {
  constructor(list) {
    this.list = list;
    this.heads = [...list.querySelectorAll("th[data-key]")];
    for (const head of this.heads) head.querySelector("a").addEventListener("click", (event) => this.#sort(event, head.dataset.key));
  }

  show(asks) {
    this.list.dataset.without = COLUMNS.filter((name) => !asks.columns.includes(name)).join(" ");
    this.list.style.setProperty("--columns", `${asks.columns.map((name) => WIDTHS[name]).join(" ")} 5em`);
    for (const head of this.heads) {
      const at = asks.sort.findIndex((key) => bare(key) === head.dataset.key);
      const way = at < 0 ? "" : asks.sort[at].startsWith("-") ? "descending" : "ascending";
      if (at === 0) head.setAttribute("aria-sort", way);
      else head.removeAttribute("aria-sort");
      head.dataset.sorted = at < 0 ? "" : `${at + 1} ${way}`;
      head.querySelector("a").title = "Click to sort; with Shift, as the second key";
    }
  }

  #sort(event, key) {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { sort } = this.list.asks;
    const at = event.shiftKey ? 1 : 0;
    const turned = sort[at] === key ? `-${key}` : key;
    const asked = at ? [sort[0], turned] : [turned, sort[1]];
    this.list.ask(this.list.asks.with({ sort: [...new Set(asked.filter((each, place) => each && (place === at || bare(each) !== key)))].join() }));
  }
}
