// Small things that both views need. Whatever comes from the server is set as text, never as HTML.

import { timeLeft, pointInTime } from "./money.js";

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
