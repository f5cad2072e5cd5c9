// The lot that is being sold, large, and what can be done to it now.

import { money } from "/page/money.js";
import { counted } from "/page/texts.js";
import { pointInTime, timeLeft } from "/page/time.js";
import { element, fill, flash, make, mark, setText } from "/page/view.js";
import { actions } from "./actions.js";
import { isLive, isOver } from "./saleroom.js";
import { reserveOf, statusOf } from "./verdicts.js";

export class Block {
  #saleroom;
  #nameOf;
  #now;
  #press;
  #buttons = [];
  #price = null;
  #shown = null;

  /** press(action, button): the button of an action was used, by a pointer or by a key on it. */
  constructor({ saleroom, nameOf, now, press }) {
    this.#saleroom = saleroom;
    this.#nameOf = nameOf;
    this.#now = now;
    this.#press = press;
    for (const action of actions) this.#buttons.push({ action, ...this.#make(action) });
    element("actions").append(...this.#buttons.map((one) => one.button));
  }

  #make(action) {
    const label = make("span", { class: "label" }, action.label);
    const more = make("span", { class: "more" });
    const key = make("kbd", { "aria-hidden": "true" }, action.key.toUpperCase());
    const kind = action.danger ? "danger" : action.main ? "main" : "quiet";
    const button = make("button", {
      type: "button", class: `action ${kind}${action.holds ? " holds" : ""}`,
      "aria-keyshortcuts": action.key, "data-action": action.name,
    }, label, more, key);
    this.#press(action, button);
    return { button, more };
  }

  buttonOf(action) { return this.#buttons.find((one) => one.action === action)?.button; }

  update(lot, isConnected) {
    element("block").hidden = !lot;
    if (!lot) return;
    const leader = this.#saleroom.leaderOf(lot) ?? lot.leader;
    const who = [leader, this.#nameOf(leader), leader === lot.leader ? null : lot.leader];
    const { sale, auctions } = this.#saleroom.watchers;
    const own = auctions.get(lot.auction) ?? 0;
    fill(element("block"), {
      place: `Lot ${lot.number} of ${this.#saleroom.size} · ${lot.auction}`,
      title: lot.title,
      status: statusOf(lot),
      reason: lot.reason ?? "",
      price: lot.price === null ? "No bid yet" : money(lot.price, lot),
      leader: leader ? who.filter(Boolean).join(" · ") : "",
      standing: this.#standing(lot),
      reserve: this.#reserve(lot),
      bids: counted(lot.bids, "bid"),
      watchers: `${sale + own} watching`,
      notice: lot.notice ? `Said: ${lot.notice.text}` : "",
      next: this.#next(lot),
    });
    mark(element("block").querySelector('[data-field="status"]'), "state", lot.status);
    this.#ask(lot);
    const seen = `${lot.auction} ${lot.price}`;
    if (this.#price !== null && this.#price !== seen && this.#shown === lot.auction) {
      flash(element("block").querySelector('[data-field="price"]'));
    }
    this.#price = seen;
    this.#shown = lot.auction;
    this.#elsewhere(lot);
    this.#act(lot, isConnected);
    this.tick(lot);
  }

  #standing(lot) {
    if (lot.status === "closed") return lot.outcome === "sold" ? "is the buyer" : "";
    return lot.leader ? "leads" : "";
  }

  #reserve(lot) {
    const amount = lot.secret?.reserve;
    return amount ? `${reserveOf(lot)} (${money(amount, lot)})` : reserveOf(lot);
  }

  #ask(lot) {
    const isAsked = isLive(lot) && lot.ask !== undefined && lot.ask !== null && !isOver(lot);
    const amount = isAsked ? lot.ask : lot.minimum;
    setText(element("ask-label"), isAsked ? "Ask" : "Next bid from");
    setText(element("ask"), amount ? money(amount, lot) : "–");
    element("warnings").hidden = !isLive(lot) || isOver(lot);
    const step = lot.status === "fair_warning" ? lot.fair_warnings : lot.status === "on_block" ? 0 : -1;
    for (const [index, place] of [...element("warnings").children].entries()) {
      if (index === step) place.setAttribute("aria-current", "step");
      else place.removeAttribute("aria-current");
      mark(place, "past", index < step ? "yes" : "");
    }
  }

  /** Another lot than the one that is shown is being sold. */
  #elsewhere(lot) {
    const other = this.#saleroom.onBlock;
    const isElsewhere = other && other.auction !== lot.auction;
    element("elsewhere").hidden = !isElsewhere;
    if (isElsewhere) setText(element("elsewhere-text"), `${other.title} is on the block.`);
  }

  #next(lot) {
    const lots = this.#saleroom.lots;
    const start = lots.findIndex((one) => one.auction === lot.auction);
    const next = lots.slice(start + 1).find((one) => !isOver(one));
    return next ? `Next: ${next.number} · ${next.title}` : "This is the last lot.";
  }

  #act(lot, isConnected) {
    let isFocusLost = false;
    for (const { action, button, more } of this.#buttons) {
      const applies = action.applies(lot, this.#saleroom);
      if (!applies && document.activeElement === button) isFocusLost = true;
      button.hidden = !applies;
      if (!applies) continue;
      const blocked = action.blocked?.(lot, this.#saleroom) || "";
      setText(more, blocked || action.more?.(lot, this.#saleroom) || "");
      const isOff = Boolean(blocked) || (!isConnected && !action.always);
      button.setAttribute("aria-disabled", isOff ? "true" : "false");
    }
    // A button that goes takes the focus with it: the keys would be lost on whoever works by them.
    if (isFocusLost) element("block").focus();
  }

  tick(lot) {
    if (!lot) return;
    const place = element("block").querySelector('[data-field="clock"]');
    const { until, text, hurries, ends } = this.#clock(lot);
    setText(place, text);
    mark(place, "hurry", hurries ? "yes" : "");
    fill(element("block"), { until, ends });
  }

  #clock(lot) {
    const now = this.#now();
    const extended = lot.extensions ? `, extended ${lot.extensions} ×` : "";
    if (lot.status === "scheduled") {
      const left = lot.starts_at - now;
      return {
        until: "Opens in", text: left > 0 ? timeLeft(left) : "a moment",
        ends: pointInTime(lot.starts_at),
      };
    }
    if (lot.status !== "open" || lot.ends_at === null) return { until: "", text: "", ends: "" };
    const left = lot.ends_at - now;
    return {
      until: "Ends in", text: left > 0 ? timeLeft(left) : "a moment", hurries: left < 60000,
      ends: `${pointInTime(lot.ends_at)}${extended}`,
    };
  }
}
