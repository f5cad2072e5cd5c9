// What has just happened to the lots, for somebody who may be looking elsewhere: outbid and won
// can't be missed, prices are only told on the lot that is open.

import { dismiss, note, say } from "./announce.js";
import { isOver } from "./lots.js";
import { money } from "./money.js";
import { lotAddress } from "./router.js";
import { bidderWord, countdown } from "./standing.js";
import { has, t } from "./texts.js";
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
    const link = { href: lotAddress(message.auction ?? ""), text: t("note.see") };
    const elsewhere = message.auction === this.page.openLot() ? null : link;
    switch (message.type) {
      case "bid_accepted": return isOwn && this.#accepted(message, lot);
      case "bid_rejected":
        if (isOwn && elsewhere) note(t("news.refused", { title }), "bad", { link });
        return;
      case "bid_retracted": return isOwn && note(t("news.back", { title }), "good");
      case "bid_voided":
        return note(t("news.voided", { title, reason: message.reason }), "bad", {
          stays: true, link: elsewhere });
      case "below_offer":
        return note(t("news.below-offer", { title }), "", {
          stays: true, link: elsewhere });
      case "notice":
        return note(t("news.notice", { text: message.text }), "", {
          link: message.auction ? elsewhere : null });
      case "error":
        if (!isOwn) note(message.message, "bad");
    }
  }

  #accepted(message, lot) {
    if (!lot) return;
    const { title } = lot;
    const key = `standing ${lot.auction}`;
    if (message.seq < lot.seq) return note(t("news.was-in", { title }), "good", { key });
    if (message.leading === null) note(t("news.in", { title }), "good", { key });
    else if (message.leading) note(t("news.lead", { title }), "good", { key });
  }

  #changed({ lot, before }) {
    if (!before || before.log !== lot.log) return;
    if (lot.auction === this.page.openLot()) this.#changedHere(lot, before);
    // How we stood before we were known here is no news.
    if (before.leading === null && before.your_max === null) return;
    const { title } = lot;
    const key = `standing ${lot.auction}`;
    const link = lot.auction === this.page.openLot()
      ? null : { href: lotAddress(lot.auction), text: t("note.see") };
    if (lot.isWon && (!before.isWon || (lot.due && !before.due))) {
      const won = lot.due
        ? t("news.won-due", { title, amount: money(lot.due, lot) }) : t("news.won", { title });
      note(won, "won", { key, stays: true, link });
      this.#markTitle(t("tab.won"));
    } else if (lot.isOutbid && !before.isOutbid) {
      // On the lot's own page the banner says so for as long as it is true, with the amounts.
      note(t("news.outbid", { title }), "bad", { key, stays: link !== null, link });
      this.#markTitle(t("tab.outbid"));
      navigator.vibrate?.(200);
    } else if (isOver(lot) && !isOver(before) && lot.your_max) {
      const isSold = lot.outcome === "sold";
      note(t(isSold ? "news.lost" : "news.unsold", { title }), "", { key, stays: true, link });
    } else if (before.isWon && !lot.isWon) {
      note(t("news.again", { title }), "bad", { key, stays: true, link });
    } else if (lot.leading && before.isOutbid) {
      dismiss(key);
    }
  }

  /** Somebody looks at a lot: what its page says needs no note. */
  open(id) { dismiss(`standing ${id}`); }

  // What somebody hears who does not see the lot that is open.
  #changedHere(lot, before) {
    if (lot.ends_at > before.ends_at && before.ends_at !== null && !isOver(lot)) {
      say(t("said.extended", { span: span(lot.ends_at - before.ends_at) }));
    } else if (lot.status !== before.status) {
      const what = has(`said.${lot.status}`) ? t(`said.${lot.status}`) : "";
      say(lot.reason ? t("said.reason", { what, reason: lot.reason }) : what);
    } else if (lot.fair_warnings > (before.fair_warnings ?? 0)) {
      say(t(lot.fair_warnings >= 2 ? "said.last_warning" : "said.fair_warning"));
    } else if (lot.price !== before.price && lot.price !== null) {
      const amount = money(lot.price, lot);
      const who = lot.leading ? t("said.you-lead")
        : lot.leader ? t("standing.other", { bidder: bidderWord(lot.leader) }) : null;
      say(who ? t("said.price-who", { amount, who }) : t("said.price", { amount }));
    }
  }

  /** Tells of the time that the open lot has left, at a few marks. */
  tick(lot, now) {
    if (lot?.status !== "open" || lot.ends_at === null) return;
    const left = Math.ceil((lot.ends_at - now) / 1000);
    const before = this.#left.get(lot.auction) ?? left;
    this.#left.set(lot.auction, left);
    const passed = marks.find((mark) => before > mark && left <= mark && left > 0);
    if (passed) say(t("said.left", { span: span(passed * 1000) }));
    if (before > 0 && left <= 0) say(`${countdown(lot, now).text}`);
  }

  #markTitle(word) {
    if (word && !document.hidden && document.hasFocus()) return;
    this.#mark = word;
    this.#showTitle();
  }

  #showTitle() { document.title = this.#mark ? `${this.#mark} ${this.#title}` : this.#title; }
}
