// What is known of the lots: what everybody is told, and what only administrators are.

const requestsMax = 200;

const keyOf = (row) => `${row.bidder} ${row.id} ${row.verdict} ${row.at}`;

/**
 * Each lot is as the protocol has it, and its `number` in the sale from 1 on. Tells of a lot that is not as it was in "change", of requests in "request".
 */
export class Saleroom extends EventTarget {
  #lots = new Map();
  #people = new Map(); // by lot: alias to bidder
  #requests = new Map(); // by lot: rows, oldest first
  #stale = new Set(); // lots whose requests have to be read again
  watchers = { sale: 0, auctions: new Map() };

  /** Begins another sale. */
  clear() {
    this.#lots.clear();
    this.#people.clear();
    this.#requests.clear();
    this.#stale.clear();
    this.watchers = { sale: 0, auctions: new Map() };
  }

  /** In the order of the sale. */
  get lots() { return [...this.#lots.values()]; }

  get(id) { return this.#lots.get(id); }

  get size() { return this.#lots.size; }

  requests(id) { return this.#requests.get(id) ?? []; }

  /** Who leads or has won, by the house's id; null when that can't be told. */
  leaderOf(lot) { return this.#people.get(lot.auction)?.get(lot.leader) ?? null; }

  /** Whether the lot's requests are not all known any more. */
  isStale(id) { return this.#stale.has(id); }

  markStale(id) { this.#stale.add(id); }

  #tell(id) { this.dispatchEvent(new CustomEvent("change", { detail: id })); }

  #know(id, alias, bidder) {
    if (!alias || !bidder) return;
    if (!this.#people.has(id)) this.#people.set(id, new Map());
    this.#people.get(id).set(alias, bidder);
  }

  /** A lot as an administrator's command answers, or a snapshot; an older one changes nothing. */
  takeLot(row) {
    const known = this.#lots.get(row.auction);
    this.#know(row.auction, row.leader, row.leader_bidder);
    for (const bid of row.bid_list ?? []) this.#know(row.auction, bid.alias, bid.bidder);
    if (known && known.seq > row.seq) return;
    this.#lots.set(row.auction, {
      ...known, ...row, number: known?.number ?? this.#lots.size + 1, secret: row.secret ?? known?.secret, bid_list: undefined,
      notice: known?.notice, reason: known?.seq === row.seq ? known.reason : undefined,
    });
    this.#tell(row.auction);
  }

  /** What everybody is told. */
  take(message) {
    if (message.type === "snapshot") return this.takeLot(message);
    const lot = this.#lots.get(message.auction);
    if (!lot) return;
    switch (message.type) {
      case "price":
      case "status": {
        // Rows that were read in between are as new, and have no reason.
        if (message.seq === lot.seq && message.reason && !lot.reason) {
          lot.reason = message.reason;
          break;
        }
        if (message.seq <= lot.seq) return;
        const { type, winner, ...news } = message;
        // Every bid is told of before the change that it makes: a change that none has made may have
        // voided some.
        if (!this.requests(message.auction).some((row) => row.seq === message.seq)) {
          this.#stale.add(message.auction);
        }
        Object.assign(lot, news);
        if (type === "status") {
          if (winner) lot.leader = winner;
          if (["closed", "cancelled"].includes(lot.status)) lot.minimum = null;
        }
        break;
      }
      case "notice": lot.notice = { text: message.text, at: message.at }; break;
      default: return;
    }
    this.#tell(message.auction);
  }

  /** A request and its verdict, as it happens. */
  takeRequest(row) {
    if (!this.#lots.has(row.auction)) return;
    this.#add(row.auction, [row]);
    this.dispatchEvent(new CustomEvent("request", { detail: row }));
    this.#tell(row.auction);
  }

  /** The newest requests, as the log has them: they know of voids. */
  takeRequests(id, rows) {
    this.#stale.delete(id);
    this.#add(id, rows);
    this.#tell(id);
  }

  #add(id, rows) {
    const all = new Map(this.requests(id).map((row) => [keyOf(row), row]));
    for (const row of rows) {
      this.#know(id, row.alias, row.bidder);
      const known = all.get(keyOf(row));
      all.set(keyOf(row), known ? { ...row, amount: row.amount ?? known.amount } : row);
    }
    const sorted = [...all.values()].sort((one, other) => one.at - other.at);
    this.#requests.set(id, sorted.slice(-requestsMax));
  }

  takeWatchers(message) {
    const before = this.watchers;
    const auctions = new Map(message.auctions.map((one) => [one.auction, one.watchers]));
    this.watchers = { sale: message.sale, auctions };
    for (const id of this.#lots.keys()) {
      if (before.auctions.get(id) !== auctions.get(id) || before.sale !== message.sale) {
        this.#tell(id);
      }
    }
  }

  /** Amounts are no longer to be seen. */
  forgetSecrets() {
    for (const lot of this.#lots.values()) lot.secret = undefined;
    this.#requests.clear();
    for (const id of this.#lots.keys()) this.#stale.add(id);
  }

  /** The lot that is being sold now, or the one that comes first. */
  get current() {
    const lots = this.lots;
    const first = (...statuses) => lots.find((lot) => statuses.includes(lot.status));
    const ending = lots.filter((lot) => lot.status === "open" && lot.ends_at !== null)
      .sort((one, other) => one.ends_at - other.ends_at)[0];
    return first("on_block", "fair_warning") ?? ending ?? first("open", "paused")
      ?? first("scheduled") ?? lots[0];
  }

  /** The lot that is on the block, if any is. */
  get onBlock() {
    return this.lots.find((lot) => ["on_block", "fair_warning"].includes(lot.status));
  }
}

/** Whether an auctioneer sells it by word and hammer. */
export const isLive = (lot) => lot.format === "live";
export const isOver = (lot) => ["closed", "cancelled"].includes(lot.status);
