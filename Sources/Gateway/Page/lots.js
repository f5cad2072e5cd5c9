// What this page knows of the lots, from the server's messages and from nothing else.

/** Whether the server has said that the lot is over. Nothing else ends a lot, no clock either. */
export const isOver = (lot) => lot.status === "closed" || lot.status === "cancelled";

/** Whether a lot takes bids now, as far as its status says. */
export const takesBids = (lot) => ["open", "on_block", "fair_warning"].includes(lot.status);

/** Whether an auctioneer calls the lot up and knocks it down. */
export const isLive = (lot) => lot.format === "live";

/** Whether the auctioneer is selling the lot right now. */
export const isOnBlock = (lot) => lot.status === "on_block" || lot.status === "fair_warning";

/** Whether others' bids stay hidden until the end. */
export const isSealed = (lot) =>
  (lot.format === "sealed_first_price" || lot.format === "vickrey") && !isOver(lot);

export class Lots extends EventTarget {
  #all = new Map();

  get(id) { return this.#all.get(id); }

  get all() { return [...this.#all.values()]; }

  /** Forgets what belongs to the bidder, not to the lots. */
  forgetOwn() {
    for (const lot of this.#all.values()) {
      Object.assign(lot, {
        leading: null, your_max: null, alias: null, due: null, isOutbid: false, isWon: false,
        ledSeqs: new Set(), lostSeqs: new Set(),
      });
      this.#tell(lot);
    }
  }

  /**
   * Takes a message over, and tells whoever shows the lot: "change", with { id, lot, before }, the
   * lot as it was; before is null for one that is new here.
   */
  take(message) {
    const lot = this.#all.get(message.auction);
    if (message.type === "snapshot") return this.#takeSnapshot(message, lot);
    if (!lot) return;
    const before = { ...lot };
    if (this.#takeChange(lot, message)) this.#tell(lot, before);
  }

  /** Notes under which name we are shown on a lot. */
  learnAlias(id, alias) {
    const lot = this.#all.get(id);
    if (!lot || !alias || lot.alias === alias) return;
    const before = { ...lot };
    lot.alias = alias;
    this.#tell(lot, before);
  }

  #tell(lot, before = null) {
    const detail = { id: lot.auction, lot, before };
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  #takeSnapshot(snapshot, old) {
    if (old && old.log === snapshot.log && old.seq > snapshot.seq) return;
    const { type, ref, server_time: at, ...fields } = snapshot;
    const isSameLog = old?.log === snapshot.log;
    const lot = {
      reason: null, ledSeqs: new Set(), lostSeqs: new Set(), ...(isSameLog ? old : {}), ...fields,
    };
    // One for everybody says nothing of us; what we know still holds if nothing moved.
    if (snapshot.leading === null && snapshot.your_max === null && isSameLog) {
      lot.your_max = old.your_max;
      lot.leading = old.leading === null ? null : Boolean(lot.alias) && old.alias === lot.leader;
    }
    if (lot.leading) lot.alias = lot.leader;
    if (old && old.price !== lot.price) lot.movedAt = performance.now();
    this.#noteStanding(lot);
    this.#all.set(lot.auction, lot);
    this.#tell(lot, old ?? null);
  }

  #takeChange(lot, message) {
    switch (message.type) {
      case "price":
      case "status":
        if (message.seq <= lot.seq) return false;
        this.#merge(lot, message);
        break;
      case "bid_accepted": this.#takeAcceptance(lot, message); break;
      case "outbid":
        lot.leading = false;
        lot.your_max = message.your_max;
        break;
      case "bid_voided": lot.your_max = null; lot.leading = false; break;
      case "won": lot.leading = true; lot.due = message.due; break;
      case "lost": lot.leading = false; break;
      case "notice": lot.notice = { text: message.text, at: message.at }; break;
      default: return false;
    }
    this.#noteStanding(lot);
    return true;
  }

  // The price with the same seq comes right after it, and says under which alias. An answer that is
  // given again says how things stood then, and not how they stand.
  #takeAcceptance(lot, { seq, leading, your_max: max }) {
    lot.your_max = Math.max(lot.your_max ?? 0, max);
    if (seq < lot.seq) return;
    lot.leading = leading;
    if (leading) lot.ledSeqs.add(seq);
    if (leading === false) lot.lostSeqs.add(seq);
    if (leading && seq === lot.seq) lot.alias = lot.leader;
  }

  #merge(lot, message) {
    const { leader, price, ends_at: end } = lot;
    const { type, auction, winner, at, ref, ...fields } = message;
    Object.assign(lot, fields);
    lot.at = at;
    if (winner) lot.leader = winner;
    if (price !== lot.price) lot.movedAt = performance.now();
    const isLater = end !== null && lot.ends_at !== null && lot.ends_at > end;
    if (isLater && !isOver(lot)) {
      lot.extension = { by: lot.ends_at - end, at: performance.now() };
    }
    // A price's message has no reason, and one of an older status no longer holds.
    if (type === "price" && lot.status === "open") lot.reason = null;
    if (lot.leading && lot.ledSeqs.has(lot.seq)) lot.alias = lot.leader;
    if (lot.leader !== leader && lot.leading !== null) {
      lot.leading = Boolean(lot.alias) && lot.leader === lot.alias;
    }
    if (isLive(lot)) this.#mergeAsk(lot, message);
    if (isOver(lot)) lot.minimum = null;
  }

  // What is asked for is the least to bid on the block.
  #mergeAsk(lot, { type, ask = null, fair_warnings: warnings = 0 }) {
    lot.ask = ask;
    lot.fair_warnings = warnings;
    if (type === "status" && ask !== null) lot.minimum = ask;
  }

  #noteStanding(lot) {
    lot.isOutbid = takesBids(lot) && !isSealed(lot) && lot.leading === false
      && lot.your_max !== null && lot.price !== null;
    lot.isWon = lot.status === "closed" && lot.outcome === "sold" && lot.leading === true;
  }
}
