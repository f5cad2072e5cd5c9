// One lot: where it stands, how long it has, and the place to bid.

import { money, parseAmount, plain, pointInTime } from "./money.js";
import { standing } from "./lots.js";
import { clock, element, ending, fill, flash } from "./view.js";

const reserves = { none: "", unmet: "reserve not met yet", met: "reserve met" };

export class LotView {
  id = null;
  #root = element("lot");
  #historySeq = null;
  #historyTimer = null;

  // page: { lots, bids, now(), bidder(), signIn() }
  constructor(page) { this.page = page; }

  open(id) {
    this.id = id;
    this.#historySeq = null;
    this.#root.replaceChildren(element("lot-template").content.cloneNode(true));
    element("bid").addEventListener("submit", (event) => this.#bid(event));
    element("amount").addEventListener("input", () => this.#label());
    element("exact").addEventListener("change", () => this.#label());
    element("confirm").addEventListener("click", () => this.page.bids.confirm(id));
    element("buy").addEventListener("click", () => this.#buy());
    this.update();
  }

  close() {
    this.id = null;
    this.#root.replaceChildren();
  }

  update() {
    const lot = this.page.lots.get(this.id);
    if (!lot) return this.id && fill(this.#root, { title: "Looking for this lot …" });
    const { text, tone } = standing(lot, money);
    fill(this.#root, {
      title: lot.title,
      status: lot.reason ? `${lot.status}: ${lot.reason}` : lot.status,
      reserve: reserves[lot.reserve] ?? "",
      price: lot.price !== null ? money(lot.price, lot) : "no bid yet",
      standing: text,
      bids: lot.bids === 1 ? "1 bid" : `${lot.bids} bids`,
      extensions: lot.extensions > 0 ? `extended ${lot.extensions} times` : "",
      ends: ending(lot),
      own: lot.your_max ? `Your max is ${money(lot.your_max, lot)}; nobody else sees it.` : "",
    });
    this.#part("status").dataset.state = lot.status;
    this.#part("standing").className = `standing ${tone}`;
    flash(this.#part("price"), lot);
    this.#updateForm(lot);
    this.tick();
    this.#loadHistory(lot);
  }

  tick() {
    const lot = this.page.lots.get(this.id);
    if (!lot) return;
    const { text, hurries } = clock(lot, this.page.now());
    fill(this.#root, { clock: text });
    this.#part("clock").classList.toggle("hurry", hurries);
  }

  #part(name) { return this.#root.querySelector(`[data-field="${name}"]`); }

  #updateForm(lot) {
    const bid = this.page.bids.of(lot.auction);
    const takesBids = lot.minimum !== null && lot.status !== "scheduled";
    element("bid").hidden = !takesBids;
    element("exact").parentElement.hidden = lot.format !== "english";
    element("confirm").hidden = !bid?.needsConfirm;
    element("buy").hidden = !takesBids || lot.buy_now === null;
    if (lot.buy_now !== null) {
      element("buy").textContent = `Buy now for ${money(lot.buy_now, lot)}`;
    }
    if (!takesBids) return;
    element("amount").placeholder = plain(lot.minimum, lot.exponent);
    fill(this.#root, {
      label: `Bid ${money(lot.minimum, lot)} or more`, fault: bid?.fault ?? "",
    });
    const waits = Boolean(bid?.isWaiting);
    this.#root.querySelector('[data-field="submit"]').disabled = waits;
    element("buy").disabled = waits;
    this.#label();
  }

  // The button says in full what it will do: what was typed may have been meant otherwise.
  #label() {
    const lot = this.page.lots.get(this.id);
    if (!lot) return;
    const amount = parseAmount(element("amount").value, lot.exponent).minor;
    const how = element("exact").checked || lot.format !== "english" ? "Bid" : "Bid up to";
    const waits = this.page.bids.of(lot.auction)?.isWaiting;
    const text = amount ? `${how} ${money(amount, lot)}` : "Bid";
    fill(this.#root, {
      submit: waits ? "Sending …" : this.page.bidder() ? text : "Sign in to bid",
    });
  }

  #bid(event) {
    event.preventDefault();
    if (!this.page.bidder()) return this.page.signIn();
    const lot = this.page.lots.get(this.id);
    const { minor, fault } = parseAmount(element("amount").value, lot.exponent);
    if (fault) return fill(this.#root, { fault });
    this.page.bids.place(lot.auction, minor, element("exact").checked);
  }

  #buy() {
    if (!this.page.bidder()) return this.page.signIn();
    this.page.bids.buy(this.id);
  }

  // The history is asked for again when the lot has changed, at most three times a second.
  #loadHistory(lot) {
    if (this.#historySeq === lot.seq || this.#historyTimer) return;
    const { auction: id, seq } = lot;
    this.#historyTimer = setTimeout(async () => {
      this.#historyTimer = null;
      if (this.id !== id) return;
      this.#historySeq = seq;
      const bids = await history(id, Math.max(0, lot.bids - 100)).catch(() => null);
      if (this.id === id && bids) this.#showHistory(lot, bids);
      if (this.id === id && lot.seq !== seq) this.#loadHistory(lot);
    }, 300);
  }

  #showHistory(lot, bids) {
    const rows = bids.reverse().map((bid) => {
      const row = document.createElement("li");
      const who = document.createElement("span");
      const price = document.createElement("span");
      who.textContent = bid.bidder === lot.alias ? `${bid.bidder} (you)` : bid.bidder;
      who.title = pointInTime(bid.at);
      price.textContent = bid.price === null ? "sealed" : money(bid.price, lot);
      if (bid.voided) row.dataset.voided = "";
      row.append(who, price);
      return row;
    });
    element("history").replaceChildren(...rows);
    fill(this.#root, { "no-bids": rows.length === 0 ? "None yet." : "" });
  }
}

async function history(id, start) {
  const bids = [];
  let cursor = start;
  while (cursor !== null) {
    const answer = await fetch(`/v1/auctions/${encodeURIComponent(id)}/bids?cursor=${cursor}`);
    if (!answer.ok) return null;
    const page = await answer.json();
    bids.push(...page.bids);
    cursor = page.cursor;
  }
  return bids;
}
