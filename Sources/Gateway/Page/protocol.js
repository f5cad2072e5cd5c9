// One WebSocket to the house: keeps it open, says who we are, watches what is to be watched, and
// notices when something is missing or old. Knows the protocol, and no page.
//
// Events: "state"; "ready" (detail: { bidder, expiresAt, isSame }); "message" (detail: a message of
// the server's that is news); "token-refused" (detail: why, in words).

import { backOff } from "./backoff.js";
import { ServerClock } from "./clock.js";
import { has, t } from "./texts.js";
import { Watches } from "./watches.js";

const retryMax = 15000;
// How long an answer to "are you there?" may take before the connection counts as dead.
const answerMax = 5000;
const timeEvery = 60000;

export class Connection extends EventTarget {
  /** connecting, live, stale (silent or behind), offline (about to try again), ended (for good) */
  state = "connecting";
  /** Why it is ended, in words. */
  why = "";
  /** Who we are to the house, or null. */
  bidder = null;
  clock = new ServerClock();
  #watches = new Watches();
  #socket = null;
  #token;
  #failures = 0;
  #farewell = null;
  #heartbeat = 15000;
  #lastHeard = 0;
  #askedAt = null;
  #timeAt = 0;
  #retry = null;

  /** token: a bidder's, or null to watch only. */
  constructor(token = null) {
    super();
    this.#token = token;
    setInterval(() => this.#check(), 1000);
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#doubt());
    // A tab that has slept may have missed its connection's end.
    document.addEventListener("visibilitychange", () => document.hidden || this.#doubt());
    document.addEventListener("resume", () => this.#doubt());
    addEventListener("pageshow", (event) => event.persisted && this.#doubt());
  }

  start() { this.#open(); }

  /** The server's time in Unix milliseconds. */
  now() { return this.clock.now(); }

  get isLive() { return this.state === "live"; }

  /** A new token, or null: a connection belongs to one bidder from its beginning. */
  setToken(token) {
    this.#token = token;
    this.#failures = 0;
    if (this.#socket) this.#drop();
    this.#open();
  }

  /** The header for requests by HTTP, if we have a token. */
  get headers() { return this.#token ? { Authorization: `Bearer ${this.#token}` } : {}; }

  /** Sends a message. False when there is no connection to send it on. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Watches { sale } or { auction, feed } from now on, over all connections to come. */
  watch(target) {
    const message = this.#watches.add(target);
    if (message && this.#isReady) this.send(message);
  }

  unwatch(target) {
    if (!this.#watches.remove(target) || !this.#isReady) return;
    const { feed, ...rest } = target;
    this.send({ type: "unwatch", ...rest });
  }

  get #isReady() { return this.state === "live" || this.state === "stale"; }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }

  #become(state, why = "") {
    if (state === this.state && why === this.why) return;
    this.state = state;
    this.why = why;
    this.#tell("state");
  }

  #open() {
    clearTimeout(this.#retry);
    if (this.#socket) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/ws`, "gavel.v1.json");
    this.#socket = socket;
    this.#farewell = null;
    this.#askedAt = null;
    if (this.#failures === 0) this.#become("connecting");
    socket.onmessage = (event) => {
      if (socket === this.#socket) this.#receive(JSON.parse(event.data));
    };
    socket.onclose = () => socket === this.#socket && this.#closed();
  }

  // Forgets the socket at once: one whose network has gone tells of its end only minutes later.
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket.close(1000);
  }

  #receive(message) {
    this.#lastHeard = performance.now();
    switch (message.type) {
      case "welcome":
        this.#heartbeat = message.heartbeat_ms;
        this.clock.forget();
        this.clock.set(message.server_time);
        this.#askTime();
        return void this.#signIn();
      case "time":
        this.#askedAt = null;
        this.clock.set(message.server_time, message.client_time);
        return this.#recover();
      case "heartbeat":
        for (const watch of this.#watches.check(message.heads)) this.send(watch);
        return this.#recover();
      case "authenticated":
        return this.#ready(message.bidder, message.expires_at);
      case "bye":
        this.#farewell = message;
        return;
      case "error":
        if (message.ref === "sign-in") return this.#refuseToken(whyRefused(message));
    }
    switch (message.auction ? this.#watches.note(message) : "new") {
      case "hole": return void this.send(this.#watches.resume(message.auction));
      case "new": this.#tell("message", message);
    }
  }

  #askTime() {
    this.#timeAt = performance.now();
    this.#askedAt ??= performance.now();
    this.send({ type: "time", client_time: Math.round(performance.now()) });
  }

  // A ticket stands in for the token: what goes over the WebSocket is good once and for seconds,
  // and the token itself is only ever in the header of a request to this same address.
  async #signIn() {
    if (!this.#token) return this.#ready(null, null);
    const socket = this.#socket;
    try {
      const answer = await fetch("/v1/tickets", { method: "POST", headers: this.headers });
      const body = await answer.json();
      if (socket !== this.#socket) return;
      if (answer.status === 401) this.#refuseToken(t("sign-in.refused"));
      else if (answer.status === 403) this.#refuseToken(t("sign-in.not-for-bidding"));
      else if (answer.ok) this.send({ type: "authenticate", token: body.ticket, ref: "sign-in" });
      else this.#failed();
    } catch {
      if (socket === this.#socket) this.#failed();
    }
  }

  #failed() {
    this.#drop();
    this.#closed();
  }

  #refuseToken(why) {
    this.#token = null;
    this.#tell("token-refused", why);
    this.#ready(null, null);
  }

  #ready(bidder, expiresAt) {
    this.#failures = 0;
    const isSame = bidder === this.bidder;
    this.bidder = bidder;
    // What is private to a bidder is only in a snapshot for him.
    if (!isSame) this.#watches.forgetSeen();
    this.#become("live");
    for (const message of this.#watches.messages()) this.send(message);
    this.#tell("ready", { bidder, expiresAt, isSame });
  }

  #closed() {
    this.#socket = null;
    const bye = this.#farewell;
    this.#farewell = null;
    if (bye && [4105, 4500, 4503].includes(bye.code)) {
      this.#token = null;
      const isExpired = bye.code === 4105;
      this.#tell("token-refused", t(isExpired ? "sign-in.expired" : "sign-in.revoked"));
    } else if (bye && !bye.reconnect) {
      const { code } = bye;
      return this.#become(
        "ended", has(`ended.${code}`) ? t(`ended.${code}`) : t("ended.other", { code }));
    }
    this.#failures += 1;
    const wait = bye?.reconnect
      ? bye.wait_ms + Math.random() * bye.jitter_ms
      : backOff(this.#failures, retryMax);
    this.#become("offline");
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), wait);
  }

  // The network is back, or somebody looks again: no need to wait out a pause.
  #hurry() {
    if (this.#socket) return this.#doubt();
    if (this.state === "offline") this.#open();
  }

  // Something has happened that connections don't survive: ask, and believe nothing before.
  #doubt() {
    if (!this.#socket) return this.#hurry();
    if (!this.#isReady) return;
    if (this.clock.hasJumped() || this.#silence > this.#heartbeat || !navigator.onLine) {
      this.#become("stale");
    }
    this.#askTime();
  }

  get #silence() { return performance.now() - this.#lastHeard; }

  #recover() {
    if (this.state === "stale" && !this.clock.hasJumped() && !this.#watches.isBehind) {
      this.#become("live");
    }
  }

  // Two intervals of silence, or a change announced and not come: what is shown may be old.
  #check() {
    if (!this.#isReady) return;
    const now = performance.now();
    if (this.#askedAt !== null && now - this.#askedAt > answerMax) return this.#failed();
    if (this.clock.hasJumped()) return this.#doubt();
    if (this.#silence > 2 * this.#heartbeat || this.#watches.isBehind) this.#become("stale");
    if (this.#silence > 2 * this.#heartbeat && this.#askedAt === null) this.#askTime();
    else if (now - this.#timeAt > timeEvery) this.#askTime();
  }
}

function whyRefused({ code, message }) {
  if (code === "forbidden") return t("sign-in.not-for-bidding");
  return code === "unauthenticated" ? t("sign-in.refused") : message;
}
