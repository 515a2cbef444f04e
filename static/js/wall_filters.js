import { keys } from "./keys.js";
import { COLUMNS, SEVERAL } from "./wall_asks.js";

const VALUES = {
  queue: (row) => [row.queue],
  agent: (row) => [row.agent],
  category: (row) => row.categories,
};

/** What narrows, orders and furnishes the list, by mouse, touch and keyboard; and a chip for each filter in use. */
export class WallFilters {
  constructor(list) {
    this.list = list;
    for (const template of list.querySelectorAll("template")) template.replaceWith(template.content.cloneNode(true));
    this.chips = list.querySelector("#calls-chips");
    this.text = list.querySelector("#ask-text");
    this.caller = list.querySelector("#ask-caller");
    this.flagged = list.querySelector("#ask-flagged");
    this.menus = [...list.querySelectorAll("[data-filter]")];
    this.sorts = [...list.querySelectorAll("#order-menu select")];
    this.columns = [...list.querySelectorAll("input[name=column]")];
    this.#listen();
  }

  show(asks) {
    for (const [field, words] of [[this.text, asks.text], [this.caller, asks.caller]]) {
      if (field !== document.activeElement) field.value = words;
    }
    this.flagged.checked = asks.isFlagged;
    for (const menu of this.menus) {
      for (const box of menu.querySelectorAll("input")) box.checked = asks[menu.dataset.filter].has(box.value);
      menu.classList.toggle("is-used", asks[menu.dataset.filter].size > 0);
    }
    this.sorts.forEach((select, at) => { select.value = asks.sort[at] ?? ""; });
    this.list.querySelector("#calls-order").textContent = asks.sort.map((key) => this.sorts[0].querySelector(`[value="${key}"]`).textContent).join(", then ");
    for (const box of this.columns) box.checked = asks.columns.includes(box.value);
    this.#showChips(asks);
  }

  #listen() {
    const ask = (changes) => this.list.ask(this.list.asks.with(changes));
    this.text.addEventListener("input", () => ask({ text: [this.text.value] }));
    this.caller.addEventListener("input", () => ask({ caller: [this.caller.value] }));
    this.flagged.addEventListener("change", () => ask({ flagged: this.flagged.checked ? ["1"] : [] }));
    for (const menu of this.menus) {
      menu.addEventListener("toggle", () => { if (menu.open && menu.dataset.filter in VALUES) this.#offer(menu); });
      menu.addEventListener("change", () => ask({ [menu.dataset.filter]: checked(menu) }));
    }
    for (const select of this.sorts) {
      select.addEventListener("change", () => ask({ sort: this.sorts.map(({ value }) => value).filter(Boolean).join() }));
    }
    for (const box of this.columns) {
      box.addEventListener("change", () => ask({ cols: COLUMNS.filter((name) => this.columns.find(({ value }) => value === name).checked).join() }));
    }
    this.list.querySelector("#show-keys").addEventListener("click", () => keys.show());
    const csv = this.list.querySelector("#calls-csv");
    csv.addEventListener("submit", () => {
      csv.action = `${csv.getAttribute("action").split("?")[0]}?cols=${this.list.asks.columns.join()}`;
      csv.elements.ids.value = this.list.order.filter(({ isGone }) => !isGone).map(({ pk }) => pk).join();
    });
    document.querySelector("[data-clear]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#clear();
    });
  }

  /** What the rows have now, and what is asked for though none has it. */
  #offer(menu) {
    const name = menu.dataset.filter;
    const counts = new Map([...this.list.asks[name]].map((value) => [value, 0]));
    for (const row of this.list.rows) {
      for (const value of VALUES[name](row)) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const options = [...counts].sort(([one], [other]) => one.localeCompare(other)).map(([value, count]) => this.#option(name, value, count));
    menu.querySelector("div").replaceChildren(...(options.length ? options : [element("span", { className: "quiet" }, "None yet")]));
  }

  #option(name, value, count) {
    const box = element("input", { type: "checkbox", name, value, id: `${name}-${value}`, checked: this.list.asks[name].has(value) });
    return element("label", { className: "option" }, box, value, element("span", { className: "quiet" }, String(count)));
  }

  #showChips(asks) {
    const chips = SEVERAL.flatMap((name) => [...asks[name]].map((value) => this.#chip(this.#word(name, value), { [name]: [...asks[name]].filter((each) => each !== value) })));
    if (asks.isFlagged) chips.push(this.#chip("Flagged", { flagged: [] }));
    if (asks.text) chips.push(this.#chip(`“${asks.text}”`, { text: [] }));
    if (asks.caller) chips.push(this.#chip(`Caller ${asks.caller}`, { caller: [] }));
    if (chips.length > 1) chips.push(this.#button("Clear filters", "button", () => this.#clear()));
    const hadFocus = this.chips.contains(document.activeElement);
    this.chips.replaceChildren(...chips.map((chip) => element("li", {}, chip)));
    this.chips.hidden = !chips.length;
    if (hadFocus) (this.chips.querySelector("button") ?? this.text).focus();
  }

  #chip(words, without) {
    const chip = this.#button(words, "chip", () => this.list.ask(this.list.asks.with(without)));
    chip.setAttribute("aria-label", `Remove the filter ${words}`);
    chip.append(element("span", { ariaHidden: "true" }, "×"));
    return chip;
  }

  #button(words, className, act) {
    const button = element("button", { type: "button", className }, words);
    button.addEventListener("click", act);
    return button;
  }

  /** As its menu says it. */
  #word(name, value) {
    const box = this.list.querySelector(`[data-filter="${name}"] input[value="${CSS.escape(value)}"]`);
    return name in VALUES ? value : (box?.parentElement.textContent.trim() ?? value);
  }

  #clear() {
    const { sort, cols } = this.list.asks.told;
    this.text.value = this.caller.value = "";
    this.list.ask(this.list.asks.with({ ...Object.fromEntries(SEVERAL.map((name) => [name, []])), flagged: [], text: [], caller: [], sort, cols }));
  }
}

function checked(menu) {
  return [...menu.querySelectorAll("input:checked")].map(({ value }) => value);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
