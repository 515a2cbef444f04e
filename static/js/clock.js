/** The server's clock: the browser's may be wrong by hours. */
class Clock extends EventTarget {
  #ahead_ms = 0;

  constructor() {
    super();
    setInterval(() => this.dispatchEvent(new Event("tick")), 1000);
  }

  set(moment) {
    const server_ms = Date.parse(moment);
    if (!Number.isNaN(server_ms)) this.#ahead_ms = server_ms - Date.now();
  }

  now() {
    return Date.now() + this.#ahead_ms;
  }
}

export const clock = new Clock();
