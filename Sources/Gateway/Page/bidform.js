// The place to bid: one tap for the next amounts, a maximum of one's own, buy-now, the live ask.

import { number } from "./counts.js";
import { confirmed, withdrawConfirmation } from "./dialogs.js";
import { isLive, isOnBlock, isSealed, takesBids } from "./lots.js";
import { money, parseAmount, typed } from "./money.js";
import { explain } from "./refusals.js";
import { nextAmounts, unusual } from "./steps.js";
import { t } from "./texts.js";
import { element, fill, make, renew, setText } from "./view.js";

// A button whose amount has changed under the finger is not what the finger was meant for.
const settleTime = 300;

export class BidForm {
  #root;
  #quick = [];
  #pressed = null;
  #hasSent = false;

  /** page: { lots, bids, catalogue, connection, signIn } */
  constructor(root, id, page) {
    this.#root = root;
    this.id = id;
    this.page = page;
    this.#quick = [...root.querySelectorAll("[data-quick]")];
    for (const button of this.#quick) {
      button.addEventListener("pointerdown", () => { this.#pressed = this.#amountOf(button); });
      button.addEventListener("click", (event) => this.#tap(button, event));
    }
    element("bid").addEventListener("submit", (event) => this.#submit(event));
    element("amount").addEventListener("input", () => {
      this.page.bids.dismiss(this.id);
      this.#fault("");
      this.#label();
    });
    element("exact").addEventListener("change", () => this.#label());
    element("buy").addEventListener("click", () => this.#buy());
    element("to-sign-in").addEventListener("click", () => this.page.signIn());
    element("meant").addEventListener("click", () => this.page.bids.confirm(this.id));
  }

  get #lot() { return this.page.lots.get(this.id); }

  update() {
    const lot = this.#lot;
    const { bids, connection } = this.page;
    const bid = bids.of(lot.auction);
    const isOpen = takesBids(lot) && lot.minimum !== null;
    const isSignedIn = Boolean(connection.bidder);
    this.#root.hidden = !isOpen && !bid;
    if (this.#hasSent && !bid) {
      this.#hasSent = false;
      element("amount").value = "";
      element("exact").checked = false;
    }
    element("to-sign-in").hidden = !isOpen || isSignedIn;
    const isWaiting = bids.isWaiting(lot.auction);
    const isStopped = !connection.isLive || isWaiting;
    this.#updateQuick(lot, isOpen && isSignedIn, isStopped);
    this.#updateTyped(lot, isOpen && isSignedIn, isStopped);
    element("buy").hidden = !isOpen || !isSignedIn || lot.buy_now === null || lot.buy_now === undefined;
    element("buy").disabled = isStopped;
    if (lot.buy_now) setText(element("buy"), t("do.buy", { amount: money(lot.buy_now, lot) }));
    fill(this.#root, { progress: this.#progress(bid, isOpen && isSignedIn) });
    this.#showRefusal(bid, lot);
    this.#label();
  }

  #progress(bid, isOpen) {
    if (bid?.state === "sending") return t("sending");
    if (bid?.state === "doubtful") return t("doubtful");
    return isOpen && !this.page.connection.isLive ? t("not-live") : "";
  }

  // MARK: one tap

  #updateQuick(lot, isOpen, isStopped) {
    const group = this.#root.querySelector(".quick");
    const isOffered = isOpen && !isSealed(lot) && (!lot.leading || isOnBlock(lot))
      && !(isLive(lot) && !isOnBlock(lot));
    group.hidden = !isOffered;
    const bands = this.page.catalogue.termsOf(lot.auction)?.increments ?? null;
    const amounts = isOffered ? nextAmounts(lot, bands, isOnBlock(lot) ? 1 : 3) : [];
    this.#quick.forEach((button, index) => {
      const amount = amounts[index];
      button.hidden = amount === undefined;
      button.disabled = isStopped || Boolean(isOnBlock(lot) && lot.leading);
      if (amount === undefined || this.#amountOf(button) === amount) return;
      button.dataset.amount = String(amount);
      setText(button, t("do.bid", { amount: money(amount, lot) }));
      settle(button);
    });
  }

  #amountOf(button) { return Number(button.dataset.amount); }

  #tap(button, event) {
    // A keyboard's click has no finger before it.
    const pressed = event.detail === 0 ? this.#amountOf(button) : this.#pressed;
    this.#pressed = null;
    const amount = this.#amountOf(button);
    if (pressed !== amount || button.dataset.fresh) {
      return this.#fault(t("moved"));
    }
    this.#fault("");
    this.#place(amount, false);
  }

  #place(amount, isExact, confirm = false) {
    const lot = this.#lot;
    const askSeq = isOnBlock(lot) ? lot.ask_seq : null;
    this.page.bids.place(lot.auction, amount, { isExact, askSeq, confirm });
  }

  // MARK: an amount of one's own

  #updateTyped(lot, isOpen, isStopped) {
    element("bid").hidden = !isOpen || isOnBlock(lot);
    element("submit").disabled = isStopped;
    // Who leads can only raise what nobody sees; sealed and absentee bids are as they are.
    const mayBeExact = lot.format === "english" && !lot.leading;
    element("exact").closest("label").hidden = !mayBeExact;
    if (!mayBeExact) element("exact").checked = false;
    fill(this.#root, { currency: lot.currency, "amount-label": this.#amountLabel(lot) });
    element("amount").placeholder = lot.leading ? "" : typed(lot.minimum ?? 0, lot.exponent);
  }

  #amountLabel(lot) {
    if (isSealed(lot)) return t(lot.your_max ? "amount.sealed-again" : "amount.sealed-first");
    if (isLive(lot)) return t("amount.absentee");
    return t(lot.leading ? "amount.raise" : "amount.max");
  }

  // The button says in full what it will do: what was typed may have been meant otherwise.
  #label() {
    const lot = this.#lot;
    const { minor } = parseAmount(element("amount").value, lot.exponent);
    const isPlain = element("exact").checked || isSealed(lot);
    const how = isPlain ? "do.bid" : "do.bid-up-to";
    setText(element("submit"), minor ? t(how, { amount: money(minor, lot) }) : t(`${how}.empty`));
    const hint = isSealed(lot) ? "hint.sealed" : element("exact").checked ? "hint.exact" : "hint.max";
    fill(this.#root, { "amount-hint": t(hint) });
  }

  #fault(text) {
    setText(element("amount-fault"), text);
    element("amount").setAttribute("aria-invalid", text ? "true" : "false");
  }

  async #submit(event) {
    event.preventDefault();
    if (element("submit").disabled) return;
    const lot = this.#lot;
    const { minor, fault } = parseAmount(element("amount").value, lot.exponent);
    if (fault) return this.#refuseTyped(fault);
    if (lot.leading && !isSealed(lot) && minor <= lot.your_max) {
      return this.#refuseTyped(t("typed.not-higher", { amount: money(lot.your_max, lot) }));
    }
    if (!lot.leading && minor < lot.minimum) {
      return this.#refuseTyped(t("typed.too-low", { amount: money(lot.minimum, lot) }));
    }
    const isExact = element("exact").checked;
    const times = unusual(minor, lot);
    if (times !== null) {
      const question = isExact ? "sure.bid" : "sure.bid-up-to";
      const amount = money(minor, lot);
      const isMeant = await confirmed({
        title: t(question, { amount }),
        text: t("sure.text", {
          times: number(Math.floor(times)), minimum: money(lot.minimum, lot) }),
        yes: t(`${question}.yes`, { amount }),
      });
      if (!isMeant) return element("amount").focus();
    }
    this.#hasSent = true;
    this.#place(minor, isExact, times !== null);
  }

  #refuseTyped(fault) {
    this.#fault(fault);
    element("amount").focus();
  }

  async #buy() {
    const lot = this.#lot;
    const amount = money(lot.buy_now, lot);
    const isMeant = await confirmed({
      title: t("buy.title", { title: lot.title }), text: t("buy.text", { amount }),
      yes: t("buy.yes", { amount }),
    });
    if (isMeant && this.#lot.buy_now === lot.buy_now) this.page.bids.buy(this.id);
  }

  /** The lot is over, or somebody else looks: nothing that was asked still stands. */
  withdraw() { withdrawConfirmation(); }

  // MARK: refusals

  #showRefusal(bid, lot) {
    const place = this.#root.querySelector(".refusal");
    const isShown = Boolean(bid?.answer);
    element("meant").hidden = bid?.state !== "confirm";
    if (isShown) {
      const { what, todo } = explain(bid.answer, lot);
      const amount = bid.message.amount;
      const title = amount ? t("refused", { amount: money(amount, lot) }) : "";
      fill(place, { what, todo, refused: bid.state === "sending" ? "" : title });
      if (amount) setText(element("meant"), t("do.meant", { amount: money(amount, lot) }));
    }
    place.hidden = !isShown;
  }
}

// Marks a button as too new to be meant, for as long as a look takes.
function settle(button) {
  const stamp = String(performance.now());
  button.dataset.fresh = stamp;
  setTimeout(() => {
    if (button.dataset.fresh === stamp) delete button.dataset.fresh;
  }, settleTime);
}

/** The bids of this tab on a lot, each with a way to take it back where the lot allows that. */
export function ownBids(list, lot, { bids, catalogue }) {
  const mayRetract = catalogue.termsOf(lot.auction)?.retraction === "ebay" && takesBids(lot);
  const rows = bids.accepted(lot.auction).map(({ id, amount, isBack }) => {
    const row = make("li", { "data-bid": id }, make("span", {}, money(amount, lot)));
    if (isBack) row.append(make("span", { class: "hint" }, t("own.back")));
    if (isBack || !mayRetract) return row;
    const back = make("button", { type: "button", class: "quiet" }, t("own.take-back"));
    back.addEventListener("click", async () => {
      const isMeant = await confirmed({
        title: t("back.title", { amount: money(amount, lot) }), text: t("back.text"),
        yes: t("back.yes"),
      });
      if (isMeant) bids.retract(lot.auction, id);
    });
    row.append(back);
    return row;
  });
  renew(list, rows);
  list.closest("section").hidden = rows.length === 0;
}
