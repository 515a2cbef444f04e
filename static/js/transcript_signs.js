/** What is told of a call as a whole, shown at its turns: names, matched categories, marks for coaching, the language.
 *
 * The server tells these beside the transcript, and often after the turns that they are about. */
export class Signs {
  #told = ""; // by the facts, when the turns were last signed by them
  #marked = "";
  #holders = new Map(); // by place: the turn that it covers most of

  constructor(log) {
    this.log = log;
    this.pk = log.dataset.call;
    this.turns = log.querySelector(".turns");
    this.match = log.querySelector('[data-sign="match"]');
    this.mark = log.querySelector('[data-sign="mark"]');
  }

  /** Of these turns, or of all where something else is told than before. */
  show(turns) {
    const facts = document.getElementById(`facts-${this.pk}`);
    const marks = document.querySelectorAll(`#marks-${CSS.escape(this.pk)} [data-mark]`);
    const matches = [...(facts?.querySelectorAll("[data-match]") ?? [])].map(({ dataset }) => [dataset.match, JSON.parse(dataset.places)]);
    const told = JSON.stringify([facts?.dataset.agent, facts?.dataset.customer, matches]);
    const marked = new Set([...marks].map(({ dataset }) => dataset.mark));
    const isOther = told !== this.#told || [...marked].join(" ") !== this.#marked;
    this.#told = told;
    this.#marked = [...marked].join(" ");
    if (facts?.dataset.language) this.turns.lang = facts.dataset.language;
    const signed = isOther ? [...this.turns.querySelectorAll(":scope > .turn")] : turns;
    this.#names(signed, { AGENT: facts?.dataset.agent, CUSTOMER: facts?.dataset.customer });
    this.#matches(signed, matches);
    for (const turn of signed) this.#sign(turn, ".marked", marked.has(turn.dataset.turn) ? [""] : [], this.mark);
  }

  #names(turns, names) {
    for (const turn of turns) {
      const name = turn.querySelector(".name[data-role]");
      const known = name && names[name.dataset.role];
      if (known && name.textContent !== known) name.textContent = known;
    }
  }

  #matches(turns, matches) {
    const touched = new Set(turns);
    for (const [name, places] of matches) {
      for (const place of places) {
        const key = JSON.stringify([name, place]);
        const holder = this.#holder(this.#holders.get(key), place, turns);
        if (this.#holders.get(key)?.turn.isConnected) touched.add(this.#holders.get(key).turn);
        if (holder) this.#holders.set(key, { ...holder, name });
      }
    }
    const names = grouped(this.#holders.values());
    for (const turn of touched) {
      const said = new Set((names.get(turn) ?? []).map(({ name }) => name));
      this.#sign(turn, ".match", [...said], this.match);
    }
  }

  /** By the rule of transcripts/matches.py: the turn that a stretch covers most of; a chat's place names its turn. */
  #holder(held, [begin, end], turns) {
    if (typeof begin === "string") {
      const turn = turns.find(({ dataset }) => dataset.turn === begin);
      return turn ? { turn, covered: Infinity } : held;
    }
    let best = held?.turn.isConnected ? held : null;
    for (const turn of turns) {
      if (turn.dataset.begin === undefined) continue;
      const covered = Math.min(end, turn.dataset.end) - Math.max(begin, turn.dataset.begin);
      if (covered > (best?.covered ?? 0)) best = { turn, covered };
    }
    return best;
  }

  #sign(turn, kind, words, template) {
    const signs = turn.querySelector(".signs");
    if (!signs) return;
    const old = [...signs.querySelectorAll(kind)];
    if (old.length === words.length && old.every((sign, at) => !words[at] || sign.textContent === words[at])) return;
    for (const sign of old) sign.remove();
    for (const word of words) {
      const sign = template.content.firstElementChild.cloneNode(true);
      if (word) sign.textContent = word;
      signs.append(sign);
    }
  }
}

function grouped(holders) {
  const found = new Map();
  for (const holder of holders) found.set(holder.turn, [...(found.get(holder.turn) ?? []), holder]);
  return found;
}
