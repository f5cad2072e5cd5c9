// One lot: where it stands, how long it has, who bid what, and the place to bid.

import { BidForm, ownBids } from "./bidform.js";
import { Chart } from "./chart.js";
import { History } from "./history.js";
import { isLive, isOnBlock, isOver, isSealed, takesBids } from "./lots.js";
import { money } from "./money.js";
import { saleAddress } from "./router.js";
import {
  bidderWord, bidsWord, countdown, headline, lateBids, reserveWord, schedule, standing, statusWord,
} from "./standing.js";
import { t } from "./texts.js";
import { span } from "./time.js";
import { beforePainting, copy, element, fill, flash, mark, setText } from "./view.js";

// How long a moved end is pointed out.
const extensionShown = 8000;
// The last price goes on holding: so often the chart grows with it.
const chartEvery = 10000;

export class LotView {
  id = null;
  #root = element("lot");
  #form = null;
  #history = null;
  #chart = null;
  #movedAt = null;
  #chartedAt = 0;
  #seen = null;
  #show = beforePainting(() => this.#showAll());

  /** page: { lots, bids, catalogue, connection, signIn } */
  constructor(page) { this.page = page; }

  open(id) {
    this.close();
    this.id = id;
    this.#movedAt = null;
    this.#root.replaceChildren(copy("lot-template"));
    this.#root.hidden = false;
    this.#form = new BidForm(element("bidding"), id, this.page);
    this.#chart = new Chart(element("chart"));
    this.#history = new History(id, {
      catalogue: this.page.catalogue, lots: this.page.lots, changed: () => this.#showBids(),
    });
    element("bar-bid").addEventListener("click", () => this.#goToBidding());
    this.#watchPanel();
    this.#showAll();
  }

  close() {
    if (!this.id) return;
    this.#form.withdraw();
    this.#history.close();
    this.#chart.close();
    this.#seen?.disconnect();
    this.id = null;
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }

  get title() { return this.page.lots.get(this.id)?.title ?? t("lot"); }

  update() { if (this.id) this.#show(); }

  /** There is no such lot, or it can't be read. */
  explain(text) { if (this.id) fill(this.#root, { title: text }); }

  tick() {
    const lot = this.page.lots.get(this.id);
    if (!lot) return;
    const { text, stage } = countdown(lot, this.page.connection.now());
    for (const place of this.#root.querySelectorAll("[data-clock]")) {
      setText(place, text);
      mark(place, "stage", stage);
    }
    const isMoved = lot.extension && performance.now() - lot.extension.at < extensionShown;
    fill(this.#root, { extended: isMoved && !isOver(lot) ? `+ ${span(lot.extension.by)}` : "" });
    if (!isOver(lot) && performance.now() - this.#chartedAt > chartEvery) this.#showChart(lot);
  }

  #showAll() {
    const lot = this.page.lots.get(this.id);
    if (!lot) return;
    const { label, text } = headline(lot);
    const { text: where, tone } = standing(lot);
    fill(this.#root, {
      id: lot.auction, title: lot.title, status: statusWord(lot), label, price: text,
      standing: where, "standing-more": more(lot), bids: bidsWord(lot) ? String(lot.bids) : "", reserve: reserveWord(lot),
      schedule: schedule(lot), leader: leaderWord(lot),
      "time-label": isOver(lot) || isLive(lot) ? "" : t("time-left"),
      minimum: lot.minimum === null ? "–" : money(lot.minimum, lot),
      extensions: extensionsWord(lot), "bar-price": text, "bar-standing": where,
    });
    mark(this.#root, "tone", tone);
    mark(this.#root, "status", lot.status);
    this.#optional("reason", lot.reason === "outage" ? t("outage") : lot.reason ?? "");
    this.#optional("late-bids", lateBids(lot, this.page.catalogue.termsOf(this.id)));
    this.#optional("notice", lot.notice ? lot.notice.text : "");
    this.#optional("ask", isOnBlock(lot) ? askWord(lot) : "");
    for (const name of ["bids", "reserve", "extensions", "leader", "minimum"]) {
      const place = this.#root.querySelector(`[data-field="${name}"]`);
      place.closest("div").hidden = place.textContent === "" || place.textContent === "–";
    }
    const { sale } = lot;
    const back = element("back");
    back.href = saleAddress(sale ?? null);
    setText(back, sale ? this.page.catalogue.titleOf(sale) : t("lots.all"));
    if (lot.movedAt && lot.movedAt !== this.#movedAt) {
      if (this.#movedAt !== null) flash(this.#root.querySelector('[data-field="price"]'));
      this.#movedAt = lot.movedAt;
    }
    if (!takesBids(lot)) this.#form.withdraw();
    this.#form.update();
    ownBids(element("own-bids"), lot, this.page);
    setText(element("bar-bid"), t(lot.isOutbid ? "do.bid-again" : "do.bid.empty"));
    element("bar-bid").hidden = !takesBids(lot);
    this.tick();
    this.#showBids();
    this.#history.update(lot);
  }

  #optional(name, text) {
    const place = this.#root.querySelector(`[data-field="${name}"]`);
    setText(place, text);
    place.closest("[data-optional]").hidden = text === "";
  }

  #showBids() {
    const lot = this.page.lots.get(this.id);
    if (!lot) return;
    const now = this.page.connection.now();
    this.#history.show(element("bids"), element("no-bids"), lot, now);
    this.#showChart(lot);
  }

  #showChart(lot) {
    this.#chartedAt = performance.now();
    const points = this.#history.points(lot);
    element("chart").closest("section").hidden = points.length < 2 || isSealed(lot);
    const now = this.page.connection.now();
    const until = isOver(lot) ? points.at(-1)?.at ?? now : now;
    this.#chart.show(points, lot, until);
  }

  // On a small screen a bar stands in for the panel while that is out of sight.
  #watchPanel() {
    this.#seen = new IntersectionObserver(([entry]) => {
      element("bar").hidden = entry.isIntersecting;
    });
    this.#seen.observe(element("panel"));
  }

  #goToBidding() {
    element("panel").scrollIntoView({ block: "start" });
    const first = this.#root.querySelector(
      "#bidding button:not([hidden]):not(:disabled), #amount");
    first?.focus({ preventScroll: true });
  }
}

function more(lot) {
  if (lot.isWon) {
    return lot.due ? t("due", { amount: money(lot.due, lot) }) : t("due.later");
  }
  if (isOver(lot)) return lot.your_max ? t("max.was", { amount: money(lot.your_max, lot) }) : "";
  if (lot.isOutbid) {
    return t(isLive(lot) ? "outbid.ask" : "outbid.more", { amount: money(lot.minimum, lot) });
  }
  if (isSealed(lot) && lot.your_max) return t("offer.is", { amount: money(lot.your_max, lot) });
  if (lot.your_max) return t("max.is", { amount: money(lot.your_max, lot) });
  return "";
}

function leaderWord(lot) {
  if (isSealed(lot) || !lot.leader || isOver(lot)) return "";
  const bidder = bidderWord(lot.leader);
  return lot.leading || lot.leader === lot.alias ? t("bidder.you", { bidder }) : bidder;
}

function extensionsWord(lot) {
  return lot.extensions ? t("extended.late", { count: lot.extensions }) : "";
}

function askWord(lot) {
  if (!isLive(lot)) return "";
  const calls = { 1: "ask.once", 2: "ask.twice" };
  return t(calls[lot.fair_warnings] ?? "ask", { amount: money(lot.ask, lot) });
}
