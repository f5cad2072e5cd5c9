// A lot on the board.

import { lotAddress } from "./router.js";
import { bidsWord, countdown, headline, standing, statusWord } from "./standing.js";
import { copy, fill, flash, mark, setText } from "./view.js";

export class Card {
  #movedAt = null;

  constructor(id) {
    this.root = copy("card-template").firstElementChild;
    this.root.querySelector("a").href = lotAddress(id);
    this.clock = this.root.querySelector('[data-field="clock"]');
  }

  /** Shows the lot as it is now. */
  update(lot, now) {
    const { label, text } = headline(lot);
    const { text: where, tone } = standing(lot);
    fill(this.root, {
      id: lot.auction, title: lot.title, label, price: text, standing: where,
      status: statusWord(lot), bids: bidsWord(lot),
    });
    mark(this.root, "tone", tone);
    mark(this.root, "status", lot.status);
    if (lot.movedAt && lot.movedAt !== this.#movedAt) {
      if (this.#movedAt !== null) flash(this.root.querySelector('[data-field="price"]'));
      this.#movedAt = lot.movedAt;
    }
    this.tick(lot, now);
  }

  tick(lot, now) {
    const { text, stage } = countdown(lot, now);
    setText(this.clock, text);
    mark(this.clock, "stage", stage);
  }
}
