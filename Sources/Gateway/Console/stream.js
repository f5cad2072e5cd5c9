// What happens, as it happens: one answer without an end, read as Server-Sent Events. By fetch, since
// the browser's own EventSource can't send a token but in the address.

import { backOff } from "/page/backoff.js";

const silenceMax = 12000; // The server says something every five seconds.
const retryMax = 8000;
const tokenCodes = [4503, 4105, 4500];

/** Tells of every event in "message", and of its own state in "state". */
export class AdminStream extends EventTarget {
  state = "off"; // connecting, live, stale (nothing comes), offline
  #office;
  #body = null;
  #abort = null;
  #failures = 0;
  #heard = 0;
  #timer = null;

  constructor(office) {
    super();
    this.#office = office;
    setInterval(() => this.#checkSilence(), 1000);
    addEventListener("online", () => this.#body && this.state === "offline" && this.#open());
  }

  /** Watches that, instead of whatever was watched before. */
  watch(body) {
    this.#body = body;
    this.#failures = 0;
    this.#become("connecting");
    this.#open();
  }

  stop() {
    this.#body = null;
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#become("off");
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new CustomEvent("state"));
  }

  async #open() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#heard = performance.now();
    try {
      const answer = await this.#office.post("watch", this.#body, abort.signal);
      if (abort !== this.#abort) return;
      if (!answer.ok) throw await this.#office.faultOf(answer);
      await this.#read(answer.body, abort);
    } catch (fault) {
      if (abort !== this.#abort || abort.signal.aborted) return;
      if (fault.isOfToken) return this.stop();
      if (fault.code === "unknown_sale" || fault.code === "unknown_auction") {
        this.stop();
        return this.dispatchEvent(new CustomEvent("gone"));
      }
    }
    if (abort === this.#abort && this.#body) this.#retry();
  }

  async #read(body, abort) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (abort !== this.#abort) return reader.cancel();
      if (done) return;
      this.#heard = performance.now();
      if (this.state === "stale") this.#become("live");
      text += value;
      let end = text.indexOf("\n\n");
      while (end >= 0) {
        this.#take(text.slice(0, end));
        text = text.slice(end + 2);
        end = text.indexOf("\n\n");
      }
    }
  }

  #take(event) {
    const line = event.split("\n").find((one) => one.startsWith("data: "));
    if (!line) return;
    const message = JSON.parse(line.slice(6));
    if (message.type === "bye" && tokenCodes.includes(message.code)) {
      this.stop();
      this.#office.dispatchEvent(new CustomEvent("token-refused", {
        detail: "Your token is no longer good.",
      }));
      return;
    }
    this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  /** All that there is to know has come. */
  becomeLive() {
    this.#failures = 0;
    this.#become("live");
  }

  #retry() {
    this.#become("offline");
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#open(), backOff(this.#failures, retryMax));
  }

  #checkSilence() {
    if (!this.#body || this.state === "offline") return;
    if (performance.now() - this.#heard < silenceMax) return;
    if (this.state === "live") this.#become("stale");
    // A connection that says nothing is worth less than a new one.
    this.#open();
  }
}
