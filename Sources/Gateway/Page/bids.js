// The bids on their way. Each has an id of its own, under which it is sent again after any doubt:
// the house takes it once, and gives the same answer again.

const newID = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `web-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
};

export class Bids extends EventTarget {
  // By lot: { message, fault, needsConfirm, isWaiting }
  #bids = new Map();

  constructor(connection) {
    super();
    this.connection = connection;
    connection.addEventListener("ready", () => this.#repeat());
  }

  of(auction) { return this.#bids.get(auction); }

  place(auction, amount, isExact) {
    const message = { type: "bid", auction, id: newID(), amount };
    if (isExact) message.kind = "exact";
    this.#send(message);
  }

  buy(auction) { this.#send({ type: "buy", auction, id: newID() }); }

  /** The same bid again, now meant for sure. */
  confirm(auction) {
    const bid = this.#bids.get(auction);
    if (bid?.needsConfirm) this.#send({ ...bid.message, confirm: true });
  }

  /** True when the message was an answer to one of ours. */
  take(message) {
    const bid = this.#bids.get(message.auction);
    if (!bid || bid.message.id !== message.id) return false;
    switch (message.type) {
      case "bid_accepted":
        this.#bids.delete(message.auction);
        break;
      case "bid_rejected":
        bid.isWaiting = false;
        bid.fault = refusal(message);
        bid.needsConfirm = message.code === "confirm_required";
        if (message.code === "unavailable") this.#again(bid);
        break;
      case "error":
        if (message.code === "unknown_outcome") {
          bid.fault = "The house can't tell yet what became of your bid; asking again …";
          this.#again(bid);
        } else {
          bid.isWaiting = false;
          bid.fault = message.message;
        }
        break;
      default: return false;
    }
    this.#changed(message.auction);
    return true;
  }

  /** Nobody waits for the bids of somebody who has signed out. */
  forget() { this.#bids.clear(); }

  #send(message) {
    this.#bids.set(message.auction, {
      message, fault: "", needsConfirm: false, isWaiting: true,
    });
    this.connection.send(message);
    this.#changed(message.auction);
  }

  #again(bid) {
    bid.isWaiting = true;
    setTimeout(() => {
      if (this.#bids.get(bid.message.auction) === bid) this.connection.send(bid.message);
    }, 1500);
  }

  // The connection broke before an answer came: the bid may be in, or not.
  #repeat() {
    for (const bid of this.#bids.values()) if (bid.isWaiting) this.connection.send(bid.message);
  }

  #changed(auction) { this.dispatchEvent(new CustomEvent("change", { detail: auction })); }
}

function refusal(message) {
  if (message.code === "closed" && message.late_by_ms > 0) {
    return `Too late: the lot had closed ${message.late_by_ms} ms before your bid came in.`;
  }
  return message.message;
}
