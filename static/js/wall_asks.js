/** What the wall's address asks of its list, as dashboard/views/wall_query.py reads it too.
 *
 * What is said and who calls stand in the fragment alone: no server and no log sees it. */
export const SEVERAL = ["queue", "agent", "stage", "mood", "category"];
export const COLUMNS = ["caller", "stage", "since", "queue", "agent", "mood", "matches", "words", "age"];
const DEFAULT_SORT = ["worst", "began"];
const STAGES = ["flow", "waiting", "ringing", "talking", "hold"];
const MOODS = ["NEGATIVE", "MIXED", "NEUTRAL", "POSITIVE", ""];
const RANK = 10 ** 10;
const LAST = "\uffff"; // after all words

const KEYS = {
  worst: (row) => (row.isUrgent ? -1 : Math.floor(row.order / RANK)),
  began: (row) => row.order % RANK,
  caller: (row) => row.name.toLowerCase() || LAST,
  stage: (row) => placeIn(STAGES, row.stage),
  since: (row) => row.since || Infinity,
  queue: (row) => row.queue.toLowerCase() || LAST,
  agent: (row) => row.agent.toLowerCase() || LAST,
  mood: (row) => placeIn(MOODS, row.mood),
  age: (row) => row.heard || Infinity,
  flagged: (row) => (row.isFlagged ? 0 : 1),
};

export class Asks {
  /** `told` is {name: [value, …]}, as addresses and saved views have it. */
  constructor(told = {}) {
    const all = (name) => [told[name] ?? []].flat().filter(Boolean).map(String);
    for (const name of SEVERAL) this[name] = new Set(all(name));
    this.isFlagged = all("flagged").length > 0;
    this.sort = listed(all("sort")).filter((key) => bare(key) in KEYS).slice(0, 2);
    if (!this.sort.length) this.sort = DEFAULT_SORT;
    const columns = listed(all("cols"));
    this.columns = COLUMNS.filter((name) => name === "caller" || !columns.length || columns.includes(name));
    this.text = all("text")[0]?.trim() ?? "";
    this.caller = all("caller")[0]?.trim() ?? "";
  }

  static of({ search, hash }) {
    const told = {};
    for (const [name, value] of new URLSearchParams(search)) (told[name] ??= []).push(value);
    const unsaid = new URLSearchParams(hash.slice(1));
    return new Asks({ ...told, text: unsaid.getAll("text"), caller: unsaid.getAll("caller") });
  }

  /** As a saved view keeps it: only what is asked for. */
  get told() {
    const told = Object.fromEntries(SEVERAL.map((name) => [name, [...this[name]]]));
    told.flagged = this.isFlagged ? ["1"] : [];
    told.sort = this.sort.join() === DEFAULT_SORT.join() ? [] : [this.sort.join()];
    told.cols = this.columns.length === COLUMNS.length ? [] : [this.columns.join()];
    told.text = this.text ? [this.text] : [];
    told.caller = this.caller ? [this.caller] : [];
    return Object.fromEntries(Object.entries(told).filter(([, values]) => values.length));
  }

  get address() {
    const { text, caller, ...told } = this.told;
    const query = String(new URLSearchParams(pairs(told))).replaceAll("%2C", ",");
    const fragment = String(new URLSearchParams(pairs({ ...(text && { text }), ...(caller && { caller }) })));
    return `${location.pathname}${query && `?${query}`}${fragment && `#${fragment}`}`;
  }

  get isNarrowed() {
    return this.isFlagged || Boolean(this.text || this.caller) || SEVERAL.some((name) => this[name].size);
  }

  with(changes) {
    return new Asks({ ...this.told, ...changes });
  }

  /** `heard` are the calls that have the words said in them; null while nobody has told yet. */
  has(row, heard) {
    return (
      (!this.isFlagged || row.isFlagged) &&
      fits(this.queue, row.queue) &&
      fits(this.agent, row.agent) &&
      fits(this.stage, row.stage) &&
      fits(this.mood, row.mood || "none") &&
      (!this.category.size || row.categories.some((name) => this.category.has(name))) &&
      (!this.caller || row.isOf(this.caller)) &&
      (!this.text || !heard || heard.has(row.pk))
    );
  }

  keysOf(row) {
    return this.sort.map((key) => KEYS[bare(key)](row));
  }

  compare = (one, other) => {
    for (let at = 0; at < this.sort.length; at++) {
      const [a, b] = [one.keys[at], other.keys[at]];
      if (a !== b) return (a < b ? -1 : 1) * (this.sort[at][0] === "-" ? -1 : 1);
    }
    return one.pk - other.pk;
  };
}

export function bare(key) {
  return key.replace(/^-/, "");
}

function listed(values) {
  return values.flatMap((value) => value.split(",")).filter(Boolean);
}

function pairs(told) {
  return Object.entries(told).flatMap(([name, values]) => values.map((value) => [name, value]));
}

function fits(asked, value) {
  return !asked.size || asked.has(value);
}

function placeIn(all, value) {
  const at = all.indexOf(value);
  return at < 0 ? all.length : at;
}
