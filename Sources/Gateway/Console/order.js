// The running order: every lot in a line, the chosen one marked.

import { money } from "/page/money.js";
import { timeLeft } from "/page/time.js";
import { element, make, mark, setText } from "/page/view.js";
import { isOver } from "./saleroom.js";
import { statusOf } from "./verdicts.js";

const filteredFrom = 10; // Fewer lots are seen at a glance.

export class Order {
  #saleroom;
  #choose;
  #now;
  #entries = new Map();
  #seenRefusals = new Map();
  #words = [];
  chosen = null;

  constructor({ saleroom, choose, now }) {
    this.#saleroom = saleroom;
    this.#choose = choose;
    this.#now = now;
    element("filter").addEventListener("input", () => this.#filter());
    element("filter").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#filter("");
      else if (event.key !== "Enter") return;
      event.preventDefault();
      const first = this.shown[0];
      if (event.key === "Enter" && first) choose(first.auction);
      element("filter").blur();
    });
  }

  /** The lots that are shown: those that have every word that is looked for. */
  get shown() { return this.#saleroom.lots.filter((lot) => this.#isShown(lot)); }

  #isShown(lot) {
    const text = `${lot.title} ${lot.auction}`.toLocaleLowerCase();
    return this.#words.every((word) => word === String(lot.number) || text.includes(word));
  }

  #filter(text = element("filter").value) {
    element("filter").value = text;
    this.#words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const [id, entry] of this.#entries) {
      entry.line.hidden = !this.#isShown(this.#saleroom.get(id));
    }
    this.#count();
  }

  #count() {
    const none = this.#entries.size > 0 && this.shown.length === 0;
    setText(element("no-lots"), none ? "No lot has that." : "");
  }

  clear() {
    this.#entries.clear();
    this.#seenRefusals.clear();
    this.chosen = null;
    this.#filter("");
    element("filter").hidden = true;
    element("lots").replaceChildren();
  }

  update(id) {
    const lot = this.#saleroom.get(id);
    if (!lot) return;
    // A lot's line stands where it has its number: those before it come first.
    if (!this.#entries.has(id)) {
      for (const one of this.#saleroom.lots) if (!this.#entries.has(one.auction)) this.#add(one);
    }
    const entry = this.#entries.get(id);
    const refused = this.#refusals(id);
    if (id === this.chosen) this.#seenRefusals.set(id, refused);
    const news = refused - (this.#seenRefusals.get(id) ?? 0);
    setText(entry.status, statusOf(lot));
    mark(entry.status, "state", lot.status);
    mark(entry.button, "over", isOver(lot) ? "yes" : "");
    setText(entry.title, lot.title);
    setText(entry.price, lot.price === null ? "no bids" : money(lot.price, lot));
    setText(entry.leader, this.#saleroom.leaderOf(lot) ?? lot.leader ?? "");
    setText(entry.refused, news > 0 ? `${news} refused` : "");
    this.#tick(entry, lot);
  }

  /** How far the sale is. */
  summarize() {
    const over = this.#saleroom.lots.filter(isOver).length;
    const { size } = this.#saleroom;
    setText(element("order-count"), size ? `${over} of ${size} done` : "");
    element("filter").hidden = size < filteredFrom;
    this.#count();
  }

  #refusals(id) {
    return this.#saleroom.requests(id).filter((row) => row.verdict === "refused").length;
  }

  #add(lot) {
    const part = (name) => make("span", { class: name });
    const entry = {
      number: part("number"), title: part("title"), status: part("badge"), price: part("amount"),
      leader: part("party"), clock: part("left"), refused: part("refused"),
    };
    entry.button = make("button", { type: "button", class: "entry" }, entry.number, entry.title,
      entry.status, entry.price, entry.leader, entry.clock, entry.refused);
    entry.button.addEventListener("click", () => this.#choose(lot.auction));
    setText(entry.number, String(lot.number));
    this.#entries.set(lot.auction, entry);
    entry.line = make("li", {}, entry.button);
    entry.line.hidden = !this.#isShown(lot);
    element("lots").append(entry.line);
  }

  choose(id) {
    this.#entries.get(this.chosen)?.button.removeAttribute("aria-current");
    this.chosen = id;
    const button = this.#entries.get(id)?.button;
    button?.setAttribute("aria-current", "true");
    button?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.update(id);
  }

  tick() {
    for (const [id, entry] of this.#entries) this.#tick(entry, this.#saleroom.get(id));
  }

  #tick(entry, lot) {
    if (!lot) return;
    const left = lot.status === "open" && lot.ends_at !== null ? lot.ends_at - this.#now()
      : lot.status === "scheduled" ? lot.starts_at - this.#now() : null;
    setText(entry.clock, left === null ? "" : left > 0 ? timeLeft(left) : "now");
    mark(entry.clock, "hurry", lot.status === "open" && left !== null && left < 60000 ? "yes" : "");
  }
}
