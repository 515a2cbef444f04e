const BUDGET_MS = 8; // of an animation frame's 16: the rest is for laying out and painting
const LEAST = 10; // frames, however long they take: a machine that is busy elsewhere has few pictures, and must keep up

/** Frames wait for the browser's next picture: of each element only the newest is applied, and no more than fits.
 *
 * A hidden page paints nothing and gets no animation frames: there they are applied as they come. */
export class FrameQueue {
  #waiting = new Map();
  #scheduled = 0;
  #hidden = () => {
    if (document.hidden) this.#applyAll();
  };

  constructor(apply) {
    this.apply = apply;
    document.addEventListener("visibilitychange", this.#hidden);
  }

  end() {
    cancelAnimationFrame(this.#scheduled);
    document.removeEventListener("visibilitychange", this.#hidden);
  }

  put(frame) {
    if (document.hidden) {
      this.apply(frame);
      return;
    }
    this.#waiting.set(keyOf(frame), frame);
    this.#schedule();
  }

  *[Symbol.iterator]() {
    yield* this.#waiting.values();
  }

  #schedule() {
    this.#scheduled ||= requestAnimationFrame(() => {
      this.#scheduled = 0;
      this.#applySome();
    });
  }

  #applySome() {
    const until = performance.now() + BUDGET_MS;
    let applied = 0;
    for (const [key, frame] of this.#waiting) {
      this.#waiting.delete(key);
      this.apply(frame);
      if (++applied >= LEAST && performance.now() > until) break;
    }
    if (this.#waiting.size) this.#schedule();
  }

  #applyAll() {
    for (const [key, frame] of this.#waiting) {
      this.#waiting.delete(key);
      this.apply(frame);
    }
  }
}

/** Of the element that a frame is for, in its slot; all that is no element's is its slot's. */
export function keyOf({ slot, id, html }) {
  return `${slot} ${id ?? idIn(html)}`;
}

export function idIn(html) {
  return /\sid="([^"]+)"/.exec(html)?.[1] ?? "";
}
