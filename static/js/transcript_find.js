import { keys } from "./keys.js";

const TYPED_MS = 200;

/** Finds words in one transcript, those of turns that the page has not loaded yet too. The words stay on the page. */
export class Find {
  #places = []; // ranges, in the order in which they were said
  #here = -1;
  #typed = 0;
  #asked = "";

  constructor(log, earlier) {
    this.log = log;
    this.earlier = earlier;
    this.input = log.querySelector("#find");
    this.output = log.querySelector(".find output");
    this.buttons = { "-1": log.querySelector(".find .previous"), 1: log.querySelector(".find .next") };
    this.input.addEventListener("input", () => {
      clearTimeout(this.#typed);
      this.#typed = setTimeout(() => this.#ask(), TYPED_MS);
    });
    this.input.addEventListener("keydown", (event) => this.#key(event));
    keys.add("/", "find in this transcript", () => this.input.focus());
    for (const [step, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this.#go(Number(step)));
  }

  get isOn() {
    return this.#asked !== "";
  }

  /** Once more, where turns came or changed or are hidden; one stays where one is. */
  refresh() {
    const here = this.#places[this.#here];
    this.#search();
    const at = here ? this.#places.findIndex((place) => place.startContainer === here.startContainer && place.startOffset === here.startOffset) : -1;
    this.#here = at >= 0 ? at : Math.min(this.#here, this.#places.length - 1);
    this.#show();
  }

  async #ask() {
    clearTimeout(this.#typed);
    const words = this.input.value.trim();
    if (words === this.#asked) return;
    this.#asked = words;
    if (words) {
      this.log.stopFollowing();
      if (this.log.querySelector(".turns > .more")) this.output.textContent = "looking in the earlier turns …";
      await this.earlier.loadAll(() => this.#asked === words);
    }
    if (this.#asked !== words) return; // something else was asked meanwhile
    this.#search();
    this.#here = -1;
    if (this.#places.length) this.#go(-1); // the last is the nearest to what is said now
    else this.#show();
  }

  #search() {
    const pattern = this.#asked && new RegExp(this.#asked.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
    const turns = pattern ? [...this.log.querySelectorAll(".turn")].filter((turn) => !this.log.isHidden(turn)) : [];
    this.#places = turns.flatMap((turn) => ranges(turn.querySelector(".said"), pattern));
  }

  async #key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      const isNew = this.input.value.trim() !== this.#asked;
      await this.#ask();
      if (!isNew) this.#go(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.input.value = "";
      this.#ask();
    }
  }

  #go(step) {
    const count = this.#places.length;
    if (!count) return;
    this.#here = this.#here < 0 ? (step < 0 ? count - 1 : 0) : (this.#here + step + count) % count;
    this.log.stopFollowing();
    this.#places[this.#here].startContainer.parentElement.closest(".turn").scrollIntoView({ block: "center" });
    this.#show();
  }

  #show() {
    const here = this.#places[this.#here];
    const turn = here?.startContainer.parentElement.closest(".turn");
    for (const old of this.log.querySelectorAll(".turn.found")) if (old !== turn) old.classList.remove("found");
    turn?.classList.add("found");
    const count = this.#places.length;
    this.output.textContent = !this.isOn ? "" : count ? `${this.#here + 1} of ${count}` : "nowhere";
    for (const button of Object.values(this.buttons)) button.disabled = !count;
    if (!CSS.highlights) return; // the turn itself is marked
    CSS.highlights.set("found", new Highlight(...this.#places));
    CSS.highlights.set("found-here", new Highlight(...(here ? [here] : [])));
  }
}

/** Where the pattern is in an element's words, which badges and marks may divide. */
function ranges(element, pattern) {
  if (!element) return [];
  const found = [...element.textContent.matchAll(pattern)];
  if (!found.length) return [];
  const nodes = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let at = 0; walker.nextNode(); at += walker.currentNode.length) nodes.push([at, walker.currentNode]);
  return found.map(({ index, 0: words }) => {
    const range = new Range();
    range.setStart(...placeIn(nodes, index, false));
    range.setEnd(...placeIn(nodes, index + words.length, true));
    return range;
  });
}

function placeIn(nodes, at, isEnd) {
  const [begin, node] = nodes.findLast(([from]) => (isEnd ? from < at : from <= at)) ?? nodes[0];
  return [node, at - begin];
}
