// One WebSocket to the house: keeps it open, says who we are, and knows what time it is there.

const retryMax = 15000;

export class Connection extends EventTarget {
  state = "connecting"; // live, stale (no heartbeat), offline, ended
  #socket = null;
  #token = null;
  #failures = 0;
  #farewell = null;
  #heartbeat = 15000;
  #lastHeard = 0;
  #clock = { server: Date.now(), local: performance.now(), trip: Infinity };

  constructor(token) {
    super();
    this.#token = token;
    setInterval(() => this.#checkHeartbeat(), 1000);
    addEventListener("online", () => this.#socket ?? this.#open());
  }

  start() { this.#open(); }

  /** The server's time; this computer's clock is only trusted to run, not to be right. */
  now() { return this.#clock.server + performance.now() - this.#clock.local; }

  /** A new token, or null: a connection belongs to one bidder from its beginning. */
  setToken(token) {
    this.#token = token;
    this.#failures = 0;
    if (this.#socket) this.#socket.close(1000);
    else this.#open();
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  #become(state, reason = "") {
    if (state === this.state && !reason) return;
    this.state = state;
    this.#tell("state", reason);
  }

  #open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/ws`, "gavel.v1.json");
    this.#socket = socket;
    this.#farewell = null;
    if (this.state !== "stale") this.#become("connecting");
    socket.onmessage = (event) => this.#receive(JSON.parse(event.data));
    socket.onclose = () => this.#closed();
  }

  #receive(message) {
    this.#lastHeard = performance.now();
    switch (message.type) {
      case "welcome":
        this.#heartbeat = message.heartbeat_ms;
        this.#clock = {
          server: message.server_time, local: performance.now(), trip: Infinity,
        };
        this.send({ type: "time", client_time: Math.round(performance.now()) });
        this.#signIn();
        break;
      case "time": {
        const local = performance.now();
        const trip = local - message.client_time;
        if (trip < this.#clock.trip) {
          this.#clock = { server: message.server_time + trip / 2, local, trip };
        }
        break;
      }
      case "authenticated": this.#ready(message.bidder); break;
      case "bye": this.#farewell = message; break;
      default:
        if (message.type === "error" && message.ref === "sign-in") {
          this.#refuseToken(message.message);
        } else {
          if (this.state === "stale") this.#become("live");
          this.#tell("message", message);
        }
    }
  }

  // A ticket stands in for the token, which never leaves by a WebSocket.
  async #signIn() {
    if (!this.#token) return this.#ready(null);
    const socket = this.#socket;
    try {
      const answer = await fetch("/v1/tickets", {
        method: "POST", headers: { Authorization: `Bearer ${this.#token}` },
      });
      const body = await answer.json();
      if (socket !== this.#socket) return;
      if (answer.status === 401) this.#refuseToken(body.message);
      else if (answer.ok) this.send({ type: "authenticate", token: body.ticket, ref: "sign-in" });
      else socket.close(1000);
    } catch {
      socket.close(1000);
    }
  }

  #refuseToken(why) {
    this.#token = null;
    this.#tell("token-refused", why);
    this.#ready(null);
  }

  #ready(bidder) {
    this.#failures = 0;
    this.#become("live");
    this.#tell("ready", bidder);
  }

  #closed() {
    this.#socket = null;
    const bye = this.#farewell;
    if (bye?.code === 4500 || bye?.code === 4503) {
      this.#token = null;
      this.#tell("token-refused", "Your token is no longer good.");
    } else if (bye && !bye.reconnect) {
      return this.#become("ended", `closed by the house (${bye.code})`);
    }
    this.#failures += 1;
    const backOff = Math.min(retryMax, 250 * 2 ** this.#failures);
    const wait = bye?.reconnect
      ? bye.wait_ms + Math.random() * bye.jitter_ms
      : backOff * (0.5 + Math.random() / 2);
    this.#become("offline");
    setTimeout(() => this.#socket ?? this.#open(), wait);
  }

  // Two intervals of silence: what is shown may be old.
  #checkHeartbeat() {
    if (this.state !== "live") return;
    const silence = performance.now() - this.#lastHeard;
    if (silence > 2 * this.#heartbeat) this.#become("stale");
  }
}
