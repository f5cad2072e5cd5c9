// One lot: where it stands, how long it has, and the place to bid.

import { money, parseAmount, plain } from "./money.js";
import { standing } from "./lots.js";
import { clock, element, ending, fill, flash, history, historyRow } from "./view.js";

const isSealed = (lot) => lot.format !== "english" && lot.status !== "closed";

const reserves = { none: "", unmet: "reserve not met yet", met: "reserve met" };

export class LotView {
  id = null;
  #root = element("lot");
  #historySeq = null;
  #historyTimer = null;
  #hasSent = false;

  // page: { lots, bids, now(), bidder(), signIn() }
  constructor(page) { this.page = page; }

  open(id) {
    this.id = id;
    this.#historySeq = null;
    this.#hasSent = false;
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
      price: lot.price !== null ? money(lot.price, lot) : isSealed(lot) ? "sealed" : "no bid yet",
      standing: text,
      bids: isSealed(lot) && lot.bids === 0 ? "" : lot.bids === 1 ? "1 bid" : `${lot.bids} bids`,
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
    // Who leads can only raise what nobody sees.
    element("exact").parentElement.hidden = lot.format !== "english" || lot.leading;
    if (lot.leading) element("exact").checked = false;
    if (this.#hasSent && !bid) {
      this.#hasSent = false;
      element("amount").value = "";
    }
    element("confirm").hidden = !bid?.needsConfirm;
    element("buy").hidden = !takesBids || lot.buy_now === null;
    if (lot.buy_now !== null) {
      element("buy").textContent = `Buy now for ${money(lot.buy_now, lot)}`;
    }
    if (!takesBids) return;
    element("amount").placeholder = lot.leading ? "" : plain(lot.minimum, lot.exponent);
    fill(this.#root, {
      label: lot.leading ? "Raise your max" : `Bid ${money(lot.minimum, lot)} or more`,
      fault: bid?.fault ?? "",
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
    this.#hasSent = true;
    this.page.bids.place(lot.auction, minor, element("exact").checked);
  }

  #buy() {
    if (!this.page.bidder()) return this.page.signIn();
    this.page.bids.buy(this.id);
  }

  // The history is asked for again when the lot has changed, at most three times a second.
  #loadHistory({ auction: id, seq }) {
    if (this.#historySeq === seq || this.#historyTimer) return;
    this.#historyTimer = setTimeout(async () => {
      this.#historyTimer = null;
      if (this.id !== id) return;
      const lot = this.page.lots.get(id);
      this.#historySeq = lot.seq;
      const bids = await history(lot).catch(() => null);
      if (this.id !== id || !bids) return;
      element("history").replaceChildren(...bids.map((bid) => historyRow(bid, lot)));
      fill(this.#root, { "no-bids": bids.length === 0 ? "None yet." : "" });
    }, 300);
  }
}
