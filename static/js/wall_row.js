import { clock } from "./clock.js";

const DIGITS_SHOWN = 4;

/** A call of the list: its element, in the page or not, and what it is found and ordered by. */
export class WallRow {
  isGone = false;
  isShown = false;
  keys = [];

  constructor(element) {
    this.id = element.id;
    this.pk = Number(element.id.slice("call-".length));
    this.take(element);
  }

  take(element) {
    const told = element.dataset;
    this.element = element;
    this.number = Number(told.number);
    this.order = Number(told.order);
    this.stage = told.state;
    this.since = Date.parse(told.since);
    this.heard = Date.parse(told.heard);
    this.queue = told.queue;
    this.agent = told.agent;
    this.mood = told.mood;
    this.categories = told.categories ? told.categories.split("\u001f") : [];
    this.name = told.name;
    this.isFlagged = "flagged" in told;
    this.urgentAt = Date.parse(told.urgentAt);
    this.isUrgent = this.urgentAt < clock.now();
  }

  /** Whether it became so just now. */
  becomesUrgent(now) {
    if (this.isUrgent || !(this.urgentAt < now)) return false;
    this.isUrgent = true;
    return true;
  }

  /** By name, or by as many digits as the page shows of any number. */
  isOf(caller) {
    const digits = caller.replace(/\D/g, "").slice(-DIGITS_SHOWN);
    const isNumber = digits && /^[\d\s+().-]+$/.test(caller);
    if (!isNumber) return this.name.toLowerCase().includes(caller.toLowerCase());
    return this.link.textContent.split(",")[0].endsWith(digits);
  }

  get link() {
    return this.element.querySelector(".c-caller a");
  }
}
