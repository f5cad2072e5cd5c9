// The list of all lots, each with its live price.

import { money } from "./money.js";
import { standing } from "./lots.js";
import { clock, element, fill, flash } from "./view.js";

export class ListView {
  #cards = new Map();
  #order = "";

  constructor(lots, now) {
    this.lots = lots;
    this.now = now;
  }

  /** Shows one lot as it is now. */
  update(id) {
    const lot = this.lots.get(id);
    let card = this.#cards.get(id);
    if (!card) {
      card = element("card-template").content.firstElementChild.cloneNode(true);
      card.querySelector("[data-link]").href = `#/lot/${encodeURIComponent(id)}`;
      this.#cards.set(id, card);
    }
    const { text, tone } = standing(lot, money);
    const hasPrice = lot.price !== null;
    const first = lot.minimum !== null ? `from ${money(lot.minimum, lot)}` : "–";
    fill(card, {
      title: lot.title, standing: text, price: hasPrice ? money(lot.price, lot) : first,
    });
    card.querySelector('[data-field="standing"]').className = tone;
    flash(card.querySelector('[data-field="price"]'), lot);
    this.#tickCard(card, lot);
    this.#sort();
  }

  empty(text) {
    element("list-empty").textContent = text;
    element("list-empty").hidden = this.#cards.size > 0;
  }

  tick() {
    for (const [id, card] of this.#cards) this.#tickCard(card, this.lots.get(id));
  }

  #tickCard(card, lot) {
    const { text, hurries } = clock(lot, this.now());
    fill(card, { clock: text });
    card.querySelector('[data-field="clock"]').classList.toggle("hurry", hurries);
  }

  // Cards move only when their order has changed: not under somebody's finger at every price.
  #sort() {
    element("list-empty").hidden = true;
    const ids = this.lots.sorted().map((lot) => lot.auction).filter((id) => this.#cards.has(id));
    const order = ids.join(" ");
    if (order === this.#order) return;
    this.#order = order;
    element("lots").append(...ids.map((id) => this.#cards.get(id)));
  }
}
