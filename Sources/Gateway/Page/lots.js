// What this page knows of the lots, from the server's messages and from nothing else.

export class Lots extends EventTarget {
  all = new Map();

  get(id) { return this.all.get(id); }

  /** The lots in the order of the list: open ones first, the next to end before the others. */
  sorted() {
    const rank = { open: 0, paused: 1, scheduled: 2, closed: 3, cancelled: 4 };
    return [...this.all.values()].sort((one, other) =>
      (rank[one.status] ?? 5) - (rank[other.status] ?? 5) ||
      (one.ends_at ?? Infinity) - (other.ends_at ?? Infinity) ||
      one.auction.localeCompare(other.auction));
  }

  /** Forgets what belongs to the bidder, not to the lots. */
  forgetOwn() {
    for (const lot of this.all.values()) {
      lot.leading = null;
      lot.your_max = null;
      lot.alias = null;
    }
  }

  /** Takes a message over, and tells whoever shows the lot. */
  take(message) {
    const { auction: id, type } = message;
    const lot = this.all.get(id);
    if (type === "snapshot") this.#takeSnapshot(message);
    else if (!lot) return;
    else this.#takeChange(lot, message);
    this.dispatchEvent(new CustomEvent("change", { detail: id }));
  }

  #takeSnapshot(snapshot) {
    const old = this.all.get(snapshot.auction);
    if (old && old.log === snapshot.log && old.seq > snapshot.seq) return;
    const lot = { ...old, ...snapshot };
    // One for everybody says nothing of us; what we know still holds if nothing moved.
    if (snapshot.leading === null && snapshot.your_max === null && old) {
      lot.your_max = old.your_max;
      lot.leading = old.leading === null ? null : old.alias === lot.leader;
    }
    if (lot.leading) lot.alias = lot.leader;
    this.all.set(lot.auction, lot);
  }

  #takeChange(lot, message) {
    switch (message.type) {
      case "price":
      case "status":
        if (message.seq <= lot.seq) return;
        this.#merge(lot, message);
        break;
      // The price with the same seq comes right after it, and says under which alias.
      case "bid_accepted":
        lot.your_max = message.your_max;
        lot.leading = message.leading;
        lot.ownSeq = message.leading ? message.seq : null;
        if (message.leading && message.seq === lot.seq) lot.alias = lot.leader;
        break;
      case "outbid":
        lot.leading = false;
        lot.your_max = message.your_max;
        break;
      case "bid_voided": lot.your_max = null; break;
      case "won": lot.leading = true; lot.due = message.due; break;
      case "lost": lot.leading = false; break;
    }
  }

  #merge(lot, message) {
    const leader = lot.leader;
    const moved = message.price !== undefined && message.price !== lot.price;
    const { type, auction, reason, winner, at, ref, ...fields } = message;
    Object.assign(lot, fields);
    if (type === "status") {
      lot.reason = reason;
      if (winner) lot.leader = winner;
    }
    if (moved) lot.movedAt = performance.now();
    if (lot.ownSeq === lot.seq) lot.alias = lot.leader;
    if (lot.leader !== leader && lot.leading !== null) lot.leading = lot.leader === lot.alias;
    if (lot.status === "closed" || lot.status === "cancelled") lot.minimum = null;
  }
}

/** Where a lot stands, in words: { text, tone }. Ended is what the server has called so. */
export function standing(lot, money) {
  if (lot.status === "cancelled") return { text: "withdrawn", tone: "" };
  if (lot.status === "closed") {
    const outcomes = {
      no_bids: "no bids", reserve_not_met: "reserve not met", passed: "passed",
      withdrawn: "withdrawn", pending_seller: "the seller decides",
    };
    if (lot.outcome !== "sold") return { text: outcomes[lot.outcome] ?? lot.outcome, tone: "" };
    if (lot.leading) {
      const due = lot.due ? `, ${money(lot.due, lot)} to pay` : "";
      return { text: `yours${due}`, tone: "leading" };
    }
    return { text: `sold to ${lot.leader ?? "a bidder"}`, tone: "" };
  }
  if (lot.format !== "english") {
    return { text: lot.your_max ? "your bid is in" : "sealed bids", tone: "" };
  }
  if (lot.leading) return { text: "you lead", tone: "leading" };
  if (lot.your_max) return { text: "you are outbid", tone: "outbid" };
  return { text: lot.leader ? `${lot.leader} leads` : "no bid yet", tone: "" };
}
