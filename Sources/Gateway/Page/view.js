// Small things that both views need. Whatever comes from the server is set as text, never as HTML.

import { money, pointInTime, timeLeft } from "./money.js";

export const element = (id) => document.getElementById(id);

/** Fills the places of a template: { price: "USD 1.00" } goes where data-field="price" stands. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const place = root.querySelector(`[data-field="${name}"]`);
    if (place && place.textContent !== text) place.textContent = text;
  }
}

export function toast(text, kind = "") {
  const note = document.createElement("p");
  note.className = "toast";
  note.dataset.kind = kind;
  note.textContent = text;
  element("toasts").append(note);
  setTimeout(() => note.remove(), 7000);
}

/** Makes a price light up once when it has moved. */
export function flash(place, lot) {
  if (!lot.movedAt || Number(place.dataset.movedAt) === lot.movedAt) return;
  place.dataset.movedAt = lot.movedAt;
  place.classList.remove("moved");
  void place.offsetWidth; // Starts the animation anew.
  place.classList.add("moved");
}

/**
 * How long a lot has, by the server's time, as { text, hurries }. When the time is up it is still
 * the server that says what happened: until then the lot is about to close.
 */
export function clock(lot, now) {
  switch (lot.status) {
    case "scheduled": {
      const left = lot.starts_at - now;
      return { text: left > 0 ? `opens in ${timeLeft(left)}` : "about to open", hurries: false };
    }
    case "open": {
      if (lot.ends_at === null) return { text: "until the auctioneer closes it", hurries: false };
      const left = lot.ends_at - now;
      if (left <= 0) return { text: "waiting for the house …", hurries: true };
      return { text: timeLeft(left), hurries: left < 60000 };
    }
    case "paused": return { text: "paused", hurries: false };
    case "closed": return { text: "ended", hurries: false };
    default: return { text: "", hurries: false };
  }
}

/** When a lot ends or ended. */
export function ending(lot) {
  if (lot.ends_at === null) return "";
  return `${lot.status === "closed" ? "Ended" : "Ends"} ${pointInTime(lot.ends_at)}`;
}

const historyMax = 100;

/** Reads a lot's public bids, the newest first; null when they can't be had now. */
export async function history(lot) {
  const path = `/v1/auctions/${encodeURIComponent(lot.auction)}/bids`;
  const bids = [];
  let cursor = Math.max(0, lot.bids - historyMax);
  while (cursor !== null) {
    const answer = await fetch(`${path}?cursor=${cursor}`);
    if (!answer.ok) return null;
    const page = await answer.json();
    bids.push(...page.bids);
    cursor = page.cursor;
  }
  return bids.reverse();
}

/** One of them as a line of the list. */
export function historyRow(bid, lot) {
  const row = document.createElement("li");
  const who = document.createElement("span");
  const price = document.createElement("span");
  who.textContent = bid.bidder === lot.alias ? `${bid.bidder} (you)` : bid.bidder;
  who.title = pointInTime(bid.at);
  price.textContent = bid.price === null ? "sealed" : money(bid.price, lot);
  if (bid.voided) row.dataset.voided = "";
  row.append(who, price);
  return row;
}
