// Who has bid, and who was refused and why: the newest first.

import { momentOf } from "/page/time.js";
import { element, make, setText } from "/page/view.js";
import { whatAsked, whatCame, whyRefused } from "./verdicts.js";

const shownMax = 60;

export class Tape {
  #saleroom;
  #nameOf;
  #now;
  #voidBid;
  #seen = "";

  constructor({ saleroom, nameOf, now, voidBid }) {
    this.#saleroom = saleroom;
    this.#nameOf = nameOf;
    this.#now = now;
    this.#voidBid = voidBid;
  }

  update(lot) {
    const rows = lot ? this.#saleroom.requests(lot.auction).toReversed() : [];
    const taken = rows.filter((row) => row.verdict !== "refused").slice(0, shownMax);
    const refused = rows.filter((row) => row.verdict === "refused").slice(0, shownMax);
    // Most changes are none of these: what is selected or under a pointer stays as it is.
    const seen = JSON.stringify([lot?.status, rows, rows.map((row) => this.#nameOf(row.bidder))]);
    if (seen === this.#seen) return;
    this.#seen = seen;
    fillList("bids", taken, (row, index) => this.#taken(row, lot, taken[index + 1]));
    fillList("refusals", refused, (row) => this.#refused(row, lot));
    setText(element("no-bids"), taken.length ? "" : "No bids yet.");
    setText(element("no-refusals"), refused.length ? "" : "None.");
  }

  #who(row) {
    const who = make("span", { class: "party" }, make("strong", {}, row.bidder));
    const name = this.#nameOf(row.bidder);
    if (name) who.append(` ${name}`);
    if (row.alias) who.append(" ", make("span", { class: "hint" }, row.alias));
    return who;
  }

  #when(row) { return make("time", { class: "hint" }, momentOf(row.at, this.#now())); }

  #taken(row, lot, before) {
    const line = make("li", row.voided ? { "data-voided": "yes" } : {}, this.#who(row),
      make("span", { class: "came" }, whatCame(row, lot, before)),
      make("span", { class: "hint asked" }, whatAsked(row, lot)), this.#when(row));
    if (row.verdict === "accepted" && !row.voided && lot.status !== "cancelled") {
      const button = make("button", {
        type: "button", class: "quiet void", "aria-label": `Void the bid of ${row.bidder}`,
      }, "Void …");
      button.addEventListener("click", () => this.#voidBid(lot, row));
      line.append(button);
    }
    return line;
  }

  #refused(row, lot) {
    return make("li", { "data-code": row.code }, this.#who(row),
      make("span", { class: "why" }, whyRefused(row, lot)),
      make("span", { class: "hint asked" }, whatAsked(row, lot)), this.#when(row));
  }
}

function fillList(id, rows, render) {
  const list = element(id);
  const key = (row) => `${row.bidder} ${row.id} ${row.at}`;
  // What has the focus stays where it is: only the list around it changes.
  const focused = list.contains(document.activeElement)
    ? document.activeElement.closest("li")?.dataset.key : null;
  list.replaceChildren(...rows.map((row, index) => {
    const line = render(row, index);
    line.dataset.key = key(row);
    return line;
  }));
  if (focused) [...list.children].find((line) => line.dataset.key === focused)
    ?.querySelector("button")?.focus();
}
