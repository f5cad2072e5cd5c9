// The board: the lots of a sale, or of the whole house, each with its live price.

import { Card } from "./card.js";
import { number } from "./counts.js";
import { isOver } from "./lots.js";
import { saleAddress } from "./router.js";
import { counted, t } from "./texts.js";
import { beforePainting, copy, element, fill, make, setText } from "./view.js";

const shownAtOnce = 60;
const rank = { on_block: 0, fair_warning: 0, open: 1, paused: 2, scheduled: 3, closed: 4 };

const filters = {
  all: () => true,
  open: (lot) => ["open", "on_block", "fair_warning", "paused"].includes(lot.status),
  mine: (lot) => Boolean(lot.your_max) || lot.isWon,
  upcoming: (lot) => lot.status === "scheduled",
  ended: isOver,
};

export class Board {
  #root = element("board");
  #cards = new Map();
  #order = "";
  #filter = "all";
  #words = "";
  #shown = shownAtOnce;
  #sale = null;
  #isOpen = false;
  #fault = t("looking.lots");
  #arrange = beforePainting(() => this.#show());

  constructor({ lots, catalogue, now, bidder }) {
    Object.assign(this, { lots, catalogue, now, bidder });
  }

  open(sale) {
    this.#isOpen = true;
    if (sale !== this.#sale || !this.#root.firstElementChild) {
      this.#sale = sale;
      this.#shown = shownAtOnce;
      this.#order = "";
      this.#cards.clear();
      this.#root.replaceChildren(copy("board-template"));
      this.#listen();
    }
    this.#root.hidden = false;
    this.#show();
  }

  close() {
    this.#isOpen = false;
    this.#root.hidden = true;
  }

  get title() { return this.#sale ? this.catalogue.titleOf(this.#sale) : t("lots.all"); }

  /** Some lots have changed, or who looks at them. */
  update() { if (this.#isOpen) this.#arrange(); }

  /** What to say when there is nothing to show. */
  explain(text) {
    this.#fault = text;
    this.update();
  }

  tick() {
    if (!this.#isOpen) return;
    for (const [id, card] of this.#cards) card.tick(this.lots.get(id), this.now());
  }

  #listen() {
    for (const button of this.#root.querySelectorAll("[data-filter]")) {
      button.addEventListener("click", () => {
        this.#filter = button.dataset.filter;
        this.#shown = shownAtOnce;
        this.#show();
      });
    }
    const search = element("search");
    search.value = this.#words;
    search.addEventListener("input", () => {
      this.#words = search.value.trim().toLowerCase();
      this.#shown = shownAtOnce;
      this.#show();
    });
    element("more").addEventListener("click", () => {
      const last = element("cards").lastElementChild;
      this.#shown += shownAtOnce;
      this.#show();
      last?.nextElementSibling?.querySelector("a").focus();
    });
  }

  #show() {
    const all = this.lots.all.filter((lot) => !this.#sale || lot.sale === this.#sale);
    const isWanted = (lot) => filters[this.#filter](lot) && this.#matches(lot);
    const wanted = all.filter(isWanted).sort(
      (one, other) => (rank[one.status] ?? 5) - (rank[other.status] ?? 5) || inTime(one, other)
        || one.auction.localeCompare(other.auction, undefined, { numeric: true }));
    const shown = wanted.slice(0, this.#shown);
    fill(this.#root, { title: this.title, summary: this.#summary(all) });
    for (const button of this.#root.querySelectorAll("[data-filter]")) {
      const name = button.dataset.filter;
      button.setAttribute("aria-pressed", String(name === this.#filter));
      setText(button.querySelector(".count"), number(all.filter(filters[name]).length));
      button.hidden = name === "mine" && !this.bidder();
    }
    this.#place(shown);
    element("more").hidden = wanted.length <= shown.length;
    const empty = all.length === 0 ? this.#fault
      : this.#words ? t("nothing.found") : t(`nothing.${this.#filter}`);
    setText(element("empty"), shown.length === 0 ? empty : "");
    this.#showSales();
  }

  #matches(lot) {
    return !this.#words || `${lot.title} ${lot.auction}`.toLowerCase().includes(this.#words);
  }

  #summary(all) {
    const count = (test) => all.filter(test).length;
    const parts = [counted(all.length, "lot")];
    const [open, led, outbid, won] = [
      count(filters.open), count((lot) => lot.leading && !isOver(lot)),
      count((lot) => lot.isOutbid), count((lot) => lot.isWon)];
    if (open > 0) parts.push(t("summary.open", { number: number(open) }));
    if (led > 0) parts.push(t("summary.led", { number: number(led) }));
    if (outbid > 0) parts.push(t("summary.outbid", { number: number(outbid) }));
    if (won > 0) parts.push(t("summary.won", { number: number(won) }));
    return all.length > 0 ? parts.join(" · ") : "";
  }

  // Cards move only when their order has changed: not under somebody's finger at every price.
  #place(shown) {
    const now = this.now();
    const ids = shown.map((lot) => lot.auction);
    for (const lot of shown) {
      if (!this.#cards.has(lot.auction)) this.#cards.set(lot.auction, new Card(lot.auction));
      this.#cards.get(lot.auction).update(lot, now);
    }
    for (const id of this.#cards.keys()) if (!ids.includes(id)) this.#cards.delete(id);
    const order = ids.join(" ");
    if (order === this.#order) return;
    this.#order = order;
    const focused = document.activeElement;
    const list = element("cards");
    list.replaceChildren(...ids.map((id) => this.#cards.get(id).root));
    if (focused !== document.activeElement && list.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
  }

  // The way to each sale, where there is more than one.
  #showSales() {
    const sales = [...new Set(this.lots.all.map((lot) => lot.sale).filter(Boolean))].sort();
    const nav = this.#root.querySelector("[data-sales]");
    const key = JSON.stringify(sales.map((sale) => [sale, this.catalogue.titleOf(sale)]));
    nav.hidden = sales.length === 0 || (sales.length === 1 && this.#sale === null);
    if (nav.dataset.key === key) return;
    nav.dataset.key = key;
    const link = (sale, text) => make(
      "a", { href: saleAddress(sale), "aria-current": sale === this.#sale ? "page" : null }, text);
    nav.replaceChildren(
      link(null, t("lots.all")), ...sales.map((sale) => link(sale, this.catalogue.titleOf(sale))));
  }
}

function inTime(one, other) {
  if (isOver(one)) return (other.ends_at ?? 0) - (one.ends_at ?? 0);
  if (one.status === "scheduled") return one.starts_at - other.starts_at;
  return (one.ends_at ?? Infinity) - (other.ends_at ?? Infinity) || 0;
}
