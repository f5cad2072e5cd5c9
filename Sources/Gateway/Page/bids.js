// The bids on their way. Each has an id of its own, under which it is sent again after any doubt:
// the house takes it once, and gives the same answer again.
//
// They are kept for the tab, so that a page that is loaded anew still finds out what became of its
// bids. A bid that has been away for long is asked about and not sent again: whoever pressed the
// button minutes ago should decide anew.

const keptKey = "gavel.bids";
const againMax = 20000;
const pause = 1500;

const newID = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};

/** A bid's states: sending, doubtful (its answer is lost), refused, confirm (meant for sure?). */
export class Bids extends EventTarget {
  // By lot: { message, sentAt, state, answer }
  #bids = new Map();
  // By lot: the accepted ones of this tab, { id, amount, at, isBack }.
  #accepted = new Map();

  constructor(connection) {
    super();
    this.connection = connection;
    connection.addEventListener("ready", ({ detail }) => this.#settle(detail));
    connection.addEventListener("state", () => this.#doubt());
  }

  /** The bid on a lot that is on its way or was refused last, if any. */
  of(auction) { return this.#bids.get(auction); }

  /** What this tab has had accepted on a lot, oldest first. */
  accepted(auction) { return this.#accepted.get(auction) ?? []; }

  isWaiting(auction) {
    return ["sending", "doubtful"].includes(this.#bids.get(auction)?.state);
  }

  /** terms: { isExact, askSeq, confirm } */
  place(auction, amount, { isExact = false, askSeq = null, confirm = false } = {}) {
    const message = { type: "bid", auction, id: newID(), amount };
    if (isExact) message.kind = "exact";
    if (askSeq !== null) message.ask_seq = askSeq;
    if (confirm) message.confirm = true;
    this.#send(message);
  }

  buy(auction) { this.#send({ type: "buy", auction, id: newID() }); }

  /** Takes an accepted bid back, where the lot allows it. */
  retract(auction, bid) { this.#send({ type: "retract", auction, id: newID(), bid }); }

  /** The same bid again, now meant for sure. */
  confirm(auction) {
    const bid = this.#bids.get(auction);
    if (bid?.state === "confirm") this.#send({ ...bid.message, confirm: true });
  }

  /** Forgets a refusal that has been read. */
  dismiss(auction) {
    if (this.isWaiting(auction) || !this.#bids.delete(auction)) return;
    this.#changed(auction);
  }

  /** True when the message was an answer to one of ours. */
  take(message) {
    const bid = this.#bids.get(message.auction);
    if (!bid || bid.message.id !== message.id) return false;
    switch (message.type) {
      case "bid_accepted": this.#accept(bid, message); break;
      case "bid_retracted": this.#retracted(bid); break;
      case "bid_rejected":
        bid.state = message.code === "confirm_required" ? "confirm" : "refused";
        bid.answer = message;
        if (message.code === "unavailable") this.#again(bid, pause);
        break;
      case "error":
        bid.answer = message;
        if (message.code === "unknown_outcome" || message.code === "unavailable") {
          this.#again(bid, pause);
        } else if (message.code === "rate_limited") {
          this.#again(bid, message.retry_after_ms ?? pause);
        } else {
          bid.state = "refused";
        }
        break;
      default: return false;
    }
    this.#changed(message.auction);
    return true;
  }

  /** Nobody waits here for the bids of somebody who has signed out. */
  forget() {
    const auctions = [...this.#bids.keys(), ...this.#accepted.keys()];
    this.#bids.clear();
    this.#accepted.clear();
    for (const auction of auctions) this.#changed(auction);
  }

  #send(message) {
    const bid = { message, sentAt: Date.now(), state: "sending", answer: null };
    this.#bids.set(message.auction, bid);
    this.#changed(message.auction);
    if (!this.connection.isLive || !this.connection.send(message)) bid.state = "doubtful";
  }

  #accept(bid, { auction, id, at, your_max: max }) {
    this.#bids.delete(auction);
    if (bid.message.type !== "bid") return;
    const amount = bid.message.amount ?? max;
    this.#accepted.set(auction, [...this.accepted(auction), { id, amount, at, isBack: false }]);
  }

  #retracted({ message }) {
    this.#bids.delete(message.auction);
    const accepted = this.accepted(message.auction);
    this.#accepted.set(message.auction, accepted.map(
      (one) => (one.id === message.bid ? { ...one, isBack: true } : one)));
  }

  #again(bid, wait) {
    bid.state = "sending";
    setTimeout(() => {
      if (this.#bids.get(bid.message.auction) === bid) this.connection.send(bid.message);
    }, wait);
  }

  // The connection broke before an answer came: the bid may be in, or not.
  #doubt() {
    if (this.connection.state !== "offline") return;
    for (const [auction, bid] of this.#bids) {
      if (bid.state !== "sending") continue;
      bid.state = "doubtful";
      this.#changed(auction);
    }
  }

  #settle({ bidder }) {
    if (!bidder) return;
    this.#restore(bidder);
    for (const bid of this.#bids.values()) {
      if (bid.state !== "sending" && bid.state !== "doubtful") continue;
      const { auction, id } = bid.message;
      const isFresh = Date.now() - bid.sentAt < againMax;
      this.connection.send(isFresh ? bid.message : { type: "bid_status", auction, id });
    }
  }

  #restore(bidder) {
    const kept = JSON.parse(sessionStorage.getItem(keptKey) ?? "null");
    if (kept?.bidder !== bidder) return;
    for (const { message, sentAt } of kept.waiting) {
      if (this.#bids.has(message.auction)) continue;
      this.#bids.set(message.auction, { message, sentAt: 0, state: "doubtful", answer: null });
    }
    for (const [auction, bids] of kept.accepted) {
      if (!this.#accepted.has(auction)) this.#accepted.set(auction, bids);
    }
  }

  #changed(auction) {
    const { bidder } = this.connection;
    if (bidder) {
      const waiting = [...this.#bids.values()]
        .filter(({ state }) => state === "sending" || state === "doubtful")
        .map(({ message, sentAt }) => ({ message, sentAt }));
      sessionStorage.setItem(
        keptKey, JSON.stringify({ bidder, waiting, accepted: [...this.#accepted] }));
    }
    this.dispatchEvent(new CustomEvent("change", { detail: auction }));
  }
}
