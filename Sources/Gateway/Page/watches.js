// What a connection watches, and up to which change it has seen each lot: with that a broken
// connection goes on where it was, and a hole is noticed.

const name = (target) => (target.sale ? `sale ${target.sale}` : `auction ${target.auction}`);

export class Watches {
  #targets = new Map(); // name: { sale | auction, feed }
  #seen = new Map(); // auction: { seq, log }
  #behind = new Set();

  get size() { return this.#targets.size; }

  has(target) { return this.#targets.has(name(target)); }

  /** The message that begins to watch; null when it is watched already. */
  add(target) {
    if (this.has(target)) return null;
    this.#targets.set(name(target), target);
    return this.#message(target);
  }

  remove(target) { return this.#targets.delete(name(target)); }

  /** Everything once more, for a new connection. */
  messages() { return [...this.#targets.values()].map((target) => this.#message(target)); }

  /** Nothing that was seen counts any more: somebody else looks now. */
  forgetSeen() { this.#seen.clear(); }

  /**
   * Notes what a message shows of a lot.
   *
   * Returns "new", "old" (it was known already) or "hole": something between was missed, on a feed
   * that promises every change.
   */
  note(message) {
    const { auction, type, seq } = message;
    if (type === "snapshot") {
      const known = this.#seen.get(auction);
      if (known && known.log === message.log && known.seq > seq) return "old";
      this.#seen.set(auction, { seq, log: message.log });
      return "new";
    }
    const known = this.#seen.get(auction);
    if (!known) return "new";
    if (type === "watching" && seq !== undefined) known.seq = Math.max(known.seq, seq);
    if (type !== "price" && type !== "status") return "new";
    if (seq <= known.seq) return "old";
    if (seq > known.seq + 1 && this.#isFull(auction)) return "hole";
    known.seq = seq;
    return "new";
  }

  /**
   * Looks at a heartbeat's heads. Returns the messages that fetch what should have come and has
   * not: a price may still be on its way at one heartbeat, but not at two.
   */
  check(heads) {
    const behind = Object.entries(heads)
      .filter(([auction, seq]) => (this.#seen.get(auction)?.seq ?? seq) < seq)
      .map(([auction]) => auction);
    const lost = behind.filter((auction) => this.#behind.has(auction));
    this.#behind = new Set(behind);
    return lost.map((auction) => this.resume(auction));
  }

  /** Is any lot known to be behind what the house has announced? */
  get isBehind() { return this.#behind.size > 0; }

  /** The message that watches a lot from where it was seen last. */
  resume(auction) {
    const target = this.#targets.get(name({ auction }));
    return this.#message(target ?? { auction, feed: "latest" });
  }

  #isFull(auction) { return this.#targets.get(name({ auction }))?.feed === "full"; }

  #message(target) {
    const message = { type: "watch", ...target };
    const seen = target.auction && this.#seen.get(target.auction);
    return seen ? { ...message, after: seen.seq, log: seen.log } : message;
  }
}
