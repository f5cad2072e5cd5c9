// What has just happened to the lots, for somebody who may be looking elsewhere: outbid and won
// can't be missed, prices are only told on the lot that is open.

import { dismiss, note, say } from "./announce.js";
import { isOver } from "./lots.js";
import { money } from "./money.js";
import { lotAddress } from "./router.js";
import { countdown } from "./standing.js";
import { span } from "./time.js";

// Seconds before the end at which a screen reader is told.
const marks = [300, 60, 30, 10];

export class News {
  #isNews = false;
  #left = new Map();
  #title = document.title;
  #mark = "";

  /** page: { lots, openLot() } */
  constructor(page) {
    this.page = page;
    page.lots.addEventListener("change", ({ detail }) => this.#changed(detail));
    document.addEventListener("visibilitychange", () => document.hidden || this.#markTitle(""));
  }

  /** What the document is called now. */
  setTitle(title) {
    this.#title = title;
    this.#showTitle();
  }

  /** A message of the server's, after the lots have taken it. */
  hear(message, isOwn) {
    const lot = this.page.lots.get(message.auction);
    const title = lot?.title ?? message.auction;
    const link = { href: lotAddress(message.auction ?? ""), text: "See the lot" };
    const elsewhere = message.auction === this.page.openLot() ? null : link;
    switch (message.type) {
      case "bid_accepted": return isOwn && this.#accepted(message, lot);
      case "bid_rejected":
        if (isOwn && elsewhere) note(`Your bid on ${title} was not taken.`, "bad", { link });
        return;
      case "bid_retracted": return isOwn && note(`Your bid on ${title} is taken back.`, "good");
      case "bid_voided":
        return note(`A bid of yours on ${title} was taken out: ${message.reason}`, "bad", {
          stays: true, link: elsewhere });
      case "below_offer":
        return note(`${title} can be had again for what you had offered.`, "", {
          stays: true, link: elsewhere });
      case "notice":
        return note(`The auctioneer: ${message.text}`, "", { link: message.auction ? elsewhere : null });
      case "error":
        if (!isOwn) note(message.message, "bad");
    }
  }

  #accepted(message, lot) {
    if (!lot) return;
    const key = `standing ${lot.auction}`;
    if (message.seq < lot.seq) return note(`Your bid on ${lot.title} had come in.`, "good", { key });
    if (message.leading === null) note(`Your bid on ${lot.title} is in.`, "good", { key });
    else if (message.leading) note(`You lead on ${lot.title}.`, "good", { key });
  }

  #changed({ lot, before }) {
    if (!before || before.log !== lot.log) return;
    if (lot.auction === this.page.openLot()) this.#changedHere(lot, before);
    // How we stood before we were known here is no news.
    if (before.leading === null && before.your_max === null) return;
    const key = `standing ${lot.auction}`;
    const link = lot.auction === this.page.openLot()
      ? null : { href: lotAddress(lot.auction), text: "See the lot" };
    if (lot.isWon && (!before.isWon || (lot.due && !before.due))) {
      const due = lot.due ? ` ${money(lot.due, lot)} to pay.` : "";
      note(`You won ${lot.title}!${due}`, "won", { key, stays: true, link });
      this.#markTitle("Won!");
    } else if (lot.isOutbid && !before.isOutbid) {
      // On the lot's own page the banner says so for as long as it is true, with the amounts.
      note(`You are outbid on ${lot.title}.`, "bad", { key, stays: link !== null, link });
      this.#markTitle("Outbid!");
      navigator.vibrate?.(200);
    } else if (isOver(lot) && !isOver(before) && lot.your_max) {
      const end = lot.outcome === "sold" ? "went to somebody else" : "was not sold";
      note(`${lot.title} ${end}.`, "", { key, stays: true, link });
    } else if (before.isWon && !lot.isWon) {
      note(`${lot.title} is being sold again.`, "bad", { key, stays: true, link });
    } else if (lot.leading && before.isOutbid) {
      dismiss(key);
    }
  }

  /** Somebody looks at a lot: what its page says needs no note. */
  open(id) { dismiss(`standing ${id}`); }

  // What somebody hears who does not see the lot that is open.
  #changedHere(lot, before) {
    if (lot.ends_at > before.ends_at && before.ends_at !== null && !isOver(lot)) {
      say(`Extended by ${span(lot.ends_at - before.ends_at)}.`);
    } else if (lot.status !== before.status) {
      say(lot.reason ? `${spoken[lot.status]}: ${lot.reason}` : spoken[lot.status] ?? "");
    } else if (lot.fair_warnings > (before.fair_warnings ?? 0)) {
      say(lot.fair_warnings >= 2 ? "Fair warning: last call." : "Fair warning.");
    } else if (lot.price !== before.price && lot.price !== null) {
      const who = lot.leading ? "you lead" : lot.leader ? `${lot.leader} leads` : "";
      say(`${money(lot.price, lot)}, ${who}.`);
    }
  }

  /** Tells of the time that the open lot has left, at a few marks. */
  tick(lot, now) {
    if (lot?.status !== "open" || lot.ends_at === null) return;
    const left = Math.ceil((lot.ends_at - now) / 1000);
    const before = this.#left.get(lot.auction) ?? left;
    this.#left.set(lot.auction, left);
    const passed = marks.find((mark) => before > mark && left <= mark && left > 0);
    if (passed) say(`${span(passed * 1000)} left.`);
    if (before > 0 && left <= 0) say(`${countdown(lot, now).text}`);
  }

  #markTitle(word) {
    if (word && !document.hidden && document.hasFocus()) return;
    this.#mark = word;
    this.#showTitle();
  }

  #showTitle() { document.title = this.#mark ? `${this.#mark} ${this.#title}` : this.#title; }
}

const spoken = {
  open: "The bidding is open", paused: "The bidding is paused", closed: "The lot has ended",
  cancelled: "The lot was withdrawn", on_block: "The lot is on the block",
  fair_warning: "Fair warning", scheduled: "The lot opens later",
};
