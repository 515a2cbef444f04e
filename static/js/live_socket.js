const SILENCE_MS = 5000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
const LATER = [4429, 4503]; // too much of this person, or no database: not at once again
const LATER_TRIES = 3;
const ACK_EVERY_MS = 1000; // one for the newest beat says that all before were read

/** One socket that comes back by itself: `hello()` is its first message each time, from where the page stands. */
export class LiveSocket extends EventTarget {
  #socket = null;
  #tries = 0;
  #acked_ms = -Infinity;
  #timers = { silence: 0, retry: 0 };
  #isEnded = false;
  #online = () => this.#connect();

  constructor(address, hello) {
    super();
    this.address = address;
    this.hello = hello;
  }

  start() {
    addEventListener("online", this.#online);
    this.#connect();
  }

  end() {
    this.#isEnded = true;
    removeEventListener("online", this.#online);
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#socket?.close();
  }

  /** Lost while there is no connection: the page says it anew when there is one. */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect() {
    if (this.#isEnded || this.#socket) return;
    clearTimeout(this.#timers.retry);
    const socket = new WebSocket(this.address);
    this.#socket = socket;
    this.#acked_ms = -Infinity;
    this.#listen();
    socket.addEventListener("open", () => {
      socket.send(JSON.stringify(this.hello()));
      this.dispatchEvent(new Event("open"));
    });
    socket.addEventListener("message", (event) => this.#take(socket, event));
    socket.addEventListener("close", (event) => this.#lost(socket, event.code));
  }

  #take(socket, event) {
    if (socket !== this.#socket) return;
    for (const frame of JSON.parse(event.data)) {
      if (frame.type === "beat") {
        this.#tries = 0;
        this.#listen();
      }
      this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
      if ("n" in frame) this.#acknowledge(socket, frame.n);
    }
  }

  #acknowledge(socket, n) {
    if (socket.readyState !== WebSocket.OPEN || performance.now() - this.#acked_ms < ACK_EVERY_MS) return;
    this.#acked_ms = performance.now();
    socket.send(JSON.stringify({ ack: n }));
  }

  /** A connection can die without a word: no beat for five seconds is a lost one. */
  #listen() {
    clearTimeout(this.#timers.silence);
    const socket = this.#socket;
    this.#timers.silence = setTimeout(() => {
      this.#lost(socket, 1006);
      socket.close();
    }, SILENCE_MS);
  }

  #lost(socket, code) {
    if (socket !== this.#socket || this.#isEnded) return;
    this.#socket = null;
    clearTimeout(this.#timers.silence);
    this.dispatchEvent(new CustomEvent("lost", { detail: { code } }));
    // All browsers lose a server that restarts at once: they should not come back at once.
    if (LATER.includes(code)) this.#tries = Math.max(this.#tries, LATER_TRIES);
    const wait_ms = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries++);
    this.#timers.retry = setTimeout(() => this.#connect(), wait_ms * (0.2 + 0.8 * Math.random()));
  }
}
