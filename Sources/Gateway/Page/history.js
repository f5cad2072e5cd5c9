// The bids that everybody may see, newest first, and their prices over time.

import { isSealed } from "./lots.js";
import { money } from "./money.js";
import { bidderWord } from "./standing.js";
import { t } from "./texts.js";
import { momentOf, pointInTime } from "./time.js";
import { make, renew, setText } from "./view.js";

const rowsMax = 100;
const pauseMin = 400;
const pauseSpread = 400;

export class History {
  bids = [];
  #auction;
  #log = null;
  #seq = -1;
  #price = null;
  #timer = null;
  #isClosed = false;

  /** changed() is called when there are other bids than before. */
  constructor(auction, { catalogue, lots, changed }) {
    this.#auction = auction;
    Object.assign(this, { catalogue, lots, changed });
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  // Asked for when the lot has changed, but about twice a second at most, and not by everybody in
  // the same moment.
  update(lot) {
    if (this.#timer || (this.#seq === lot.seq && this.#log === lot.log)) return;
    const wait = this.#seq < 0 ? 0 : pauseMin + Math.random() * pauseSpread;
    this.#timer = setTimeout(() => this.#load(), wait);
  }

  async #load() {
    const lot = this.lots.get(this.#auction);
    const { seq, log, price } = lot;
    // Voids change old bids, and only they let a price fall; another log is another history.
    const isSame = this.#log === log && (price ?? 0) >= (this.#price ?? 0)
      && lot.bids >= this.bids.length;
    const from = isSame && !isSealed(lot) ? this.bids.length : 0;
    try {
      const fresh = await this.catalogue.bids(this.#auction, from);
      if (this.#isClosed) return;
      this.bids = [...this.bids.slice(0, from), ...fresh];
      Object.assign(this, { changedAt: performance.now() });
      this.#seq = seq;
      this.#log = log;
      this.#price = price;
      for (const bid of fresh) {
        if (bid.seq !== null && lot.lostSeqs.has(bid.seq)) this.lots.learnAlias(lot.auction, bid.bidder);
      }
    } catch {
      // Asked again below, as long as somebody looks.
    }
    if (this.#isClosed) return;
    this.#timer = null;
    this.changed();
    const isBehind = this.#seq !== this.lots.get(this.#auction).seq;
    if (isBehind) this.#timer = setTimeout(() => this.#load(), 2 * pauseMin);
  }

  /** { at, price, isOwn } of each bid that stands, oldest first. */
  points(lot) {
    return this.bids.filter((bid) => bid.price !== null && !bid.voided).map((bid) => ({
      at: bid.at, price: bid.price, isOwn: bid.bidder === lot.alias,
    }));
  }

  /** Puts the newest bids into a table's body. */
  show(body, empty, lot, now) {
    const none = t(isSealed(lot) ? "bids.sealed" : "bids.none");
    setText(empty, this.bids.length === 0 ? none : "");
    body.parentElement.hidden = this.bids.length === 0;
    renew(body, this.bids.slice(-rowsMax).reverse().map((bid) => row(bid, lot, now)));
  }
}

function row(bid, lot, now) {
  const isOwn = bid.bidder === lot.alias;
  const result = bid.voided ? t("bid.taken-out") : bid.leading === false ? t("bid.outbid") : "";
  const bidder = bidderWord(bid.bidder);
  return make(
    "tr", { "data-voided": bid.voided ? "yes" : null, "data-own": isOwn ? "yes" : null },
    make("td", {}, make("span", { class: "who-bid" }, isOwn ? t("bidder.you", { bidder }) : bidder),
      " ", make("span", { class: "result" }, result)),
    make("td", { class: "time" },
      make("time", { datetime: new Date(bid.at).toISOString(), title: pointInTime(bid.at) },
        momentOf(bid.at, now))),
    make("td", { class: "amount" }, bid.price === null ? t("bid.sealed") : money(bid.price, lot)));
}
