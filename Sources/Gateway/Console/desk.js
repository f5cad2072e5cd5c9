// Does what the auctioneer's keys and buttons say: asks first where something has to be asked, waits
// where something has to be held, and says what came of it.

import { element, setText } from "/page/view.js";
import { actions, bodyOf, voidQuestion } from "./actions.js";
import { ask, isAsking } from "./forms.js";
import { Hold } from "./hold.js";

const pause = 500; // Between two uses of one key: a finger that bounces acts once.

export class Desk {
  roomBidders = [];
  #office;
  #saleroom;
  #chosen;
  #isConnected;
  #hold = new Hold();
  #held = null;
  #busy = new Set();
  #lastUse = new Map();
  #block = null;

  constructor({ office, saleroom, chosen, isConnected }) {
    this.#office = office;
    this.#saleroom = saleroom;
    this.#chosen = chosen;
    this.#isConnected = isConnected;
  }

  get lastRoomBidder() { return this.roomBidders[0] ?? ""; }

  noteRoomBidder(bidder) {
    this.roomBidders = [bidder, ...this.roomBidders.filter((one) => one !== bidder)].slice(0, 20);
  }

  // By keys, wherever the focus is, as long as nobody types.

  listen(block) {
    this.#block = block;
    addEventListener("keydown", (event) => this.#keyDown(event));
    addEventListener("keyup", (event) => {
      if (this.#held?.key === event.key.toLowerCase()) this.#letGo();
    });
  }

  #keyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isAsking()) return;
    if (event.target.closest?.("input, select, textarea")) return;
    const key = event.key.toLowerCase();
    const lot = this.#chosen();
    const action = lot && actions.find((one) => one.key === key && one.applies(lot, this.#saleroom));
    if (!action) return;
    event.preventDefault();
    if (event.repeat) return;
    if (action.holds) this.#beginHold(action, lot, key);
    else this.#start(action, lot);
  }

  // By a button: pressed by a pointer, or by a key or a screen reader on it.

  attach(action, button) {
    if (!action.holds) {
      button.addEventListener("click", () => this.#start(action, this.#chosen()));
      return;
    }
    button.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.#beginHold(action, this.#chosen(), null);
    });
    button.addEventListener("pointerup", () => this.#letGo());
    button.addEventListener("pointercancel", () => this.#letGo());
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    // Without a pointer behind it: nobody can hold that, so it is asked.
    button.addEventListener("click", (event) => {
      if (event.detail === 0) this.#confirm(action, this.#chosen());
    });
  }

  #beginHold(action, lot, key) {
    if (!this.#may(action, lot)) return;
    this.#held = { action, key, lot: lot.auction, seq: lot.seq };
    this.#hold.begin(this.#block.buttonOf(action), () => {
      this.#held = null;
      this.#send(action, lot);
    });
  }

  #letGo() {
    const held = this.#held;
    this.#held = null;
    if (this.#hold.cancel() && held) this.say(`${held.action.label}: hold it a little longer.`);
  }

  /** Something has happened on a lot: what was being held is not what it was about any more. */
  changed(lot) {
    const held = this.#held;
    if (!held || held.lot !== lot.auction || held.seq === lot.seq) return;
    this.#held = null;
    this.#hold.cancel();
    this.fault(`${held.action.label}: not done, something has just happened on this lot.`);
  }

  #confirm(action, lot) {
    if (!this.#may(action, lot)) return;
    const { seq } = lot;
    const question = {
      title: action.question(lot, this.#saleroom), fields: action.fields, yes: action.label,
    };
    ask(question, (values) => {
      if (lot.seq !== seq) throw new Error("Something has just happened on this lot: look again.");
      return this.#command(action, lot, values);
    });
  }

  #may(action, lot) {
    if (!lot || isAsking()) return false;
    if (!action.always && !this.#isConnected()) {
      this.fault("Not connected: what you see may be old. Only a pause goes out now.");
      return false;
    }
    const blocked = action.blocked?.(lot, this.#saleroom);
    if (blocked) this.fault(blocked);
    return !blocked;
  }

  #start(action, lot) {
    const now = performance.now();
    // The next lot is no bounce.
    const use = `${action.label} ${lot?.auction}`;
    if (now - (this.#lastUse.get(use) ?? -Infinity) < pause) return;
    this.#lastUse.set(use, now);
    if (!this.#may(action, lot)) return;
    const question = action.ask?.(lot, this.#saleroom, this);
    if (!question) return this.#send(action, lot);
    ask({ yes: action.label.replace(" …", ""), ...question }, async (values) => {
      await this.#command(action, lot, values);
      question.then?.(values);
    });
  }

  voidBid(lot, row) {
    const action = actions.find((one) => one.name === "void-bid");
    if (!this.#may(action, lot)) return;
    ask(voidQuestion(lot, row), (values) => this.#command(action, lot, values));
  }

  async #send(action, lot) {
    try {
      await this.#command(action, lot, {});
    } catch (error) {
      this.fault(error.message);
    }
  }

  async #command(action, lot, values) {
    // Twice the same at once is a slip.
    if (this.#busy.has(action)) return;
    this.#busy.add(action);
    const button = this.#block.buttonOf(action);
    button.setAttribute("aria-busy", "true");
    try {
      const row = await this.#office.command(action.name, bodyOf(lot, values));
      this.#saleroom.takeLot(row);
      this.say(`${lot.title}: ${action.done}`);
    } finally {
      // What it did to the bids is read again, whether it is known to be done or not.
      this.#saleroom.markStale(lot.auction);
      this.dispatchDone(lot.auction);
      this.#busy.delete(action);
      button.removeAttribute("aria-busy");
    }
  }

  /** Called after each command with the lot's id. */
  dispatchDone = () => {};

  say(text) {
    setText(element("fault"), "");
    setText(element("done"), text);
  }

  fault(text) {
    setText(element("done"), "");
    setText(element("fault"), text);
  }
}
