const PREFIX = "ringback.";

/** A choice that this browser keeps: what sounds in one room is silent in another. */
export class KeptChoice {
  constructor(name, usual) {
    this.name = PREFIX + name;
    this.usual = usual;
  }

  get value() {
    try {
      return localStorage.getItem(this.name) ?? this.usual;
    } catch {
      return this.usual; // a browser that keeps nothing
    }
  }

  set value(value) {
    try {
      localStorage.setItem(this.name, value);
    } catch {
      this.usual = String(value);
    }
  }
}
