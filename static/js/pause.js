import { keyOf } from "./frame_queue.js";

const LISTS = ["calls", "agents"];

/** While the page is paused its lists stand still: of each row the newest frame is kept, and changes are counted.
 *
 * Rows that the page has not loaded yet still come, for nothing moves for them. */
export class Pause {
  #held = new Map();
  #changes = 0;
  #isOn = false;
  #switch = ({ detail: { isPaused } }) => {
    this.#isOn = isPaused;
    if (!isPaused) this.#release();
  };

  /** `isLoading(frame)` says whether the frame is for such a row; those held go to `release(frame)` in the end. */
  constructor(isLoading, release) {
    Object.assign(this, { isLoading, release });
    document.addEventListener("live:pause", this.#switch);
  }

  end() {
    document.removeEventListener("live:pause", this.#switch);
  }

  /** Whether the frame waits until the page goes on. */
  holds(frame) {
    if (!this.#isOn || !LISTS.includes(frame.slot) || this.isLoading(frame)) return false;
    this.#held.set(keyOf(frame), frame);
    this.#changes++;
    this.#tell();
    return true;
  }

  *[Symbol.iterator]() {
    yield* this.#held.values();
  }

  #release() {
    const held = [...this.#held.values()];
    this.#held.clear();
    this.#changes = 0;
    for (const frame of held) this.release(frame);
    this.#tell();
  }

  #tell() {
    document.dispatchEvent(new CustomEvent("live:held", { detail: { changes: this.#changes } }));
  }
}
